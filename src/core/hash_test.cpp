#include "core/hash.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(Hashes, AreThoseOfTheStandards) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  // RFC 4231, test case 2.
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Base64, FollowsBothAlphabets) {
  EXPECT_EQ(base64_encode("\xFB\xFF\xFE"
                          "a"),
            "+//+YQ==");
  EXPECT_EQ(base64url_encode("\xFB\xFF\xFE"
                             "a"),
            "-__-YQ");
  for (std::string_view bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)).value(), bytes);
}

TEST(Base64, GivesEachValueOneSpelling) {
  for (auto text : {"YQ==", "YR", "a", "a b=", "+//+", "Y\n"}) EXPECT_FALSE(base64url_decode(text)) << text;
}

TEST(Secrets, CompareByContent) {
  EXPECT_TRUE(constant_time_equal("secret", "secret"));
  EXPECT_FALSE(constant_time_equal("secret", "secreT"));
  EXPECT_FALSE(constant_time_equal("secret", "secre"));
  EXPECT_NE(random_bytes(32), random_bytes(32));
}

}  // namespace
}  // namespace daybook
