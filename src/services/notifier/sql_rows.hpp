#pragma once

#include "services/notifier/notification.hpp"
#include "storage/sql/connection.hpp"

/// How the notifier's values stand in its tables: one place for columns and their order.
namespace daybook::notifier::rows {

using storage::sql::Connection;
using storage::sql::Statement;

inline constexpr std::string_view kNotificationColumns =
    "user_id, id, kind, title, body, task_id, reminder_id, created_at, read_at, version, "
    "correlation_id, traceparent";
inline constexpr std::string_view kChannelColumns =
    "user_id, id, kind, name, target, secret, topics, enabled, created_at, version, confirmed";
inline constexpr std::string_view kDeliveryColumns =
    "user_id, id, notification_id, reminder_id, channel_id, kind, channel_name, state, attempts, log, reason, "
    "updated_at, next_attempt";

Notification notification(const Statement& row, int first = 0);
Channel channel(const Statement& row, int first = 0);
Delivery delivery(const Statement& row, int first = 0);

void save(Connection& db, const Notification& notification);
void save(Connection& db, const Channel& channel);
void save(Connection& db, const Delivery& delivery);

std::vector<Channel> load_channels(Connection& db, const UserId& user);
Preferences load_preferences(Connection& db, const UserId& user);
void save(Connection& db, const UserId& user, const Preferences& preferences);

}  // namespace daybook::notifier::rows
