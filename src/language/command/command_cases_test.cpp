#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "core/json.hpp"
#include "language/command/command_lines.hpp"

namespace daybook::language {
namespace {

/// Keys that a reply words in its own way.
const std::set<std::string_view> kSoft = {
    "needs_confirmation", "due_pod",          "dst",          "result", "next",    "accept", "topic",
    "default_duration",   "times_per_period", "parts_of_day", "ask",    "options", "reason", "note"};

std::string folded(const json::value& value) {
  std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  std::string out;
  for (char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '\'')
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool is_empty(const json::value* value) {
  return value == nullptr || value->is_null() || (value->is_array() && value->get_array().empty()) ||
         (value->is_bool() && !value->get_bool()) || (value->is_string() && value->get_string().empty());
}

bool right(const json::object& want, const json::object& got);

bool same(std::string_view key, const json::value& want, const json::value* got) {
  if (is_empty(&want)) return is_empty(got);
  if (is_empty(got)) return want.is_object() && want.get_object().empty() && got != nullptr;
  if (key == "filter") {
    const auto& wanted = want.get_object();
    return got->is_object() && std::all_of(wanted.begin(), wanted.end(), [&](const auto& member) {
             return same(member.key(), member.value(), got->get_object().if_contains(member.key()));
           });
  }
  if (key == "actions") {
    const auto& a = want.get_array();
    const auto& b = got->get_array();
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!right(a[i].get_object(), b[i].get_object())) return false;
    }
    return true;
  }
  if (want.is_array() && got->is_array()) {
    std::multiset<std::string> a;
    std::multiset<std::string> b;
    for (const auto& one : want.get_array()) a.insert(folded(one));
    for (const auto& one : got->get_array()) b.insert(folded(one));
    return a == b;
  }
  return folded(want) == folded(*got);
}

bool right(const json::object& want, const json::object& got) {
  std::vector<json::object> wanted{want};
  if (const auto* accept = want.if_contains("accept")) {
    for (const auto& other : accept->get_array()) {
      json::object merged = want;
      for (const auto& member : other.get_object()) merged[member.key()] = member.value();
      wanted.push_back(std::move(merged));
    }
  }
  const std::string_view intent = want.at("intent").get_string();
  if (intent.starts_with("create_")) {
    for (const char* key : {"rrule", "priority", "tags", "exdate"}) {
      if (!want.contains(key) && !is_empty(got.if_contains(key))) return false;
    }
  }
  return std::any_of(wanted.begin(), wanted.end(), [&](const json::object& one) {
    return std::all_of(one.begin(), one.end(), [&](const auto& member) {
      return kSoft.contains(member.key()) || same(member.key(), member.value(), got.if_contains(member.key()));
    });
  });
}

// The open half of the chat commands; the floor is what the engine reached, so that a change shows what it breaks.
TEST(CommandCases, open_cases_are_read_as_people_mean_them) {
  std::ifstream in(DAYBOOK_TEST_DATA "/language/commands.jsonl");
  ASSERT_TRUE(in) << "tests/data/language/commands.jsonl is missing";
  int all = 0;
  int intents = 0;
  int wholes = 0;
  std::string misses;
  for (std::string line; std::getline(in, line);) {
    const json::value parsed = json::parse(line);
    const auto& gold = parsed.get_object();
    const std::string answer = answer_command_question(line);
    const json::value answered = json::parse(answer);
    const json::object got = answered.at("reading").get_object();
    const auto& want = gold.at("expected").get_object();
    ++all;
    const bool intent = folded(want.at("intent")) == folded(got.at("intent"));
    intents += intent;
    if (intent && right(want, got))
      ++wholes;
    else
      misses += line.substr(0, 160) + "\n  got " + json::serialize(got) + "\n";
  }
  ASSERT_GT(all, 200);
  EXPECT_GE(intents * 1000, all * 990) << misses;
  EXPECT_GE(wholes * 1000, all * 960) << misses;
}

// Phrases as people type them, with nine tasks about: every reading was looked at, and every one stays.
TEST(CommandCases, typed_phrases_are_read_as_they_were_found_right) {
  std::ifstream in(DAYBOOK_TEST_DATA "/language/phrases.jsonl");
  ASSERT_TRUE(in) << "tests/data/language/phrases.jsonl is missing";
  std::string line;
  std::getline(in, line);
  const auto common = json::parse(line).as_object();
  int all = 0;
  while (std::getline(in, line)) {
    const auto row = json::parse(line).as_object();
    json::object question = common;
    question["text"] = row.at("text");
    if (const auto* before = row.if_contains("before")) {
      for (const auto& turn : before->get_array()) question.at("context").get_array().push_back(turn);
    }
    const auto answer = json::parse(answer_command_question(json::serialize(question)));
    const auto& got = answer.at("reading").get_object();
    const auto& want = row.at("expected").get_object();
    const bool intent = want.at("intent") == got.at("intent");
    EXPECT_TRUE(intent && right(want, got)) << line << "\n  got " << json::serialize(got);
    ++all;
  }
  EXPECT_GT(all, 250);
}

}  // namespace
}  // namespace daybook::language
