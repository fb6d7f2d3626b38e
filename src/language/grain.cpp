#include "language/grain.hpp"

namespace daybook::language {

std::string_view to_string(Grain grain) {
  constexpr std::string_view kNames[] = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
  return kNames[static_cast<int>(grain)];
}

}  // namespace daybook::language
