#pragma once

namespace daybook::app {

/// "0.1.0"
const char* version();

}  // namespace daybook::app
