#include "http/query_reader.hpp"

#include <charconv>

#include "core/characters.hpp"

namespace daybook::http {
namespace {

/// Reads a parameter through `parse`, reporting its error under the parameter's name.
template <class Parse>
auto parse_parameter(QueryReader& in, std::string_view name, Parse parse)
    -> std::optional<typename decltype(parse(std::string_view{}))::value_type> {
  const auto text = in.text(name, 256);
  if (!text) return std::nullopt;
  auto parsed = parse(*text);
  if (!parsed) return in.fail(name, parsed.error().detail), std::nullopt;
  return *parsed;
}

}  // namespace

std::optional<std::string> QueryReader::text(std::string_view name, std::size_t max_bytes) {
  known_.emplace(name);
  auto value = request_.query(name);
  if (!value) return std::nullopt;
  if (value->size() > max_bytes)
    return fail(name, "must have at most " + std::to_string(max_bytes) + " bytes"), std::nullopt;
  if (value->find('\0') != std::string::npos) return fail(name, "must not contain NUL"), std::nullopt;
  return value;
}

std::optional<std::int64_t> QueryReader::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const auto value = text(name, 32);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (failure != std::errc{} || end != value->data() + value->size() || number < min || number > max)
    return fail(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max)),
           std::nullopt;
  return number;
}

std::optional<bool> QueryReader::boolean(std::string_view name) {
  const auto value = choice(name, {"true", "false"});
  if (!value) return std::nullopt;
  return *value == "true";
}

std::optional<Instant> QueryReader::instant(std::string_view name) {
  return parse_parameter(*this, name, parse_rfc3339);
}
std::optional<Date> QueryReader::date(std::string_view name) { return parse_parameter(*this, name, parse_date); }
std::optional<Uuid> QueryReader::uuid(std::string_view name) { return parse_parameter(*this, name, Uuid::parse); }

std::optional<std::string> QueryReader::choice(std::string_view name, std::initializer_list<std::string_view> choices) {
  const auto value = text(name, 256);
  if (!value) return std::nullopt;
  std::string all;
  for (auto choice : choices) {
    if (iequals(*value, choice)) return std::string(choice);
    all += (all.empty() ? "" : ", ") + std::string(choice);
  }
  return fail(name, "must be one of " + all), std::nullopt;
}

std::vector<std::string> QueryReader::list(std::string_view name, std::size_t max_items) {
  known_.emplace(name);
  std::vector<std::string> out;
  for (const auto& value : request_.query_all(name)) {
    std::size_t from = 0;
    while (from <= value.size()) {
      const auto comma = std::min(value.find(',', from), value.size());
      if (comma > from) out.push_back(value.substr(from, comma - from));
      from = comma + 1;
    }
  }
  if (out.size() > max_items) {
    fail(name, "must have at most " + std::to_string(max_items) + " values");
    out.clear();
  }
  return out;
}

void QueryReader::fail(std::string_view name, std::string detail) {
  errors_.push_back({"?" + std::string(name), std::move(detail)});
}

std::optional<Error> QueryReader::finish() {
  for (const auto& name : request_.query_names())
    if (!known_.contains(name)) fail(name, "is not known here; check the spelling or leave it out");
  if (errors_.empty()) return std::nullopt;
  Error error{Errc::invalid_argument, "The request has wrong parameters; each is named in errors.", "invalid-request"};
  error.fields = std::move(errors_);
  return error;
}

}  // namespace daybook::http
