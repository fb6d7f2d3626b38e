#include "core/ids.hpp"

#include <gtest/gtest.h>

#include <set>

namespace daybook {
namespace {

const Instant kNow = parse_rfc3339("2026-03-04T09:00:00Z").value();

//
TEST(Uuids, AreReadInEitherCaseAndWrittenInLowerCase) {
  EXPECT_EQ(Uuid::parse("018F3B2A-0000-7ABC-8DEF-0123456789AB").value().str(), "018f3b2a-0000-7abc-8def-0123456789ab");
}

TEST(Uuids, RefuseEveryOtherForm) {
  for (auto text : {"", "018f3b2a00007abc8def0123456789ab", "018f3b2a-0000-7abc-8def-0123456789a",
                    "018f3b2a-0000-7abc-8def-0123456789abc", "018f3b2a-0000-7abc-8def-0123456789ag",
                    "{18f3b2a-0000-7abc-8def-0123456789a}", "018f3b2a_0000-7abc-8def-0123456789ab"})
    EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuids, MadeByOneProcessSortInTheOrderTheyWereMade) {
  Uuid last;
  for (int i = 0; i < 10'000; ++i) {  // More than the counter has room for in one millisecond.
    const auto next = Uuid::v7(kNow);
    ASSERT_LT(last, next);
    last = next;
  }
  EXPECT_EQ(last.version(), 7);
  EXPECT_LT(last, Uuid::v7(kNow + std::chrono::seconds{1}));
}

// B-06: derived ids are the same on every machine (RFC 9562, appendix A.4).
TEST(Uuids, OfANameAreThoseOfTheStandard) {
  const auto dns = Uuid::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8").value();
  EXPECT_EQ(Uuid::v5(dns, "www.example.com").str(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(Uuids, AtRandomDiffer) {
  std::set<Uuid> seen;
  for (int i = 0; i < 100; ++i) seen.insert(Uuid::random());
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(seen.begin()->version(), 4);
}

}  // namespace
}  // namespace daybook
