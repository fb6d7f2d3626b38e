#include "runtime/dapr/sidecar.hpp"

#include "core/json.hpp"

namespace daybook::runtime::dapr {

using boost::asio::awaitable;

Result<std::unique_ptr<Sidecar>> Sidecar::make(boost::asio::any_io_executor executor, SidecarOptions options) {
  http::ClientOptions client;
  client.base_url = options.url;
  client.max_connections = options.max_connections;
  auto made = http::Client::make(std::move(executor), std::move(client));
  if (!made) return made.error();
  return std::unique_ptr<Sidecar>(new Sidecar(std::move(*made), std::move(options.token)));
}

awaitable<Result<Reply>> Sidecar::send(Call call, std::chrono::milliseconds deadline) {
  if (!token_.empty()) call.headers.set("dapr-api-token", token_);
  return client_->send(std::move(call), deadline);
}

awaitable<Result<>> Sidecar::outbound_ready() {
  auto call = json_call(Method::get, "/v1.0/healthz/outbound");
  auto reply = co_await send(std::move(call), std::chrono::milliseconds{400});
  if (!reply) co_return reply.error();
  if (reply->status / 100 != 2) co_return Error{Errc::unavailable, "The Dapr sidecar is not ready yet."};
  co_return Result<>{};
}

awaitable<Result<std::vector<Sidecar::Component>>> Sidecar::components() {
  auto call = json_call(Method::get, "/v1.0/metadata");
  auto reply = co_await send(std::move(call), std::chrono::seconds{2});
  if (!reply) co_return reply.error();
  if (reply->status != 200) co_return error_of(*reply, "Reading the sidecar's components");
  const auto document = parse_json(reply->body);
  if (!document) co_return Error{Errc::unavailable, "The sidecar's metadata is not JSON."};
  std::vector<Component> out;
  JsonReader in(*document, Unknown::lenient);
  in.objects("components", 1000, [&](JsonReader& each, std::size_t) {
    Component component;
    component.name = each.text("name").value_or("");
    component.type = each.text("type").value_or("");
    component.capabilities = each.texts("capabilities", 64, {}).value_or(std::vector<std::string>{});
    out.push_back(std::move(component));
  });
  co_return out;
}

Call json_call(Method method, std::string path, std::string body) {
  Call call;
  call.method = method;
  call.path = std::move(path);
  if (!body.empty()) call.headers.set("Content-Type", "application/json");
  call.body = std::move(body);
  return call;
}

std::string encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Refusal refusal_of(const Reply& reply) {
  Refusal refusal;
  const auto document = parse_json(reply.body);
  const auto* object = document ? document->if_object() : nullptr;
  if (!object) return refusal;
  if (const auto* code = object->if_contains("errorCode"); code && code->is_string())
    refusal.code = std::string(code->get_string());
  if (const auto* message = object->if_contains("message"); message && message->is_string())
    refusal.message = std::string(message->get_string());
  return refusal;
}

Error error_of(const Reply& reply, std::string_view what) {
  const auto refusal = refusal_of(reply);
  std::string detail = std::string(what) + " failed: HTTP " + std::to_string(reply.status) + " of the Dapr sidecar";
  if (!refusal.code.empty()) detail += " (" + refusal.code + ": " + refusal.message + ")";
  const bool ours = reply.status == 401 || reply.status == 403 || reply.status == 404;
  return {ours ? Errc::misconfigured : Errc::unavailable, detail + "."};
}

}  // namespace daybook::runtime::dapr
