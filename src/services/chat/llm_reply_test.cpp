#include "services/chat/llm_reply.hpp"

#include <gmock/gmock.h>

namespace daybook::chat {
namespace {

// D-05
TEST(LlmReply, ReadsToolCallsOfOneDocument) {
  const auto reply = parse_llm_reply(R"({"choices":[{"message":{"role":"assistant","content":null,"tool_calls":[
      {"id":"c1","type":"function","function":{"name":"create_task","arguments":"{\"title\":\"Milk\"}"}},
      {"id":"c2","type":"function","function":{"name":"undo","arguments":"{}"}}]}}]})",
                                     false);
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->calls.size(), 2u);
  EXPECT_EQ(reply->calls[0].name, "create_task");
  EXPECT_EQ(reply->calls[0].arguments, R"({"title":"Milk"})");
}

TEST(LlmReply, PutsTheDeltasOfAStreamTogether) {
  const auto reply = parse_llm_reply(
      "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
      ": a comment\n"
      "data: "
      "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"create_task\",\"arguments\":\"{"
      "\\\"ti\"}}]}}]}\r\n\r\n"
      "data: "
      "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"tle\\\":\\\"Milk\\\"}\"}}]}"
      "}]}\n\n"
      "data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\ndata: [DONE]\n\n",
      true);
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->calls.size(), 1u);
  EXPECT_EQ(reply->calls[0].arguments, R"({"title":"Milk"})");
}

TEST(LlmReply, RefusesWhatIsBrokenOrTooMuch) {
  EXPECT_FALSE(parse_llm_reply("", false));
  EXPECT_FALSE(parse_llm_reply("<html>", false));
  EXPECT_FALSE(parse_llm_reply("{}", false));
  EXPECT_FALSE(parse_llm_reply(R"({"choices":[]})", false));
  EXPECT_FALSE(parse_llm_reply(R"({"choices":[{"message":{"tool_calls":[7]}}]})", false));
  EXPECT_FALSE(parse_llm_reply("data: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\n", true)) << "no [DONE]";
  EXPECT_FALSE(parse_llm_reply(
      "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":9,\"function\":{\"name\":\"x\"}}]}}]}\n\ndata: "
      "[DONE]\n\n",
      true));
  // Found by llm_reply_fuzz: a call that never got its name.
  const std::string nameless = R"({"choices":[{"message":{"tool_calls":[{"function":{"arguments":"{}"}}]}}]})";
  EXPECT_FALSE(parse_llm_reply(nameless, false));
  EXPECT_FALSE(parse_llm_reply(
      "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{}}]}}]}\n\ndata: [DONE]\n\n", true));
  const std::string long_words(70'000, 'x');
  EXPECT_FALSE(parse_llm_reply(R"({"choices":[{"message":{"content":")" + long_words + R"("}}]})", false));
}

}  // namespace
}  // namespace daybook::chat
