#include "app/embed/web_app.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace daybook::app {
namespace {

using ::testing::HasSubstr;

class WebAppTest : public ::testing::Test {
 protected:
  Reply get(std::string path, std::string accept_encoding = "", std::string if_none_match = "") {
    Call call;
    call.path = std::move(path);
    if (!accept_encoding.empty()) call.headers.set("Accept-Encoding", accept_encoding);
    if (!if_none_match.empty()) call.headers.set("If-None-Match", if_none_match);
    return app_.reply(call).value_or(Reply(0));
  }

  std::map<std::string, std::string> files_ = {{"/index.html", "<start>"},
                                               {"/index.html.br", "BR"},
                                               {"/index.html.gz", "GZ"},
                                               {"/assets/main-1a2b.js", "js"},
                                               {"/schemas/openapi.yaml", "openapi"}};
  WebApp app_{[this](const std::string& path) -> std::optional<std::string> {
    const auto found = files_.find(path);
    return found == files_.end() ? std::nullopt : std::optional(found->second);
  }};
};

TEST_F(WebAppTest, EveryPageOfTheAppIsItsStartPage) {
  EXPECT_EQ(*get("/").shared_body, "<start>");
  EXPECT_EQ(*get("/tasks/42").shared_body, "<start>");
  EXPECT_EQ(*get("/a%2e%2e/b").shared_body, "<start>");
  EXPECT_EQ(get("/").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(get("/").headers.get("Cache-Control"), "no-cache");
}

TEST_F(WebAppTest, FilesWithAHashInTheirNameAreKeptByTheBrowser) {
  const auto script = get("/assets/main-1a2b.js");
  EXPECT_EQ(*script.shared_body, "js");
  EXPECT_THAT(script.headers.get("Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(get("/assets/main-0000.js").status, 404);
}

TEST_F(WebAppTest, SendsTheCompressedFormThatTheBrowserTakes) {
  EXPECT_EQ(*get("/", "gzip, deflate, br").shared_body, "BR");
  EXPECT_EQ(*get("/", "gzip").shared_body, "GZ");
  EXPECT_EQ(*get("/", "br;q=0, gzip;q=0.5").shared_body, "GZ");
  EXPECT_EQ(get("/", "gzip").headers.get("Content-Encoding"), "gzip");
  EXPECT_EQ(*get("/", "brotli").shared_body, "<start>");
}

TEST_F(WebAppTest, WhatTheBrowserHasIsNotSentAgain) {
  const auto first = get("/", "br");
  const auto second = get("/", "br", "\"other\", " + std::string(first.headers.get("ETag")));
  EXPECT_EQ(second.status, 304);
  EXPECT_FALSE(second.shared_body);
  EXPECT_EQ(get("/", "", std::string(first.headers.get("ETag"))).status, 200);
}

TEST_F(WebAppTest, LeavesTheServicesTheirPathsAndTheirMethods) {
  for (auto path : {"/api/v1/tasks", "/api", "/health", "/metrics", "/.well-known/jwks.json", "/internal/v1/x"})
    EXPECT_EQ(get(path).status, 0) << path;
  Call post;
  post.method = Method::post;
  post.path = "/";
  EXPECT_FALSE(app_.reply(post));
}

TEST_F(WebAppTest, FilesBesideTheAppAreNotServed) { EXPECT_EQ(*get("/schemas/openapi.yaml").shared_body, "<start>"); }

TEST_F(WebAppTest, SaysHowToBuildTheAppWhereItIsMissing) {
  files_.clear();
  EXPECT_THAT(get("/").body, HasSubstr("scripts/run"));
}

TEST(WebApp, AFolderOfFilesIsNoFile) {
  const auto folder = std::filesystem::temp_directory_path() / ("daybook-web-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "assets");
  std::ofstream(folder / "index.html") << "the page";
  auto app = WebApp::from_folder(folder);
  Call call;
  call.path = "/assets";
  const auto reply = app.reply(call);
  ASSERT_TRUE(reply);
  EXPECT_EQ(*reply->shared_body, "the page");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace daybook::app
