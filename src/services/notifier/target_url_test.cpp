#include "services/notifier/target_url.hpp"

#include <gmock/gmock.h>

namespace daybook::notifier {
namespace {

// Decision 13
TEST(NotifierTarget, OnlyThePublicInternetIsPublic) {
  for (const char* address : {"127.0.0.1",
                              "127.255.0.9",
                              "10.0.0.1",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "0.0.0.0",
                              "192.0.2.1",
                              "198.18.0.1",
                              "203.0.113.9",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::1",
                              "::",
                              "fe80::1",
                              "fec0::1",
                              "fd12::1",
                              "ff02::1",
                              "::ffff:10.0.0.1",
                              "::127.0.0.1",
                              "64:ff9b::a00:1",
                              "2002:7f00:1::",
                              "2001:db8::1",
                              "2001:0:1::1",
                              "100::1"})
    EXPECT_TRUE(is_private(boost::asio::ip::make_address(address))) << address;
  for (const char* address : {"1.1.1.1", "172.32.0.1", "100.128.0.1", "198.20.0.1", "2606:4700::1111", "::ffff:1.1.1.1",
                              "64:ff9b::101:101", "2002:101:101::", "2001:4860:4860::8888"})
    EXPECT_FALSE(is_private(boost::asio::ip::make_address(address))) << address;
}

TEST(NotifierTarget, TakesUrlsApart) {
  const auto url = parse_target("https://example.org:8443/a%20b?c=d", PrivateTargets::refuse).value();
  EXPECT_EQ(url.origin, "https://example.org:8443");
  EXPECT_EQ(url.path, "/a%20b");
  EXPECT_EQ(url.query, "c=d");
  EXPECT_EQ(parse_target("http://example.org", PrivateTargets::refuse).value().path, "/");
  EXPECT_EQ(parse_target("HTTPS://Example.org:/x", PrivateTargets::refuse).value().origin, "https://example.org");
  for (const char* wrong : {"ftp://example.org", "example.org", "http://", "http://user:pw@example.org/", "http://[::1",
                            "http://example.org:0/", "http://example.org:99999/", "http://ex%41mple.org/",
                            "http://a%00b/", "http://a%0d%0ab/", "http://[v1.x]/", "http://[::1]80/", "http://a$b/"})
    EXPECT_FALSE(parse_target(wrong, PrivateTargets::allow)) << wrong;
}

TEST(NotifierTarget, PrivateHostsAreAllowedOnlyWhereTheOperatorSaysSo) {
  for (const char* url : {"http://localhost/", "http://LOCALHOST:80/", "http://a.localhost/", "http://10.0.0.1/",
                          "http://[::1]/", "http://metadata.google.internal/"}) {
    const auto refused = parse_target(url, PrivateTargets::refuse);
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().code, Errc::unprocessable);
    EXPECT_THAT(refused.error().detail, ::testing::HasSubstr("private-targets=allow"));
    EXPECT_TRUE(parse_target(url, PrivateTargets::allow)) << url;
  }
}

}  // namespace
}  // namespace daybook::notifier
