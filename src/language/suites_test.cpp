#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

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

  std::map<std::string, json::object> questions;
  std::ifstream asked(folder + "/cases/" + GetParam() + ".jsonl");
  for (std::string line; std::getline(asked, line);) {
    auto row = json::parse(line).as_object();
    questions.emplace(std::string(row.at("id").as_string()), std::move(row));
  }
  std::ifstream golden(folder + "/golden/" + GetParam() + ".jsonl");
  ASSERT_TRUE(golden) << GetParam();
  int wrong = 0;
  int total = 0;
  for (std::string line; std::getline(golden, line);) {
    const auto right = json::parse(line).as_object();
    const auto& row = questions.at(std::string(right.at("id").as_string()));
    json::object question;
    question["id"] = nullptr;
    for (const auto* name : {"text", "ref", "tz", "opts"}) {
      if (row.contains(name)) question[name] = row.at(name);
    }
    question["settings"] = settings;
    auto answer = json::parse(answer_time_question(json::serialize(question))).as_object();
    answer.erase("id");
    ++total;
    if (answer != right.at("answer").as_object()) {
      ++wrong;
      ADD_FAILURE() << row.at("text") << " was " << line << "\n  now " << json::serialize(answer);
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
