#include <gmock/gmock.h>

#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/trace.hpp"

namespace daybook::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

// F-08, I-07
TEST(Metrics, AreWrittenInPrometheusTextFormat) {
  Registry registry;
  registry.counter("daybook_requests_total", "Requests.", {{"app", "tasks"}, {"odd", "a\"b\\c\nd"}}).add(3);
  registry.gauge("daybook_connections", "Open connections.").set(2);
  auto& seconds = registry.histogram("daybook_request_seconds", "Time.", {}, {0.1, 1});
  seconds.observe(0.1);
  seconds.observe(0.5);
  seconds.observe(7);
  registry.collect([](MetricSink& sink) {
    sink.gauge("daybook_lag", "Lag.", {{"group", "b"}}, 4);
    sink.gauge("daybook_lag", "Lag.", {{"group", "a"}}, 5);
  });
  EXPECT_EQ(registry.text(), R"(# HELP daybook_connections Open connections.
# TYPE daybook_connections gauge
daybook_connections 2
# HELP daybook_request_seconds Time.
# TYPE daybook_request_seconds histogram
daybook_request_seconds_bucket{le="0.1"} 1
daybook_request_seconds_bucket{le="1"} 2
daybook_request_seconds_bucket{le="+Inf"} 3
daybook_request_seconds_sum 7.6
daybook_request_seconds_count 3
# HELP daybook_requests_total Requests.
# TYPE daybook_requests_total counter
daybook_requests_total{app="tasks",odd="a\"b\\c\nd"} 3
# HELP daybook_lag Lag.
# TYPE daybook_lag gauge
daybook_lag{group="b"} 4
daybook_lag{group="a"} 5
)");
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameMetric) {
  Registry registry;
  registry.counter("c", "C.", {{"a", "1"}}).add();
  registry.counter("c", "C.", {{"a", "1"}}).add();
  EXPECT_EQ(registry.counter("c", "C.", {{"a", "1"}}).value(), 2u);
  EXPECT_THROW(registry.gauge("c", "C."), std::logic_error);
}

TEST(Trace, AnInboundTraceGoesOnUnderANewSpan) {
  const auto next = continue_trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(next.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_NE(next.span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(parse_traceparent(next.header()));
  EXPECT_FALSE(continue_trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").sampled);
}

TEST(Trace, WhatIsNoTraceparentBeginsATrace) {
  for (const auto* text : {"", "00", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x"})
    EXPECT_FALSE(parse_traceparent(text)) << text;
  EXPECT_TRUE(parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"));
  EXPECT_THAT(continue_trace("").header(), MatchesRegex("00-[0-9a-f]{32}-[0-9a-f]{16}-01"));
  EXPECT_NE(begin_trace().trace_id, begin_trace().trace_id);
}

// E-12: one JSON line an event, whose ids can be followed.
TEST(Log, WritesOneJsonLineWithScalarFields) {
  std::string line;
  log::set_sink([&](std::string_view text) { line = text; });
  log::info("started", {{"port", 8000}, {"ready", true}, {"seconds", 0.5}, {"event_id", "a\"b\n"}, {"bad", "\xff"}});
  log::debug("not shown");
  log::set_sink(nullptr);
  EXPECT_THAT(line, MatchesRegex(R"(\{"time":"[^"]+Z","level":"info","msg":"started",.*\})"));
  EXPECT_THAT(line, HasSubstr(R"x("port":8000,"ready":true,"seconds":0.5,"event_id":"a\"b\n","bad":"(not text)")x"));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  EXPECT_EQ(log::parse_level("warn"), log::Level::warn);
  EXPECT_EQ(log::parse_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace daybook::telemetry
