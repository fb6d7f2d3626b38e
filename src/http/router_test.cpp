#include "http/router.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "telemetry/log.hpp"

namespace daybook::http {
namespace {

using boost::asio::awaitable;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RouterTest : public ::testing::Test {
 protected:
  void serve(Method method, std::string pattern) {
    router_.add(method, pattern, [pattern](Request request) -> awaitable<Result<Reply>> {
      std::string body = pattern;
      for (const auto& [name, value] : request.path_parameters) body += " " + name + "=" + value;
      co_return Reply{200, std::move(body), "text/plain"};
    });
  }
  Reply ask(Method method, std::string path, std::string query = {}) {
    Call call;
    call.method = method;
    call.path = std::move(path);
    call.query = std::move(query);
    boost::asio::io_context loop;
    Reply reply;
    boost::asio::co_spawn(loop, router_.dispatch(std::move(call)),
                          [&](std::exception_ptr, Reply r) { reply = std::move(r); });
    loop.run();
    return reply;
  }
  Router router_;
};

TEST_F(RouterTest, LiteralSegmentsWinOverParametersAndFallBackToThem) {
  serve(Method::get, "/tasks/{id}");
  serve(Method::get, "/tasks/search");
  serve(Method::get, "/tasks/{id}/history");
  EXPECT_EQ(ask(Method::get, "/tasks/search").body, "/tasks/search");
  EXPECT_EQ(ask(Method::get, "/tasks/7").body, "/tasks/{id} id=7");
  EXPECT_EQ(ask(Method::get, "/tasks/search/history").body, "/tasks/{id}/history id=search");
}

TEST_F(RouterTest, ParametersAreDecodedAfterThePathIsSplit) {
  serve(Method::get, "/tags/{tag}");
  EXPECT_EQ(ask(Method::get, "/tags/a%2Fb%20c").body, "/tags/{tag} tag=a/b c");
  EXPECT_EQ(ask(Method::get, "/t%61gs/x").body, "/tags/{tag} tag=x");
}

TEST_F(RouterTest, PathsThatAreNoTextAreNotFound) {
  serve(Method::get, "/tags/{tag}");
  for (const auto* path : {"/tags/%00", "/tags/%FF", "/tags/%4", "/tags/%zz", "/tags/", "tags/x", "", "/tags/x/"})
    EXPECT_EQ(ask(Method::get, path).status, 404) << path;
}

TEST_F(RouterTest, UnknownMethodsAreToldWhichOnesThereAre) {
  serve(Method::get, "/tasks");
  serve(Method::post, "/tasks");
  const auto reply = ask(Method::delete_, "/tasks");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.headers.get("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(reply.content_type, "application/problem+json");
  EXPECT_EQ(ask(Method::options, "/tasks").status, 204);
  EXPECT_EQ(ask(Method::head, "/tasks").status, 200);
}

TEST_F(RouterTest, BrokenQueriesAreRefusedByName) {
  serve(Method::get, "/tasks");
  const auto reply = ask(Method::get, "/tasks", "q=ok&tag=%zz");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr(R"("pointer":"?tag")"));
}

TEST_F(RouterTest, ErrorsAndExceptionsBecomeProblems) {
  router_.add(Method::get, "/missing", [](Request) -> awaitable<Result<Reply>> {
    co_return Error{Errc::not_found, "No task has this id."};
  });
  router_.add(Method::get, "/bug", [](Request) -> awaitable<Result<Reply>> {
    throw std::runtime_error("secret detail");
    co_return Reply{};
  });
  EXPECT_EQ(ask(Method::get, "/missing").status, 404);
  std::string logged;
  log::set_sink([&](std::string_view line) { logged = line; });
  const auto reply = ask(Method::get, "/bug");
  log::set_sink(nullptr);
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, ::testing::Not(HasSubstr("secret")));
  EXPECT_THAT(logged, HasSubstr("secret detail"));
}

TEST_F(RouterTest, RoutesAreListed) {
  serve(Method::get, "/tasks/{id}");
  serve(Method::patch, "/tasks/{id}");
  EXPECT_THAT(router_.routes(), ElementsAre(std::pair{Method::get, std::string{"/tasks/{id}"}},
                                            std::pair{Method::patch, std::string{"/tasks/{id}"}}));
  EXPECT_THROW(serve(Method::get, "/tasks/{id}"), std::logic_error);
}

TEST(Request, QueryParametersAreDecoded) {
  Call call;
  call.query = "q=a+b%26c&tag=x&tag=y&flag";
  const Request request{std::move(call)};
  EXPECT_EQ(request.query("q"), "a b&c");
  EXPECT_EQ(request.query("flag"), "");
  EXPECT_EQ(request.query("none"), std::nullopt);
  EXPECT_THAT(request.query_all("tag"), ElementsAre("x", "y"));
  EXPECT_THAT(request.query_names(), ElementsAre("q", "tag", "flag"));
}

}  // namespace
}  // namespace daybook::http
