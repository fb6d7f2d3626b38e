#pragma once

#include <string>

#include "core/result.hpp"

namespace daybook::storage::sqlite {

/// Makes a file's bytes, or a directory's names, survive a power cut. Errors: unavailable.
Result<> sync_path(const std::string& path);
/// In one step, in place of what is at `to`, and there after a power cut. Errors: unavailable.
Result<> move_file(const std::string& from, const std::string& to);

}  // namespace daybook::storage::sqlite
