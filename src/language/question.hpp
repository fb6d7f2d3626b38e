#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "language/now.hpp"
#include "language/settings.hpp"

namespace daybook::language {

/// One line of `daybook parse`, of either mode: when and where it is said, and by whose conventions.
struct Question {
  json::object asked;
  json::object answer;  ///< Holds the id.
  Now now;
  Settings settings;
};

/// Reads a line. Where it is no question gives nullopt, and in `refusal` the line that answers it. Without a zone of
/// the IANA's the offset of `ref` stands for one.
std::optional<Question> read_question(std::string_view json_line, std::string& refusal);

/// The text member of that name, empty where there is none.
std::string_view text_of(const json::object& object, std::string_view name);
/// The conventions in a question ("settings" and "opts"); unknown values leave the default.
Settings settings_of(const json::object& question);

}  // namespace daybook::language
