#include "http/request_head.hpp"

#include <gmock/gmock.h>

namespace daybook::http {
namespace {

using ::testing::HasSubstr;

Call call_with(std::string_view name, std::string value) {
  Call call;
  call.method = Method::patch;
  call.path = "/tasks/7";
  call.headers.set(std::string(name), std::move(value));
  return call;
}

TEST(RequestHeadTest, IfMatchTakesBackTheEtagThatWasGiven) {
  const auto read = read_if_match(call_with("If-Match", etag(42)));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, std::optional<std::int64_t>{42});
}

TEST(RequestHeadTest, NoIfMatchAndAStarTakeAnyVersion) {
  EXPECT_EQ(*read_if_match(Call{}), std::nullopt);
  EXPECT_EQ(*read_if_match(call_with("If-Match", "*")), std::nullopt);
}

TEST(RequestHeadTest, IfNoneMatchIsAListComparedWeakly) {
  const auto known = [](std::string_view tags) {
    Call call;
    call.headers.set("If-None-Match", std::string(tags));
    return is_known(call, 3);
  };
  for (const auto* tags : {"\"3\"", "W/\"3\"", "\"1\", \"3\"", "\"1\" ,W/\"3\"", "*"}) EXPECT_TRUE(known(tags)) << tags;
  for (const auto* tags : {"", "\"33\"", "3", "\"1\", \"2\"", ","}) EXPECT_FALSE(known(tags)) << tags;
}

TEST(RequestHeadTest, WhatIsNoEtagOfOursIsNamed) {
  for (const auto* text : {"3", "\"", "\"\"", "\"0\"", "\"-1\"", "\"3", "3\"", "W/\"3\"", "\"3\", \"4\"", "\" 3\"",
                           "\"99999999999999999999\""}) {
    const auto read = read_if_match(call_with("If-Match", text));
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::invalid_argument) << text;
    ASSERT_EQ(read.error().fields.size(), 1u) << text;
    EXPECT_EQ(read.error().fields[0].pointer, "/If-Match") << text;
  }
}

TEST(RequestHeadTest, AnIdempotencyKeyStandsForTheWholeRequest) {
  auto call = call_with("Idempotency-Key", "a-1");
  const auto first = read_idempotency_key(call);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->key, "a-1");
  EXPECT_EQ(read_idempotency_key(call)->request_hash, first->request_hash);
  call.body = "{}";
  EXPECT_NE(read_idempotency_key(call)->request_hash, first->request_hash);
}

TEST(RequestHeadTest, KeysThatNobodyCouldTypeAgainAreRefused) {
  for (const std::string& key :
       {std::string("a b"), std::string("a\tb"), std::string(201, 'x'), std::string("\xC3\xA9")}) {
    const auto read = read_idempotency_key(call_with("Idempotency-Key", key));
    ASSERT_FALSE(read) << key;
    EXPECT_THAT(read.error().detail, HasSubstr("1 to 200 visible ASCII"));
  }
  EXPECT_EQ(read_idempotency_key(Call{})->key, "");
}

TEST(RequestHeadTest, ABodyMustSayThatItIsJson) {
  Request request(call_with("Content-Type", "application/json; charset=utf-8"));
  request.call.body = R"({"a":1})";
  EXPECT_TRUE(json_body(request));
  for (const auto* type : {"text/plain", "application/jsonp", ""}) {
    request.call.headers.set("Content-Type", type);
    const auto read = json_body(request);
    ASSERT_FALSE(read) << type;
    EXPECT_EQ(read.error().code, Errc::unsupported_media_type) << type;
  }
}

}  // namespace
}  // namespace daybook::http
