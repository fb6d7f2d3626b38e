#pragma once

#include <cstdint>

namespace daybook::app {

/// Lets this process open as many files as the system allows it: many systems begin with 1,024, and each connection
/// is one. Gives how many that are.
std::uint64_t raise_file_limit();

/// Says so in the log when `files` are fewer than `connections` need beside the databases and sockets.
void warn_of_few_files(std::uint64_t files, std::uint64_t connections);

}  // namespace daybook::app
