#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "language/command/command.hpp"
#include "language/now.hpp"

namespace daybook::chat {

/// What the chip of a recognised span is (schemas/openapi.yaml, ParsedSpan.kind).
std::string_view span_kind(std::string_view slot);

/// What each of a reading's spans became, one label a span and in words: "Tomorrow at 3 pm", "Every weekday at 9am",
/// "Remind 30 minutes before", "#health". `text` is the sentence that the spans are of.
std::vector<std::string> span_labels(const language::Command& command, std::string_view text, const language::Now& now);

}  // namespace daybook::chat
