#pragma once

#include <span>

#include "http/problem.hpp"

namespace daybook::http {

/// An entry of the list with the code that it refines; the first entry of a code is the code's default.
struct ProblemEntry {
  Errc code;
  ProblemType type;
};

/// All entries, in the order of schemas/errors.json.
std::span<const ProblemEntry> problem_table();

}  // namespace daybook::http
