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

/// The first half of a restore, which changes nothing yet: checks `backup`, copies it beside the database at `path`,
/// which nobody may hold, to staged_name(path), and begins a new epoch of the event log there, so that stream cursors
/// and consumer offsets of the lost time are recognised. Errors: conflict (a server runs on it), not_found, corrupt,
/// unavailable, misconfigured.
Result<> stage_restore(const std::string& backup, const std::string& path);
std::string staged_name(const std::string& path);
/// The second half: the staged file takes the place of the one at `path`, which stays as `<path>.replaced-<time>`; at
/// every moment there is one or the other at `path`. Gives back the name of the replaced file (empty if there was
/// none). Errors: not_found (nothing is staged), conflict, unavailable, misconfigured; to be tried again.
Result<std::string> finish_restore(const std::string& path);
/// Both halves.
Result<std::string> restore_database(const std::string& backup, const std::string& path);

}  // namespace daybook::storage::sqlite
