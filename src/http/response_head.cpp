#include "http/response_head.hpp"

#include <charconv>

namespace daybook::http {
namespace {

/// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second and thread.
std::string_view http_date(std::time_t now) {
  thread_local std::time_t made_for = -1;
  thread_local char text[40];
  thread_local std::size_t size = 0;
  if (now != made_for) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_for = now;
  }
  return {text, size};
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

bool is_safe(std::string_view text) {
  for (unsigned char c : text)
    if ((c < 0x20 && c != '\t') || c == 0x7F) return false;
  return true;
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
  }
  return "Status";
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_fields(std::string& out, const Headers& fields) {
  for (const auto& [name, value] : fields.all()) {
    if (!is_safe(name) || !is_safe(value)) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
}

void append_response_head(std::string& out, const Reply& reply, HeadOptions options, std::time_t now) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(reply.status));
  out += ' ';
  out += reason_phrase(reply.status);
  out += "\r\nDate: ";
  out += http_date(now);
  if (may_have_body(reply.status)) {
    if (!reply.content_type.empty() && is_safe(reply.content_type)) {
      out += "\r\nContent-Type: ";
      out += reply.content_type;
    }
    out += "\r\nContent-Length: ";
    append_number(out, reply.shared_body ? reply.shared_body->size() : reply.body.size());
  }
  if (!options.keep_alive)
    out += "\r\nConnection: close";
  else if (options.http10)
    out += "\r\nConnection: keep-alive";
  out += "\r\n";
  append_fields(out, reply.headers);
  out += "\r\n";
}

}  // namespace daybook::http
