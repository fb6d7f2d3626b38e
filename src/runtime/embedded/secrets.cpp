#include "runtime/embedded/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace daybook::runtime::embedded {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;

bool is_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.size() <= 128 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
         });
}

std::string variable_of(std::string_view name) {
  std::string variable = "DAYBOOK_SECRET_";
  for (const char c : name)
    variable += c == '-' || c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return variable;
}

/// nullopt: there is no such file.
Result<std::optional<std::string>> read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>{};
    return Error{Errc::misconfigured, "The secret file " + path + " cannot be read: " + std::strerror(errno)};
  }
  struct stat about {};
  std::optional<std::string> problem;
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) problem = " is not a file";
  // Group-readable is how orchestrators mount secrets; readable by everyone is a mistake.
  else if (about.st_mode & S_IROTH)
    problem = " can be read by every user of this machine. Run: chmod o-rwx " + path;
  else if (static_cast<std::size_t>(about.st_size) > kMostBytes)
    problem = " is larger than 64 KiB";
  std::string text(kMostBytes, '\0');
  const auto n = problem ? 0 : ::read(fd, text.data(), text.size());
  if (n < 0) problem = std::string(" cannot be read: ") + std::strerror(errno);
  ::close(fd);
  if (problem) return Error{Errc::misconfigured, "The secret file " + path + *problem};
  text.resize(static_cast<std::size_t>(n));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return std::optional(std::move(text));
}

}  // namespace

Secrets::Secrets(std::string directory, Environment environment)
    : directory_(std::move(directory)), environment_(std::move(environment)) {}

Secrets::Environment Secrets::process_environment() {
  return [](const std::string& variable) -> std::optional<std::string> {
    const char* value = std::getenv(variable.c_str());
    if (!value) return std::nullopt;
    return std::string(value);
  };
}

boost::asio::awaitable<Result<std::string>> Secrets::get(std::string name) { co_return find(name); }

Result<std::string> Secrets::find(const std::string& name) const {
  if (!is_name(name)) return Error{Errc::invalid_argument, "'" + name + "' is not a name of a secret"};
  const std::string variable = variable_of(name);
  if (auto value = environment_(variable)) return *value;
  std::string looked = "the variable " + variable;
  if (auto path = environment_(variable + "_FILE")) {
    auto text = read_file(*path);
    if (!text) return text.error();
    if (*text) return **text;
    looked += ", the file " + *path;
  }
  if (!directory_.empty()) {
    const std::string path = directory_ + "/" + name;
    auto text = read_file(path);
    if (!text) return text.error();
    if (*text) return **text;
    looked += ", the file " + path;
  }
  return Error{Errc::not_found, "The secret '" + name + "' is not set. Looked in " + looked};
}

}  // namespace daybook::runtime::embedded
