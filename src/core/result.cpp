#include "core/result.hpp"

#include <stdexcept>

namespace daybook {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid_argument";
    case Errc::unprocessable:
      return "unprocessable";
    case Errc::not_found:
      return "not_found";
    case Errc::conflict:
      return "conflict";
    case Errc::version_mismatch:
      return "version_mismatch";
    case Errc::unauthenticated:
      return "unauthenticated";
    case Errc::forbidden:
      return "forbidden";
    case Errc::limit_exceeded:
      return "limit_exceeded";
    case Errc::rate_limited:
      return "rate_limited";
    case Errc::payload_too_large:
      return "payload_too_large";
    case Errc::method_not_allowed:
      return "method_not_allowed";
    case Errc::unsupported_media_type:
      return "unsupported_media_type";
    case Errc::unsupported:
      return "unsupported";
    case Errc::unavailable:
      return "unavailable";
    case Errc::timeout:
      return "timeout";
    case Errc::misconfigured:
      return "misconfigured";
    case Errc::corrupt:
      return "corrupt";
    case Errc::internal:
      return "internal";
  }
  return "internal";
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::logic_error("unchecked result at " + std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                         ": " + std::string(to_string(error.code)) + ": " + error.detail);
}

}  // namespace daybook
