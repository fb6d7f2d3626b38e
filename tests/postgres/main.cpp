#include <gtest/gtest.h>

#include <cstdio>

#include "storage/postgres/test_server.hpp"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (!::testing::GTEST_FLAG(list_tests) && !daybook::test::PostgresServer::instance()) {
    std::printf("SKIPPED: %s\n", daybook::test::PostgresServer::why_not().c_str());
    return 77;
  }
  return RUN_ALL_TESTS();
}
