#include "services/notifier/email_sender.hpp"

#include <curl/curl.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>

#include "core/hash.hpp"

namespace daybook::notifier {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr long kTimeoutSeconds = 30;
constexpr long kConnectSeconds = 10;

/// Base64 in lines of 76 characters (RFC 2045, section 6.8).
std::string wrapped_base64(std::string_view text) {
  const std::string encoded = base64_encode(text);
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); i += 76) out += encoded.substr(i, 76) + "\r\n";
  return out;
}

/// A header in any language: encoded words of at most 45 bytes, cut between characters (RFC 2047, section 2).
std::string encoded_header(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = std::min<std::size_t>(45, text.size());
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    if (end == 0) end = std::min<std::size_t>(45, text.size());
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64_encode(text.substr(0, end)) + "?=";
    text.remove_prefix(end);
  }
  return out;
}

/// "Thu, 05 Mar 2026 14:45:00 +0000" (RFC 5322, section 3.3).
std::string mail_date(Instant at) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const Date date{day};
  const std::string clock = format_rfc3339(std::chrono::floor<std::chrono::seconds>(at)).substr(11, 8);
  return std::string(kDays[std::chrono::weekday{day}.c_encoding()]) + ", " +
         std::to_string(static_cast<unsigned>(date.day())) + " " + kMonths[static_cast<unsigned>(date.month()) - 1] +
         " " + std::to_string(static_cast<int>(date.year())) + " " + clock + " +0000";
}

struct Upload {
  const std::string* text;
  std::size_t at = 0;
};

std::size_t read_upload(char* buffer, std::size_t size, std::size_t count, void* state) {
  auto& upload = *static_cast<Upload*>(state);
  const std::size_t n = std::min(size * count, upload.text->size() - upload.at);
  std::memcpy(buffer, upload.text->data() + upload.at, n);
  upload.at += n;
  return n;
}

/// Blocks until the server took the mail, or refused it.
Result<> send_mail(const SmtpOptions& options, const std::string& to, const std::string& text) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return Error{Errc::unavailable, "Mail could not be sent; it will be tried again."};
  const std::string from = "<" + options.from + ">", recipient = "<" + to + ">";
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> recipients(curl_slist_append(nullptr, recipient.c_str()),
                                                                curl_slist_free_all);
  Upload upload{&text};
  char problem[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_URL, options.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, read_upload);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL,
                   static_cast<long>(options.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kTimeoutSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, problem);
  // Debian's libcurl looks into /etc/ssl/certs too, so this adds to the system's certificates.
  if (!options.ca_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, options.password.c_str());
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return {};
  long answer = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  const std::string why = problem[0] != '\0' ? problem : curl_easy_strerror(code);
  if (code == CURLE_LOGIN_DENIED)
    return Error{Errc::misconfigured, "The mail server refused this server's sign-in (" + std::to_string(answer) +
                                          "): whoever runs Daybook must check smtp-user and smtp-password."};
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED)
    return Error{Errc::misconfigured, "No secure connection to the mail server: " + why +
                                          ". Whoever runs Daybook can name its certificate by ca-file."};
  if (answer >= 500 && answer < 600)
    return Error{Errc::unprocessable, "The mail server refused the message (" + std::to_string(answer) + ")."};
  return Error{code == CURLE_OPERATION_TIMEDOUT ? Errc::timeout : Errc::unavailable, "Mail server: " + why};
}

class EmailSender final : public ChannelSender {
 public:
  explicit EmailSender(SmtpOptions options) : options_(std::move(options)) {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    static_cast<void>(ready);
  }
  ~EmailSender() override { pool_.join(); }

  awaitable<Result<>> send(Channel channel, Notification notification, Uuid delivery_id) override {
    std::string text = mail_text(options_, channel.target, notification, delivery_id);
    const auto executor = co_await asio::this_coro::executor;
    // libcurl blocks, so it works on threads of its own; the answer comes back to the loop.
    auto work = [this, executor, to = channel.target, text = std::move(text)](auto handler) mutable {
      auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      asio::post(pool_, [this, executor, to = std::move(to), text = std::move(text), shared] {
        Result<> outcome = send_mail(options_, to, text);
        asio::post(executor, [shared, outcome]() mutable { std::move (*shared)(std::move(outcome)); });
      });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<>)>(std::move(work),
                                                                                           asio::use_awaitable);
  }

  Result<> check(const Channel& channel) const override {
    const auto& to = channel.target;
    const auto at = to.find('@');
    const bool plausible = at != std::string::npos && at > 0 && at + 1 < to.size() &&
                           to.find('@', at + 1) == std::string::npos &&
                           to.find_first_of("<>, \t\r\n\"") == std::string::npos;
    if (!plausible) return Error{Errc::unprocessable, "The address must be one e-mail address.", "invalid-target"};
    return {};
  }

 private:
  SmtpOptions options_;
  asio::thread_pool pool_{1};
};

}  // namespace

std::string mail_text(const SmtpOptions& options, const std::string& to, const Notification& notification,
                      const Uuid& delivery_id) {
  const auto at = options.from.find('@');
  const std::string domain = at == std::string::npos ? "localhost" : options.from.substr(at + 1);
  std::string out;
  out += "Date: " + mail_date(notification.created_at) + "\r\n";
  out += "From: Daybook <" + options.from + ">\r\n";
  out += "To: <" + to + ">\r\n";
  out += "Message-ID: <" + delivery_id.str() + "@" + domain + ">\r\n";
  out += "Subject: " + encoded_header(notification.title) + "\r\n";
  // Keeps out-of-office answers away (RFC 3834, section 5).
  out += "Auto-Submitted: auto-generated\r\n";
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  return out + wrapped_base64(notification.body.empty() ? notification.title : notification.body);
}

std::unique_ptr<ChannelSender> make_email_sender(SmtpOptions options) {
  return std::make_unique<EmailSender>(std::move(options));
}

}  // namespace daybook::notifier
