#pragma once

#include <cstdint>
#include <string_view>

namespace daybook::language {

/// How finely a moment was said; "March" has grain month, "at 5" hour, "5:00" minute.
enum class Grain : std::uint8_t { second, minute, hour, day, week, month, quarter, year };

/// "day", as in the JSON form.
std::string_view to_string(Grain grain);

}  // namespace daybook::language
