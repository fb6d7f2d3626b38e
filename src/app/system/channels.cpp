#include "app/system/channels.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "http/client.hpp"
#include "services/notifier/email_sender.hpp"
#include "services/notifier/http_senders.hpp"
#include "services/notifier/web_push_sender.hpp"

namespace daybook::app {
namespace {

Result<notifier::P256Key> web_push_key(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (in) {
    auto key = notifier::P256Key::from_private(std::string(std::istreambuf_iterator<char>(in), {}));
    if (!key)
      return Error{Errc::misconfigured,
                   "The key of Web Push in " + path +
                       " is damaged. Restore the file, or remove it: browsers then subscribe anew."};
    return key;
  }
  auto key = notifier::P256Key::generate();
  const std::string bytes = key.private_key();
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  const bool written = file >= 0 && ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  if (file >= 0) ::close(file);
  if (!written) {
    ::unlink(path.c_str());
    return Error{Errc::unavailable, "The key of Web Push cannot be written to " + path + "."};
  }
  return key;
}

/// Said at the start, not at the first message.
Result<> check_certificates(const std::string& path) {
  if (path.empty()) return {};
  http::ClientOptions options;
  options.base_url = "https://localhost";
  options.ca_file = path;
  const auto client = http::Client::make({}, std::move(options));
  if (!client) return client.error();
  return {};
}

}  // namespace

Result<notifier::ChannelSenders> make_channel_senders(boost::asio::any_io_executor executor, const Config& config,
                                                      const WallClock& clock) {
  using notifier::ChannelKind;
  notifier::Outbound outbound;
  outbound.executor = std::move(executor);
  outbound.private_targets =
      config.private_targets == "allow" ? notifier::PrivateTargets::allow : notifier::PrivateTargets::refuse;
  outbound.ca_file = config.ca_file;
  if (auto usable = check_certificates(config.ca_file); !usable) return usable.error();
  notifier::ChannelSenders senders;
  senders[ChannelKind::webhook] = notifier::make_webhook_sender(outbound, clock);
  senders[ChannelKind::push] = notifier::make_push_sender(outbound);

  auto key = web_push_key(config.data_dir + "/web-push.key");
  if (!key) return key.error();
  // RFC 8292, section 2.1: a mailto: or https: URL.
  std::string contact = config.public_url.starts_with("https:") ? config.public_url : "";
  if (!config.smtp_from.empty()) contact = "mailto:" + config.smtp_from;
  senders[ChannelKind::web_push] = notifier::make_web_push_sender(outbound, clock, std::move(*key), std::move(contact));

  if (!config.smtp_url.empty()) {
    notifier::SmtpOptions mail;
    mail.url = config.smtp_url;
    mail.from = config.smtp_from;
    mail.user = config.smtp_user;
    mail.password = config.smtp_password;
    mail.require_tls = config.smtp_tls != "off";
    mail.ca_file = config.ca_file;
    senders[ChannelKind::email] = notifier::make_email_sender(std::move(mail));
  }
  return senders;
}

}  // namespace daybook::app
