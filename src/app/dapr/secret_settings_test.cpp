#include "app/dapr/secret_settings.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <map>

namespace daybook::app {
namespace {

using boost::asio::awaitable;

struct Store final : runtime::Secrets {
  std::map<std::string, std::string> values;
  bool away = false;
  awaitable<Result<std::string>> get(std::string name) override {
    if (away) co_return Error{Errc::unavailable, "away"};
    if (const auto found = values.find(name); found != values.end()) co_return found->second;
    co_return Error{Errc::not_found, name};
  }
};

Result<> read(Store& store, Config& config) {
  boost::asio::io_context loop;
  Result<> out;
  boost::asio::co_spawn(loop, read_secret_settings(store, config),
                        [&](std::exception_ptr, Result<> done) { out = std::move(done); });
  loop.run();
  return out;
}

// J-04
TEST(SecretSettings, ComeFromTheStoreUnlessGivenOtherwise) {
  Store store;
  store.values = {{"smtp-password", "from the store"}};
  Config config;
  ASSERT_TRUE(read(store, config));
  EXPECT_EQ(config.smtp_password, "from the store");
  Config other;
  other.smtp_password = "given";
  ASSERT_TRUE(read(store, other));
  EXPECT_EQ(other.smtp_password, "given");
}

TEST(SecretSettings, AStoreThatIsAwayIsNotAnEmptyOne) {
  Store store;
  store.away = true;
  Config config;
  EXPECT_EQ(read(store, config).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace daybook::app
