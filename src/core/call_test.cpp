#include "core/call.hpp"

#include <gtest/gtest.h>

#include "core/clock.hpp"

namespace daybook {
namespace {

TEST(HeaderFields, CompareWithoutCase) {
  Headers headers;
  headers.add("Content-Type", "text/plain");
  headers.add("Set-Cookie", "a=1");
  headers.add("Set-Cookie", "b=2");
  EXPECT_EQ(headers.get("content-type"), "text/plain");
  EXPECT_EQ(headers.get("SET-COOKIE"), "a=1");
  headers.set("content-TYPE", "text/html");
  EXPECT_EQ(headers.get("Content-Type"), "text/html");
  EXPECT_EQ(headers.all().size(), 3u);
  EXPECT_FALSE(headers.has("ETag"));
  EXPECT_EQ(headers.get("ETag"), "");
}

TEST(Methods, AreReadExactly) {
  for (auto method :
       {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_, Method::options})
    EXPECT_EQ(parse_method(to_string(method)), method);
  EXPECT_FALSE(parse_method("get"));
  EXPECT_FALSE(parse_method("BREW"));
}

TEST(ManualClocks, TellWhoSleepsThatTheTimeJumped) {
  ManualClock clock(parse_rfc3339("2026-03-04T09:00:00Z").value());
  int jumps = 0;
  clock.on_jump([&] { ++jumps; });
  clock.advance(std::chrono::hours{1});
  EXPECT_EQ(format_rfc3339(clock.now()), "2026-03-04T10:00:00Z");
  clock.set(parse_rfc3339("2020-01-01T00:00:00Z").value());
  EXPECT_EQ(jumps, 2);
}

TEST(Results, ThrowWhenReadWithoutLooking) {
  const Result<int> result = Error{Errc::not_found, "no such task"};
  EXPECT_THROW((void)result.value(), std::logic_error);
  EXPECT_TRUE(is_transient(Errc::unavailable));
  EXPECT_FALSE(is_transient(Errc::conflict));
}

}  // namespace
}  // namespace daybook
