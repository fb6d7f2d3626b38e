#include "http/request_head.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>

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

Result<IdempotencyKey> read_idempotency_key(const Call& call) {
  const auto key = call.headers.get("Idempotency-Key");
  if (key.empty()) return IdempotencyKey{};
  const bool visible = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 127; });
  if (key.size() > 200 || !visible) return bad_header("Idempotency-Key", "must have 1 to 200 visible ASCII characters");
  std::string text(to_string(call.method));
  ((text += ' ') += call.path) += '?';
  ((text += call.query) += '\n') += call.body;
  return IdempotencyKey{std::string(key), sha256(text)};
}

Result<json::value> json_body(const Request& request) {
  const auto type = request.call.headers.get("Content-Type");
  if (!boost::istarts_with(type, "application/json") || (type.size() > 16 && type[16] != ';' && type[16] != ' '))
    return Error{Errc::unsupported_media_type, "Send the body as Content-Type: application/json."};
  return parse_json(request.call.body);
}

std::optional<Error> refuse_query(const Request& request) {
  if (request.call.query.empty()) return std::nullopt;
  return QueryReader(request).finish();
}

}  // namespace daybook::http
