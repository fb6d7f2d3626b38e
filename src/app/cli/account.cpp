#include "app/cli/account.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/json.hpp"
#include "http/client.hpp"
#include "http/problem.hpp"

namespace daybook::app {
namespace {

std::string account_file(const ConfigSources& sources) { return config_home(sources) + "/account.json"; }

boost::asio::awaitable<Result<Reply>> send(http::Client& client, Call call) {
  co_return co_await client.send(std::move(call), std::chrono::seconds(30));
}

}  // namespace

Result<Account> load_account(const ConfigSources& sources) {
  if (const auto token = sources.environment("DAYBOOK_TOKEN"); token && !token->empty())
    return Account{sources.environment("DAYBOOK_URL").value_or(std::string(kDefaultUrl)), "", *token, ""};
  std::ifstream in(account_file(sources));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Error missing{Errc::not_found, "You are not signed in. Run: daybook login EMAIL"};
  if (text.empty()) return missing;
  const auto json = parse_json(text);
  if (!json) return missing;
  JsonReader reader(*json, Unknown::lenient);
  Account account;
  account.url = reader.text("url").value_or("");
  account.email = reader.text("email").value_or("");
  account.token = reader.text("token").value_or("");
  account.conversation = reader.text("conversation").value_or("");
  if (account.url.empty() || account.token.empty()) return missing;
  return account;
}

Result<> save_account(const ConfigSources& sources, const Account& account) {
  const std::string path = account_file(sources);
  std::error_code failure;
  std::filesystem::create_directories(config_home(sources), failure);
  const std::string text = json::serialize(json::object{{"url", account.url},
                                                        {"email", account.email},
                                                        {"token", account.token},
                                                        {"conversation", account.conversation}}) +
                           '\n';
  const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  const bool written = file >= 0 && ::fchmod(file, 0600) == 0 &&
                       ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0) ::close(file);
  if (!written) return Error{Errc::misconfigured, "The file " + path + " cannot be written."};
  return {};
}

Result<json::value> request(const std::string& url, const std::string& token, Method method, const std::string& target,
                            const std::string& body) {
  boost::asio::io_context loop;
  http::ClientOptions options;
  options.base_url = url;
  auto client = http::Client::make(loop.get_executor(), std::move(options));
  if (!client) return client.error();

  Call call;
  call.method = method;
  const auto question = target.find('?');
  call.path = target.substr(0, question);
  if (question != std::string::npos) call.query = target.substr(question + 1);
  call.body = body;
  if (!token.empty()) call.headers.set("Authorization", "Bearer " + token);
  if (!body.empty()) call.headers.set("Content-Type", "application/json");

  std::optional<Result<Reply>> reply;
  boost::asio::co_spawn(loop, send(**client, std::move(call)), [&](std::exception_ptr thrown, Result<Reply> result) {
    reply = thrown ? Result<Reply>(Error{Errc::internal, "The request failed."}) : std::move(result);
    loop.stop();
  });
  loop.run();
  if (!*reply) {
    std::string why = reply->error().detail;
    while (why.ends_with('.')) why.pop_back();
    return Error{Errc::unavailable,
                 "Daybook does not answer at " + url + ": " + why + ". Start it with: daybook serve"};
  }
  // A wrong or revoked token; a wrong password is said by the server in its own words.
  if ((*reply)->status == 401 && !token.empty())
    return Error{Errc::unauthenticated, "This sign-in no longer holds at " + url + ". Run: daybook login EMAIL"};
  if ((*reply)->status >= 400) {
    auto error = http::error_of_reply(**reply);
    // What is wrong in a field is more use than that something is.
    for (const auto& field : error.fields) error.detail += "\n  " + field.pointer + " " + field.detail;
    return error;
  }
  if ((*reply)->body.empty()) return json::value();
  return parse_json((*reply)->body);
}

}  // namespace daybook::app
