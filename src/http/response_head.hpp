#pragma once

#include <ctime>
#include <string>

#include "core/call.hpp"

namespace daybook::http {

struct HeadOptions {
  bool keep_alive = true;
  bool http10 = false;  ///< Then keep-alive has to be said.
};

/// Appends the fields, each with its line's end. Those with control characters in them are left out, so that no value
/// can forge another.
void append_fields(std::string& out, const Headers& fields);

/// Appends status line and fields of `reply`, with Date and Content-Length, up to and including the empty line. `now`
/// is in seconds.
void append_response_head(std::string& out, const Reply& reply, HeadOptions options, std::time_t now);

/// Whether a response of this status has a body at all (RFC 9110, section 6.4.1).
bool may_have_body(int status);

std::string_view reason_phrase(int status);

}  // namespace daybook::http
