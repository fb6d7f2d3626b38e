#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace daybook::log {

/// error: needs a person; warn: degraded; info: lifecycle; debug: the rest.
enum class Level { debug, info, warn, error };
std::optional<Level> parse_level(std::string_view text);

/// One scalar of a log line. Never what people wrote, tokens, or values from a database.
class Field {
 public:
  Field(std::string_view name, std::string_view text) : name_(name), text_(text), kind_(Kind::text) {}
  Field(std::string_view name, const std::string& text) : Field(name, std::string_view{text}) {}
  Field(std::string_view name, const char* text) : Field(name, std::string_view{text}) {}
  Field(std::string_view name, bool value) : name_(name), number_(value), kind_(Kind::boolean) {}
  template <class T>
    requires std::is_integral_v<T>
  Field(std::string_view name, T value)
      : name_(name), number_(static_cast<std::int64_t>(value)), kind_(Kind::integer) {}
  Field(std::string_view name, double value) : name_(name), real_(value), kind_(Kind::real) {}

  void append_to(std::string& line) const;

 private:
  enum class Kind { text, integer, real, boolean };
  std::string_view name_;
  std::string_view text_;
  std::int64_t number_ = 0;
  double real_ = 0;
  Kind kind_;
};

using Fields = std::initializer_list<Field>;

/// Lines below `level` are dropped before they are formatted. Thread-safe. Default: info.
void set_level(Level level);
bool enabled(Level level);

/// Where whole lines go (without the newline); standard error unless set. Called with one line at a time.
void set_sink(std::function<void(std::string_view line)> sink);

/// Writes one JSON line: {"time","level","msg",…fields}. `msg` is constant text, so that lines can be counted by it.
void write(Level level, std::string_view msg, Fields fields = {});
inline void debug(std::string_view msg, Fields fields = {}) { write(Level::debug, msg, fields); }
inline void info(std::string_view msg, Fields fields = {}) { write(Level::info, msg, fields); }
inline void warn(std::string_view msg, Fields fields = {}) { write(Level::warn, msg, fields); }
inline void error(std::string_view msg, Fields fields = {}) { write(Level::error, msg, fields); }

}  // namespace daybook::log
