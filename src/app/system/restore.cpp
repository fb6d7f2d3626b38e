#include "app/system/restore.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "services/identity/sql_store.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/file_sync.hpp"
#include "telemetry/log.hpp"

namespace daybook::app {
namespace {

namespace fs = std::filesystem;
namespace sqlite = storage::sqlite;
using boost::asio::awaitable;

/// Stands from when all is staged until all is in place; its lines name the files.
constexpr std::string_view kDecided = "/restore.decided";
/// The ids of accounts to erase anew, a line each.
constexpr std::string_view kErased = "/restore.erased";

std::string in(const std::string& folder, std::string_view name) { return folder + std::string(name); }

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) out.push_back(line);
  return out;
}

/// Whole or not at all, and there after a power cut.
Result<> write_lines(const std::string& path, const std::vector<std::string>& lines) {
  const std::string partial = path + ".partial";
  {
    std::ofstream file(partial, std::ios::trunc);
    for (const auto& line : lines) file << line << '\n';
    file.flush();
    if (!file) return Error{Errc::unavailable, partial + " cannot be written. Is the disk full?"};
  }
  if (auto synced = sqlite::sync_path(partial); !synced) return synced.error();
  return sqlite::move_file(partial, path);
}

/// The accounts that the database at `path` knows as deleted. One that is missing or damaged tells of none.
std::vector<std::string> erased_in(const std::string& path) {
  std::vector<std::string> out;
  if (!fs::exists(path)) return out;
  try {
    const auto db = sqlite::FileConnection::open(path, sqlite::FileConnection::Mode::read_write);
    if (!db) throw std::runtime_error(db.error().detail);
    for (const auto& user : identity::erased_users(**db)) out.push_back(user.str());
  } catch (const std::exception& failure) {
    log::warn("deleted accounts unknown", {{"file", path}, {"reason", failure.what()}});
  }
  return out;
}

Result<> carry_erasures_over(const std::string& folder, const std::vector<Restore>& wanted) {
  // Those of an earlier restore that were not erased anew yet stay in the list.
  auto erased = lines_of(in(folder, kErased));
  for (const auto& each : wanted) {
    if (each.name != "daybook.db") continue;
    for (auto& user : erased_in(folder + "/" + each.name))
      if (std::find(erased.begin(), erased.end(), user) == erased.end()) erased.push_back(std::move(user));
  }
  if (erased.empty()) return {};
  return write_lines(in(folder, kErased), erased);
}

}  // namespace

Result<std::vector<std::string>> restore_files(const std::string& folder, const std::vector<Restore>& wanted) {
  std::vector<std::string> names;
  for (const auto& each : wanted) {
    if (auto staged = sqlite::stage_restore(each.from, folder + "/" + each.name); !staged) return staged.error();
    names.push_back(each.name);
  }
  if (auto carried = carry_erasures_over(folder, wanted); !carried) return carried.error();
  if (auto decided = write_lines(in(folder, kDecided), names); !decided) return decided.error();
  return finish_restores(folder);
}

Result<std::vector<std::string>> finish_restores(const std::string& folder) {
  std::vector<std::string> replaced;
  const auto decided = in(folder, kDecided);
  for (const auto& name : lines_of(decided)) {
    const auto path = folder + "/" + name;
    auto& old = replaced.emplace_back();
    if (!fs::exists(sqlite::staged_name(path))) continue;  // In place already.
    auto finished = sqlite::finish_restore(path);
    if (!finished) return finished.error();
    old = std::move(*finished);
  }
  std::error_code failure;
  fs::remove(decided, failure);
  if (failure) return Error{Errc::unavailable, decided + " cannot be removed: " + failure.message()};
  return replaced;
}

awaitable<Result<>> reapply_erasures(std::string folder, identity::Service& accounts) {
  const auto list = in(folder, kErased);
  for (const auto& line : lines_of(list)) {
    const auto user = UserId::parse(line);
    if (!user) continue;
    const auto erased = co_await accounts.store().remove(*user, std::nullopt, accounts.cause_of("restore", ""));
    // Whoever signed up after the backup is not in it.
    if (!erased && erased.error().code != Errc::not_found) co_return erased.error();
  }
  std::error_code failure;
  fs::remove(list, failure);
  co_return Result<>{};
}

}  // namespace daybook::app
