#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/task.hpp"

namespace daybook::domain {

enum class SortField : std::uint8_t { created, due, priority, updated, title };

struct Sort {
  SortField field = SortField::created;
  bool descending = true;
  friend bool operator==(const Sort&, const Sort&) = default;
};

/// "due", "-created" (descending). `priority` rises from none to high; "number" is "created". nullopt: not one of the
/// fields.
std::optional<Sort> parse_sort(std::string_view text);
std::string to_string(const Sort& sort);

/// Which tasks, in which order, which page. An end of a range is an instant, or a local day of the owner, which belongs
/// to the range as a whole. Conditions combine with AND; the values of one combine with OR, except `tags`, all of
/// which must be there.
struct TaskQuery {
  std::vector<Status> status;  ///< Empty: any.
  std::vector<Priority> priority;
  std::vector<std::string> tags;
  std::vector<std::string> any_tags;  ///< At least one of them, when given.
  std::vector<std::string> not_tags;
  std::optional<std::string> category;
  When due_from, due_to;  ///< Inclusive.
  std::optional<bool> has_due;
  std::optional<bool> has_reminder;
  When created_from, created_to;      ///< Inclusive.
  When completed_from, completed_to;  ///< Inclusive.
  std::string text;                   ///< Search (design, rule 16); empty: none.
  std::optional<TaskId> parent;
  std::optional<SeriesId> series;
  /// Tasks without a due time come last either way; equals go by creation, in the same direction.
  Sort sort;
  int limit = 50;
  std::string cursor;  ///< Of the page before, opaque; empty: the first page.
  friend bool operator==(const TaskQuery&, const TaskQuery&) = default;
};

/// The query as a list's query string, without limit and cursor: the same for the same query.
std::string to_query_string(const TaskQuery& query);
/// A due-time end as text: RFC 3339 or YYYY-MM-DD; empty when not set.
std::string to_text(const When& when);
/// Errors: invalid_argument.
Result<When> parse_when(std::string_view text);

}  // namespace daybook::domain
