#include "storage/sqlite/backup.hpp"

#include <sqlite3.h>

#include <filesystem>

#include "core/clock.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/event_log.hpp"
#include "storage/sqlite/file_lock.hpp"
#include "storage/sqlite/file_sync.hpp"

namespace daybook::storage::sqlite {
namespace {

namespace fs = std::filesystem;

Result<> copy_pages(FileConnection& source, FileConnection& target) {
  sqlite3_backup* backup = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
  if (!backup)
    return SqliteError(sqlite3_extended_errcode(target.handle()), sqlite3_errmsg(target.handle())).to_error();
  // In one step, which holds one read transaction: writers go on beside it, and it never has to start again.
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return SqliteError(code, sqlite3_errmsg(target.handle())).to_error();
  return {};
}

Result<> leave_wal_mode(FileConnection& db) {
  try {
    db.exec("PRAGMA journal_mode = DELETE");
    return {};
  } catch (const SqliteError& error) {
    return error.to_error();
  }
}

/// Brings into the file what only its write-ahead log holds. A damaged file is left as it is.
void checkpoint_file(const std::string& path) {
  if (auto db = FileConnection::open(path, FileConnection::Mode::read_write))
    sqlite3_wal_checkpoint_v2((*db)->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

}  // namespace

Result<> copy_database(const std::string& from, const std::string& to) {
  if (!fs::exists(from)) return Error{Errc::not_found, "There is no database at " + from};
  if (fs::exists(to)) return Error{Errc::conflict, to + " exists already. Name a file that does not"};
  const std::string partial = to + ".partial";
  std::error_code failure;
  fs::remove(partial, failure);
  Result<> copied;
  {
    auto source = FileConnection::open(from, FileConnection::Mode::read_only);
    if (!source) return source.error();
    auto target = FileConnection::open(partial, FileConnection::Mode::create);
    if (!target) return target.error();
    copied = copy_pages(**source, **target);
    // One file that is complete by itself and can be read from where nothing may be written.
    if (copied) copied = leave_wal_mode(**target);
  }
  if (copied) copied = sync_path(partial);
  if (copied) copied = move_file(partial, to);
  if (!copied) {
    fs::remove(partial, failure);
    return Error{copied.error().code, "The copy to " + to + " failed: " + copied.error().detail};
  }
  return {};
}

Result<> check_database(const std::string& path) {
  if (!fs::exists(path)) return Error{Errc::not_found, "There is no database at " + path};
  // Read-write, since a file that was copied without its -wal may need one to be read.
  auto db = FileConnection::open(path, FileConnection::Mode::read_write);
  if (!db) return db.error();
  try {
    std::string findings;
    auto rows = (*db)->query("PRAGMA integrity_check(5)");
    while (rows.step())
      if (rows.text(0) != "ok") findings += (findings.empty() ? "" : "; ") + std::string(rows.text(0));
    if (!findings.empty()) return Error{Errc::corrupt, path + " is damaged: " + findings};
    if (!(*db)->query("SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'").step())
      return Error{Errc::corrupt, path + " is a SQLite file, but not one of Daybook's"};
  } catch (const SqliteError& error) {
    auto reason = error.to_error();
    reason.detail = path + ": " + reason.detail;
    return reason;
  }
  return {};
}

std::string staged_name(const std::string& path) { return path + ".incoming"; }

Result<> stage_restore(const std::string& backup, const std::string& path) {
  auto lock = FileLock::take(path);
  if (!lock) return lock.error();
  if (auto sound = check_database(backup); !sound) return sound.error();
  const std::string incoming = staged_name(path);
  std::error_code failure;
  fs::remove(incoming, failure);
  if (auto copied = copy_database(backup, incoming); !copied) return copied.error();
  try {
    auto db = FileConnection::open_writer(incoming, FileConnection::Mode::read_write);
    if (db->query("SELECT 1 FROM sqlite_master WHERE name = 'event_epoch'").step()) begin_epoch(*db);
  } catch (const SqliteError& error) {
    return error.to_error();
  }
  return sync_path(incoming);
}

Result<std::string> finish_restore(const std::string& path) {
  auto lock = FileLock::take(path);
  if (!lock) return lock.error();
  if (!fs::exists(staged_name(path))) return Error{Errc::not_found, "There is no " + staged_name(path)};
  std::string replaced;
  if (fs::exists(path)) {
    std::string stamp = format_rfc3339(std::chrono::floor<std::chrono::milliseconds>(SystemClock{}.now()));
    std::erase(stamp, ':');
    replaced = path + ".replaced-" + stamp;
    checkpoint_file(path);
    // Under both names until the new one takes its place, so that there is a database at every moment.
    std::error_code failure;
    fs::create_hard_link(path, replaced, failure);
    if (failure)
      if (auto moved = move_file(path, replaced); !moved) return moved.error();
    // With its write-ahead log, which a damaged file may still have.
    for (const char* part : {"-wal", "-shm"}) {
      if (!fs::exists(path + part)) continue;
      if (auto moved = move_file(path + part, replaced + part); !moved) return moved.error();
    }
  }
  if (auto moved = move_file(staged_name(path), path); !moved) return moved.error();
  return replaced;
}

Result<std::string> restore_database(const std::string& backup, const std::string& path) {
  if (auto staged = stage_restore(backup, path); !staged) return staged.error();
  return finish_restore(path);
}

}  // namespace daybook::storage::sqlite
