#pragma once

#include "language/reader.hpp"

namespace daybook::language {

/// The grammar of repeats: "every other Friday at 5 until June", "the 2nd and 4th Wednesday of each month".
class RepeatReader {
 public:
  explicit RepeatReader(const Reader& reader) : r_(reader) {}

  Hit<TimeReading> read(int i);

 private:
  const Reader& r_;
};

}  // namespace daybook::language
