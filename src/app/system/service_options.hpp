#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "app/config/config.hpp"
#include "runtime/embedded/timers.hpp"
#include "services/chat/assistant.hpp"
#include "services/gateway/module.hpp"
#include "services/identity/module.hpp"
#include "services/scheduler/store.hpp"
#include "services/tasks/store.hpp"
#include "telemetry/metrics.hpp"

namespace daybook::app {

// What the settings mean for each service, whatever it runs on.

tasks::StoreLimits task_limits(const Config& config);
scheduler::StoreLimits series_limits(const Config& config);
identity::Options identity_options(const Config& config, runtime::Invoker& invoker, runtime::Secrets& secrets);
gateway::Limits gateway_limits(const Config& config);
gateway::Options gateway_options(const Config& config);
/// Lateness of what fires is measured (design, rule 8).
runtime::embedded::TimersOptions timer_options(telemetry::Registry& metrics);

/// The engines that read the chat: the embedded one, and a language model before it where one is configured.
struct Assistants {
  std::unique_ptr<runtime::Secrets> secrets;
  std::unique_ptr<chat::EmbeddedAssistant> embedded = std::make_unique<chat::EmbeddedAssistant>();
  std::unique_ptr<chat::Assistant> model;
  chat::Assistant& first() { return model ? *model : *embedded; }
};
/// `secrets` holds the key of the model. Errors: misconfigured.
Result<Assistants> make_assistants(const boost::asio::any_io_executor& executor, const Config& config,
                                   std::unique_ptr<runtime::Secrets> secrets);

}  // namespace daybook::app
