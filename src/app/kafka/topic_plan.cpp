#include "app/kafka/topic_plan.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace daybook::app::kafka {
namespace {

bool wants(const json::array& types, std::string_view topic) {
  return std::ranges::any_of(types, [&](const json::value& each) {
    const std::string_view wanted = each.as_string();
    return wanted == "*" || wanted == topic ||
           (wanted.ends_with(".*") && topic.starts_with(wanted.substr(0, wanted.size() - 1)));
  });
}

std::string milliseconds(std::int64_t hours) { return std::to_string(hours * 3'600'000); }

}  // namespace

Result<std::vector<TopicPlan>> plan_topics(std::string_view text, std::string_view profile_name) try {
  const auto table = json::parse(text).as_object();
  const auto* found = table.at("profiles").as_object().if_contains(profile_name);
  if (!found) return Error{Errc::invalid_argument, "There is no profile '" + std::string(profile_name) + "'."};
  const auto& profile = found->as_object();
  const auto& consumers = table.at("consumers").as_object();
  const auto* fixed_hours = profile.if_contains("retentionHours");
  const auto hours = [&](std::int64_t days) { return fixed_hours ? fixed_hours->as_int64() : days * 24; };

  TopicPlan base;
  base.partitions = static_cast<int>(profile.at("partitions").as_int64());
  base.replication = static_cast<int>(profile.at("replication").as_int64());
  base.settings["min.insync.replicas"] = std::to_string(profile.at("minInsync").as_int64());
  base.settings["max.message.bytes"] = "4194304";

  std::vector<TopicPlan> out;
  for (const auto& each : table.at("topics").as_array()) {
    const auto& row = each.as_object();
    TopicPlan topic = base;
    topic.name = std::string(row.at("name").as_string());
    topic.settings["retention.ms"] = milliseconds(hours(row.at("retentionDays").as_int64()));
    if (const auto* compacted = row.if_contains("compacted"); compacted && compacted->as_bool())
      topic.settings["cleanup.policy"] = "compact,delete";
    out.push_back(topic);

    const auto* aggregate = row.if_contains("aggregate");
    for (const auto& [group, types] : consumers) {
      // An aggregate topic has a consumer's dead letters if one of its types has.
      bool wanted = wants(types.as_array(), topic.name);
      if (!aggregate)
        wanted = std::ranges::any_of(table.at("topics").as_array(), [&](const json::value& other) {
          const auto* of = other.as_object().if_contains("aggregate");
          return of && of->as_string() == topic.name &&
                 wants(types.as_array(), std::string_view(other.as_object().at("name").as_string()));
        });
      if (!wanted) continue;
      TopicPlan dead = base;
      dead.name = topic.name + "." + std::string(group) + ".dlq";
      dead.partitions = 1;
      dead.settings["retention.ms"] = milliseconds(table.at("deadLetterDays").as_int64() * 24);
      out.push_back(std::move(dead));
    }
  }
  return out;
} catch (const std::exception& wrong) {
  return Error{Errc::corrupt, std::string("The table of topics cannot be read: ") + wrong.what()};
}

}  // namespace daybook::app::kafka
