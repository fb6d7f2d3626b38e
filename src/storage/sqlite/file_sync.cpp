#include "storage/sqlite/file_sync.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace daybook::storage::sqlite {

namespace fs = std::filesystem;

Result<> sync_path(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error{Errc::unavailable, path + ": " + std::strerror(errno)};
  const int failed = ::fsync(fd);
  const int reason = errno;
  ::close(fd);
  if (failed) return Error{Errc::unavailable, path + ": " + std::strerror(reason)};
  return {};
}

Result<> move_file(const std::string& from, const std::string& to) {
  std::error_code failure;
  fs::rename(from, to, failure);
  if (failure) return Error{Errc::unavailable, "cannot move " + from + " to " + to + ": " + failure.message()};
  const auto parent = fs::path(to).parent_path();
  return sync_path(parent.empty() ? "." : parent.string());
}

}  // namespace daybook::storage::sqlite
