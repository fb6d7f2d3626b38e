#include "http/request_parser.hpp"

#include <boost/beast/http/error.hpp>

#include "core/characters.hpp"

namespace daybook::http {

namespace beast_http = boost::beast::http;

std::size_t RequestParser::put(const boost::asio::const_buffer& bytes, boost::beast::error_code& ec) {
  // An empty chunked body is "0 CR LF CR LF". Beast 1.81 remembers the last chunk's line from its three bytes and then
  // asserts that at least two more have come; we wait for them instead.
  if (header_done_ && chunked() && !chunk_seen_ && bytes.size() == 4) {
    ec = beast_http::error::need_more;
    return 0;
  }
  return basic_parser::put(bytes, ec);
}

void RequestParser::refuse(Refusal refusal, error_code& ec) {
  refusal_ = refusal;
  ec = beast_http::error::bad_value;
}

void RequestParser::on_request_impl(beast_http::verb, view method, view target, int version, error_code& ec) {
  version_ = version;
  const auto known = daybook::parse_method({method.data(), method.size()});
  if (!known) return refuse(Refusal::method, ec);
  call_.method = *known;
  std::string_view rest{target.data(), target.size()};
  // RFC 9112, section 3.2.2: a server takes the absolute form too.
  if (!rest.starts_with('/') && rest != "*") {
    const auto scheme = rest.find("://");
    if (scheme == std::string_view::npos) return refuse(Refusal::target, ec);
    const auto path = rest.find_first_of("/?", scheme + 3);
    rest = path == std::string_view::npos ? std::string_view{"/"} : rest.substr(path);
  }
  if (const auto fragment = rest.find('#'); fragment != std::string_view::npos) return refuse(Refusal::target, ec);
  const auto question = std::min(rest.find('?'), rest.size());
  call_.path = rest.substr(0, question);
  if (call_.path.empty()) call_.path = "/";
  if (question < rest.size()) call_.query = rest.substr(question + 1);
}

void RequestParser::on_field_impl(beast_http::field field, view name, view value, error_code& ec) {
  if (header_done_) return;
  if (field == beast_http::field::host) ++hosts_;
  if (field == beast_http::field::expect) {
    if (!iequals(value, "100-continue")) return refuse(Refusal::expectation, ec);
    expects_continue_ = version_ >= 11;
  }
  // Any other coding would leave us guessing where the body ends.
  if (field == beast_http::field::transfer_encoding && !iequals(value, "chunked")) return refuse(Refusal::encoding, ec);
  call_.headers.add({name.data(), name.size()}, {value.data(), value.size()});
}

void RequestParser::on_header_impl(error_code& ec) {
  header_done_ = true;
  if (hosts_ > 1 || (hosts_ == 0 && version_ >= 11)) refuse(Refusal::host, ec);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  if (length) call_.body.reserve(std::min<std::uint64_t>(*length, 64 * 1024));
}

std::size_t RequestParser::on_body_impl(view body, error_code&) {
  call_.body.append(body.data(), body.size());
  return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, view body, error_code&) {
  call_.body.append(body.data(), body.size());
  return body.size();
}

Error RequestParser::problem_of(const boost::system::error_code& ec) const {
  switch (refusal_) {
    case Refusal::none:
      break;
    case Refusal::method:
      return {Errc::method_not_allowed, "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS."};
    case Refusal::target:
      return {Errc::invalid_argument, "The request target must be a path such as /api/v1/tasks."};
    case Refusal::host:
      return {Errc::invalid_argument, "Send exactly one Host field."};
    case Refusal::expectation:
      return {Errc::unsupported, "Only Expect: 100-continue is understood.", "expectation-failed"};
    case Refusal::encoding:
      return {Errc::unsupported, "Only the chunked transfer coding is understood."};
  }
  if (ec == beast_http::error::header_limit)
    return {Errc::payload_too_large, "Send fewer or shorter header fields.", "headers-too-large"};
  if (ec == beast_http::error::body_limit) return {Errc::payload_too_large, "Send a smaller body."};
  return {Errc::invalid_argument, "This is not HTTP/1.1: " + ec.message() + "."};
}

}  // namespace daybook::http
