#include "domain/search_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "domain/cursor.hpp"
#include "domain/task_query.hpp"

namespace daybook::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Design, rule 16
TEST(Folding, TakesCaseWidthAndAccentsAwayWhereTheyAreNoLetters) {
  EXPECT_EQ(fold_text("Crème BRÛLÉE"), "creme brulee");
  EXPECT_EQ(fold_text("STRASSE straße"), "strasse strasse");
  EXPECT_EQ(fold_text("ＦＵＬＬ　ﬁne"), "full fine");
  EXPECT_EQ(fold_text("Ελληνικά Ёлка"), "ελληνικα елка");
  EXPECT_EQ(fold_text("İstanbul"), "istanbul");
  EXPECT_EQ(fold_text("IŞIK ışık"), "isik isik");
  EXPECT_EQ(fold_text("Łódź Ørsted Đà Nẵng ǿ ħŧ"), "lodz orsted da nang o ht");
  EXPECT_EQ(fold_text("हिन्दी"), "हिन्दी");
  EXPECT_EQ(fold_text("がく ぱ"), "がく ぱ");
  EXPECT_EQ(fold_text("한국어"), "한국어");
  EXPECT_EQ(fold_text("a\xFF\xC3"), "a");
}

TEST(Folding, OfFoldedTextIsTheSame) {
  for (const char* text : {"Crème", "ΣΊΣΥΦΟΣ", "ﬃ", "Ǆ", "ﷺ", "e\u0301\u0323", "が", "각", "ÅÅ"})
    EXPECT_EQ(fold_text(fold_text(text)), fold_text(text)) << text;
}

TEST(Tokens, AreWordsAndPairsOfHanAndKana) {
  EXPECT_THAT(search_tokens("Don't stop-me, now (v2)!"), ElementsAre("dont", "stop", "me", "now", "v2"));
  EXPECT_THAT(search_tokens("東京都 Tower"), ElementsAre("東京", "京都", "都", "tower"));
  EXPECT_THAT(search_tokens("iPhone買う"), ElementsAre("iphone", "買う", "う"));
  EXPECT_THAT(search_tokens("한국어 공부"), ElementsAre("한국어", "공부"));
  EXPECT_THAT(search_tokens(" -- !!"), IsEmpty());
}

// Found by search_fuzz: a mark (here a Myanmar one) behind a separator went on with the run before that.
TEST(Tokens, AreTheSameWhereverATextIsCutBetweenWords) {
  const std::string run = "\u8CB7", mark = "\u1083";
  EXPECT_EQ(search_tokens(run + "\u3101" + mark + run), (std::vector<std::string>{run, mark, run}));
}

TEST(Queries, HaveTheLastWordAsAPrefixAndQuotesAsPhrases) {
  EXPECT_THAT(parse_search("Buy mil"), ElementsAre(SearchTerm{{"buy"}, false}, SearchTerm{{"mil"}, true}));
  EXPECT_THAT(parse_search("mil buy "), ElementsAre(SearchTerm{{"mil"}, false}, SearchTerm{{"buy"}, false}));
  EXPECT_THAT(parse_search("\"buy milk\" no"),
              ElementsAre(SearchTerm{{"buy", "milk"}, false}, SearchTerm{{"no"}, true}));
  EXPECT_THAT(parse_search("\"buy milk\""), ElementsAre(SearchTerm{{"buy", "milk"}, false}));
  EXPECT_THAT(parse_search("5\" nail"), ElementsAre(SearchTerm{{"5"}, false}, SearchTerm{{"nail"}, true}));
  EXPECT_THAT(parse_search("?!"), IsEmpty());
}

TEST(SearchLine, HoldsWhatItsNeedlesLookFor) {
  TaskFields task;
  task.title = "Buy milk";
  task.description = "and bread";
  task.tags = {"Shop"};
  task.category = "At home";
  const auto line = search_line(task);
  const auto has = [&](const std::string& part) { return line.find(part) != std::string::npos; };
  EXPECT_TRUE(has(needle({{"buy", "milk"}, false})));
  EXPECT_FALSE(has(needle({{"milk", "and"}, false}))) << "a phrase does not reach from the title into the description";
  EXPECT_TRUE(has(needle({{"brea"}, true})));
  EXPECT_FALSE(has(needle({{"brea"}, false})));
  EXPECT_FALSE(has(needle({{"read"}, true})));
  EXPECT_TRUE(has(tag_needle("SHOP")));
  EXPECT_FALSE(has(tag_needle("sho")));
  EXPECT_TRUE(has(category_needle("at home")));
  EXPECT_FALSE(has(category_needle("home")));
}

TEST(Cursors, ComeBackOnlyForTheirQueryAndUnchanged) {
  const CursorPosition position{2, -5, 4711, "text"};
  const auto text = encode_cursor(position, "scope");
  EXPECT_EQ(decode_cursor(text, "scope").value(), position);
  EXPECT_EQ(decode_cursor(text, "other").error().code, Errc::invalid_argument);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(decode_cursor(changed, "scope")) << i;
  }
  EXPECT_FALSE(decode_cursor("", "scope"));
  EXPECT_FALSE(decode_cursor(text + "A", "scope"));
}

TEST(TaskQueries, AreWrittenAsTheListReadsThem) {
  TaskQuery query;
  query.status = {Status::pending, Status::completed};
  query.tags = {"a&b"};
  query.due_to = parse_date("2026-03-05").value();
  query.text = "milk \"two words\"";
  query.sort = {SortField::due, true};
  query.limit = 7;
  EXPECT_EQ(to_query_string(query),
            "status=pending&status=completed&tag=a%26b&dueTo=2026-03-05&q=milk%20%22two%20words%22&sort=-due");
  EXPECT_EQ(parse_sort("due"), (Sort{SortField::due, false}));
  EXPECT_FALSE(parse_sort("-colour"));
}

}  // namespace
}  // namespace daybook::domain
