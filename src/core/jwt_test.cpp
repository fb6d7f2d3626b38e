#include "core/jwt.hpp"

#include <gtest/gtest.h>

#include "core/hash.hpp"

namespace daybook {
namespace {

const Instant kNow = Instant{std::chrono::seconds{1'772'000'000}};

VerifyingKey public_half(const SigningKey& key) { return *VerifyingKey::from_jwk(to_jwk(key)); }

json::object claims_until(int seconds) { return {{"sub", "u"}, {"exp", 1'772'000'000 + seconds}}; }

// RFC 8037, appendix A: the key and signature of its example.
TEST(Jwt, MatchesThePublishedExample) {
  const auto seed = *base64url_decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  const auto key = *SigningKey::from_seed("", seed);
  EXPECT_EQ(base64url_encode(key.public_key()), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
  EXPECT_EQ(base64url_encode(key.sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

TEST(Jwt, ASignedTokenVerifiesUntilItExpires) {
  const auto key = SigningKey::generate("k1");
  const auto token = parse_jwt(sign_jwt(key, claims_until(900)));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->kid, "k1");
  EXPECT_TRUE(verify_jwt(*token, public_half(key), kNow));
  EXPECT_EQ(verify_jwt(*token, public_half(key), kNow + std::chrono::seconds{900}).error().slug, "token-expired");
}

TEST(Jwt, ForgedTokensAreRefused) {
  const auto key = SigningKey::generate("k1");
  auto token = *parse_jwt(sign_jwt(key, claims_until(900)));
  EXPECT_FALSE(verify_jwt(token, public_half(SigningKey::generate("k1")), kNow));
  auto none = token;
  none.algorithm = "none";
  none.signature.clear();
  EXPECT_FALSE(verify_jwt(none, public_half(key), kNow));
  auto bent = token;
  bent.signed_part += "x";
  EXPECT_EQ(verify_jwt(bent, public_half(key), kNow).error().slug, "invalid-token");
  EXPECT_FALSE(verify_jwt(*parse_jwt(sign_jwt(key, {{"sub", "u"}})), public_half(key), kNow));
  EXPECT_FALSE(verify_jwt(*parse_jwt(sign_jwt(key, {{"exp", "soon"}})), public_half(key), kNow));
}

TEST(Jwt, WhatIsNoTokenIsRefused) {
  for (const auto* text : {"", "a", "a.b", "a.b.c", "..", "e30.e30", "e30.e30.=", "W10.e30.", "e30.W10."})
    EXPECT_FALSE(parse_jwt(text)) << text;
}

// RFC 7515, appendix A.3: an ES256 key and signature.
TEST(Jwt, TokensOfOtherIssuersMayUseEs256) {
  const auto key = VerifyingKey::from_jwk({{"kty", "EC"},
                                           {"crv", "P-256"},
                                           {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                                           {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}});
  ASSERT_TRUE(key);
  EXPECT_EQ(key->algorithm(), "ES256");
  const std::string signed_part =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      "cnVlfQ";
  const auto signature =
      *base64url_decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(key->verify(signed_part, signature));
  EXPECT_FALSE(key->verify(signed_part + "x", signature));
  EXPECT_FALSE(VerifyingKey::from_jwk({{"kty", "oct"}, {"k", "AA"}}));
}

}  // namespace
}  // namespace daybook
