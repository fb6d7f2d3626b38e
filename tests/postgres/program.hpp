#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "app/system/system.hpp"
#include "core/json.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::app {

/// The embedded program on a data folder, asked as a browser would.
class Program {
 public:
  Program(const std::string& folder, const std::string& database = {}) {
    Config config;
    config.data_dir = folder;
    if (!database.empty()) {
      config.store = "postgres";
      config.database = database;
    }
    auto opened = System::open(loop_, config, clock_);
    if (!opened) throw std::runtime_error(opened.error().detail);
    system_ = std::move(*opened);
    const auto started = storage::sqlite::run_on(loop_, system_->start());
    if (!started) throw std::runtime_error(started.error().detail);
    handlers_ = system_->handlers();
  }
  ~Program() {
    storage::sqlite::run_on(loop_, system_->stop());
    system_->close();
    system_.reset();
  }

  /// The body of an answer that must be a good one.
  std::string text(Method method, const std::string& path, const std::string& body = {}) {
    Call call;
    call.method = method;
    const auto question = path.find('?');
    call.path = path.substr(0, question);
    if (question != std::string::npos) call.query = path.substr(question + 1);
    if (!body.empty()) call.headers.set("Content-Type", "application/json");
    if (!token_.empty()) call.headers.set("Authorization", "Bearer " + token_);
    call.body = body;
    const auto reply = storage::sqlite::run_on(loop_, handlers_.call(std::move(call)));
    auto answer = reply.shared_body ? *reply.shared_body : reply.body;
    EXPECT_LT(reply.status, 300) << path << ": " << answer;
    return answer;
  }
  json::value ok(Method method, const std::string& path, const std::string& body = {}) {
    const auto answer = text(method, path, body);
    return answer.empty() ? json::value{} : parse_json(answer).value();
  }
  void enter(const std::string& how, const std::string& email) {
    const auto signed_in =
        ok(Method::post, "/api/v1/auth/" + how, R"({"email":")" + email + R"(","password":"correct horse battery"})");
    token_ = std::string(signed_in.at("accessToken").as_string());
  }
  /// Until every consumer has seen everything.
  void settle() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    for (;;) {
      const auto groups = storage::sqlite::run_on(loop_, system_->events()->groups()).value();
      if (std::all_of(groups.begin(), groups.end(), [](const auto& group) { return group.lag == 0; })) return;
      ASSERT_LT(std::chrono::steady_clock::now(), end);
      loop_.restart();
      loop_.run_one_for(std::chrono::milliseconds{5});
    }
  }

 private:
  SystemClock clock_;
  boost::asio::io_context loop_;
  std::unique_ptr<System> system_;
  http::ServerHandlers handlers_;
  std::string token_;
};

}  // namespace daybook::app
