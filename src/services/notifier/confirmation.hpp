#pragma once

#include "services/notifier/notification.hpp"

/// Mail goes only to addresses whose reader has said that they want it: a code is mailed there, and entered here.
namespace daybook::notifier {

inline constexpr std::string_view kUnconfirmed =
    "This address is not confirmed yet: enter the code that was mailed to it, in Settings.";

/// Six digits that nobody can guess in the tries that there are.
std::string new_code();
Notification code_notice(const UserId& user, const std::string& code, Instant now);

}  // namespace daybook::notifier
