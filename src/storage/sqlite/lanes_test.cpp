#include "storage/sqlite/lanes.hpp"

#include <gtest/gtest.h>

namespace daybook::storage::sqlite {
namespace {

using namespace std::chrono_literals;

struct NoWork final : WriteJob {
  bool run(Writer&) override { return true; }
};

/// Serves `n` jobs while both lanes never run dry, and gives the background lane's share of the time.
double background_share(std::chrono::nanoseconds foreground_job, std::chrono::nanoseconds background_job, int n) {
  Lanes lanes;
  std::chrono::nanoseconds total{0}, background{0};
  for (int i = 0; i < n; ++i) {
    while (lanes.size(Lane::foreground) < 2) lanes.push(Lane::foreground, std::make_shared<NoWork>());
    while (lanes.size(Lane::background) < 2) lanes.push(Lane::background, std::make_shared<NoWork>());
    const auto next = lanes.pop();
    const auto time = next.lane == Lane::background ? background_job : foreground_job;
    lanes.spent(next.lane, time);
    total += time;
    if (next.lane == Lane::background) background += time;
  }
  return static_cast<double>(background.count()) / static_cast<double>(total.count());
}

// Design, "Storage, embedded": the background lane gets at least 10 %
TEST(Lanes, BothBusyTheBackgroundGetsATenthOfTheTime) {
  EXPECT_NEAR(background_share(50us, 50us, 10'000), 0.10, 0.01);
  EXPECT_NEAR(background_share(50us, 10us, 10'000), 0.10, 0.01);
  EXPECT_NEAR(background_share(50us, 10ms, 100'000), 0.10, 0.01);
}

TEST(Lanes, AJobThatIsLongerThanItsLanesMemoryStillLeavesRoomForRequests) {
  EXPECT_LT(background_share(50us, 100ms, 100'000), 0.40);
}

TEST(Lanes, ForegroundGoesFirstAndAnIdleWriterTakesWhatThereIs) {
  Lanes lanes;
  EXPECT_FALSE(lanes.pop().job);
  lanes.push(Lane::background, std::make_shared<NoWork>());
  lanes.push(Lane::foreground, std::make_shared<NoWork>());
  EXPECT_EQ(lanes.pop().lane, Lane::foreground);
  EXPECT_EQ(lanes.pop().lane, Lane::background);
  EXPECT_TRUE(lanes.empty());
}

TEST(Lanes, WhereAnswersWaitForACommitTheBackgroundGetsOnlyWhatItIsOwed) {
  Lanes lanes;
  lanes.push(Lane::background, std::make_shared<NoWork>());
  EXPECT_FALSE(lanes.pop(true).job);
  EXPECT_EQ(lanes.size(Lane::background), 1u);
  lanes.spent(Lane::foreground, 9ms);
  EXPECT_EQ(lanes.pop(true).lane, Lane::background);
  EXPECT_TRUE(lanes.empty());
}

}  // namespace
}  // namespace daybook::storage::sqlite
