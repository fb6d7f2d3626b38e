#pragma once

#include "services/notifier/notification.hpp"
#include "storage/sql/connection.hpp"

/// The codes that were mailed to addresses which are to be confirmed. The caller has locked the user.
namespace daybook::notifier {

/// As NotifierStore::note_code.
Result<std::optional<Channel>> sent_code(storage::sql::Writer& db, const UserId& user, const Uuid& channel,
                                         const std::string& code, bool again, Instant now);
/// As NotifierStore::confirm_channel; nullopt: that is not the code.
Result<std::optional<Channel>> try_code(storage::sql::Writer& db, const UserId& user, const Uuid& channel,
                                        const std::string& code, Instant now);

}  // namespace daybook::notifier
