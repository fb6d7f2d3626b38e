// Links: daybook_services_chat daybook_services_analytics daybook_services_scheduler
// Links: daybook_services_tasks daybook_runtime_embedded
// The Model Context Protocol as agents speak it, over the chat's own tools.
#include "chat_world.hpp"

namespace daybook::chat {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing_world::ChatWorld;
using testing_world::kAnn;
using testing_world::kBob;

class Mcp : public ::testing::Test {
 protected:
  json::object send(const std::string& message, UserId user = kAnn) {
    const auto reply = world_.ask("/api/v1/mcp", message, {}, user);
    EXPECT_EQ(reply.status, 200) << reply.body;
    world_.settle();
    const auto value = parse_json(reply.body);
    return value && value->is_object() ? value->get_object() : json::object{};
  }
  json::object call(const std::string& tool, const std::string& arguments, UserId user = kAnn) {
    const auto response = send(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":")" + tool +
                                   R"(","arguments":)" + arguments + "}}",
                               user);
    EXPECT_EQ(response.at("id").as_int64(), 7);
    return response.contains("result") ? response.at("result").as_object() : response.at("error").as_object();
  }
  static std::string text(const json::object& result) {
    return std::string(result.at("content").as_array().at(0).at("text").as_string());
  }
  static std::string first_id(const json::object& result) {
    return std::string(result.at("structuredContent").at("tasks").as_array().at(0).at("id").as_string());
  }

  ChatWorld world_;
};

TEST_F(Mcp, AgreesOnAVersionAndListsItsTools) {
  const auto hello = send(
      R"({"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},)"
      R"("clientInfo":{"name":"t","version":"1"}}})");
  EXPECT_EQ(hello.at("id").as_string(), "a");
  EXPECT_EQ(hello.at("result").at("protocolVersion").as_string(), "2025-06-18");
  EXPECT_TRUE(hello.at("result").at("capabilities").as_object().contains("tools"));
  const auto unknown =
      send(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"1999-01-01"}})");
  EXPECT_EQ(unknown.at("result").at("protocolVersion").as_string(), "2025-11-25");
  EXPECT_EQ(send(R"({"jsonrpc":"2.0","id":2,"method":"ping"})").at("result"), json::value(json::object{}));
  const auto list = send(R"({"jsonrpc":"2.0","id":3,"method":"tools/list"})");
  const auto& tools = list.at("result").at("tools").as_array();
  EXPECT_LE(tools.size(), 15u);
  for (const auto& tool : tools) {
    EXPECT_EQ(tool.at("inputSchema").at("type").as_string(), "object");
    EXPECT_EQ(tool.at("annotations").at("readOnlyHint").as_bool(),
              std::string(tool.at("name").as_string()).starts_with("list_") || tool.at("name") == "show_stats");
  }
}

// D-05
TEST_F(Mcp, ToolsMakeChangeAndUndo) {
  const auto made = call("create_task", R"({"title":"Buy milk","due":"2026-03-05","tags":["shop"]})");
  EXPECT_EQ(text(made), "Added “Buy milk”, due tomorrow.");
  const auto id = first_id(made);
  EXPECT_EQ(text(call("update_task", R"({"id":")" + id + R"(","priority":"high"})")),
            "“Buy milk” is now high priority.");
  EXPECT_EQ(text(call("complete_tasks", R"({"ids":[")" + id + R"("]})")), "Nice. Completed “Buy milk”.");
  EXPECT_EQ(text(call("undo", R"({"count":2})")), "Undone: completed “Buy milk” and changed “Buy milk”.");
  EXPECT_EQ(world_.task("Buy milk").at("priority").as_string(), "none");
  EXPECT_EQ(text(call("delete_tasks", R"({"ids":[")" + id + R"("]})")), "Deleted “Buy milk”.");
  EXPECT_THAT(world_.open_titles(), IsEmpty());
  const auto series =
      call("create_recurring_task", R"({"title":"Standup","rrule":"FREQ=DAILY","start":"2026-03-05T09:00"})");
  const auto series_id = series.at("structuredContent").at("recurring").as_array().at(0).at("id").as_string();
  EXPECT_THAT(text(call("stop_recurring_task", R"({"id":")" + std::string(series_id) + R"("})")),
              HasSubstr("Stopped “Standup”"));
  // Nothing of it stands among the person's conversations.
  EXPECT_THAT(world_.ask("/api/v1/conversations", {}).body, HasSubstr(R"("items":[])"));
}

// A tool can do what the token may do, and no more.
TEST_F(Mcp, ToolsActWithinTheScopesOfTheToken) {
  const auto id = first_id(call("create_task", R"({"title":"Buy milk"})"));
  world_.scopes_ = {"chat:write"};
  EXPECT_THAT(text(call("list_tasks", "{}")), Not(HasSubstr("milk")));
  world_.scopes_ = {"chat:write", "tasks:read"};
  EXPECT_THAT(text(call("list_tasks", "{}")), HasSubstr("Buy milk"));
  for (const auto& [tool, arguments] : {std::pair{"delete_tasks", R"({"ids":[")" + id + R"("]})"},
                                        std::pair{"complete_tasks", R"({"ids":[")" + id + R"("]})"},
                                        std::pair{"create_task", std::string(R"({"title":"Eggs"})")}}) {
    const auto refused = call(tool, arguments);
    EXPECT_TRUE(refused.at("isError").as_bool()) << tool;
    EXPECT_THAT(text(refused), HasSubstr("tasks:write")) << tool;
  }
  EXPECT_THAT(world_.open_titles(), ElementsAre("Buy milk"));
  world_.scopes_ = {"chat:write", "tasks:write"};
  EXPECT_EQ(text(call("complete_tasks", R"({"ids":[")" + id + R"("]})")), "Nice. Completed “Buy milk”.");
}

TEST_F(Mcp, WrongCallsAreSaidInWordsThatHelp) {
  const auto wrong = call("create_task", R"({"titel":"x","due":"tomorrow"})");
  EXPECT_TRUE(wrong.at("isError").as_bool());
  EXPECT_THAT(text(wrong), AllOf(HasSubstr("/title"), HasSubstr("/titel"), HasSubstr("/due")));
  EXPECT_EQ(call("run_shell", "{}").at("code").as_int64(), -32602);
  EXPECT_TRUE(call("create_task", "[]").at("isError").as_bool());
  EXPECT_EQ(send(R"({"jsonrpc":"2.0","id":1,"method":"resources/list"})").at("error").at("code").as_int64(), -32601);
  EXPECT_EQ(world_.ask("/api/v1/mcp", "{").status, 400);
  EXPECT_EQ(world_.ask("/api/v1/mcp", R"({"id":1,"method":"ping"})").status, 400);
  EXPECT_EQ(world_.ask("/api/v1/mcp", "[]").status, 400);
  EXPECT_EQ(world_.ask("/api/v1/mcp", R"({"jsonrpc":"2.0","method":"notifications/initialized"})").status, 202);
  EXPECT_EQ(world_.ask("/api/v1/mcp", R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])").status, 202);
  const auto batch = world_.ask(
      "/api/v1/mcp", R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}])");
  EXPECT_EQ(parse_json(batch.body)->as_array().size(), 2u);
}

// J-02: an id of somebody else's is no id at all.
TEST_F(Mcp, ReachesNothingOfSomebodyElse) {
  const auto id = first_id(call("create_task", R"({"title":"Buy milk"})"));
  for (const auto* tool : {"complete_tasks", "delete_tasks"}) {
    const auto refused = call(tool, R"({"ids":[")" + id + R"("]})", kBob);
    EXPECT_TRUE(refused.at("isError").as_bool());
    EXPECT_THAT(text(refused), Not(HasSubstr("Buy milk")));
  }
  EXPECT_EQ(text(call("undo", "{}", kBob)), "There is nothing to undo in this conversation.");
  EXPECT_EQ(text(call("list_tasks", "{}", kBob)), "Nothing is open. Well done!");
  EXPECT_THAT(world_.open_titles(), ElementsAre("Buy milk"));
}

// The same call again, with the same key, makes nothing twice.
TEST_F(Mcp, KeysReachTheServices) {
  const std::string message =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_task","arguments":{"title":"Eggs"}}})";
  world_.ask("/api/v1/mcp", message, "m-1");
  world_.ask("/api/v1/mcp", message, "m-1");
  EXPECT_THAT(world_.open_titles(), ElementsAre("Eggs"));
}

}  // namespace
}  // namespace daybook::chat
