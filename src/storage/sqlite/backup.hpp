#pragma once

#include <string>

#include "core/result.hpp"

namespace daybook::storage::sqlite {

/// Copies the database at `from`, which may be in use, to a new file `to`: one consistent snapshot, synced, that
/// appears under its name only when it is complete. Errors: conflict (`to` exists), not_found (`from` does not),
/// unavailable, misconfigured, corrupt.
Result<> copy_database(const std::string& from, const std::string& to);

/// Reads the whole file and checks every page, index and constraint. Minutes for gigabytes.
/// Errors: not_found, corrupt (with the first findings), unavailable.
Result<> check_database(const std::string& path);

/// Puts `backup` in the place of the database at `path`, which nobody may hold: checks the backup, moves the present
/// file aside to `<path>.replaced-<time>`, copies, and begins a new epoch of the event log so that stream cursors and
/// consumer offsets of the lost time are recognised. Gives back the name of the replaced file (empty if there was
/// none). Errors: conflict (a server runs on it), not_found, corrupt, unavailable, misconfigured. Nothing has changed
/// then.
Result<std::string> restore_database(const std::string& backup, const std::string& path);

}  // namespace daybook::storage::sqlite
