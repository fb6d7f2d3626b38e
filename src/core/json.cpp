#include "core/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <cmath>

#include "core/characters.hpp"

namespace daybook {

namespace {

/// Builds the value like Boost.JSON's own parser, refuses numbers that JSON cannot say, and counts the names.
class CountingHandler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using Failure = boost::system::error_code;

  CountingHandler() : stack_({}, buffer_, sizeof buffer_) { stack_.reset(storage()); }

  bool on_document_begin(Failure&) { return true; }
  bool on_document_end(Failure&) { return true; }
  bool on_object_begin(Failure&) { return true; }
  bool on_object_end(std::size_t n, Failure&) { return stack_.push_object(n), true; }
  bool on_array_begin(Failure&) { return true; }
  bool on_array_end(std::size_t n, Failure&) { return stack_.push_array(n), true; }
  bool on_key_part(std::string_view part, std::size_t, Failure&) { return stack_.push_chars(part), true; }
  bool on_key(std::string_view part, std::size_t, Failure&) { return ++names_, stack_.push_key(part), true; }
  bool on_string_part(std::string_view part, std::size_t, Failure&) { return stack_.push_chars(part), true; }
  bool on_string(std::string_view part, std::size_t, Failure&) { return stack_.push_string(part), true; }
  bool on_number_part(std::string_view, Failure&) { return true; }
  bool on_int64(std::int64_t value, std::string_view, Failure&) { return stack_.push_int64(value), true; }
  bool on_uint64(std::uint64_t value, std::string_view, Failure&) { return stack_.push_uint64(value), true; }
  bool on_double(double value, std::string_view, Failure& failure) {
    // 1e400 reads as infinity, which no JSON can say.
    if (!std::isfinite(value)) return failure = json::error::exponent_overflow, false;
    return stack_.push_double(value), true;
  }
  bool on_bool(bool value, Failure&) { return stack_.push_bool(value), true; }
  bool on_null(Failure&) { return stack_.push_null(), true; }
  bool on_comment_part(std::string_view, Failure&) { return true; }
  bool on_comment(std::string_view, Failure&) { return true; }

  json::value release() { return stack_.release(); }
  std::size_t names() const { return names_; }

 private:
  /// A document is made once and dropped whole: its values share few blocks.
  static json::storage_ptr storage() { return json::make_shared_resource<json::monotonic_resource>(); }

  unsigned char buffer_[2048];  ///< Of the values under way; grows elsewhere.
  json::value_stack stack_;
  std::size_t names_ = 0;
};

std::size_t count_names(const json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& [name, member] : *object) count += count_names(member);
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) count += count_names(item);
  }
  return count;
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::basic_parser<CountingHandler> parser(options);
  boost::system::error_code failure;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), failure);
  if (!failure && read < text.size()) failure = json::error::extra_data;
  if (failure) {
    return Error{Errc::invalid_argument, "The body is not JSON: " + failure.message() + " at byte " +
                                             std::to_string(read) + ". Send one JSON document in UTF-8."};
  }
  auto value = parser.handler().release();
  // An object keeps one member a name; of two, another reader might take the other one (RFC 8259, section 4).
  if (count_names(value) != parser.handler().names())
    return Error{Errc::invalid_argument,
                 "The body is not JSON: a name occurs twice in one object. Send each member once."};
  return value;
}

JsonReader::JsonReader(const json::value& value, Unknown unknown, std::string pointer)
    : object_(value.if_object()), unknown_(unknown), pointer_(std::move(pointer)) {
  if (!object_) errors_.push_back({pointer_, "must be a JSON object"});
}

bool JsonReader::has(std::string_view name) const { return object_ && object_->contains(name); }

bool JsonReader::is_null(std::string_view name) const {
  const auto* value = object_ ? object_->if_contains(name) : nullptr;
  return value && value->is_null();
}

const json::value* JsonReader::raw(std::string_view name) {
  known_.emplace(name);
  return object_ ? object_->if_contains(name) : nullptr;
}

const json::value* JsonReader::find(std::string_view name, bool required) {
  const auto* value = raw(name);
  if (value && value->is_null()) value = nullptr;
  if (!value && required && object_) fail(name, "is required");
  return value;
}

void JsonReader::fail(std::string_view name, std::string detail) {
  // RFC 6901, section 3: "~" and "/" inside a name are escaped.
  std::string pointer = pointer_;
  if (!name.empty()) pointer += '/';
  for (char c : name) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  errors_.push_back({std::move(pointer), std::move(detail)});
}

std::optional<std::string> JsonReader::text(std::string_view name, Text rules) {
  const auto* value = find(name, rules.required);
  if (!value) return std::nullopt;
  const auto* string = value->if_string();
  if (!string) return fail(name, "must be a string"), std::nullopt;
  if (string->size() < rules.min_bytes)
    return fail(name, rules.min_bytes == 1 ? "must not be empty"
                                           : "must have at least " + std::to_string(rules.min_bytes) + " bytes"),
           std::nullopt;
  if (string->size() > rules.max_bytes)
    return fail(name, "must have at most " + std::to_string(rules.max_bytes) + " bytes"), std::nullopt;
  for (unsigned char c : *string) {
    if (c == 0) return fail(name, "must not contain NUL"), std::nullopt;
    if (rules.single_line && (c < 0x20 || c == 0x7F))
      return fail(name, "must be one line without control characters"), std::nullopt;
  }
  return std::string(*string);
}

std::optional<std::int64_t> JsonReader::integer(std::string_view name, std::int64_t min, std::int64_t max,
                                                bool required) {
  const auto* value = find(name, required);
  if (!value) return std::nullopt;
  boost::system::error_code failure;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(failure) : 0;
  if (!value->is_number() || failure || number < min || number > max)
    return fail(name, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max)),
           std::nullopt;
  return number;
}

std::optional<bool> JsonReader::boolean(std::string_view name) {
  const auto* value = find(name, false);
  if (!value) return std::nullopt;
  if (!value->is_bool()) return fail(name, "must be true or false"), std::nullopt;
  return value->get_bool();
}

namespace {

/// Reads a string member through `parse`, reporting its error under the member's name.
template <class Parse>
auto parse_member(JsonReader& in, std::string_view name, Parse parse)
    -> std::optional<typename decltype(parse(std::string_view{}))::value_type> {
  const auto text = in.text(name, {.max_bytes = 256});
  if (!text) return std::nullopt;
  auto parsed = parse(*text);
  if (!parsed) return in.fail(name, parsed.error().detail), std::nullopt;
  return *parsed;
}

}  // namespace

std::optional<Instant> JsonReader::instant(std::string_view name) { return parse_member(*this, name, parse_rfc3339); }
std::optional<Date> JsonReader::date(std::string_view name) { return parse_member(*this, name, parse_date); }
std::optional<std::chrono::seconds> JsonReader::duration(std::string_view name) {
  return parse_member(*this, name, parse_duration);
}

std::optional<Uuid> JsonReader::uuid(std::string_view name, bool required) {
  if (!find(name, required)) return std::nullopt;
  return parse_member(*this, name, Uuid::parse);
}

std::optional<std::string> JsonReader::choice(std::string_view name, std::initializer_list<std::string_view> choices) {
  const auto text = this->text(name, {.max_bytes = 256});
  if (!text) return std::nullopt;
  std::string list;
  for (auto choice : choices) {
    if (iequals(*text, choice)) return std::string(choice);
    list += (list.empty() ? "" : ", ") + std::string(choice);
  }
  return fail(name, "must be one of " + list), std::nullopt;
}

std::optional<std::vector<std::string>> JsonReader::texts(std::string_view name, std::size_t max_items, Text each) {
  const auto* value = find(name, each.required);
  if (!value) return std::nullopt;
  const auto* array = value->if_array();
  if (!array) return fail(name, "must be an array of strings"), std::nullopt;
  if (array->size() > max_items)
    return fail(name, "must have at most " + std::to_string(max_items) + " items"), std::nullopt;
  json::object items;
  for (std::size_t i = 0; i < array->size(); ++i) items[std::to_string(i)] = (*array)[i];
  const json::value holder = std::move(items);
  JsonReader reader(holder, Unknown::lenient, pointer_ + "/" + std::string(name));
  each.required = true;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < array->size(); ++i)
    if (auto item = reader.text(std::to_string(i), each)) out.push_back(std::move(*item));
  const bool failed = !reader.errors_.empty();
  reader.finish_into(errors_);
  if (failed) return std::nullopt;
  return out;
}

bool JsonReader::objects(std::string_view name, std::size_t max_items,
                         const std::function<void(JsonReader&, std::size_t)>& read) {
  const auto* value = find(name, false);
  if (!value) return false;
  const auto* array = value->if_array();
  if (!array) return fail(name, "must be an array of objects"), false;
  if (array->size() > max_items) return fail(name, "must have at most " + std::to_string(max_items) + " items"), false;
  for (std::size_t i = 0; i < array->size(); ++i) {
    JsonReader item((*array)[i], unknown_, pointer_ + "/" + std::string(name) + "/" + std::to_string(i));
    if (item.object_) read(item, i);
    item.finish_into(errors_);
  }
  return true;
}

bool JsonReader::object(std::string_view name, const std::function<void(JsonReader&)>& read) {
  const auto* value = find(name, false);
  if (!value) return false;
  JsonReader inner(*value, unknown_, pointer_ + "/" + std::string(name));
  if (inner.object_) read(inner);
  inner.finish_into(errors_);
  return true;
}

void JsonReader::finish_into(std::vector<FieldError>& errors) {
  if (object_ && unknown_ == Unknown::strict)
    for (const auto& member : *object_) {
      const std::string_view name = member.key();
      if (!known_.contains(name)) fail(name, "is not known here; check the spelling or leave it out");
    }
  if (&errors != &errors_) errors.insert(errors.end(), errors_.begin(), errors_.end());
}

std::optional<Error> JsonReader::finish() {
  finish_into(errors_);
  if (errors_.empty()) return std::nullopt;
  Error error{Errc::invalid_argument, "The request has wrong fields; each is named in errors.", "invalid-request"};
  error.fields = errors_;
  return error;
}

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, from, i - from);
    from = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00", out += kHex[c >> 4], out += kHex[c & 15];
    }
  }
  out.append(text, from, text.size() - from);
  out += '"';
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const int extra = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || i + extra >= text.size() + 0u) return false;
    std::uint32_t code = lead & (0x3F >> extra);
    for (int k = 1; k <= extra; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (code < kLeast[extra] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    i += 1 + extra;
  }
  return true;
}

}  // namespace daybook
