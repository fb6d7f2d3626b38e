#include "http/problem.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/json.hpp"
#include "http/problem_table.hpp"

namespace daybook::http {
namespace {

// Design, rule 12: one checked-in list.
TEST(Problem, TheTableEqualsThePublishedList) {
  std::ifstream file(DAYBOOK_SOURCE_DIR "/schemas/errors.json");
  ASSERT_TRUE(file);
  std::ostringstream text;
  text << file.rdbuf();
  const auto list = parse_json(text.str());
  ASSERT_TRUE(list);
  std::string published, ours;
  for (const auto& entry : list->as_array())
    published += std::string(entry.at("slug").as_string()) + "|" + std::string(entry.at("code").as_string()) + "|" +
                 std::to_string(entry.at("status").as_int64()) + "|" + std::string(entry.at("title").as_string()) +
                 "\n";
  for (const auto& entry : problem_table())
    ours += std::string(entry.type.slug) + "|" + std::string(to_string(entry.code)) + "|" +
            std::to_string(entry.type.status) + "|" + std::string(entry.type.title) + "\n";
  EXPECT_EQ(published, ours);
}

TEST(Problem, SlugsAreUniqueAndEveryCodeHasAnEntry) {
  std::set<std::string_view> slugs;
  for (const auto& entry : problem_table()) EXPECT_TRUE(slugs.insert(entry.type.slug).second) << entry.type.slug;
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code)
    EXPECT_GE(problem_type(Error{static_cast<Errc>(code)}).status, 400);
}

// R-04
TEST(Problem, AReminderInThePastSaysSo) {
  const auto reply = problem_reply(Error{Errc::unprocessable, "Choose a later time.", "reminder-in-past"});
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.body, R"({"type":"urn:daybook:error:reminder-in-past","title":"Reminder time must be in the future",)"
                        R"("status":422,"detail":"Choose a later time."})");
}

TEST(Problem, TypedClientsGetBackWhatTheServiceSaid) {
  Error said{Errc::invalid_argument, "Fields are wrong.", "invalid-request"};
  said.fields = {{"/dueAt", "must be an RFC 3339 instant"}, {"?limit", "must be a whole number from 1 to 200"}};
  EXPECT_EQ(error_of_reply(problem_reply(said)), said);
  Error busy{Errc::rate_limited, "Wait.", "rate-limited"};
  busy.retry_after = std::chrono::seconds{7};
  EXPECT_EQ(problem_reply(busy).headers.get("Retry-After"), "7");
  EXPECT_EQ(error_of_reply(problem_reply(busy)), busy);
}

TEST(Problem, RepliesOfOthersKeepTheirMeaning) {
  EXPECT_EQ(error_of_reply(Reply{404, "<html>", "text/html"}).code, Errc::not_found);
  EXPECT_EQ(error_of_reply(Reply{502, "", ""}).code, Errc::unavailable);
  EXPECT_EQ(error_of_reply(Reply{418, "", ""}).code, Errc::invalid_argument);
}

}  // namespace
}  // namespace daybook::http
