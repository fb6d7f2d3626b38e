// Links: daybook_http
// Sources: src/app/config/config.cpp src/services/gateway/edge_policy.cpp
// Configuration files: one that is taken, written out setting by setting, is taken again and means the same; one that
// is refused says which line or setting is wrong.

#include "app/config/config.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

using namespace daybook;

namespace {

/// Loads `text` as the configuration file, and nothing else.
Result<app::LoadedConfig> load(std::string_view text) {
  const int file = memfd_create("daybook.conf", 0);
  if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
  app::ConfigSources sources;
  sources.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "HOME") return "/home/ada";
    return std::nullopt;
  };
  sources.file = "/proc/self/fd/" + std::to_string(file);
  auto loaded = app::load_config(sources);
  close(file);
  return loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto loaded = load({reinterpret_cast<const char*>(bytes), size});
  if (!loaded) {
    if (loaded.error().code != Errc::misconfigured || loaded.error().detail.empty()) std::abort();
    return 0;
  }
  std::string written;
  const app::Config defaults;
  for (const auto& setting : app::settings()) {
    // An empty value that stands in place of a default is said too ("pubsub =").
    const auto value = setting.get(loaded->config);
    if (value != setting.get(defaults) && !setting.secret) written += std::string(setting.name) + " = " + value + "\n";
  }
  const auto again = load(written);
  if (!again && again.error().detail.find("database") == std::string::npos) std::abort();
  if (!again) return 0;
  for (const auto& setting : app::settings())
    if (!setting.secret && setting.get(again->config) != setting.get(loaded->config)) std::abort();
  return 0;
}
