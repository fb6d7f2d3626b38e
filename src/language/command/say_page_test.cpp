#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "language/command/command_lines.hpp"

namespace daybook::language {
namespace {

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> pieces;
  std::size_t at = 0;
  for (std::size_t end = text.find(by); end != std::string::npos; at = end + by.size(), end = text.find(by, at)) {
    pieces.push_back(text.substr(at, end - at));
  }
  pieces.push_back(text.substr(at));
  return pieces;
}

std::string shown(const json::value& value) {
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_object()) {
    const auto& object = value.get_object();
    return object.contains("before") ? "before " + shown(object.at("before")) : "at " + shown(object.at("at"));
  }
  if (value.is_array()) {
    std::string all;
    for (const auto& one : value.get_array()) all += (all.empty() ? "" : ", ") + shown(one);
    return all;
  }
  return json::serialize(value);
}

/// One reading against its words on the page: "create task · title: Buy milk · due: 2026-03-05".
void expect_reading(const std::string& said, const std::string& meaning, const json::object& reading) {
  const auto pieces = split(meaning, " · ");
  const auto key_of = [](std::string text) {
    std::replace(text.begin(), text.end(), ' ', '_');
    return text;
  };
  EXPECT_EQ(key_of(pieces[0]), shown(reading.at("intent"))) << said;
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const auto colon = pieces[i].find(": ");
    ASSERT_NE(colon, std::string::npos) << said << ": " << pieces[i];
    const std::string key = key_of(pieces[i].substr(0, colon));
    const json::value* value = reading.if_contains(key);
    if (value == nullptr && reading.contains("filter")) value = reading.at("filter").get_object().if_contains(key);
    ASSERT_NE(value, nullptr) << said << ": " << key << " in " << json::serialize(reading);
    EXPECT_EQ(pieces[i].substr(colon + 2), shown(*value)) << said;
  }
}

// Issue 4: every example of the page holds.
TEST(SayPage, every_example_is_read_as_the_page_says) {
  std::ifstream in(DAYBOOK_DOCS "/what-you-can-say.md");
  ASSERT_TRUE(in) << "docs/what-you-can-say.md is missing";
  json::array tasks;
  std::map<std::string, json::value> ids;
  json::array before;
  int examples = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) before.clear();
    if (line.starts_with("After this: ")) {
      before.clear();
      line.pop_back();
      const auto name_after = [&](const char* words) {
        return line.substr(line.find(words) + std::string_view(words).size());
      };
      if (line.find("a list was shown") != std::string::npos) {
        json::array items;
        for (const auto& title : split(name_after("shown: "), ", ")) items.push_back(ids.at(title));
        before.push_back(json::object{{"bot", "list"}, {"items", items}});
      } else if (line.find("asked ") != std::string::npos) {
        const std::string asked = name_after("asked \"");
        before.push_back(json::object{{"user", asked.substr(0, asked.rfind('"'))}});
      } else if (line.find("spoken of is ") != std::string::npos) {
        before.push_back(json::object{{"bot", "last"}, {"task", ids.at(name_after("spoken of is "))}});
      } else {
        const std::string rest = name_after("a reminder for ");
        before.push_back(json::object{{"bot", "reminder_fired"}, {"task", ids.at(rest.substr(0, rest.find(" has")))}});
      }
    }
    if (!line.starts_with("| ") || line.starts_with("| You say") || line.starts_with("| Task")) continue;
    auto cells = split(line.substr(2, line.rfind(" |") - 2), " | ");
    if (cells.size() == 4) {
      json::object task{{"id", static_cast<std::int64_t>(tasks.size()) + 1}, {"title", cells[0]}};
      if (!cells[1].empty()) task["due"] = cells[1];
      if (!cells[2].empty()) task["tags"] = json::array{json::value(cells[2])};
      if (cells[3].size() > 1) task["rrule"] = cells[3];
      ids[cells[0]] = task.at("id");
      tasks.push_back(json::object{{"task", task}});
      continue;
    }
    ASSERT_EQ(cells.size(), 2U) << line;
    json::array context = tasks;
    for (const auto& turn : before) context.push_back(turn);
    const json::object question{{"id", 1},
                                {"text", cells[0]},
                                {"ref", "2026-03-04T10:20:00-05:00"},
                                {"tz", "America/New_York"},
                                {"context", context}};
    const auto answer = json::parse(answer_command_question(json::serialize(question)));
    const auto& reading = answer.at("reading").get_object();
    ++examples;
    const auto wanted = split(cells[1], " + ");
    if (wanted.size() == 1) {
      expect_reading(cells[0], cells[1], reading);
      continue;
    }
    ASSERT_TRUE(reading.contains("actions")) << cells[0];
    const auto& actions = reading.at("actions").get_array();
    ASSERT_EQ(actions.size(), wanted.size()) << cells[0];
    for (std::size_t i = 0; i < wanted.size(); ++i) expect_reading(cells[0], wanted[i], actions[i].get_object());
  }
  EXPECT_EQ(tasks.size(), 12U);
  EXPECT_GT(examples, 100);
}

}  // namespace
}  // namespace daybook::language
