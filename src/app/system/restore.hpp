#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "services/identity/service.hpp"

namespace daybook::app {

/// A backup and the database file of the data folder that it is to replace.
struct Restore {
  std::string from;
  std::string name;
};

/// Puts backups in the place of databases, all or none: what is interrupted after everything is staged is finished by
/// the next finish_restores(). Which accounts were deleted is carried over from the files that are replaced, for
/// reapply_erasures(). Gives the names of the replaced files, empty where there was none. Errors: those of
/// storage::sqlite::stage_restore.
Result<std::vector<std::string>> restore_files(const std::string& folder, const std::vector<Restore>& wanted);
/// Goes on with a restore that was cut short; nothing to do is the rule. Before the databases are opened.
Result<std::vector<std::string>> finish_restores(const std::string& folder);

/// After a restore, erases the accounts anew that had been deleted since the backup (design, rule 14). Before requests
/// are served. Errors: those of identity's store; the next start goes on.
boost::asio::awaitable<Result<>> reapply_erasures(std::string folder, identity::Service& accounts);

}  // namespace daybook::app
