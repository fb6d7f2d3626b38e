// Whole chat commands, with a conversation before them: any bytes are a sentence.
// Links: daybook_language_command

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "language/command/command_json.hpp"
#include "language/command/read_command.hpp"

namespace {

using namespace daybook;
using namespace daybook::language;

Context conversation(unsigned kind) {
  const auto day = std::chrono::local_days{std::chrono::year{2026} / 3 / 5};
  Context context;
  const auto add = [&](const char* id, const char* title, const char* rrule) {
    TaskItem task;
    task.id = id;
    task.title = title;
    task.rrule = rrule;
    task.due = When{LocalTime{day} + std::chrono::hours{kind % 24}, kind % 2 == 0};
    task.tags = {"work"};
    context.tasks.push_back(std::move(task));
  };
  add("1", "Dentist appointment", "");
  add("2", "Gym", "FREQ=WEEKLY;BYDAY=TU,TH;BYHOUR=18;BYMINUTE=0");
  add("3", "Buy milk and eggs", "");
  if ((kind & 1) != 0) context.last = "1";
  if ((kind & 2) != 0) context.list = {"3", "1", "2"};
  if ((kind & 4) != 0) context.reminders = {"2"};
  if ((kind & 8) != 0) context.turns = {"remind me to call mom at 9", "go to the gym twice a week"};
  constexpr const char* kSlots[] = {"due", "time", "am_pm", "days", "which_task", "title", "confirm", "ambiguous_time"};
  if ((kind & 16) != 0) {
    OpenQuestion question;
    question.slot = kSlots[kind % 8];
    question.options = {"Gym", "Dentist appointment"};
    context.question = question;
  }
  return context;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1 || size > 12'000) return 0;
  static const auto zone = *domain::Zone::locate("America/New_York");
  const Now now(*parse_rfc3339("2026-03-04T10:20:00-05:00"), zone);
  const std::string_view text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  const Context context = conversation(bytes[0]);
  // Other readings cost several of the first: half of the inputs ask for them.
  const bool preview = (bytes[0] & 32) != 0;
  const Command command =
      read_command(text, now, Settings{}, context, preview ? Alternatives::wanted : Alternatives::if_alike);
  if (command.alternatives.size() > 4) std::abort();
  for (const RecognisedSpan& span : command.spans) {
    if (span.span.begin > span.span.end || span.span.end > text.size()) std::abort();
  }
  // The JSON form takes only UTF-8, as every text of the API is.
  if (is_utf8(text)) {
    const std::string written = boost::json::serialize(to_json(command, now, true));
    if (!parse_json(written)) std::abort();
  }
  return 0;
}
