#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"

struct evp_pkey_st;

namespace daybook::notifier {

/// A P-256 key pair.
class P256Key {
 public:
  static P256Key generate();
  /// `private_key`: 32 bytes. Errors: invalid_argument.
  static Result<P256Key> from_private(std::string_view private_key);

  std::string public_key() const;   ///< Uncompressed point, 65 bytes.
  std::string private_key() const;  ///< 32 bytes.
  evp_pkey_st* handle() const { return key_.get(); }

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  explicit P256Key(evp_pkey_st* key) : key_(key) {}
  std::unique_ptr<evp_pkey_st, Free> key_;
};

/// Encrypts a push message for a subscription (RFC 8291 over RFC 8188, one record). `p256dh` is the browser's public
/// key (65 bytes), `auth` its 16-byte secret. `sender` and `salt` (16 bytes) are fresh a message; they are parameters
/// so that the RFC's own example can be checked. Errors: invalid_argument when a key is not one, or the text is over 3
/// KiB.
Result<std::string> encrypt_web_push(std::string_view text, std::string_view p256dh, std::string_view auth,
                                     const P256Key& sender, std::string_view salt);

/// The Authorization header's value (RFC 8292): who sends, signed with the server's key. `audience` is the push
/// service's origin, `contact` a mailto: or https: URL, or empty.
std::string vapid_authorization(const P256Key& server, std::string_view audience, std::string_view contact,
                                Instant now);

}  // namespace daybook::notifier
