#include <gtest/gtest.h>

#include <fstream>

#include "core/json.hpp"
#include "language/json_lines.hpp"

namespace daybook::language {
namespace {

class Suite : public ::testing::TestWithParam<const char*> {};

// Issue 4: every phrase that was once read rightly stays so.
TEST_P(Suite, KeepsItsAnswers) {
  const std::string folder = DAYBOOK_SOURCE_DIR "/tests/data/language";
  std::ifstream profile_file(folder + "/profiles.json");
  const std::string profile_text((std::istreambuf_iterator<char>(profile_file)), {});
  const auto profiles = json::parse(profile_text).as_object();
  auto settings = profiles.at("default").as_object();
  for (const auto& [name, value] : profiles.at("suites").at(GetParam()).as_object()) settings[name] = value;

  std::ifstream cases(folder + "/golden/" + GetParam() + ".jsonl");
  ASSERT_TRUE(cases) << GetParam();
  int wrong = 0;
  int total = 0;
  for (std::string line; std::getline(cases, line);) {
    auto row = json::parse(line).as_object();
    json::object question;
    question["id"] = nullptr;
    for (const auto* name : {"text", "ref", "tz", "opts"}) {
      if (row.contains(name)) question[name] = row.at(name);
    }
    question["settings"] = settings;
    auto answer = json::parse(answer_time_question(json::serialize(question))).as_object();
    answer.erase("id");
    ++total;
    if (answer != row.at("answer").as_object()) {
      ++wrong;
      ADD_FAILURE() << line << "\n  now " << json::serialize(answer);
      if (wrong > 20) break;
    }
  }
  EXPECT_GT(total, 10);
}

INSTANTIATE_TEST_SUITE_P(Open, Suite,
                         ::testing::Values("chrono", "duckling", "recognizers", "recurrent", "rrulejs", "todoist",
                                           "dateparser", "parsedatetime", "commands_due"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace daybook::language
