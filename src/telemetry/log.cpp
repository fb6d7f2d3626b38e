#include "telemetry/log.hpp"

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <mutex>

#include "core/json.hpp"
#include "core/time.hpp"

namespace daybook::log {
namespace {

std::atomic<Level> minimum{Level::info};

struct Sink {
  std::mutex mutex;
  std::function<void(std::string_view)> write;
};

Sink& sink() {
  // Never destroyed: threads may log while the process ends.
  static auto* const instance = new Sink;
  return *instance;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "info";
}

void write_to_stderr(std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written <= 0) return;  // Nobody reads; there is no other place to say so.
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::optional<Level> parse_level(std::string_view text) {
  for (auto level : {Level::debug, Level::info, Level::warn, Level::error})
    if (name_of(level) == text) return level;
  return std::nullopt;
}

void Field::append_to(std::string& line) const {
  append_json_string(line, name_);
  line += ':';
  switch (kind_) {
    case Kind::text:
      append_json_string(line, is_utf8(text_) ? text_ : "(not text)");
      break;
    case Kind::integer:
      line += std::to_string(number_);
      break;
    case Kind::boolean:
      line += number_ ? "true" : "false";
      break;
    case Kind::real: {
      char digits[32];
      const auto end = std::to_chars(digits, digits + sizeof digits, real_).ptr;
      std::isfinite(real_) ? line.append(digits, end) : line.append("null");
    }
  }
}

void set_level(Level level) { minimum.store(level, std::memory_order_relaxed); }
bool enabled(Level level) { return level >= minimum.load(std::memory_order_relaxed); }

void set_sink(std::function<void(std::string_view)> write) {
  const std::lock_guard lock(sink().mutex);
  sink().write = std::move(write);
}

void write(Level level, std::string_view msg, Fields fields) {
  if (!enabled(level)) return;
  const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::string line =
      R"({"time":")" + format_rfc3339(now) + R"(","level":")" + std::string(name_of(level)) + R"(","msg":)";
  append_json_string(line, msg);
  for (const auto& field : fields) {
    line += ',';
    field.append_to(line);
  }
  line += '}';
  const std::lock_guard lock(sink().mutex);
  if (sink().write)
    sink().write(line);
  else
    write_to_stderr(std::move(line));
}

}  // namespace daybook::log
