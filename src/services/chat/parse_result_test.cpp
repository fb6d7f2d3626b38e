#include "services/chat/parse_result.hpp"

#include <gmock/gmock.h>

#include "core/json.hpp"

namespace daybook::chat {
namespace {

using ::testing::ElementsAre;

const language::Now kNow(*parse_rfc3339("2026-03-04T09:00:00Z"), domain::Zone{});  // A Wednesday.

json::object parsed(const std::string& text, const std::vector<std::pair<std::size_t, std::size_t>>& ignore = {}) {
  return parse_json(parse_result(text, kNow, {}, ignore))->get_object();
}

std::vector<std::string> labels(const std::string& text) {
  std::vector<std::string> out;
  const auto reading = parsed(text);
  for (const auto& span : reading.at("spans").as_array())
    if (span.at("kind").as_string() != "verb")
      out.push_back(std::string(span.at("kind").as_string()) + ": " + std::string(span.at("label").as_string()));
  return out;
}

TEST(ParseResult, LabelsSayInWordsWhatAPieceBecame) {
  EXPECT_THAT(labels("dentist tomorrow 3pm #health p1, remind me 30 minutes before"),
              ElementsAre("tag: #health", "priority: High priority", "reminder: Remind 30 minutes before",
                          "due: Tomorrow at 3 pm"));
  EXPECT_THAT(labels("standup every weekday at 9am, remind me 10 minutes before"),
              ElementsAre("reminder: Remind 10 minutes before", "recurrence: Every weekday at 9am"));
  EXPECT_THAT(labels("pay rent every month on the 1st until june, remind me the day before at 6pm @home"),
              ::testing::IsSupersetOf({"category: @home", "reminder: Remind the day before at 6 pm"}));
  EXPECT_THAT(labels("call mom"), ElementsAre());
}

TEST(ParseResult, WordsOfATakenOffChipGoBackIntoTheTitle) {
  const auto taken = parsed("call the plumber tomorrow 5pm #home", {{17, 29}});
  EXPECT_EQ(taken.at("title").as_string(), "Call the plumber tomorrow 5pm");
  const auto* due = taken.at("task").as_object().if_contains("dueAt");
  EXPECT_TRUE(!due || due->is_null());
  // Spans count code points, whatever their bytes.
  EXPECT_EQ(parsed("water the café 🌟 on monday", {{17, 26}}).at("title").as_string(), "Water the café 🌟 on monday");
}

}  // namespace
}  // namespace daybook::chat
