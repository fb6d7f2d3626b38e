#include "language/repeat_reader.hpp"
namespace daybook::language {
Hit<TimeReading> RepeatReader::read(int) { return {}; }
}  // namespace daybook::language
