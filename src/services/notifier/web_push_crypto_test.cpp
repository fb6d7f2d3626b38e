#include "services/notifier/web_push_crypto.hpp"

#include <gmock/gmock.h>

#include "core/hash.hpp"

namespace daybook::notifier {
namespace {

std::string decode(std::string_view text) { return base64url_decode(text).value(); }

// C-05. RFC 8291, appendix A.
TEST(WebPushCrypto, EncryptsTheExampleOfTheRfc) {
  const auto sender = P256Key::from_private(decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).value();
  EXPECT_EQ(base64url_encode(sender.public_key()),
            "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
  const auto sealed = encrypt_web_push(
      "When I grow up, I want to be a watermelon",
      decode("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
      decode("BTBZMqHH6r4Tts7J_aSIgg"), sender, decode("DGv6ra1nlYgDCS1FRnbzlw"));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(
      base64url_encode(*sealed),
      "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PB"
      "ru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(WebPushCrypto, RefusesKeysThatAreNone) {
  const auto sender = P256Key::generate();
  EXPECT_FALSE(encrypt_web_push("hello", "short", std::string(16, 'a'), sender, std::string(16, 's')));
  EXPECT_FALSE(encrypt_web_push("hello", std::string(65, '\4'), std::string(16, 'a'), sender, std::string(16, 's')));
  EXPECT_FALSE(P256Key::from_private("short"));
}

TEST(WebPushCrypto, KeySurvivesBeingStored) {
  const auto key = P256Key::generate();
  EXPECT_EQ(P256Key::from_private(key.private_key()).value().public_key(), key.public_key());
}

TEST(WebPushCrypto, SaysWhoSendsInThreeParts) {
  const auto header =
      vapid_authorization(P256Key::generate(), "https://push.example", "mailto:ops@example.org", Instant{});
  EXPECT_THAT(header,
              ::testing::MatchesRegex("vapid t=[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+, k=[A-Za-z0-9_-]+"));
}

}  // namespace
}  // namespace daybook::notifier
