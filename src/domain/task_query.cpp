#include "domain/task_query.hpp"

namespace daybook::domain {
namespace {
constexpr std::string_view kSortFields[] = {"created", "due", "priority", "updated", "title"};
}

std::optional<Sort> parse_sort(std::string_view text) {
  Sort sort{SortField::created, false};
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    sort.descending = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "createdAt") text = "created";
  if (text == "updatedAt") text = "updated";
  if (text == "dueAt" || text == "dueDate") text = "due";
  for (std::size_t i = 0; i < std::size(kSortFields); ++i)
    if (kSortFields[i] == text) return sort.field = static_cast<SortField>(i), sort;
  return std::nullopt;
}

std::string to_string(const Sort& sort) {
  return (sort.descending ? "-" : "") + std::string(kSortFields[static_cast<int>(sort.field)]);
}

}  // namespace daybook::domain
