#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace daybook::app {

/// Everything that an operator may set. The defaults are those of a laptop.
struct Config {
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 8000;
  std::string data_dir;          ///< Holds daybook.db, history.db and the admin socket.
  std::string store = "sqlite";  ///< Where services keep their tables: sqlite, postgres or dapr.
  std::string database;          ///< libpq's URL of the PostgreSQL database.
  std::string public_url;        ///< How browsers reach us; empty: http at the listen address.
  std::string log_level = "info";
  std::string web_dir;  ///< Serves the web app from here instead of from the program (development).
  std::size_t max_body_bytes = 1024 * 1024;
  std::size_t max_connections = 10'000;
  int drain_seconds = 30;
  int max_open_tasks = 10'000;         ///< A user.
  int max_series = 200;                ///< A user.
  int max_live_connections = 20;       ///< A user.
  int chats_per_minute = 60;           ///< A user.
  int requests_per_minute = 0;         ///< A user; 0: no limit.
  int auth_attempts_per_minute = 600;  ///< An address; of one password's change, a user.

  std::string trusted_proxies;             ///< Addresses and networks whose X-Forwarded-For is believed.
  std::string cors_origins;                ///< Other web pages that may call the API, separated by commas.
  std::string private_targets = "refuse";  ///< Whether webhooks may go to the operator's own network.
  std::string ca_file;                     ///< Certificates to trust for mail and webhooks beside the system's.
  std::string smtp_url, smtp_from, smtp_user, smtp_password;  ///< Mail goes out where `smtp_url` is set.
  std::string smtp_tls = "required";
  std::string llm_url, llm_model;  ///< A language model reads the chat first where `llm_url` is set.
  std::string llm_key_secret;      ///< Name of the secret that holds its key.

  std::string runtime = "embedded";              ///< Or "dapr": the roles of `roles` alone, beside a sidecar.
  std::string roles;                             ///< Separated by commas.
  std::string app_listen_address = "127.0.0.1";  ///< Where the sidecar calls a process that serves browsers too.
  std::uint16_t app_listen_port = 8001;
  std::string dapr_url = "http://127.0.0.1:3500";
  std::string dapr_token, app_token;  ///< What the sidecar asks for, and what it shows (API tokens of Dapr).
  std::string pubsub = "pubsub";      ///< Dapr component.
  std::string topic_mode = "dotted";  ///< Or "aggregate", "both" (X-01).
  std::string secret_store;           ///< Dapr component that holds the secret settings; empty: none.

  std::string admin_socket() const { return data_dir + "/admin.sock"; }
};

/// One entry of the list from which flags, environment, file and help are made.
struct Setting {
  std::string_view name;  ///< "listen": --listen, DAYBOOK_LISTEN, and "listen = …" in the file.
  std::string_view help;
  bool reloadable;  ///< SIGHUP applies a change; others need a restart.
  bool secret;      ///< Not taken from the command line, which others can see, and never shown.
  /// Errors: invalid_argument, saying what is wanted.
  Result<> (*set)(Config&, const std::string& value);
  std::string (*get)(const Config&);
};

const std::vector<Setting>& settings();

/// Where each value came from, for `daybook doctor`: "default", "file", "environment" or "command line".
struct LoadedConfig {
  Config config;
  std::map<std::string, std::string, std::less<>> sources;
  std::string file;  ///< The file that was read, or empty.
};

/// What the process was given, so that tests need not change their own environment.
struct ConfigSources {
  std::map<std::string, std::string, std::less<>> flags;  ///< By setting name.
  std::function<std::optional<std::string>(const std::string&)> environment;
  /// --config or DAYBOOK_CONFIG; empty: the XDG place, where a missing file is no error.
  std::string file;
};

/// The environment of this process.
std::optional<std::string> process_environment(const std::string& name);

/// Command line before environment before file before default. Errors: misconfigured, naming the setting, where it
/// came from, and what is wanted.
Result<LoadedConfig> load_config(const ConfigSources& sources);

/// $XDG_CONFIG_HOME/daybook or ~/.config/daybook, likewise for data; empty when neither variable is set.
std::string config_home(const ConfigSources& sources);
std::string data_home(const ConfigSources& sources);

}  // namespace daybook::app
