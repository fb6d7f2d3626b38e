#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cloud_event.hpp"
#include "core/result.hpp"

namespace daybook {

/// How far a projection's rebuild has come (design, rule 15). What is written while one is going on is of its
/// `generation`; when it ends, what is of an older one is gone.
struct RebuildState {
  std::int64_t generation = 0;
  bool going_on = false;
  int source = 0;      ///< The owner that is being read; past the last one, users are taken over to the new generation.
  std::string cursor;  ///< How far within it.
};

/// Some of what an owner has, each resource as an event "<type>.snapshot" that carries all of its state.
struct SnapshotPage {
  std::vector<CloudEvent> events;
  std::string next_cursor;  ///< Empty: that was the last page.
};

std::string to_json(const SnapshotPage& page);
/// Errors: corrupt.
Result<SnapshotPage> parse_snapshot_page(std::string_view text);

/// The id of a snapshot event: the same resource at the same version gives the same.
EventId snapshot_id(std::string_view type, const Uuid& resource, std::int64_t version);

}  // namespace daybook
