#include "app/system/service_options.hpp"

#include "app/embed/embedded_files.hpp"
#include "app/version.hpp"
#include "services/chat/llm_assistant.hpp"

namespace daybook::app {

namespace asio = boost::asio;

tasks::StoreLimits task_limits(const Config& config) {
  tasks::StoreLimits limits;
  limits.open_tasks = config.max_open_tasks;
  return limits;
}

scheduler::StoreLimits series_limits(const Config& config) {
  scheduler::StoreLimits limits;
  limits.series = config.max_series;
  return limits;
}

identity::Options identity_options(const Config& config, runtime::Invoker& invoker, runtime::Secrets& secrets) {
  identity::Options options;
  options.public_url = config.public_url;
  options.invoker = &invoker;
  options.secrets = &secrets;
  return options;
}

gateway::Limits gateway_limits(const Config& config) {
  gateway::Limits limits;
  limits.live_connections = config.max_live_connections;
  limits.chats_per_minute = config.chats_per_minute;
  limits.requests_per_minute = config.requests_per_minute;
  limits.auth_attempts_per_minute = config.auth_attempts_per_minute;
  return limits;
}

gateway::Options gateway_options(const Config& config) {
  gateway::Options options;
  options.version = version();
  options.public_url = config.public_url;
  for (std::size_t at = 0; at < config.cors_origins.size();) {
    const auto comma = std::min(config.cors_origins.find(',', at), config.cors_origins.size());
    options.cors_origins.push_back(config.cors_origins.substr(at, comma - at));
    at = comma + 1;
  }
  options.limits = gateway_limits(config);
  options.openapi = std::make_shared<const std::string>(embedded_files().at("/schemas/openapi.yaml"));
  return options;
}

Result<Assistants> make_assistants(const asio::any_io_executor& executor, const Config& config,
                                   std::unique_ptr<runtime::Secrets> secrets) {
  Assistants out;
  out.secrets = std::move(secrets);
  if (config.llm_url.empty()) return out;
  chat::LlmOptions options;
  options.url = config.llm_url;
  options.model = config.llm_model;
  options.key_secret = config.llm_key_secret;
  options.secrets = out.secrets.get();
  auto model = chat::make_llm_assistant(executor, std::move(options), *out.embedded);
  if (!model) return model.error();
  out.model = std::move(*model);
  return out;
}

runtime::embedded::TimersOptions timer_options(telemetry::Registry& metrics) {
  runtime::embedded::TimersOptions options;
  options.on_fired = [&metrics](const std::string& kind, std::chrono::microseconds late) {
    metrics.histogram("daybook_timer_lateness_seconds", "How long after their due time timers fired", {{"kind", kind}})
        .observe(std::chrono::duration<double>(late).count());
  };
  return options;
}

}  // namespace daybook::app
