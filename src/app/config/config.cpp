#include "app/config/config.hpp"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "http/trusted_proxies.hpp"
#include "services/gateway/edge_policy.hpp"

namespace daybook::app {
namespace {

Result<> bad(std::string wanted) { return Error{Errc::invalid_argument, "must be " + wanted}; }

/// A whole number of `field` within bounds.
template <auto Field, std::int64_t Min, std::int64_t Max>
Result<> set_number(Config& config, const std::string& value) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (failure != std::errc{} || end != value.data() + value.size() || number < Min || number > Max)
    return bad("a whole number from " + std::to_string(Min) + " to " + std::to_string(Max));
  config.*Field = static_cast<std::remove_reference_t<decltype(config.*Field)>>(number);
  return {};
}
template <auto Field>
std::string get_number(const Config& config) {
  return std::to_string(config.*Field);
}
template <auto Field>
Result<> set_text(Config& config, const std::string& value) {
  config.*Field = value;
  return {};
}
template <auto Field>
std::string get_text(const Config& config) {
  return config.*Field;
}

template <auto Address, auto Port>
Result<> set_listen(Config& config, const std::string& value) {
  const auto colon = value.rfind(':');
  unsigned port = 65536;
  if (colon != std::string::npos) {
    const auto* last = value.data() + value.size();
    if (std::from_chars(value.data() + colon + 1, last, port).ptr != last) port = 65536;
  }
  std::string address = value.substr(0, colon == std::string::npos ? 0 : colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  boost::system::error_code failure;
  if (address != "localhost") boost::asio::ip::make_address(address, failure);
  if (port > 65535 || failure) return bad("an address and a port such as 127.0.0.1:8000 or [::1]:8000");
  config.*Address = address;
  config.*Port = static_cast<std::uint16_t>(port);
  return {};
}
template <auto Address, auto Port>
std::string get_listen(const Config& config) {
  const std::string& address = config.*Address;
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(config.*Port);
}

Result<> set_log_level(Config& config, const std::string& value) {
  for (auto level : {"debug", "info", "warn", "error"})
    if (value == level) return config.log_level = value, Result<>{};
  return bad("debug, info, warn or error");
}

/// One of a few words.
Result<> set_word(std::string& field, const std::string& value, std::initializer_list<const char*> words) {
  std::string list;
  for (const auto* word : words) {
    if (value == word) return field = value, Result<>{};
    list += (list.empty() ? "" : " or ") + std::string(word);
  }
  return bad(list);
}
Result<> set_private_targets(Config& config, const std::string& value) {
  return set_word(config.private_targets, value, {"allow", "refuse"});
}
Result<> set_store(Config& config, const std::string& value) {
  return set_word(config.store, value, {"sqlite", "postgres", "dapr"});
}
/// Without the password that it may hold.
std::string get_database(const Config& config) {
  std::string shown = config.database;
  const auto at = shown.rfind('@');
  const auto scheme = shown.find("://");
  if (at == std::string::npos || scheme == std::string::npos) return shown;
  const auto colon = shown.find(':', scheme + 3);
  if (colon < at) shown.replace(colon + 1, at - colon - 1, "…");
  return shown;
}
Result<> set_smtp_tls(Config& config, const std::string& value) {
  return set_word(config.smtp_tls, value, {"required", "off"});
}

Result<> set_smtp_url(Config& config, const std::string& value) {
  if (!value.empty() && !value.starts_with("smtp://") && !value.starts_with("smtps://"))
    return Error{Errc::invalid_argument, "must be such as smtp://mail.example.org:587 or smtps://mail.example.org"};
  config.smtp_url = value;
  return {};
}

Result<> set_runtime(Config& config, const std::string& value) {
  return set_word(config.runtime, value, {"embedded", "dapr"});
}
Result<> set_topic_mode(Config& config, const std::string& value) {
  return set_word(config.topic_mode, value, {"dotted", "aggregate", "both"});
}
Result<> set_trusted_proxies(Config& config, const std::string& value) {
  if (const auto parsed = http::TrustedProxies::parse(value); !parsed) return bad(parsed.error().detail);
  return config.trusted_proxies = value, Result<>{};
}

std::string trim(std::string text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  text.erase(0, first);
  text.erase(text.find_last_not_of(" \t\r") + 1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

Result<> set_cors_origins(Config& config, const std::string& value) {
  std::string list;
  for (std::size_t at = 0; at < value.size();) {
    const auto comma = std::min(value.find(',', at), value.size());
    const auto origin = gateway::origin_of(trim(value.substr(at, comma - at)));
    if (origin.empty()) return bad("web addresses such as https://app.example.org, separated by commas");
    list += (list.empty() ? "" : ",") + origin;
    at = comma + 1;
  }
  config.cors_origins = std::move(list);
  return {};
}

Result<> set_public_url(Config& config, const std::string& value) {
  if (!value.empty() && !value.starts_with("http://") && !value.starts_with("https://"))
    return bad("a URL such as https://todo.example.org");
  config.public_url = value;
  while (config.public_url.ends_with('/')) config.public_url.pop_back();
  return {};
}

std::string environment_name(std::string_view setting) {
  std::string name = "DAYBOOK_";
  for (char c : setting) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

const Setting* find_setting(std::string_view name) {
  for (const auto& setting : settings())
    if (setting.name == name) return &setting;
  return nullptr;
}

/// "name = value" lines; "#" begins a comment line.
Result<std::map<std::string, std::string, std::less<>>> read_file(const std::string& path) {
  std::map<std::string, std::string, std::less<>> values;
  std::ifstream in(path);
  if (!in) return Error{Errc::misconfigured, "The configuration file " + path + " cannot be read."};
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    line = trim(line);
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    const std::string name = trim(line.substr(0, equals));
    const std::string where = path + ", line " + std::to_string(number);
    if (equals == std::string::npos) return Error{Errc::misconfigured, where + ": write it as \"name = value\"."};
    if (!find_setting(name))
      return Error{Errc::misconfigured,
                   where + ": there is no setting named '" + name + "'; daybook serve --help lists them."};
    values[name] = trim(line.substr(equals + 1));
  }
  return values;
}

std::string home(const ConfigSources& sources, const char* xdg, const char* below_home) {
  if (auto dir = sources.environment(xdg); dir && !dir->empty()) return *dir + "/daybook";
  if (auto dir = sources.environment("HOME"); dir && !dir->empty()) return *dir + below_home;
  return {};
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = {
      {"listen", "Address and port to serve on", false, false,
       set_listen<&Config::listen_address, &Config::listen_port>,
       get_listen<&Config::listen_address, &Config::listen_port>},
      {"data", "Folder of the databases", false, false, set_text<&Config::data_dir>, get_text<&Config::data_dir>},
      {"store", "sqlite (in the folder of the databases), postgres, or dapr (the sidecar's state component)", false,
       false, set_store, get_text<&Config::store>},
      {"database",
       "Address of the PostgreSQL database, postgres://user@host/name (password by PGPASSWORD or a passfile)", false,
       false, set_text<&Config::database>, get_database},
      {"public-url", "How browsers reach this server, when it is not by the address it listens on", false, false,
       set_public_url, get_text<&Config::public_url>},
      {"log-level", "debug, info, warn or error", true, false, set_log_level, get_text<&Config::log_level>},
      {"web", "Serve the web app from this folder instead of the built-in one", false, false,
       set_text<&Config::web_dir>, get_text<&Config::web_dir>},
      {"max-body-bytes", "Largest request body", false, false,
       set_number<&Config::max_body_bytes, 1024, 64 * 1024 * 1024>, get_number<&Config::max_body_bytes>},
      {"max-connections", "Most connections at once", false, false, set_number<&Config::max_connections, 1, 1'000'000>,
       get_number<&Config::max_connections>},
      {"drain-seconds", "How long a stop waits for requests in flight", true, false,
       set_number<&Config::drain_seconds, 0, 3600>, get_number<&Config::drain_seconds>},
      {"max-open-tasks", "Open tasks a user may have", true, false, set_number<&Config::max_open_tasks, 1, 10'000'000>,
       get_number<&Config::max_open_tasks>},
      {"max-series", "Recurring tasks a user may have", true, false, set_number<&Config::max_series, 1, 100'000>,
       get_number<&Config::max_series>},
      {"max-live-connections", "Open streams a user may have", true, false,
       set_number<&Config::max_live_connections, 1, 100'000>, get_number<&Config::max_live_connections>},
      {"chats-per-minute", "Messages to the chat a user may send", true, false,
       set_number<&Config::chats_per_minute, 1, 1'000'000>, get_number<&Config::chats_per_minute>},
      {"requests-per-minute", "Requests a user may send; 0: no limit", true, false,
       set_number<&Config::requests_per_minute, 0, 100'000'000>, get_number<&Config::requests_per_minute>},
      {"auth-attempts-per-minute", "Attempts to sign in or up that an address may make; 0: no limit", true, false,
       set_number<&Config::auth_attempts_per_minute, 0, 1'000'000>, get_number<&Config::auth_attempts_per_minute>},
      {"trusted-proxies", "Proxies whose X-Forwarded-For says who asks, such as 127.0.0.1 or 10.0.0.0/8, by commas",
       false, false, set_trusted_proxies, get_text<&Config::trusted_proxies>},
      {"cors-origins", "Other web pages that may call the API, separated by commas", false, false, set_cors_origins,
       get_text<&Config::cors_origins>},
      {"private-targets", "refuse (default) or allow: whether webhooks may go to this network's own addresses", true,
       false, set_private_targets, get_text<&Config::private_targets>},
      {"ca-file", "Certificates (PEM) to trust for mail and webhooks beside the system's", true, false,
       set_text<&Config::ca_file>, get_text<&Config::ca_file>},
      {"smtp-url", "Mail server, such as smtp://mail.example.org:587; without it there is no mail", true, false,
       set_smtp_url, get_text<&Config::smtp_url>},
      {"smtp-from", "Address that mail comes from", true, false, set_text<&Config::smtp_from>,
       get_text<&Config::smtp_from>},
      {"smtp-user", "Name to sign in to the mail server with", true, false, set_text<&Config::smtp_user>,
       get_text<&Config::smtp_user>},
      {"smtp-password", "Its password (environment or file only)", true, true, set_text<&Config::smtp_password>,
       get_text<&Config::smtp_password>},
      {"smtp-tls", "required, or off for a relay on this machine", true, false, set_smtp_tls,
       get_text<&Config::smtp_tls>},
      {"llm-url", "OpenAI-compatible server that reads the chat first, such as http://127.0.0.1:11434/v1", false, false,
       set_text<&Config::llm_url>, get_text<&Config::llm_url>},
      {"llm-model", "Which of its models to ask", false, false, set_text<&Config::llm_model>,
       get_text<&Config::llm_model>},
      {"llm-key-secret", "Name of the secret that holds its key, such as llm-key", false, false,
       set_text<&Config::llm_key_secret>, get_text<&Config::llm_key_secret>},
      {"runtime", "embedded: everything in this process; dapr: the named roles beside a Dapr sidecar", false, false,
       set_runtime, get_text<&Config::runtime>},
      {"roles", "With --runtime dapr: gateway, identity, tasks, scheduler, notifier, audit, analytics, chat", false,
       false, set_text<&Config::roles>, get_text<&Config::roles>},
      {"app-listen", "Where the sidecar calls the gateway role, whose --listen is for browsers", false, false,
       set_listen<&Config::app_listen_address, &Config::app_listen_port>,
       get_listen<&Config::app_listen_address, &Config::app_listen_port>},
      {"dapr-url", "Where the Dapr sidecar answers", false, false, set_text<&Config::dapr_url>,
       get_text<&Config::dapr_url>},
      {"dapr-token", "What the sidecar asks for (also DAPR_API_TOKEN; environment or file only)", false, true,
       set_text<&Config::dapr_token>, get_text<&Config::dapr_token>},
      {"app-token", "What the sidecar shows (also APP_API_TOKEN; environment or file only)", false, true,
       set_text<&Config::app_token>, get_text<&Config::app_token>},
      {"pubsub", "Dapr component that carries events", false, false, set_text<&Config::pubsub>,
       get_text<&Config::pubsub>},
      {"topic-mode", "dotted: a topic each type; aggregate: task-events, reminders, task-updates; both", false, false,
       set_topic_mode, get_text<&Config::topic_mode>},
      {"secret-store", "Dapr component that holds the secret settings", false, false, set_text<&Config::secret_store>,
       get_text<&Config::secret_store>},
  };
  return all;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::string config_home(const ConfigSources& sources) { return home(sources, "XDG_CONFIG_HOME", "/.config/daybook"); }
std::string data_home(const ConfigSources& sources) { return home(sources, "XDG_DATA_HOME", "/.local/share/daybook"); }

Result<LoadedConfig> load_config(const ConfigSources& sources) {
  LoadedConfig loaded;
  loaded.config.data_dir = data_home(sources);
  for (const auto& setting : settings()) loaded.sources[std::string(setting.name)] = "default";

  const auto apply = [&](std::string_view name, const std::string& value, const std::string& source,
                         const std::string& spelled) -> Result<> {
    const auto done = find_setting(name)->set(loaded.config, value);
    if (!done) return Error{Errc::misconfigured, spelled + " " + done.error().detail + "; it is '" + value + "'."};
    loaded.sources[std::string(name)] = source;
    return {};
  };

  std::string file = sources.file;
  if (file.empty()) file = sources.environment("DAYBOOK_CONFIG").value_or("");
  if (file.empty()) {
    const std::string usual = config_home(sources) + "/daybook.conf";
    std::error_code failure;
    if (std::filesystem::exists(usual, failure)) file = usual;
  }
  if (!file.empty()) {
    const auto values = read_file(file);
    if (!values) return values.error();
    loaded.file = file;
    for (const auto& [name, value] : *values)
      if (auto done = apply(name, value, "file", file + ": " + name); !done) return done.error();
  }
  for (const auto& setting : settings()) {
    const std::string variable = environment_name(setting.name);
    if (auto value = sources.environment(variable); value && !value->empty())
      if (auto done = apply(setting.name, *value, "environment", variable); !done) return done.error();
  }
  for (const auto& [name, value] : sources.flags)
    if (auto done = apply(name, value, "command line", "--" + name); !done) return done.error();

  if (loaded.config.store == "postgres" && loaded.config.database.empty())
    return Error{Errc::misconfigured,
                 "store is postgres, but no database is given: add --database postgres://user@host/name."};
  if (loaded.config.store != "postgres" && !loaded.config.database.empty())
    return Error{Errc::misconfigured, "database is given, but store is " + loaded.config.store +
                                          ": add --store postgres, or leave --database out."};
  if (loaded.config.store == "dapr" && loaded.config.runtime != "dapr")
    return Error{Errc::misconfigured, "store is dapr, which needs a sidecar: add --runtime dapr."};
  if (!loaded.config.roles.empty() && loaded.config.runtime != "dapr")
    return Error{
        Errc::misconfigured,
        "roles are for processes beside a sidecar: add --runtime dapr, or leave --roles out to have all in one."};
  if (loaded.config.data_dir.empty())
    return Error{Errc::misconfigured, "There is no HOME to keep data in: give a folder with --data or DAYBOOK_DATA."};
  return loaded;
}

}  // namespace daybook::app
