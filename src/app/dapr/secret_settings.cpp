#include "app/dapr/secret_settings.hpp"

namespace daybook::app {

boost::asio::awaitable<Result<>> read_secret_settings(runtime::Secrets& secrets, Config& config) {
  for (const auto& setting : settings()) {
    // The two tokens are what the store is reached with.
    const bool is_token = setting.name == "app-token" || setting.name == "dapr-token";
    if (!setting.secret || is_token || !setting.get(config).empty()) continue;
    std::string name(setting.name);
    const auto value = co_await secrets.get(std::move(name));
    if (!value && value.error().code == Errc::not_found) continue;
    if (!value) co_return value.error();
    if (auto set = setting.set(config, *value); !set)
      co_return Error{Errc::misconfigured,
                      "The secret '" + std::string(setting.name) + "' " + set.error().detail + "."};
  }
  co_return Result<>{};
}

}  // namespace daybook::app
