#include <gtest/gtest.h>

#include <fstream>

#include "core/json.hpp"
#include "language/json_lines.hpp"

namespace daybook::language {
namespace {

std::string meaning(const json::object& answer) {
  const auto text = [&](const char* name) {
    const auto* value = answer.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  const auto kind = text("kind");
  if (kind == "instant") return text("start").substr(0, 16);
  if (kind == "interval") return text("start").substr(0, 16) + " to " + text("end").substr(0, 16) + " (exclusive)";
  if (kind == "duration") return text("duration");
  if (kind != "recurrence") return kind;
  auto out = text("rrule");
  if (!text("dtstart").empty()) out += " from " + text("dtstart");
  if (!text("anchor").empty()) out += ", counted from completion";
  return out;
}

// Issue 4: every example of docs/language.md is what the engine does.
TEST(Docs, EveryExampleHolds) {
  std::ifstream file(DAYBOOK_SOURCE_DIR "/docs/language.md");
  int checked = 0;
  bool examples = true;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## Conventions")) examples = false;
    if (!examples || !line.starts_with("| ") || line.starts_with("| you say")) continue;
    const auto bar = line.find(" | ");
    ASSERT_NE(bar, std::string::npos);
    const auto said = line.substr(2, bar - 2);
    const auto expected = line.substr(bar + 3, line.size() - bar - 5);
    json::object question{
        {"id", nullptr}, {"text", said}, {"ref", "2026-03-04T10:20:00-05:00"}, {"tz", "America/New_York"}};
    const auto answer = json::parse(answer_time_question(json::serialize(question))).as_object();
    EXPECT_EQ(meaning(answer), expected) << said;
    ++checked;
  }
  EXPECT_GT(checked, 40);
}

TEST(JsonLines, AnswersWhatIsNoQuestion) {
  for (const auto* line : {"", "[]", "{\"id\":1}", "not json", "{\"id\":1,\"text\":\"x\",\"ref\":\"soon\"}",
                           "{\"id\":1,\"text\":\"x\",\"ref\":\"2026-03-04T10:20:00Z\",\"tz\":\"Moon/Crater\"}"}) {
    EXPECT_NE(answer_time_question(line).find("error"), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace daybook::language
