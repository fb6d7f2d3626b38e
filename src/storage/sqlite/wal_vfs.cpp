#include "storage/sqlite/wal_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <string>

namespace daybook::storage::sqlite {
namespace {

constexpr const char* kName = "daybook-wal";
constexpr std::size_t kMostHeld = 4 * 1024 * 1024;
/// The unix VFS takes less than 128 KiB in one write.
constexpr std::size_t kPiece = 64 * 1024;

sqlite3_vfs* system_vfs() {
  static sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  return vfs;
}

/// What SQLite sees as the log's file. The real file stands right behind it in the memory that SQLite gives.
struct LogFile {
  sqlite3_file base;
  std::string held;             ///< Written by SQLite, not yet by us,
  sqlite3_int64 held_from = 0;  ///< from this offset on.
};

LogFile& log_of(sqlite3_file* file) { return *reinterpret_cast<LogFile*>(file); }
sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<LogFile*>(file) + 1);
}

int flush(sqlite3_file* file) {
  auto& log = log_of(file);
  if (log.held.empty()) return SQLITE_OK;
  auto* real = real_of(file);
  int code = SQLITE_OK;
  for (std::size_t at = 0; at < log.held.size() && code == SQLITE_OK; at += kPiece) {
    const auto size = std::min(kPiece, log.held.size() - at);
    code = real->pMethods->xWrite(real, log.held.data() + at, static_cast<int>(size),
                                  log.held_from + static_cast<sqlite3_int64>(at));
  }
  // After a failure SQLite rolls the transaction back and writes the log from its last commit on again.
  log.held.clear();
  return code;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  auto& log = log_of(file);
  const bool follows = offset == log.held_from + static_cast<sqlite3_int64>(log.held.size());
  if (!log.held.empty() && (!follows || log.held.size() >= kMostHeld))
    if (const int code = flush(file)) return code;
  if (log.held.empty()) log.held_from = offset;
  try {
    log.held.append(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

int close(sqlite3_file* file) {
  const int flushed = flush(file);
  auto* real = real_of(file);
  const int closed = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;
  log_of(file).~LogFile();
  return flushed ? flushed : closed;
}

int read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
  if (const int code = flush(file)) return code;
  auto* real = real_of(file);
  return real->pMethods->xRead(real, bytes, size, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = flush(file)) return code;
  auto* real = real_of(file);
  return real->pMethods->xTruncate(real, size);
}

int sync(sqlite3_file* file, int flags) {
  if (const int code = flush(file)) return code;
  auto* real = real_of(file);
  return real->pMethods->xSync(real, flags);
}

int size_of(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = flush(file)) return code;
  auto* real = real_of(file);
  return real->pMethods->xFileSize(real, size);
}

int lock(sqlite3_file* file, int level) { return real_of(file)->pMethods->xLock(real_of(file), level); }
int unlock(sqlite3_file* file, int level) { return real_of(file)->pMethods->xUnlock(real_of(file), level); }
int check_lock(sqlite3_file* file, int* held) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}
int control(sqlite3_file* file, int op, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}
int sector_size(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) { return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file)); }

constexpr sqlite3_io_methods kLogMethods = {
    .iVersion = 1,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = size_of,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = check_lock,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* vfs = system_vfs();
  // Any other file is the default VFS's own from here on.
  if (!(flags & SQLITE_OPEN_WAL)) return vfs->xOpen(vfs, name, file, flags, out_flags);
  new (file) LogFile{};
  auto* real = real_of(file);
  std::memset(static_cast<void*>(real), 0, static_cast<std::size_t>(vfs->szOsFile));
  const int code = vfs->xOpen(vfs, name, real, flags, out_flags);
  // With methods set, SQLite closes the file, whether it opened or not.
  log_of(file).base.pMethods = &kLogMethods;
  return code;
}

}  // namespace

const char* wal_vfs() {
  static std::once_flag once;
  static sqlite3_vfs vfs;
  std::call_once(once, [] {
    vfs = *system_vfs();
    vfs.zName = kName;
    vfs.pNext = nullptr;
    vfs.szOsFile = static_cast<int>(sizeof(LogFile)) + system_vfs()->szOsFile;
    vfs.xOpen = open;
    sqlite3_vfs_register(&vfs, 0);
  });
  return kName;
}

}  // namespace daybook::storage::sqlite
