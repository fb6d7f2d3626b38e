#include "runtime/dapr/secrets.hpp"

#include "core/json.hpp"
#include "telemetry/log.hpp"

namespace daybook::runtime::dapr {

using boost::asio::awaitable;

awaitable<Result<std::string>> Secrets::get(std::string name) {
  auto call = json_call(Method::get, "/v1.0/secrets/" + encode(store_) + "/" + encode(name));
  auto reply = co_await sidecar_.send(std::move(call), std::chrono::seconds{2});
  if (!reply) co_return reply.error();
  if (reply->status == 200) {
    const auto document = parse_json(reply->body);
    const auto* object = document ? document->if_object() : nullptr;
    if (object && !object->empty()) {
      const auto* value = object->if_contains(name);
      if (!value && object->size() == 1) value = &object->begin()->value();
      if (value && value->is_string() && !value->get_string().empty()) {
        log::info("secret read", {{"store", store_}, {"name", name}});
        co_return std::string(value->get_string());
      }
    }
  }
  // A missing secret is 204 on Kubernetes, an empty one in the environment, and a 500 from a file.
  const auto refusal = refusal_of(*reply);
  const bool missing = reply->status / 100 == 2 || refusal.message.find("not found") != std::string::npos;
  if (missing)
    co_return Error{Errc::not_found, "The secret '" + name + "' is not in the Dapr secret store " + store_ + "."};
  co_return error_of(*reply, "Reading the secret '" + name + "'");
}

}  // namespace daybook::runtime::dapr
