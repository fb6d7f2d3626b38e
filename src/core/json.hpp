#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace daybook {

namespace json = boost::json;

/// Limits that hold for every text field unless its reader names others.
inline constexpr std::size_t kMaxTextBytes = 64 * 1024;
inline constexpr int kMaxJsonDepth = 32;

/// Parses one JSON document: UTF-8 checked, at most kMaxJsonDepth deep, nothing after it, no duplicate names.
/// Errors: invalid_argument with the byte where it stopped making sense.
Result<json::value> parse_json(std::string_view text);

/// Whether names that nobody asked for are errors: `strict` at the public edge, `lenient` for events and internal
/// calls (design, rule 12).
enum class Unknown { strict, lenient };

/// Reads the members of one JSON object and collects every wrong field instead of stopping at the first.
///
///   JsonReader in(value, Unknown::strict);
///   auto title = in.text("title", {.required = true, .max_bytes = 500});
///   auto due = in.instant("dueAt");
///   if (auto error = in.finish()) return *error;
///
/// A member that is absent or null reads as nullopt; `is_null` tells the two apart (PATCH clears with null).
class JsonReader {
 public:
  struct Text {
    bool required = false;
    std::size_t min_bytes = 0;
    std::size_t max_bytes = kMaxTextBytes;
    bool single_line = false;  ///< Refuses control characters (NUL is refused everywhere).
  };

  explicit JsonReader(const json::value& value, Unknown unknown, std::string pointer = {});

  bool has(std::string_view name) const;
  bool is_null(std::string_view name) const;

  std::optional<std::string> text(std::string_view name, Text rules);
  std::optional<std::string> text(std::string_view name) { return text(name, Text{}); }
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max, bool required = false);
  std::optional<bool> boolean(std::string_view name);
  std::optional<Instant> instant(std::string_view name);
  std::optional<Date> date(std::string_view name);
  std::optional<std::chrono::seconds> duration(std::string_view name);
  std::optional<Uuid> uuid(std::string_view name, bool required = false);
  /// One of `choices`, compared without case, given back as it stands in `choices`.
  std::optional<std::string> choice(std::string_view name, std::initializer_list<std::string_view> choices);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t max_items, Text each);
  /// Calls `read` for each element of an array of objects; readers report into this one.
  bool objects(std::string_view name, std::size_t max_items, const std::function<void(JsonReader&, std::size_t)>& read);
  bool object(std::string_view name, const std::function<void(JsonReader&)>& read);
  /// The member as it is, marked as known; nullptr when absent.
  const json::value* raw(std::string_view name);

  /// Reports a fault of `name` that the caller found ("" for the object itself).
  void fail(std::string_view name, std::string detail);

  /// The error that names every wrong and (strict) every unknown field, or nullopt.
  std::optional<Error> finish();

 private:
  const json::value* find(std::string_view name, bool required);
  void finish_into(std::vector<FieldError>& errors);

  const json::object* object_ = nullptr;
  Unknown unknown_;
  std::string pointer_;
  std::set<std::string, std::less<>> known_;
  std::vector<FieldError> errors_;
};

/// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// True for well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace daybook
