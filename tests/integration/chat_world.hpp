#pragma once

#include "scheduler_world.hpp"
#include "services/analytics/module.hpp"
#include "services/chat/module.hpp"

// The chat with the services that it acts through, under a clock that is set by hand: a Wednesday, nine o'clock.
namespace daybook::chat::testing_world {

using scheduler::testing_world::kAnn;
using scheduler::testing_world::kBob;

inline std::vector<storage::sqlite::Migration> more_migrations() {
  auto out = sql_migrations();
  for (auto& each : analytics::sql_migrations()) out.push_back(std::move(each));
  return out;
}

class ChatWorld : public scheduler::testing_world::World {
 public:
  explicit ChatWorld(std::string_view start = "2026-03-04T09:00:00Z")
      : World(start, more_migrations()),
        analytics_store_(analytics::make_sql_store(tables_.of("analytics"))),
        analytics_(*analytics_store_, clock_),
        store_(make_sql_store(tables_.of("chat"))),
        other_store_(make_sql_store(tables_.of("chat"))),
        chat_(*store_, *invoker_, assistant_, clock_),
        other_(*other_store_, *invoker_, assistant_, clock_) {
    invoker_->add("analytics", [this](Call call) { return analytics_.router().dispatch(std::move(call)); });
    invoker_->add("scheduler", [this](Call call) { return module_->router().dispatch(std::move(call)); });
    analytics_.subscribe(*bus_);
    chat_.subscribe(*bus_);
  }

  /// A request to the chat, or to its second replica.
  Reply ask(std::string path, std::string body, std::string key = {}, UserId user = kAnn, bool replica = false) {
    Call call;
    call.method = body.empty() ? Method::get : Method::post;
    call.path = std::move(path);
    if (!body.empty()) call.headers.set("Content-Type", "application/json");
    if (!key.empty()) call.headers.set("Idempotency-Key", key);
    call.body = std::move(body);
    call.correlation_id = request_;
    Principal principal;
    principal.user = user;
    principal.timezone = zone_;
    principal.scopes = scopes_;
    call.principal = principal;
    return db_.run((replica ? other_ : chat_).router().dispatch(std::move(call)));
  }

  static std::string body_of(const std::string& message, const std::string& conversation) {
    json::object body;
    body["message"] = message;
    if (!conversation.empty()) body["conversationId"] = conversation;
    return json::serialize(body);
  }

  /// Says something in the conversation and gives the answer's words; the rest is in `reply_`.
  std::string say(const std::string& message, bool replica = false) {
    const auto reply = ask("/api/v1/chat", body_of(message, conversation_), {}, kAnn, replica);
    EXPECT_EQ(reply.status, 200) << message << ": " << reply.body;
    const auto value = parse_json(reply.body);
    if (!value || reply.status != 200) return {};
    reply_ = value->get_object();
    conversation_ = std::string(reply_.at("conversationId").as_string());
    settle();
    return std::string(reply_.at("reply").at("text").as_string());
  }
  /// Presses the button of the last answer that is called `label`, as the web app does.
  std::string press(std::string_view label) {
    for (const auto& action : reply_.at("reply").at("actions").as_array())
      if (action.at("label").as_string() == label) return say(std::string(action.at("message").as_string()));
    ADD_FAILURE() << "no button “" << label << "” in " << json::serialize(reply_.at("reply").at("actions"));
    return {};
  }
  std::vector<std::string> buttons() const {
    std::vector<std::string> out;
    for (const auto& action : reply_.at("reply").at("actions").as_array())
      out.emplace_back(action.at("label").as_string());
    return out;
  }
  void begin_anew() { conversation_.clear(); }

  std::vector<std::string> open_titles() {
    std::vector<std::string> out;
    for (const auto& task : tasks("limit=200&sort=due&status=open")) out.emplace_back(task.at("title").as_string());
    return out;
  }
  /// The task of this name, whatever its state; an empty object when there is none.
  json::object task(std::string_view title) {
    for (auto& each : tasks("limit=200&sort=due"))
      if (each.at("title").as_string() == title) return each;
    return {};
  }
  json::object series(std::string_view title) {
    auto page = ok(Method::get, "/api/v1/recurring?state=active&state=paused&state=stopped");
    for (auto& each : page.as_object().at("items").as_array())
      if (each.as_object().at("title").as_string() == title) return each.as_object();
    return {};
  }
  json::array messages() {
    const auto reply = ask("/api/v1/conversations/" + conversation_ + "/messages", {});
    return parse_json(reply.body)->at("items").as_array();
  }

  std::unique_ptr<analytics::AnalyticsStore> analytics_store_;
  analytics::Module analytics_;
  EmbeddedAssistant assistant_;
  std::unique_ptr<ChatStore> store_, other_store_;
  Module chat_, other_;
  std::vector<std::string> scopes_;  ///< Of the token that asks; empty: everything.
  std::string request_;              ///< Correlation id of what is asked next.
  std::string conversation_;
  json::object reply_;
};

}  // namespace daybook::chat::testing_world
