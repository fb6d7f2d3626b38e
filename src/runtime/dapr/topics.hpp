#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/result.hpp"

namespace daybook::runtime::dapr {

/// Where events go: one topic a type; the three topics of the aggregate names, with their spelling of types; or
/// both. Consumers read the dotted topics unless only the aggregate ones are written.
enum class TopicMode { dotted, aggregate, both };
/// "dotted", "aggregate" or "both".
std::optional<TopicMode> parse_topic_mode(std::string_view text);

/// The table of schemas/topics.json, from which the topics are made too (scripts/topics).
class TopicTable {
 public:
  /// Errors: corrupt, naming what is missing.
  static Result<TopicTable> parse(std::string_view json);

  struct Target {
    std::string topic;
    std::string type;  ///< As it is spelled there.
  };
  /// Where an event of `type` is published. Errors: misconfigured (a type that has no row).
  Result<std::vector<Target>> targets(std::string_view type, TopicMode mode) const;
  /// The topics that a subscription to `types` ("task.created", "task.*", "*") has to read.
  std::vector<std::string> topics_for(const std::vector<std::string>& types, TopicMode mode) const;
  /// What a type means however it is spelled ("task-created", "complete"); itself when unknown.
  std::string canonical_type(std::string_view type) const;

  /// Reads what a sidecar delivered from `topic`: a CloudEvent in any of the spellings of E-15 and E-16, also wrapped
  /// by Dapr where the producer sent bare JSON, also without a type, which its topic then says.
  /// Errors: invalid_argument.
  Result<CloudEvent> read_delivery(std::string_view json, std::string_view topic) const;

 private:
  std::map<std::string, std::string, std::less<>> aggregate_of_;  ///< By canonical type, which is the dotted topic.
  std::map<std::string, std::string, std::less<>> aliases_;       ///< Other spellings of a type.
};

/// "task.created" is of "task.created", "task.*" and "*".
bool matches(const std::vector<std::string>& wanted, std::string_view type);

}  // namespace daybook::runtime::dapr
