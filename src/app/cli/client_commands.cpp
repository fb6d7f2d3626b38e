#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

#include "app/cli/account.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/show.hpp"
#include "app/cli/terminal.hpp"
#include "core/ids.hpp"
#include "core/json.hpp"
#include "domain/zone.hpp"

namespace daybook::app {
namespace {

struct Options {
  ConfigSources sources;
  std::string url = std::string(kDefaultUrl);
  std::string email;
  std::vector<std::string> words;
  bool all = false;
  bool json = false;  ///< One JSON value a line, for other programs.

  std::string text() const {
    std::string joined;
    for (const auto& word : words) joined += (joined.empty() ? "" : " ") + word;
    return joined;
  }
};

int unreachable_or(const Error& error) {
  report(error);  // Its code is about this machine; this is what a server said.
  return error.code == Errc::unavailable ? kExitUnreachable : kExitFailed;
}

/// The account and, once something shows a time, the person's zone.
class Session {
 public:
  explicit Session(Account account) : account(std::move(account)) {}
  Account account;

  const domain::Zone& zone() {
    if (!zone_) {
      const auto me = request(account.url, account.token, Method::get, "/api/v1/me");
      // A token for tasks alone may not ask: then the machine's, as `date` shows it.
      const auto name = me ? text_of(*me, "timezone") : system_zone();
      const auto zone = domain::Zone::locate(name);
      zone_ = zone ? *zone : domain::Zone();
    }
    return *zone_;
  }

 private:
  /// TZ, or what /etc/localtime points to.
  static std::string system_zone() {
    if (const auto set = process_environment("TZ"); set && !set->empty()) return *set;
    std::error_code failure;
    const std::string file = std::filesystem::read_symlink("/etc/localtime", failure).string();
    const auto name = file.find("zoneinfo/");
    return name == file.npos ? "UTC" : file.substr(name + 9);
  }

  std::optional<domain::Zone> zone_;
};

void print(const Options& options, Session& session, const json::value& value,
           std::string (*words)(const json::value&, const domain::Zone&), std::FILE* out = stdout) {
  const std::string text = options.json ? json::serialize(value) : words(value, session.zone());
  std::fprintf(out, "%s\n", text.c_str());
}

int login(const Options& options) {
  const std::string password = read_secret("Password for " + options.email + ": ");
  const json::object credentials{{"email", options.email}, {"password", password}};
  const auto signed_in = request(options.url, "", Method::post, "/api/v1/auth/login", json::serialize(credentials));
  if (!signed_in) return unreachable_or(signed_in.error());
  // A token of its own, so that it can be taken back without touching the browser's sessions.
  const auto token = request(options.url, text_of(*signed_in, "accessToken"), Method::post, "/api/v1/tokens",
                             R"({"name":"daybook command line"})");
  if (!token) return unreachable_or(token.error());
  Account account{options.url, options.email, text_of(*token, "token"), ""};
  if (auto saved = save_account(options.sources, account); !saved) return report(saved.error());
  std::printf("Signed in to %s as %s\n", options.url.c_str(), options.email.c_str());
  return kExitOk;
}

/// Says `text` to the chat. The conversation goes on from one command to the next.
Result<json::value> tell(const Options& options, Account& account, const std::string& text) {
  const auto ask = [&] {
    json::object body{{"message", text}};
    if (!account.conversation.empty()) body["conversationId"] = account.conversation;
    return request(account.url, account.token, Method::post, "/api/v1/chat", json::serialize(body));
  };
  auto answer = ask();
  // Deleted meanwhile, in the browser for example: the message begins another.
  if (!answer && answer.error().code == Errc::not_found && !account.conversation.empty()) {
    account.conversation.clear();
    answer = ask();
  }
  if (!answer) return answer;
  const bool kept = !account.email.empty();  // Not with a token of the environment.
  const auto now = text_of(*answer, "conversationId");
  if (now == account.conversation) return answer;
  account.conversation = now;
  if (kept) {
    if (auto saved = save_account(options.sources, account); !saved) return saved.error();
  }
  return answer;
}

int say(const Options& options, Session& session, const std::string& text) {
  const auto answer = tell(options, session.account, text);
  if (!answer) return unreachable_or(answer.error());
  print(options, session, *answer, answer_text);
  return kExitOk;
}

int chat(const Options& options) {
  const auto account = load_account(options.sources);
  if (!account) return report(account.error());
  Session session(*account);
  if (!options.words.empty()) return say(options, session, options.text());
  const bool terminal = ::isatty(STDIN_FILENO) != 0;
  int code = kExitOk;
  const auto next = [terminal](std::string& line) {
    if (terminal) std::fputs("> ", stderr);
    return static_cast<bool>(std::getline(std::cin, line));
  };
  for (std::string line; next(line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const int said = say(options, session, line);
    if (said != kExitOk) code = said;
    // The lines after it would only fail in the same way.
    if (said == kExitUnreachable) break;
    std::fflush(stdout);
  }
  return code;
}

int list(const Options& options) {
  const auto account = load_account(options.sources);
  if (!account) return report(account.error());
  Session session(*account);
  std::string cursor;
  do {
    std::string target = "/api/v1/tasks?limit=100&sort=due";
    if (!options.all) target += "&status=pending,in-progress";
    if (!cursor.empty()) target += "&cursor=" + cursor;
    const auto page = request(account->url, account->token, Method::get, target);
    if (!page) return unreachable_or(page.error());
    for (const auto& task : page->as_object().at("items").as_array()) print(options, session, task, task_line);
    cursor = text_of(*page, "nextCursor");
  } while (!cursor.empty());
  return kExitOk;
}

int add(const Options& options) {
  const auto account = load_account(options.sources);
  if (!account) return report(account.error());
  Session session(*account);
  const auto answer = tell(options, session.account, "add task: " + options.text());
  if (!answer) return unreachable_or(answer.error());
  const auto* effects = answer->as_object().if_contains("effects");
  const auto makes = [](const json::value& effect) { return text_of(effect, "type").ends_with(".created"); };
  const bool added = effects && effects->is_array() && std::ranges::any_of(effects->get_array(), makes);
  // A question, or what could not be read: it goes on in `daybook chat`, and a script hears that nothing was added.
  print(options, session, *answer, answer_text, added || options.json ? stdout : stderr);
  return added ? kExitOk : kExitFailed;
}

int done(const Options& options) {
  const auto account = load_account(options.sources);
  if (!account) return report(account.error());
  Session session(*account);
  int code = kExitOk;
  for (const auto& ref : options.words) {
    const bool number = !ref.empty() && ref.find_first_not_of("0123456789") == std::string::npos;
    if (!number && !Uuid::parse(ref)) {
      code = report({Errc::invalid_argument, "'" + ref + "' is not a task's number. daybook list shows them."});
      continue;
    }
    const auto task = request(account->url, account->token, Method::post, "/api/v1/tasks/" + ref + "/complete", "{}");
    if (!task) {
      code = unreachable_or(task.error());
      continue;
    }
    print(options, session, *task, task_line);
  }
  return code;
}

}  // namespace

void add_client_commands(CLI::App& cli, Action& chosen) {
  auto options = std::make_shared<Options>();
  options->sources.environment = process_environment;
  if (auto url = process_environment("DAYBOOK_URL"); url && !url->empty()) options->url = *url;
  const auto json = [&](CLI::App& command) {
    command.add_flag("--json", options->json, "One JSON value a line, as the API gives it");
  };
  const auto on = [&](CLI::App& command, int (*action)(const Options&)) {
    command.footer("DAYBOOK_TOKEN with DAYBOOK_URL stands in for a login. " + std::string(kExitCodes));
    command.callback([&chosen, options, action] { chosen = [options, action] { return action(*options); }; });
  };

  auto* login_command = cli.add_subcommand("login", "Sign in to a server; the other commands then act for you");
  login_command->add_option("email", options->email, "Your address")->required();
  login_command->add_option("--url", options->url, "The server (DAYBOOK_URL)")->capture_default_str();
  on(*login_command, login);

  auto* add_command = cli.add_subcommand("add", "Add a task: daybook add \"dentist tomorrow 3pm #health p1\"");
  add_command->add_option("text", options->words, "What and when, as you would say it")->required();
  json(*add_command);
  on(*add_command, add);

  auto* list_command = cli.add_subcommand("list", "Your open tasks, by when they are due");
  list_command->add_flag("-a,--all", options->all, "Completed ones too");
  json(*list_command);
  on(*list_command, list);

  auto* done_command = cli.add_subcommand("done", "Complete tasks by their numbers");
  done_command->add_option("number", options->words, "As daybook list shows them")->required();
  json(*done_command);
  on(*done_command, done);

  auto* chat_command = cli.add_subcommand("chat", "Say something; without words, each line of standard input");
  chat_command->add_option("text", options->words, "What to say");
  json(*chat_command);
  on(*chat_command, chat);
}

}  // namespace daybook::app
