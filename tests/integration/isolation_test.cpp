// Links: daybook_app
// Every route of schemas/openapi.yaml is served and no other, and asked by somebody else than whose things they are it
// tells nothing (design, rule 11; A-01).
#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>

#include "app/system/system.hpp"
#include "core/json.hpp"
#include "storage/sqlite/test_database.hpp"

namespace daybook::app {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;

/// In everything that Ada writes, so that it is known wherever it turns up.
constexpr const char* kMark = "zanzibar";

struct Route {
  Method method;
  std::string path;
  bool open = false;  ///< For people who are not signed in too.
};

/// Method, path and "security: []" of each operation; the document is ours, and written in one way.
std::vector<Route> documented_routes() {
  std::ifstream file(DAYBOOK_SOURCE_DIR "/schemas/openapi.yaml");
  std::vector<Route> routes;
  std::string line, path;
  const std::regex path_line("^  (/\\S*):$"), method_line("^    (get|post|put|patch|delete):.*$");
  for (std::smatch match; std::getline(file, line) && line != "components:";) {
    if (std::regex_match(line, match, path_line)) {
      path = match[1];
    } else if (std::regex_match(line, match, method_line)) {
      std::string name = match[1];
      for (char& c : name) c = static_cast<char>(std::toupper(c));
      routes.push_back({*parse_method(name), path});
    } else if (!routes.empty() && (line == "      security: []" || line == "        - {}")) {
      routes.back().open = true;
    }
  }
  return routes;
}

class IsolationTest : public ::testing::Test {
 protected:
  struct Person {
    std::string id, token;
  };

  IsolationTest() {
    Config config;
    config.data_dir = directory_.path();
    auto opened = System::open(loop_, config, clock_);
    if (!opened) throw std::runtime_error(opened.error().detail);
    system_ = std::move(*opened);
    if (auto started = storage::sqlite::run_on(loop_, system_->start()); !started)
      throw std::runtime_error(started.error().detail);
    handlers_ = system_->handlers();
    ada_ = sign_up("ada");
    eve_ = sign_up("eve");
  }
  ~IsolationTest() override {
    storage::sqlite::run_on(loop_, system_->stop());
    system_->close();
  }

  Reply ask(const Person& who, Method method, std::string path, std::string body = {}) {
    Call call;
    call.method = method;
    const auto question = path.find('?');
    if (question != path.npos) call.query = path.substr(question + 1);
    call.path = path.substr(0, question);
    if (!who.token.empty()) call.headers.add("Authorization", "Bearer " + who.token);
    if (!body.empty()) call.headers.add("Content-Type", "application/json");
    call.body = std::move(body);
    call.remote_address = "192.0.2." + std::to_string(++address_ % 250);
    return storage::sqlite::run_on(loop_, handlers_.call(std::move(call)));
  }

  Person sign_up(const std::string& name) {
    const auto reply = ask({}, Method::post, "/api/v1/auth/register",
                           R"({"email":")" + name + R"(@example.com","password":"correct horse"})");
    const auto body = parse_json(reply.body);
    return {std::string(body->at("user").at("id").as_string()), std::string(body->at("accessToken").as_string())};
  }

  /// Makes something of Ada's and gives its id; empty, with a failure noted, when that did not work.
  std::string make(std::string path, std::string body) {
    const auto reply = ask(ada_, Method::post, path, std::move(body));
    EXPECT_THAT(reply.status, AnyOf(200, 201)) << path << ": " << reply.body;
    const auto value = parse_json(reply.body);
    if (!value || !value->is_object()) return {};
    for (const char* name : {"id", "conversationId"})
      if (const auto* id = value->get_object().if_contains(name); id && id->is_string())
        return std::string(id->get_string());
    return {};
  }

  boost::asio::io_context loop_{1};
  storage::sqlite::TestDirectory directory_;
  ManualClock clock_{*parse_rfc3339("2026-03-04T09:00:00Z")};
  std::unique_ptr<System> system_;
  http::ServerHandlers handlers_;
  Person ada_, eve_;
  int address_ = 0;
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

TEST_F(IsolationTest, NothingOfAdasIsShownOrChangedForEve) {
  const std::string title =
      R"({"title":")" + std::string(kMark) + R"( plans","tags":["zanzibar"],"category":"zanzibar",)";
  std::set<std::string> ids;
  ids.insert(make("/api/v1/tasks", title + R"("dueAt":"2026-03-06T09:00:00Z","reminders":[{"before":"PT1H"}]})"));
  ids.insert(make("/api/v1/recurring", title + R"("rrule":"FREQ=DAILY","startsAt":"2026-03-05T09:00:00Z"})"));
  ids.insert(make("/api/v1/tokens", R"({"name":"zanzibar"})"));
  ids.insert(make("/api/v1/chat", R"({"message":"buy zanzibar spices tomorrow"})"));
  ids.insert("1");  // Tasks go by their number too.
  ids.erase("");
  ASSERT_GE(ids.size(), 4u);

  const auto snapshot = [&] {
    std::string all;
    for (const auto* path : {"/api/v1/me", "/api/v1/tasks?limit=200", "/api/v1/recurring", "/api/v1/conversations"})
      all += ask(ada_, Method::get, path).body + "\n";
    return all;
  };
  const auto before = snapshot();
  EXPECT_THAT(before, HasSubstr(kMark));

  const auto routes = documented_routes();
  ASSERT_GT(routes.size(), 60u);
  for (const auto& route : routes) {
    // Eve may end her own session and account, but then she could not go on.
    if (route.path.starts_with("/api/v1/auth") || (route.path == "/api/v1/me" && route.method == Method::delete_))
      continue;
    const bool changes = route.method != Method::get;
    for (const auto& id : ids) {
      auto path = replaced(replaced(route.path, "{id}", id), "{user_id}", ada_.id);
      if (route.path.ends_with("/search")) path += "?q=zanzibar";
      if (route.path.ends_with("/calendar") || route.path.ends_with("/occurrences"))
        path += "?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z";
      for (const auto* body : {"", "{}", R"({"title":"stolen"})", R"({"dueAt":null})", R"({"for":"PT5M"})"}) {
        if (!changes && *body) continue;
        const auto reply = ask(eve_, route.method, path, body);
        EXPECT_LT(reply.status, 500) << to_string(route.method) << " " << path << " " << body << ": " << reply.body;
        const auto& text = reply.shared_body ? *reply.shared_body : reply.body;
        if (route.path != "/api/openapi.yaml") {
          EXPECT_THAT(text, Not(HasSubstr(kMark))) << to_string(route.method) << " " << path;
        }
        if (route.path.find("{user_id}") != route.path.npos) {
          EXPECT_EQ(reply.status, 403) << path;
        } else if (route.path.find("{id}") != route.path.npos && id != "1") {
          EXPECT_THAT(reply.status, AnyOf(400, 403, 404, 405, 415, 422)) << to_string(route.method) << " " << path;
        }
        if (route.path.find("{id}") == route.path.npos) break;
      }
      if (route.path.find('{') == route.path.npos) break;
    }
  }
  EXPECT_EQ(snapshot(), before);
}

// I-01 to I-06
TEST_F(IsolationTest, TheDocumentHasEveryRouteAndNoOther) {
  const auto shape = [](Method method, std::string path) {
    return std::string(to_string(method)) + " " + std::regex_replace(path, std::regex("\\{[^}]*\\}"), "{}");
  };
  std::set<std::string> documented, served;
  for (const auto& route : documented_routes()) documented.insert(shape(route.method, route.path));
  for (const auto& [method, pattern] : system_->routes()) {
    if (pattern.starts_with("/internal/")) continue;
    served.insert(shape(method, pattern));
    // The same by user.
    constexpr std::string_view kPrefix = "/api/v1";
    const auto rest = pattern.substr(std::min(kPrefix.size(), pattern.size()));
    if (rest == "/tasks" || rest.starts_with("/tasks/") || rest == "/chat")
      served.insert(shape(method, "/api/{user_id}" + rest));
    if (rest == "/recurring") served.insert(shape(method, "/api/{user_id}/tasks/recurring"));
  }
  // What the gateway answers itself.
  for (const auto* path : {"/api/v1/stream", "/health", "/readiness", "/metrics", "/api/openapi.yaml"})
    served.insert(shape(Method::get, path));
  served.insert(shape(Method::post, "/api/v1/stream/ticket"));
  EXPECT_THAT(documented, ElementsAreArray(served));
}

TEST_F(IsolationTest, WithoutATokenOnlyOpenRoutesAnswer) {
  for (const auto& route : documented_routes()) {
    if (route.open || route.path.starts_with("/api/v1/auth")) continue;
    const auto path = replaced(replaced(route.path, "{id}", "1"), "{user_id}", ada_.id);
    EXPECT_EQ(ask({}, route.method, path, route.method == Method::get ? "" : "{}").status, 401)
        << to_string(route.method) << " " << path;
  }
}

}  // namespace
}  // namespace daybook::app
