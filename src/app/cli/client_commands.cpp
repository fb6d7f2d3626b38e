#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "app/cli/account.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/terminal.hpp"
#include "core/json.hpp"

namespace daybook::app {
namespace {

struct Options {
  ConfigSources sources;
  std::string url = "http://127.0.0.1:8000";
  std::string email;
  std::vector<std::string> words;
  bool all = false;

  std::string text() const {
    std::string joined;
    for (const auto& word : words) joined += (joined.empty() ? "" : " ") + word;
    return joined;
  }
};

int unreachable_or(const Error& error) {
  const int code = report(error);
  return error.code == Errc::unavailable ? kExitUnreachable : code;
}

std::string text_of(const json::value& object, const char* name) {
  const auto* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
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
  Account account{options.url, options.email, text_of(*token, "token")};
  if (auto saved = save_account(options.sources, account); !saved) return report(saved.error());
  std::printf("Signed in to %s as %s\n", options.url.c_str(), options.email.c_str());
  return kExitOk;
}

/// Says `text` to the chat and prints the answer.
int say(const Options& options, const std::string& text) {
  const auto account = load_account(options.sources);
  if (!account) return report(account.error());
  const auto answer = request(account->url, account->token, Method::post, "/api/v1/chat",
                              json::serialize(json::object{{"message", text}}));
  if (!answer) return unreachable_or(answer.error());
  if (const auto* reply = answer->as_object().if_contains("reply")) std::puts(text_of(*reply, "text").c_str());
  return kExitOk;
}

int chat(const Options& options) {
  if (!options.words.empty()) return say(options, options.text());
  int code = kExitOk;
  for (std::string line; std::getline(std::cin, line);)
    if (!line.empty()) code = say(options, line);
  return code;
}

void print_task(const json::value& task) {
  const auto& object = task.as_object();
  std::string due = text_of(task, "dueAt");
  if (due.empty()) due = text_of(task, "dueDate");
  const auto* number = object.if_contains("number");
  std::printf("%5lld  %s %s%s%s\n", number && number->is_int64() ? static_cast<long long>(number->get_int64()) : 0,
              text_of(task, "status") == "completed" ? "[x]" : "[ ]", text_of(task, "title").c_str(),
              due.empty() ? "" : "  due ", due.c_str());
}

int list(const Options& options) {
  const auto account = load_account(options.sources);
  if (!account) return report(account.error());
  std::string cursor;
  do {
    std::string target = "/api/v1/tasks?limit=100";
    if (!options.all) target += "&status=pending,in-progress";
    if (!cursor.empty()) target += "&cursor=" + cursor;
    const auto page = request(account->url, account->token, Method::get, target);
    if (!page) return unreachable_or(page.error());
    for (const auto& task : page->as_object().at("items").as_array()) print_task(task);
    cursor = text_of(*page, "nextCursor");
  } while (!cursor.empty());
  return kExitOk;
}

int add(const Options& options) {
  const auto account = load_account(options.sources);
  if (!account) return report(account.error());
  return say(options, "add task: " + options.text());
}

int done(const Options& options) {
  const auto account = load_account(options.sources);
  if (!account) return report(account.error());
  int code = kExitOk;
  for (const auto& ref : options.words) {
    const bool plain = ref.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
    if (!plain) {
      code = report({Errc::invalid_argument, "'" + ref + "' is not a task's number. daybook list shows them."});
      continue;
    }
    const auto task = request(account->url, account->token, Method::post, "/api/v1/tasks/" + ref + "/complete", "{}");
    if (!task) {
      code = unreachable_or(task.error());
      continue;
    }
    print_task(*task);
  }
  return code;
}

}  // namespace

void add_client_commands(CLI::App& cli, Action& chosen) {
  auto options = std::make_shared<Options>();
  options->sources.environment = process_environment;
  if (auto url = process_environment("DAYBOOK_URL"); url && !url->empty()) options->url = *url;
  const auto on = [&](CLI::App& command, int (*action)(const Options&)) {
    command.callback([&chosen, options, action] { chosen = [options, action] { return action(*options); }; });
  };

  auto* login_command = cli.add_subcommand("login", "Sign in to a server; the other commands then act for you");
  login_command->add_option("email", options->email, "Your address")->required();
  login_command->add_option("--url", options->url, "The server (DAYBOOK_URL)")->capture_default_str();
  on(*login_command, login);

  auto* add_command = cli.add_subcommand("add", "Add a task: daybook add \"dentist tomorrow 3pm #health p1\"");
  add_command->add_option("text", options->words, "What and when, as you would say it")->required();
  on(*add_command, add);

  auto* list_command = cli.add_subcommand("list", "Your open tasks");
  list_command->add_flag("-a,--all", options->all, "Completed ones too");
  on(*list_command, list);

  auto* done_command = cli.add_subcommand("done", "Complete tasks by their numbers");
  done_command->add_option("number", options->words, "As daybook list shows them")->required();
  on(*done_command, done);

  auto* chat_command = cli.add_subcommand("chat", "Say something; without words, each line of standard input");
  chat_command->add_option("text", options->words, "What to say");
  on(*chat_command, chat);
}

}  // namespace daybook::app
