#include "storage/postgres/fiber.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace daybook::storage::postgres {
namespace {

TEST(Fiber, LeavesInTheMiddleAndGoesOnWhereItLeft) {
  Fiber fiber;
  for (int round = 0; round < 3; ++round) {
    std::string trace;
    fiber.run([&] {
      trace += "a";
      fiber.leave();
      trace += "b";
      fiber.leave();
      trace += "c";
    });
    EXPECT_TRUE(fiber.running());
    EXPECT_EQ(trace, "a");
    fiber.resume();
    EXPECT_EQ(trace, "ab");
    fiber.resume();
    EXPECT_EQ(trace, "abc");
    EXPECT_FALSE(fiber.running());
  }
}

TEST(Fiber, ExceptionsStayOnIt) {
  Fiber fiber;
  bool caught = false;
  fiber.run([&] {
    try {
      fiber.leave();
      throw std::runtime_error("inside");
    } catch (const std::exception&) {
      caught = true;
    }
  });
  fiber.resume();
  EXPECT_TRUE(caught);
  EXPECT_FALSE(fiber.running());
}

TEST(Fiber, ManyTakeTurns) {
  Fiber one, two;
  std::string trace;
  one.run([&] {
    trace += "1";
    one.leave();
    trace += "3";
  });
  two.run([&] {
    trace += "2";
    two.leave();
    trace += "4";
  });
  one.resume();
  two.resume();
  EXPECT_EQ(trace, "1234");
}

}  // namespace
}  // namespace daybook::storage::postgres
