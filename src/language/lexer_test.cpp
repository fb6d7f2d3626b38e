#include "language/lexer.hpp"

#include <gmock/gmock.h>

namespace daybook::language {
namespace {

std::vector<std::string> texts(const TokenList& tokens) {
  std::vector<std::string> out;
  for (const auto& token : tokens) out.emplace_back(token.text);
  return out;
}

using ::testing::ElementsAre;

TEST(Lexer, SplitsDigitsFromLettersAndKeepsSpans) {
  const TokenList tokens("Call at 5pm, 15Sep");
  EXPECT_THAT(texts(tokens), ElementsAre("call", "at", "5", "pm", ",", "15", "sep"));
  EXPECT_EQ(tokens.original(tokens[0]), "Call");
  EXPECT_FALSE(tokens[3].space_before);
  EXPECT_EQ(tokens[5].value, 15);
}

TEST(Lexer, ReadsOrdinalsDottedHalvesAndPossessives) {
  const TokenList tokens("3rd 12 a.m. last week's o'clock");
  EXPECT_TRUE(tokens[0].ordinal);
  EXPECT_EQ(tokens[2].text, "am");
  EXPECT_TRUE(tokens[4].possessive);
  EXPECT_EQ(tokens[4].word->unit, static_cast<int>(Grain::week));
  EXPECT_FALSE(tokens[4].word->plural);
  EXPECT_EQ(tokens[5].word->key, Key::oclock);
}

TEST(Lexer, MarksQuotesTagsAndAddresses) {
  const TokenList tokens("read 'Friday Night' #monday bob@friday.com sunday //note");
  EXPECT_TRUE(tokens[2].quoted);
  int marked = 0;
  for (const auto& token : tokens) {
    if (token.marker) ++marked;
    if (token.text == "sunday") {
      EXPECT_FALSE(token.marker);
    }
  }
  EXPECT_GT(marked, 4);
}

TEST(Lexer, ForgivesMisspeltNamesButNotOtherWords) {
  EXPECT_EQ(TokenList("thrusday")[0].word->weekday, 4);
  EXPECT_EQ(TokenList("septemer")[0].word->month, 9);
  EXPECT_EQ(TokenList("tomorow")[0].word->key, Key::tomorrow);
  EXPECT_EQ(TokenList("paprika")[0].word, nullptr);
  EXPECT_EQ(TokenList("sundry")[0].word, nullptr);
  EXPECT_EQ(TokenList("augusta")[0].word, nullptr);
}

TEST(Lexer, TakesAnyBytes) {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  EXPECT_GT(TokenList(bytes).size(), 10U);
  EXPECT_EQ(TokenList("").size(), 0U);
}

}  // namespace
}  // namespace daybook::language
