#include "sidecar_process.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace daybook::realparts {

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

std::string given(const char* variable) {
  const char* value = std::getenv(variable);
  if (!value) throw std::runtime_error(std::string(variable) + " is not set: run tests/realparts/adapters.py");
  return value;
}

SidecarProcess::SidecarProcess(Options options) : options_(std::move(options)), http_port_(free_port()) {
  for (int i = 0; i < 3; ++i) ports_.push_back(free_port());
}

void SidecarProcess::start() {
  const std::string deploy = DAYBOOK_SOURCE_DIR "/deploy/dapr/";
  std::vector<std::string> words = {given("DAYBOOK_DAPRD"),
                                    "--app-id",
                                    options_.app_id,
                                    "--app-port",
                                    std::to_string(options_.app_port),
                                    "--app-channel-address",
                                    "127.0.0.1",
                                    "--dapr-listen-addresses",
                                    "127.0.0.1",
                                    "--dapr-http-port",
                                    std::to_string(http_port_),
                                    "--dapr-grpc-port",
                                    std::to_string(ports_[0]),
                                    "--dapr-internal-grpc-port",
                                    std::to_string(ports_[1]),
                                    "--dapr-internal-grpc-listen-address",
                                    "127.0.0.1",
                                    "--metrics-port",
                                    std::to_string(ports_[2]),
                                    "--metrics-listen-address",
                                    "127.0.0.1",
                                    "--placement-host-address",
                                    "",
                                    "--scheduler-host-address",
                                    given("DAYBOOK_SCHEDULER"),
                                    "--max-body-size",
                                    "16Mi",
                                    "--config",
                                    deploy + "config/local.yaml"};
  for (const auto& folder : options_.resources) {
    words.push_back("--resources-path");
    words.push_back(deploy + folder);
  }
  if (options_.app_health)
    for (const char* word : {"--enable-app-health-check", "--app-health-check-path", "/dapr/health",
                             "--app-health-probe-interval", "1", "--app-health-threshold", "1"})
      words.push_back(word);
  const std::string log = given("DAYBOOK_WORK") + "/daprd-" + options_.app_id + ".log";
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ > 0) return;
  // In the child; what it does before exec is not shared with anybody.
  ::setpgid(0, 0);
  if (::chdir(given("DAYBOOK_WORK").c_str()) != 0) ::_exit(126);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::setenv("DAPR_HOST_IP", "127.0.0.1", 1);
  if (!options_.app_token.empty()) ::setenv("APP_API_TOKEN", options_.app_token.c_str(), 1);
  if (!options_.api_token.empty()) ::setenv("DAPR_API_TOKEN", options_.api_token.c_str(), 1);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

void SidecarProcess::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace daybook::realparts
