#pragma once

#include <memory>
#include <string>

#include "services/notifier/channel_sender.hpp"

namespace daybook::notifier {

/// How mail leaves this server.
struct SmtpOptions {
  std::string url;   ///< "smtp://mail.example:587" (STARTTLS where offered) or "smtps://mail.example:465".
  std::string from;  ///< "daybook@example.org".
  std::string user;  ///< Empty: no authentication.
  std::string password;
  bool require_tls = true;  ///< Refuses to send in the clear; off for a relay on the same machine.
  std::string ca_file;      ///< Certificates to trust beside the system's; empty: none.
};

/// Plain-text mail by SMTP. The Message-ID is the delivery's, so that a mail server can drop a repeated one. A 5xx
/// answer and a refused sign-in end the delivery, anything else is tried again.
std::unique_ptr<ChannelSender> make_email_sender(SmtpOptions options);

/// The message as it goes over the wire (RFC 5322, RFC 2045, RFC 2047).
std::string mail_text(const SmtpOptions& options, const std::string& to, const Notification& notification,
                      const Uuid& delivery_id);

}  // namespace daybook::notifier
