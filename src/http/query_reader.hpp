#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "http/router.hpp"

namespace daybook::http {

/// Reads a request's query parameters as JsonReader reads a body: every wrong one is named, and so is every one that
/// nobody asked for.
///
///   QueryReader in(request);
///   const auto limit = in.integer("limit", 1, 200).value_or(50);
///   if (auto error = in.finish()) co_return *error;
class QueryReader {
 public:
  explicit QueryReader(const Request& request) : request_(request) {}

  std::optional<std::string> text(std::string_view name, std::size_t max_bytes = 1024);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<bool> boolean(std::string_view name);
  std::optional<Instant> instant(std::string_view name);
  std::optional<Date> date(std::string_view name);
  std::optional<Uuid> uuid(std::string_view name);
  /// One of `choices`, compared without case, given back as it stands in `choices`.
  std::optional<std::string> choice(std::string_view name, std::initializer_list<std::string_view> choices);
  /// Values of a parameter given several times or separated by commas.
  std::vector<std::string> list(std::string_view name, std::size_t max_items = 50);

  /// Reports a fault of `name` that the caller found.
  void fail(std::string_view name, std::string detail);
  /// The error that names every wrong and every unknown parameter, or nullopt.
  std::optional<Error> finish();

 private:
  const Request& request_;
  std::set<std::string, std::less<>> known_;
  std::vector<FieldError> errors_;
};

}  // namespace daybook::http
