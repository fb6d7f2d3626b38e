#include "http/problem.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "core/json.hpp"
#include "http/problem_table.hpp"

namespace daybook::http {
namespace {

// schemas/errors.json is the published list; problem_test.cpp holds this one equal to it. The first entry of a code is
// its default.
constexpr std::array kTable = {
    ProblemEntry{Errc::invalid_argument, {"invalid-request", 400, "The request is wrong in itself"}},
    ProblemEntry{Errc::unprocessable, {"unprocessable", 422, "A rule refuses the request"}},
    ProblemEntry{Errc::not_found, {"not-found", 404, "There is no such resource"}},
    ProblemEntry{Errc::conflict, {"conflict", 409, "Another resource or state stands in the way"}},
    ProblemEntry{Errc::version_mismatch, {"version-mismatch", 412, "The resource has changed since it was read"}},
    ProblemEntry{Errc::unauthenticated, {"unauthenticated", 401, "Sign in first"}},
    ProblemEntry{Errc::forbidden, {"forbidden", 403, "This is not yours to use"}},
    ProblemEntry{Errc::limit_exceeded, {"quota-exceeded", 422, "A quota is used up"}},
    ProblemEntry{Errc::rate_limited, {"rate-limited", 429, "Too many requests"}},
    ProblemEntry{Errc::payload_too_large, {"payload-too-large", 413, "The request is too large"}},
    ProblemEntry{Errc::method_not_allowed, {"method-not-allowed", 405, "This resource does not take that method"}},
    ProblemEntry{Errc::unsupported_media_type, {"unsupported-media-type", 415, "Send another content type"}},
    ProblemEntry{Errc::unsupported, {"unsupported", 501, "Daybook does not offer this"}},
    ProblemEntry{Errc::unavailable, {"unavailable", 503, "A part of Daybook is away for the moment"}},
    ProblemEntry{Errc::timeout, {"timeout", 504, "A part of Daybook did not answer in time"}},
    ProblemEntry{Errc::misconfigured, {"misconfigured", 500, "An operator must change the configuration"}},
    ProblemEntry{Errc::corrupt, {"corrupt", 500, "Stored data fails its checks"}},
    ProblemEntry{Errc::internal, {"internal", 500, "Daybook has a bug"}},
    ProblemEntry{Errc::payload_too_large, {"headers-too-large", 431, "The request's header fields are too large"}},
    ProblemEntry{Errc::timeout, {"request-timeout", 408, "The request did not arrive in time"}},
    ProblemEntry{Errc::unsupported, {"expectation-failed", 417, "That expectation cannot be met"}},
    ProblemEntry{Errc::unprocessable,
                 {"idempotency-key-reused", 422, "The idempotency key belongs to another request"}},
    ProblemEntry{Errc::unprocessable, {"reminder-in-past", 422, "Reminder time must be in the future"}},
    ProblemEntry{Errc::unprocessable, {"too-many-reminders", 422, "A task takes at most three reminders"}},
    ProblemEntry{Errc::unprocessable, {"reminder-without-due", 422, "The reminder needs a due date to count from"}},
    ProblemEntry{Errc::unprocessable, {"wrong-code", 422, "That is not the code that was mailed"}},
    ProblemEntry{Errc::conflict, {"already-completed", 409, "The task was completed meanwhile"}},
    ProblemEntry{Errc::conflict, {"has-subtasks", 409, "The task has subtasks"}},
    ProblemEntry{Errc::conflict, {"open-subtasks", 409, "The task has open subtasks"}},
    ProblemEntry{Errc::unprocessable, {"parent-cycle", 422, "A task cannot stand below itself"}},
    ProblemEntry{Errc::unprocessable, {"invalid-recurrence", 422, "The recurrence rule cannot be used"}},
    ProblemEntry{Errc::conflict, {"email-taken", 409, "This e-mail address has an account"}},
    ProblemEntry{Errc::unauthenticated, {"wrong-credentials", 401, "E-mail address or password is wrong"}},
    ProblemEntry{Errc::unauthenticated, {"token-expired", 401, "The access token has expired"}},
    ProblemEntry{Errc::unauthenticated, {"invalid-token", 401, "The access token is not valid"}},
    ProblemEntry{Errc::unauthenticated, {"session-ended", 401, "The session has ended"}},
    ProblemEntry{Errc::forbidden, {"origin-not-allowed", 403, "This web origin is not allowed"}},
    ProblemEntry{Errc::forbidden, {"insufficient-scope", 403, "The token's scopes do not cover this"}},
    ProblemEntry{Errc::forbidden, {"wrong-password", 403, "The current password is wrong"}},
    ProblemEntry{Errc::rate_limited, {"too-many-connections", 429, "Too many live connections"}},
};

constexpr std::string_view kTypePrefix = "urn:daybook:error:";

const ProblemEntry* find_slug(std::string_view slug) {
  const auto entry = std::find_if(kTable.begin(), kTable.end(), [&](const auto& e) { return e.type.slug == slug; });
  return entry == kTable.end() ? nullptr : &*entry;
}

Errc code_of_status(int status) {
  for (const auto& entry : kTable)
    if (entry.type.status == status) return entry.code;
  return status >= 500 ? Errc::unavailable : Errc::invalid_argument;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += out.size() == 1 ? "\"" : ",\"";
  out += name;
  out += "\":";
  append_json_string(out, is_utf8(value) ? value : "(not text)");
}

}  // namespace

std::span<const ProblemEntry> problem_table() { return kTable; }

const ProblemType& problem_type(const Error& error) {
  if (!error.slug.empty())
    if (const auto* entry = find_slug(error.slug)) return entry->type;
  const auto entry = std::find_if(kTable.begin(), kTable.end(), [&](const auto& e) { return e.code == error.code; });
  return entry->type;
}

Reply problem_reply(const Error& error) {
  const auto& type = problem_type(error);
  std::string body = "{";
  append_member(body, "type", std::string(kTypePrefix) + std::string(type.slug));
  append_member(body, "title", type.title);
  body += ",\"status\":" + std::to_string(type.status);
  if (!error.detail.empty()) append_member(body, "detail", error.detail);
  if (!error.fields.empty()) {
    body += ",\"errors\":[";
    for (const auto& field : error.fields) {
      std::string item = "{";
      append_member(item, "pointer", field.pointer);
      append_member(item, "detail", field.detail);
      if (body.back() != '[') body += ',';
      body += item + "}";
    }
    body += ']';
  }
  body += '}';
  Reply reply{type.status, std::move(body), "application/problem+json"};
  if (error.retry_after) reply.headers.add("Retry-After", std::to_string(error.retry_after->count()));
  // RFC 9110, section 15.5.2: a 401 names how to authenticate.
  if (type.status == 401) reply.headers.add("WWW-Authenticate", "Bearer");
  return reply;
}

Error error_of_reply(const Reply& reply) {
  Error error{code_of_status(reply.status), "The service answered " + std::to_string(reply.status) + "."};
  if (const auto retry = reply.headers.get("Retry-After"); !retry.empty()) {
    std::int64_t seconds = 0;
    if (std::from_chars(retry.data(), retry.data() + retry.size(), seconds).ec == std::errc{})
      error.retry_after = std::chrono::seconds{seconds};
  }
  const auto parsed = parse_json(reply.shared_body ? *reply.shared_body : reply.body);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return error;
  const auto text = [](const json::object& from, std::string_view name) -> std::string {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string{};
  };
  if (auto detail = text(*object, "detail"); !detail.empty()) error.detail = std::move(detail);
  if (const auto type = text(*object, "type"); type.starts_with(kTypePrefix)) {
    error.slug = type.substr(kTypePrefix.size());
    if (const auto* entry = find_slug(error.slug)) error.code = entry->code;
  }
  if (const auto* fields = object->if_contains("errors"); fields && fields->is_array())
    for (const auto& field : fields->get_array())
      if (const auto* item = field.if_object()) error.fields.push_back({text(*item, "pointer"), text(*item, "detail")});
  return error;
}

}  // namespace daybook::http
