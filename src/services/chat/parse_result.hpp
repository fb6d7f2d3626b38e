#pragma once

#include <string>
#include <utility>
#include <vector>

#include "language/now.hpp"
#include "language/settings.hpp"
#include "services/chat/hidden_words.hpp"

namespace daybook::chat {

/// What a text would do, as schemas/openapi.yaml's ParseResult, for the preview under the input field. Nothing is known
/// of the person's tasks here: targets are what the sentence calls them. `ignore` holds spans (code points, end
/// exclusive) whose words are left in the title.
std::string parse_result(const std::string& text, const language::Now& now, const language::Settings& settings,
                         const TextSpans& ignore);

}  // namespace daybook::chat
