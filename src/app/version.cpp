#include "app/version.hpp"

namespace daybook::app {

const char* version() { return DAYBOOK_VERSION; }

}  // namespace daybook::app
