#pragma once

#include "core/clock.hpp"
#include "services/notifier/service.hpp"
#include "services/tasks/client.hpp"

namespace daybook::notifier {

/// The daily digest (C-13): what is due today and what is overdue, as the tasks service says at that moment.
DigestWriter make_digest_writer(tasks::Client& tasks, const WallClock& clock);

}  // namespace daybook::notifier
