#pragma once

#include <string_view>

#include "app/kafka/broker.hpp"

namespace daybook::app::kafka {

/// The topics that schemas/topics.json asks for in a profile ("single", "three"), dead letters included (E-14).
/// Errors: invalid_argument (no such profile), corrupt.
Result<std::vector<TopicPlan>> plan_topics(std::string_view table, std::string_view profile);

}  // namespace daybook::app::kafka
