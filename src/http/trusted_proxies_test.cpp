#include "http/trusted_proxies.hpp"

#include <gmock/gmock.h>

namespace daybook::http {
namespace {

std::string client(std::string_view trusted, const std::string& peer,
                   const std::vector<std::pair<std::string, std::string>>& fields) {
  Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return TrustedProxies::parse(trusted).value().client_of(peer, headers);
}

TEST(TrustedProxies, NobodyElsesWordIsTaken) {
  EXPECT_EQ(client("", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9"}}), "127.0.0.1");
  EXPECT_EQ(client("10.0.0.0/8", "192.0.2.7", {{"X-Forwarded-For", "192.0.2.9"}}), "192.0.2.7");
  EXPECT_EQ(client("127.0.0.1", "127.0.0.2", {{"Forwarded", "for=192.0.2.9"}}), "127.0.0.2");
}

TEST(TrustedProxies, TheLastAddressThatIsNoProxysIsTheClients) {
  const std::string trusted = "127.0.0.1, 10.0.0.0/8, fd00::/8";
  EXPECT_EQ(client(trusted, "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9"}}), "192.0.2.9");
  // What stands before it was sent by the client.
  EXPECT_EQ(client(trusted, "127.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 192.0.2.9, 10.1.2.3"}}), "192.0.2.9");
  EXPECT_EQ(client(trusted, "127.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "192.0.2.9"}}),
            "192.0.2.9");
  EXPECT_EQ(client(trusted, "fd00::7", {{"X-Forwarded-For", "192.0.2.9:4711"}}), "192.0.2.9");
  EXPECT_EQ(client(trusted, "::ffff:127.0.0.1", {{"X-Forwarded-For", "2001:db8::1"}}), "2001:db8::1");
  EXPECT_EQ(client(trusted, "127.0.0.1", {{"X-Forwarded-For", "10.0.0.5"}}), "10.0.0.5");
  EXPECT_EQ(client(trusted, "127.0.0.1", {}), "127.0.0.1");
  EXPECT_EQ(client(trusted, "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9, unknown"}}), "127.0.0.1");
}

TEST(TrustedProxies, ReadsTheStandardField) {
  const std::string trusted = "127.0.0.1";
  EXPECT_EQ(client(trusted, "127.0.0.1", {{"Forwarded", "for=192.0.2.43;proto=http;by=203.0.113.43"}}), "192.0.2.43");
  EXPECT_EQ(client(trusted, "127.0.0.1", {{"Forwarded", "for=1.1.1.1, proto=https;For=\"[2001:db8:cafe::17]:4711\""}}),
            "2001:db8:cafe::17");
  EXPECT_EQ(client(trusted, "127.0.0.1", {{"Forwarded", "for=_hidden"}}), "127.0.0.1");
}

TEST(TrustedProxies, AFieldThatTheProxyLetThroughProvesNothing) {
  EXPECT_EQ(client("127.0.0.1", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9"}, {"Forwarded", "for=1.1.1.1"}}),
            "127.0.0.1");
  EXPECT_EQ(client("127.0.0.1", "127.0.0.1", {{"X-Forwarded-For", "192.0.2.9"}, {"Forwarded", "for=192.0.2.9"}}),
            "192.0.2.9");
}

TEST(TrustedProxies, ListsThatAreNoneAreRefused) {
  for (const char* list : {"nobody", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "127.0.0.1,,", "::1/129"})
    EXPECT_FALSE(TrustedProxies::parse(list)) << list;
}

}  // namespace
}  // namespace daybook::http
