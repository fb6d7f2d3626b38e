#pragma once

// Includes Boost.Beast, so only the .cpp files of this folder include it.

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <string>

#include "core/call.hpp"

namespace daybook::http {

/// Reads one HTTP/1.1 request into a Call without building Beast's own message: the fields go straight to where the
/// handlers look for them. Feed it with put() until is_done(); errors are described by `problem_of`.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes) {
    header_limit(static_cast<std::uint32_t>(max_header_bytes));
    body_limit(max_body_bytes);
    eager(true);
  }

  /// As basic_parser's: takes what it can of `bytes` and says how much; `need_more` asks for the rest and more.
  std::size_t put(const boost::asio::const_buffer& bytes, boost::beast::error_code& ec);

  Call& call() { return call_; }
  bool is_http11() const { return version_ >= 11; }
  bool expects_continue() const { return expects_continue_; }
  /// Why put() said `ec`, as the client should hear it.
  Error problem_of(const boost::system::error_code& ec) const;

 private:
  using error_code = boost::beast::error_code;
  using view = boost::beast::string_view;
  enum class Refusal { none, method, target, host, expectation, encoding };

  void on_request_impl(boost::beast::http::verb, view method, view target, int version, error_code& ec) override;
  void on_response_impl(int, view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field, view name, view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override;
  std::size_t on_body_impl(view body, error_code&) override;
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override { chunk_seen_ = true; }
  std::size_t on_chunk_body_impl(std::uint64_t, view body, error_code&) override;
  void on_finish_impl(error_code&) override {}

  void refuse(Refusal refusal, error_code& ec);

  Call call_;
  Refusal refusal_ = Refusal::none;
  int version_ = 11;
  int hosts_ = 0;
  bool expects_continue_ = false;
  bool chunk_seen_ = false;
  bool header_done_ = false;  ///< From then on fields are trailers, which nobody asked for.
};

}  // namespace daybook::http
