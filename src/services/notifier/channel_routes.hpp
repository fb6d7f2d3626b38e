#pragma once

#include "http/router.hpp"
#include "services/notifier/service.hpp"

namespace daybook::notifier {

/// `/api/v1/notification-channels…` and `/api/v1/notifications/settings`.
void add_channel_routes(http::Router& router, NotifierStore& store, Service& service, const WallClock& clock);

/// {"items": […]}: schemas/openapi.yaml, Delivery.
Reply deliveries_reply(const std::vector<Delivery>& deliveries, const Preferences& preferences);

}  // namespace daybook::notifier
