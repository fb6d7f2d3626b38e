#pragma once

#include "core/json.hpp"
#include "domain/series.hpp"

namespace daybook::domain {

/// Reads RecurringTaskCreate and RecurringTaskUpdate of schemas/openapi.yaml; wrong members are reported to `in`, which
/// the caller finishes.
SeriesDraft read_series_draft(JsonReader& in);
SeriesPatch read_series_patch(JsonReader& in);

/// A rule to look at before anything is saved (RecurrencePreviewRequest).
struct PreviewDraft {
  SeriesDraft series;
  std::size_t limit = 10;
};
PreviewDraft read_preview_draft(JsonReader& in);

/// The state as it is stored: everything that a Series holds but its owner.
std::string to_json(const Series& series);
/// Errors: corrupt.
Result<Series> parse_series(std::string_view text, const UserId& owner);

/// Appends the recurring task as the API shows it (RecurringTask), without the closing brace, so that an event can add
/// members of its own. `words`: the rule in words.
void append_series_members(std::string& out, const Series& series, std::string_view words, Instant now);
/// "startsAt":…,"startsOn":… of a start.
void append_start(std::string& out, const When& start);

}  // namespace daybook::domain
