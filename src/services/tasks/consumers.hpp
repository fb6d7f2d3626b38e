#pragma once

#include "core/clock.hpp"
#include "runtime/event_bus.hpp"
#include "services/tasks/store.hpp"

namespace daybook::tasks {

void add_consumers(runtime::EventBus& bus, TaskStore& store, WallClock& clock);

/// What an event says to this service. Errors: invalid_argument (poison).
Result<ReminderReport> read_reminder_report(const CloudEvent& event);
Result<OwnerReport> read_owner_report(const CloudEvent& event);

}  // namespace daybook::tasks
