#include "services/notifier/confirmation.hpp"

namespace daybook::notifier {

std::string new_code() {
  const auto bytes = Uuid::random().bytes();
  std::uint64_t number = 0;
  // The last bytes: the first ones of a UUID hold its version.
  for (std::size_t i = 10; i < 16; ++i) number = number << 8 | bytes[i];
  const std::string digits = std::to_string(1'000'000 + number % 1'000'000);
  return digits.substr(1);
}

Notification code_notice(const UserId& user, const std::string& code, Instant now) {
  Notification mail;
  mail.id = NotificationId::make(now);
  mail.user = user;
  mail.kind = "confirmation";
  mail.title = code + " is your Daybook code";
  mail.body =
      "Enter " + code +
      " in Daybook's settings, and your reminders come to this address too. It is good for a day.\n\nIf you know "
      "nothing of this, leave it: without the code nothing more comes here.";
  mail.created_at = now;
  return mail;
}

}  // namespace daybook::notifier
