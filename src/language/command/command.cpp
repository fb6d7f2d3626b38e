#include "language/command/command.hpp"

#include "domain/zone.hpp"

namespace daybook::language {

std::string_view to_string(Intent intent) {
  switch (intent) {
    case Intent::none:
      return "none";
    case Intent::create_task:
      return "create_task";
    case Intent::create_recurring:
      return "create_recurring";
    case Intent::set_reminder:
      return "set_reminder";
    case Intent::list:
      return "list";
    case Intent::search:
      return "search";
    case Intent::complete:
      return "complete";
    case Intent::update:
      return "update";
    case Intent::remove:
      return "delete";
    case Intent::snooze:
      return "snooze";
    case Intent::dismiss:
      return "dismiss";
    case Intent::stop_recurring:
      return "stop_recurring";
    case Intent::pause_recurring:
      return "pause_recurring";
    case Intent::show_recurring:
      return "show_recurring";
    case Intent::stats:
      return "stats";
    case Intent::help:
      return "help";
    case Intent::undo:
      return "undo";
    case Intent::clarify:
      return "clarify";
  }
  return "none";
}

std::string_view to_string(Priority priority) {
  switch (priority) {
    case Priority::none:
      return "";
    case Priority::low:
      return "low";
    case Priority::medium:
      return "medium";
    case Priority::high:
      return "high";
  }
  return "";
}

std::string When::iso(const Now& now) const {
  if (all_day) return format_date(date());
  return domain::format_with_offset(now.to_instant(local), now.zone());
}

bool Filter::empty() const { return *this == Filter{}; }

}  // namespace daybook::language
