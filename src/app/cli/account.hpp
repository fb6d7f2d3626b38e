#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "app/config/config.hpp"
#include "core/call.hpp"
#include "core/result.hpp"

namespace daybook::app {

inline constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8000";

/// Where `daybook login` signed in, kept in the XDG configuration folder, readable to its owner alone.
struct Account {
  std::string url;
  std::string email;
  std::string token;         ///< An API token: `daybook login` makes one, so that the password is not needed again.
  std::string conversation;  ///< The last one, so that "undo" knows what; empty: the next message begins one.
};

/// DAYBOOK_TOKEN (with DAYBOOK_URL) stands before what login kept. Errors: not_found, saying to log in.
Result<Account> load_account(const ConfigSources& sources);
/// Errors: misconfigured (the folder cannot be written).
Result<> save_account(const ConfigSources& sources, const Account& account);

/// One request to the server. The reply's JSON (null for none). Errors: unavailable (the server does not answer), and
/// what the server said, by its own words.
Result<boost::json::value> request(const std::string& url, const std::string& token, Method method,
                                   const std::string& target, const std::string& body = {});

}  // namespace daybook::app
