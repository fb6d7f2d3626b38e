#include "app/system/file_limit.hpp"

#include <sys/resource.h>

#include "telemetry/log.hpp"

namespace daybook::app {
namespace {

/// Databases, logs, the loop's own, and connections to others.
constexpr std::uint64_t kOthers = 64;

}  // namespace

std::uint64_t raise_file_limit() {
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return UINT64_MAX;
  auto wanted = limit;
  wanted.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &wanted) == 0 ? wanted.rlim_cur : limit.rlim_cur;
}

void warn_of_few_files(std::uint64_t files, std::uint64_t connections) {
  if (files >= connections + kOthers) return;
  log::warn("fewer files may be open than there may be connections: raise the limit (ulimit -n, LimitNOFILE)",
            {{"files", static_cast<std::int64_t>(files)}, {"connections", static_cast<std::int64_t>(connections)}});
}

}  // namespace daybook::app
