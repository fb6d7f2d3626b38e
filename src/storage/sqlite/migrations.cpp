#include "storage/sqlite/migrations.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

#include "core/clock.hpp"
#include "storage/sqlite/backup.hpp"

namespace daybook::storage::sqlite {
namespace {

constexpr std::string_view kBackupMark = ".before-migration-";

constexpr const char* kTable = R"(
  CREATE TABLE IF NOT EXISTS schema_migration (
    service TEXT NOT NULL,
    number INTEGER NOT NULL,
    needs INTEGER NOT NULL,
    applied_at INTEGER NOT NULL,
    PRIMARY KEY (service, number)
  ) WITHOUT ROWID)";

/// The newest copy that a migration of this file left, for the message that says how to go back.
std::string newest_backup(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path file(path);
  const std::string start = file.filename().string() + std::string(kBackupMark);
  std::string newest;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(file.parent_path().empty() ? "." : file.parent_path(), failure)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(start) && name > fs::path(newest).filename().string()) newest = entry.path().string();
  }
  return newest;
}

Error newer_schema(const std::string& path, const std::string& service, int found, int known) {
  std::string detail = path + " was written by a newer Daybook (" + service + " schema " + std::to_string(found) +
                       "; this program knows " + std::to_string(known) + "). Start the newer version again";
  if (const auto backup = newest_backup(path); !backup.empty())
    detail += ", or go back to the state before its migration with 'daybook restore " + backup +
              "' (what was written since is then lost)";
  else
    detail += ", or restore a backup that this version made with 'daybook restore'";
  return {Errc::misconfigured, std::move(detail)};
}

/// Drops repeated steps and checks that each service's numbers are 1, 2, 3 …
Result<std::vector<Migration>> in_order(std::vector<Migration> migrations) {
  std::vector<Migration> steps;
  std::map<std::string, int> last;
  for (auto& step : migrations) {
    const auto same = std::find_if(steps.begin(), steps.end(), [&](const Migration& s) {
      return s.service == step.service && s.number == step.number;
    });
    if (same != steps.end()) {
      if (same->sql == step.sql) continue;
      return Error{Errc::internal, "two different migrations " + step.service + "/" + std::to_string(step.number)};
    }
    if (step.number != ++last[step.service])
      return Error{Errc::internal,
                   "migration " + step.service + "/" + std::to_string(step.number) + " comes out of order"};
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Schemas name the type of ids UUID, for engines that have it. SQLite would take the name for a number's; here it is
/// BLOB, as files have always said.
std::string in_own_types(std::string sql) {
  constexpr std::string_view kName = "UUID";
  const auto in_word = [&sql](std::size_t at) {
    return at < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[at])) != 0 || sql[at] == '_');
  };
  for (auto at = sql.find(kName); at != sql.npos; at = sql.find(kName, at + 1))
    if ((at == 0 || !in_word(at - 1)) && !in_word(at + kName.size())) sql.replace(at, kName.size(), "BLOB");
  return sql;
}

}  // namespace

Result<std::string> migrate(FileConnection& db, const std::string& path, std::vector<Migration> migrations) {
  auto ordered = in_order(std::move(migrations));
  if (!ordered) return ordered.error();
  const auto& steps = *ordered;
  std::map<std::string, int> known;
  for (const auto& step : steps) known[step.service] = std::max(known[step.service], step.number);

  std::map<std::string, int> applied;
  bool is_new = true;
  if (db.query("SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'").step()) {
    auto rows = db.query("SELECT service, number, needs FROM schema_migration ORDER BY service, number");
    while (rows.step()) {
      const std::string service(rows.text(0));
      const int number = static_cast<int>(rows.integer(1)), needs = static_cast<int>(rows.integer(2));
      is_new = false;
      applied[service] = number;
      // A service that this program does not have at all may belong to another role; its tables are left alone.
      const auto own = known.find(service);
      if (own != known.end() && needs > own->second) return newer_schema(path, service, number, own->second);
    }
  } else if (db.query("SELECT 1 FROM sqlite_master").step()) {
    return Error{Errc::misconfigured, path +
                                          " is a SQLite file, but not one of Daybook's. Name another directory with "
                                          "--data, or move that file away"};
  }

  std::vector<const Migration*> pending;
  for (const auto& step : steps)
    if (step.number > applied[step.service]) pending.push_back(&step);
  if (pending.empty()) return std::string{};

  const Instant now = SystemClock{}.now();
  std::string backup;
  if (!is_new) {
    std::string stamp = format_rfc3339(std::chrono::floor<std::chrono::milliseconds>(now));
    std::erase(stamp, ':');
    backup = path + std::string(kBackupMark) + stamp;
    if (auto copied = copy_database(path, backup); !copied) return copied.error();
  }

  db.exec("BEGIN IMMEDIATE");
  try {
    db.exec(kTable);
    for (const auto* step : pending) {
      try {
        db.exec(in_own_types(step->sql));
      } catch (const SqliteError& error) {
        throw SqliteError(error.code(),
                          "migration " + step->service + "/" + std::to_string(step->number) + ": " + error.what());
      }
      db.run("INSERT INTO schema_migration (service, number, needs, applied_at) VALUES (?, ?, ?, ?)", step->service,
             step->number, step->needs, now);
    }
    db.exec("COMMIT");
  } catch (const SqliteError& error) {
    db.exec("ROLLBACK");
    return error.to_error();
  }
  return backup;
}

}  // namespace daybook::storage::sqlite
