#include "language/settings.hpp"

#include <algorithm>

namespace daybook::language {

void Settings::set_locale(std::string_view tag) {
  const auto dash = tag.rfind('-');
  if (dash == std::string_view::npos) return;
  country.assign(tag.substr(dash + 1));
  for (auto& c : country) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  constexpr std::string_view kMonthFirst[] = {"US", "CA", "PH", "ZA"};
  date_order = std::find(std::begin(kMonthFirst), std::end(kMonthFirst), country) != std::end(kMonthFirst)
                   ? DateOrder::mdy
                   : DateOrder::dmy;
}

}  // namespace daybook::language
