// What a model's server may send over the wire, good and bad: a scripted one that speaks HTTP byte by byte.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <deque>

#include "core/json.hpp"
#include "services/chat/llm_assistant.hpp"

namespace daybook::chat {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

/// What is sent for one request, piece by piece; `holds` keeps the connection open afterwards without a word.
struct Answer {
  std::vector<std::string> pieces;
  bool holds = false;
};

class ScriptedServer {
 public:
  explicit ScriptedServer(asio::io_context& loop)
      : acceptor_(loop, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {
    asio::co_spawn(loop, accept(), asio::detached);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/v1"; }

  std::deque<Answer> script;
  std::vector<std::string> requests;

 private:
  awaitable<void> accept() {
    boost::system::error_code failure;
    for (;;) {
      auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, failure));
      if (failure) co_return;
      auto shared = std::make_shared<tcp::socket>(std::move(socket));
      asio::co_spawn(acceptor_.get_executor(), serve(shared), asio::detached);
    }
  }
  awaitable<void> serve(std::shared_ptr<tcp::socket> socket) {
    boost::system::error_code failure;
    auto token = asio::redirect_error(asio::use_awaitable, failure);
    std::string input;
    co_await asio::async_read_until(*socket, asio::dynamic_buffer(input), "\r\n\r\n", token);
    if (failure) co_return;
    const auto head = input.find("\r\n\r\n") + 4;
    const auto field = input.find("Content-Length: ");
    const std::size_t length = field == std::string::npos ? 0 : std::stoul(input.substr(field + 16));
    while (input.size() < head + length) {
      char more[4096];
      const auto count = co_await socket->async_read_some(asio::buffer(more), token);
      if (failure) co_return;
      input.append(more, count);
    }
    requests.push_back(input.substr(head));
    if (script.empty()) co_return;  // The connection is cut before a word.
    const Answer answer = script.front();
    script.pop_front();
    for (const auto& piece : answer.pieces) {
      co_await asio::async_write(*socket, asio::buffer(piece), token);
      if (failure) co_return;
    }
    if (answer.holds) held_.push_back(socket);
  }

  tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<tcp::socket>> held_;
};

class Fallback final : public Assistant {
 public:
  awaitable<Result<language::Command>> read(Utterance) override {
    language::Command out;
    out.intent = language::Intent::help;
    co_return out;
  }
};

std::string chunk(const std::string& text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}
const std::string kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kEnd = "0\r\n\r\n";

/// An event whose delta calls the tool of `index`; empty names and arguments are left out, as servers do.
std::string delta(int index, const std::string& name, const std::string& arguments) {
  json::object function;
  if (!name.empty()) function["name"] = name;
  function["arguments"] = arguments;
  json::object call;
  call["index"] = index;
  call["function"] = std::move(function);
  json::object change;
  change["tool_calls"] = json::array{std::move(call)};
  json::object choice;
  choice["index"] = 0;
  choice["delta"] = std::move(change);
  json::object event;
  event["object"] = "chat.completion.chunk";
  event["choices"] = json::array{std::move(choice)};
  return "data: " + json::serialize(event) + "\n\n";
}

Answer plain(int status, const std::string& body, const std::string& type = "application/json") {
  Answer out;
  out.pieces = {"HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type +
                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
  return out;
}

class LlmWire : public ::testing::Test {
 protected:
  language::Command read(std::string text, std::chrono::milliseconds deadline = 10s) {
    LlmOptions options;
    options.url = server_.url();
    options.model = "small";
    options.deadline = deadline;
    assistant_ = make_llm_assistant(loop_.get_executor(), std::move(options), fallback_).value();
    Utterance utterance{std::move(text), language::Now(Instant{}, domain::Zone{}), {}, known_};
    auto result = asio::co_spawn(loop_, assistant_->read(std::move(utterance)), asio::use_future);
    loop_.restart();
    while (result.wait_for(0s) != std::future_status::ready) loop_.run_one();
    return result.get().value();
  }
  bool fell_back(std::string text, std::chrono::milliseconds deadline = 10s) {
    return read(std::move(text), deadline).intent == language::Intent::help;
  }

  asio::io_context loop_;
  ScriptedServer server_{loop_};
  Fallback fallback_;
  Knowledge known_;
  std::unique_ptr<Assistant> assistant_;
};

// D-05: two calls, whose arguments come in pieces that break in the middle of events and of characters.
TEST_F(LlmWire, PutsAStreamTogetherWhereverItIsCut) {
  const std::string events = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\n" +
                             delta(0, "create_task", "") + delta(0, "", "{\"title\":\"Caf") +
                             delta(0, "", "é kaufen\"}") + delta(1, "create_task", "{\"title\":") + ": keep-alive\n\n" +
                             delta(1, "", "\"Milk\"}") +
                             "data: {\"choices\":[],\"usage\":{\"total_tokens\":9}}\n\ndata: [DONE]\n\n";
  Answer answer;
  answer.pieces.push_back(kStreamHead);
  for (std::size_t i = 0; i < events.size(); i += 7) answer.pieces.push_back(chunk(events.substr(i, 7)));
  answer.pieces.push_back(kEnd);
  server_.script.push_back(answer);
  const auto command = read("two things");
  ASSERT_THAT(command.actions, SizeIs(2));
  EXPECT_EQ(command.actions[0].title, "Café kaufen");
  EXPECT_EQ(command.actions[1].title, "Milk");
  ASSERT_THAT(server_.requests, SizeIs(1));
  const auto sent = parse_json(server_.requests[0]);
  EXPECT_TRUE(sent->at("stream").as_bool());
  EXPECT_EQ(sent->at("max_tokens").as_int64(), 1024);
}

TEST_F(LlmWire, BusyServerIsAskedOnceMore) {
  server_.script = {
      plain(429, "{}"),
      plain(200, R"({"choices":[{"message":{"tool_calls":[{"function":{"name":"undo","arguments":""}}]}}]})")};
  EXPECT_EQ(read("take that back").intent, language::Intent::undo);
  EXPECT_THAT(server_.requests, SizeIs(2));
}

TEST_F(LlmWire, CutConnectionsLeaveItToTheEmbeddedEngine) {
  Answer half;
  half.pieces = {kStreamHead, chunk(delta(0, "delete_tasks", "{\"ids\":[\"t1"))};
  server_.script = {half, half};
  EXPECT_TRUE(fell_back("tidy up"));
  EXPECT_THAT(server_.requests, SizeIs(2));
  EXPECT_TRUE(fell_back("tidy up"));  // Nothing more in the script: cut before a word.
}

// The deadline holds for the whole answer, however busily it trickles.
TEST_F(LlmWire, ServerThatNeverEndsIsGivenUp) {
  Answer drip;
  drip.pieces = {kStreamHead, chunk(": still thinking\n\n"), chunk(": still thinking\n\n")};
  drip.holds = true;
  server_.script = {drip, drip};
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(fell_back("milk", 150ms));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(LlmWire, HugeAnswersAreRefused) {
  Answer flood;
  flood.pieces.push_back(kStreamHead);
  for (int i = 0; i < 300; ++i) flood.pieces.push_back(chunk("data: " + std::string(8000, 'x') + "\n\n"));
  flood.pieces.push_back(kEnd);
  server_.script = {flood, plain(200, std::string(3'000'000, ' '))};
  EXPECT_TRUE(fell_back("milk"));
}

// A model cannot keep us going: one answer is one reading, and too many calls in it are none.
TEST_F(LlmWire, EndlessToolCallsAreRefused) {
  std::string events;
  for (int i = 0; i < 40; ++i) events += delta(i, "list_tasks", "{}");
  Answer loop;
  loop.pieces = {kStreamHead, chunk(events + "data: [DONE]\n\n"), kEnd};
  server_.script = {loop, loop};
  EXPECT_TRUE(fell_back("show everything"));
  EXPECT_THAT(server_.requests, SizeIs(2));
}

TEST_F(LlmWire, NonsenseIsNoCommand) {
  for (const auto& body : {R"([])", R"({"choices":{}})", R"({"choices":[{"message":{"tool_calls":{}}}]})",
                           R"({"error":{"message":"no"}})", "\xff\xfe"}) {
    server_.script = {plain(200, body), plain(200, body, "text/event-stream")};
    EXPECT_TRUE(fell_back("milk")) << body;
  }
  server_.script = {plain(301, ""), plain(500, "oops", "text/plain")};
  EXPECT_TRUE(fell_back("milk"));
}

// The token budget: what is told of the person's tasks is bounded, and a novel is not sent at all.
TEST_F(LlmWire, QuestionStaysWithinItsBudget) {
  for (int i = 0; i < 500; ++i) {
    language::TaskItem item;
    item.id = "t" + std::to_string(i);
    item.title = std::string(1000, 'a');
    known_.context.tasks.push_back(std::move(item));
  }
  EXPECT_TRUE(fell_back("milk"));
  ASSERT_THAT(server_.requests, Not(::testing::IsEmpty()));
  EXPECT_THAT(server_.requests[0], Not(HasSubstr("\"t50\"")));
  EXPECT_LT(server_.requests[0].size(), 32'000u);
  server_.requests.clear();
  EXPECT_TRUE(fell_back(std::string(20'000, 'x')));
  EXPECT_THAT(server_.requests, SizeIs(0));
}

}  // namespace
}  // namespace daybook::chat
