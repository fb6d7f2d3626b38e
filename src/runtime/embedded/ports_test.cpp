// The small ports of the embedded runtime: invocation, secrets, state.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "runtime/embedded/invoker.hpp"
#include "runtime/embedded/secrets.hpp"
#include "runtime/embedded/state_store.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::runtime::embedded {
namespace {

namespace asio = boost::asio;
namespace sqlite = storage::sqlite;
using ::testing::HasSubstr;

Call get_call(std::string path) {
  Call call;
  call.path = std::move(path);
  return call;
}

class InvokerTest : public ::testing::Test {
 protected:
  ~InvokerTest() override { sqlite::run_on(loop_, invoker_.stop()); }

  Result<Reply> invoke(std::string app, std::chrono::milliseconds deadline) {
    return sqlite::run_on(loop_, invoker_.invoke(std::move(app), get_call("/x"), deadline));
  }

  asio::io_context loop_;
  Invoker invoker_{loop_.get_executor()};
};

asio::awaitable<Reply> echo(Call call) { co_return Reply(200, call.path); }
asio::awaitable<Reply> broken(Call) {
  throw std::runtime_error("private");
  co_return Reply(200);
}

TEST_F(InvokerTest, GivesTheServicesReply) {
  invoker_.add("echo", echo);
  auto reply = invoke("echo", std::chrono::seconds{5});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "/x");
}

TEST_F(InvokerTest, AnUnknownServiceIsUnavailable) {
  EXPECT_EQ(invoke("nobody", std::chrono::seconds{5}).error().code, Errc::unavailable);
}

TEST_F(InvokerTest, AServiceThatThrowsIsAnInternalErrorWithoutItsWords) {
  invoker_.add("broken", broken);
  auto reply = invoke("broken", std::chrono::seconds{5});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::internal);
  EXPECT_EQ(reply.error().detail.find("private"), std::string::npos);
}

TEST_F(InvokerTest, AMissedDeadlineIsATimeoutAndStopWaitsForTheService) {
  bool release = false, finished = false;
  asio::steady_timer gate(loop_, asio::steady_timer::time_point::max());
  invoker_.add("slow", [&](Call) -> asio::awaitable<Reply> {
    while (!release) co_await gate.async_wait(asio::as_tuple(asio::use_awaitable));
    finished = true;
    co_return Reply(200);
  });
  EXPECT_EQ(invoke("slow", std::chrono::milliseconds{1}).error().code, Errc::timeout);
  EXPECT_FALSE(finished);
  release = true;
  gate.cancel();
  sqlite::run_on(loop_, invoker_.stop());
  EXPECT_TRUE(finished);
  EXPECT_EQ(invoke("slow", std::chrono::seconds{1}).error().code, Errc::unavailable);
}

class SecretsTest : public ::testing::Test {
 protected:
  Result<std::string> get(std::string name) {
    asio::io_context loop;
    Secrets secrets(directory_.path(), [this](const std::string& variable) -> std::optional<std::string> {
      const auto found = environment_.find(variable);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    });
    return sqlite::run_on(loop, secrets.get(std::move(name)));
  }
  void put(const std::string& name, const std::string& text, mode_t mode = 0600) {
    std::ofstream(directory_.file(name)) << text;
    ::chmod(directory_.file(name).c_str(), mode);
  }

  sqlite::TestDirectory directory_;
  std::map<std::string, std::string> environment_;
};

TEST_F(SecretsTest, TheEnvironmentComesBeforeFiles) {
  put("smtp-password", "from the directory\n");
  EXPECT_EQ(get("smtp-password").value(), "from the directory");
  put("elsewhere", "from a named file");
  environment_["DAYBOOK_SECRET_SMTP_PASSWORD_FILE"] = directory_.file("elsewhere");
  EXPECT_EQ(get("smtp-password").value(), "from a named file");
  environment_["DAYBOOK_SECRET_SMTP_PASSWORD"] = "from a variable";
  EXPECT_EQ(get("smtp-password").value(), "from a variable");
}

TEST_F(SecretsTest, AMissingSecretNamesThePlacesLookedIn) {
  auto missing = get("smtp-password");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_THAT(missing.error().detail, HasSubstr("DAYBOOK_SECRET_SMTP_PASSWORD"));
  EXPECT_THAT(missing.error().detail, HasSubstr(directory_.file("smtp-password")));
}

TEST_F(SecretsTest, RefusesFilesThatEveryoneCanReadAndNamesThatLeaveTheDirectory) {
  put("key", "x", 0644);
  EXPECT_EQ(get("key").error().code, Errc::misconfigured);
  EXPECT_EQ(get("../key").error().code, Errc::invalid_argument);
  EXPECT_EQ(get("..").error().code, Errc::invalid_argument);
}

class StateStoreTest : public ::testing::Test {
 protected:
  using Write = runtime::StateStore::Write;
  std::optional<runtime::StateStore::Entry> get(std::string key) { return db_.run(store_.get(std::move(key))).value(); }
  Result<> transact(std::vector<Write> writes) { return db_.run(store_.transact(std::move(writes))); }

  sqlite::TestDatabase db_{{StateStore::migration()}};
  ManualClock clock_{parse_rfc3339("2026-03-04T09:00:00Z").value()};
  StateStore store_{*db_, clock_};
};

TEST_F(StateStoreTest, WritesAllOrNothingByEtag) {
  ASSERT_TRUE(transact({{"a", "1", "", {}}, {"b", "2", {}, {}}}));
  const auto a = get("a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->value, "1");
  EXPECT_EQ(transact({{"b", "3", {}, {}}, {"a", "9", "", {}}}).error().code, Errc::version_mismatch);
  EXPECT_EQ(get("b")->value, "2");
  ASSERT_TRUE(transact({{"a", "4", a->etag, {}}}));
  EXPECT_EQ(transact({{"a", "5", a->etag, {}}}).error().code, Errc::version_mismatch);
  EXPECT_EQ(get("a")->value, "4");
}

TEST_F(StateStoreTest, ADeletedKeysEtagIsNotUsedAgain) {
  ASSERT_TRUE(transact({{"a", "1", {}, {}}}));
  const auto before = get("a")->etag;
  ASSERT_TRUE(transact({{"a", std::nullopt, before, {}}}));
  EXPECT_FALSE(get("a"));
  ASSERT_TRUE(transact({{"a", "1", "", {}}}));
  EXPECT_NE(get("a")->etag, before);
}

TEST_F(StateStoreTest, AnExpiredEntryIsAbsent) {
  ASSERT_TRUE(transact({{"a", "1", {}, std::chrono::seconds{60}}}));
  clock_.advance(std::chrono::seconds{59});
  EXPECT_TRUE(get("a"));
  clock_.advance(std::chrono::seconds{1});
  EXPECT_FALSE(get("a"));
  EXPECT_TRUE(transact({{"a", "2", "", {}}}));
}

TEST_F(StateStoreTest, RefusesKeysThatDaprWould) {
  EXPECT_EQ(transact({{"a||b", "1", {}, {}}}).error().code, Errc::invalid_argument);
  EXPECT_EQ(transact({{"", "1", {}, {}}}).error().code, Errc::invalid_argument);
  EXPECT_EQ(transact({{"\xC3\xA4", "1", {}, {}}}).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace daybook::runtime::embedded
