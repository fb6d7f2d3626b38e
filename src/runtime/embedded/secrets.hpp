#pragma once

#include <functional>
#include <optional>
#include <string>

#include "runtime/secrets.hpp"

namespace daybook::runtime::embedded {

/// Looks for the secret "smtp-password" in this order: the variable DAYBOOK_SECRET_SMTP_PASSWORD; the file that
/// DAYBOOK_SECRET_SMTP_PASSWORD_FILE names; `<directory>/smtp-password`. A file's last line break is not part of it.
/// Read anew at each call, so that SIGHUP finds new values. Names are lower-case letters, digits, "-", "_" and ".".
class Secrets final : public runtime::Secrets {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& variable)>;

  /// `directory` may be empty: none. `environment` is for tests.
  explicit Secrets(std::string directory, Environment environment = process_environment());
  /// Errors besides the port's: invalid_argument (the name), misconfigured (a file that cannot be read, or that other
  /// users can).
  boost::asio::awaitable<Result<std::string>> get(std::string name) override;

  static Environment process_environment();

 private:
  Result<std::string> find(const std::string& name) const;

  std::string directory_;
  Environment environment_;
};

}  // namespace daybook::runtime::embedded
