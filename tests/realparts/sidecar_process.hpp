#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace daybook::realparts {

/// A port of the loopback address that nobody listens on.
std::uint16_t free_port();
/// An environment variable that adapters.py sets.
std::string given(const char* variable);

/// A real daprd, with components of deploy/dapr as they are.
class SidecarProcess {
 public:
  struct Options {
    std::string app_id;
    std::uint16_t app_port = 0;
    std::vector<std::string> resources;  ///< Folders of deploy/dapr.
    std::string app_token;
    std::string api_token;
    bool app_health = false;
  };
  explicit SidecarProcess(Options options);
  ~SidecarProcess() { kill(); }
  SidecarProcess(const SidecarProcess&) = delete;

  void start();
  void kill();  ///< SIGKILL.
  std::string url() const { return "http://127.0.0.1:" + std::to_string(http_port_); }

 private:
  Options options_;
  std::uint16_t http_port_;
  std::vector<std::uint16_t> ports_;
  pid_t pid_ = 0;
};

}  // namespace daybook::realparts
