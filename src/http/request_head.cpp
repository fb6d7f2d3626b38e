#include "http/request_head.hpp"

#include <algorithm>
#include <charconv>

#include "core/characters.hpp"
#include "http/authorize.hpp"
#include "http/query_reader.hpp"

namespace daybook::http {
namespace {

Error bad_header(std::string_view name, std::string detail) {
  Error error{Errc::invalid_argument, std::string(name) + " " + detail};
  error.fields.push_back({"/" + std::string(name), std::move(detail)});
  return error;
}

}  // namespace

std::string etag(std::int64_t version) { return '"' + std::to_string(version) + '"'; }

bool is_known(const Call& call, std::int64_t version) {
  std::string_view rest = call.headers.get("If-None-Match");
  const std::string wanted = etag(version);
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    auto tag = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    while (tag.starts_with(' ') || tag.starts_with('\t')) tag.remove_prefix(1);
    while (tag.ends_with(' ') || tag.ends_with('\t')) tag.remove_suffix(1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == wanted || tag == "*") return true;
  }
  return false;
}

Result<std::optional<std::int64_t>> read_if_match(const Call& call) {
  const auto text = call.headers.get("If-Match");
  if (text.empty() || text == "*") return std::optional<std::int64_t>{};
  std::int64_t version = 0;
  const char* end = text.data() + text.size() - 1;
  if (text.size() < 3 || text.front() != '"' || text.back() != '"' ||
      std::from_chars(text.data() + 1, end, version).ptr != end || version < 1)
    return bad_header("If-Match", "must be an ETag as it was given, such as \"3\", or *");
  return std::optional{version};
}

Result<Idempotency> read_idempotency_key(const Call& call) {
  const auto key = call.headers.get("Idempotency-Key");
  if (key.empty()) return Idempotency{};
  const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 127; });
  if (key.size() > 200 || !visible) return bad_header("Idempotency-Key", "must have 1 to 200 visible ASCII characters");
  std::string text(to_string(call.method));
  ((text += ' ') += call.path) += '?';
  ((text += call.query) += '\n') += call.body;
  return Idempotency{std::string(key), sha256(text)};
}

Result<Command> read_command(const Request& request, const WallClock& clock) {
  const auto user = signed_in(request);
  if (!user) return user.error();
  const auto& call = request.call;
  Command command;
  command.user = *user;
  if (!call.principal->timezone.empty()) command.timezone = call.principal->timezone;
  command.now = clock.now();
  command.correlation_id = call.correlation_id;
  command.traceparent = call.traceparent;

  const auto if_match = read_if_match(call);
  if (!if_match) return if_match.error();
  command.if_match = *if_match;
  auto key = read_idempotency_key(call);
  if (!key) return key.error();
  command.idempotency_key = std::move(key->key);
  command.request_hash = key->request_hash;
  return command;
}

Result<json::value> json_body(const Request& request) {
  const auto type = request.call.headers.get("Content-Type");
  if (!istarts_with(type, "application/json") || (type.size() > 16 && type[16] != ';' && type[16] != ' '))
    return Error{Errc::unsupported_media_type, "Send the body as Content-Type: application/json."};
  return parse_json(request.call.body);
}

std::optional<Error> refuse_query(const Request& request) {
  if (request.call.query.empty()) return std::nullopt;
  return QueryReader(request).finish();
}

}  // namespace daybook::http
