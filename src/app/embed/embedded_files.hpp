#pragma once

#include <map>
#include <string_view>

namespace daybook::app {

/// The files linked into the program by their path: "/index.html" and the rest of the built web app, where it was built
/// (compressed forms as "/index.html.br" and ".gz" beside), and "/schemas/openapi.yaml".
const std::map<std::string_view, std::string_view>& embedded_files();

}  // namespace daybook::app
