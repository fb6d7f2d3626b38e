#include "storage/postgres/test_server.hpp"

#include <libpq-fe.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <vector>

namespace daybook::test {
namespace {

namespace fs = std::filesystem;

/// Where the distribution keeps the server's programs: the newest version.
std::string server_programs() {
  if (const char* set = std::getenv("DAYBOOK_POSTGRES_BIN")) return set;
  std::set<std::pair<int, std::string>> found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", failure))
    if (fs::exists(entry.path() / "bin/initdb"))
      found.emplace(std::atoi(entry.path().filename().c_str()), entry.path() / "bin");
  return found.empty() ? std::string() : found.rbegin()->second;
}

/// Runs a program, as the user postgres where this one is root, which the server refuses to be.
int run_program(std::vector<std::string> words, const std::string& log) {
  if (::geteuid() == 0) words.insert(words.begin(), {"runuser", "-u", "postgres", "--"});
  std::string command;
  for (const auto& word : words) command += "'" + word + "' ";
  command += ">>'" + log + "' 2>&1 </dev/null";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

struct PostgresServer::State {
  std::string directory, programs;
  std::string more_options;
  int port = 5432;  ///< Names the socket too.
  std::set<std::string> templates;
  int databases = 0;

  std::string data() const { return directory + "/data"; }
  std::string log() const { return directory + "/log"; }
  void start() {
    const std::string options =
        "-c unix_socket_directories=" + directory + " -c port=" + std::to_string(port) +
        " -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200 "
        "-c shared_buffers=32MB -c autovacuum=off" +
        more_options;
    if (run_program({programs + "/pg_ctl", "-D", data(), "-w", "-t", "60", "-o", options, "-l",
                     directory + "/server.log", "start"},
                    log()) != 0)
      throw std::runtime_error("pg_ctl start failed: see " + log());
  }
  void stop() { run_program({programs + "/pg_ctl", "-D", data(), "-w", "-m", "immediate", "stop"}, log()); }
};

const std::string& PostgresServer::why_not() {
  static const std::string reason = [] {
    if (server_programs().empty()) return std::string("PostgreSQL's server is not installed (scripts/install test)");
    if (::geteuid() == 0 && !::getpwnam("postgres")) return std::string("there is no user postgres to run a server as");
    return std::string();
  }();
  return reason;
}

PostgresServer* PostgresServer::instance() {
  if (!why_not().empty()) return nullptr;
  static const std::unique_ptr<PostgresServer> server = make(" -c listen_addresses=");
  return server.get();
}

std::unique_ptr<PostgresServer> PostgresServer::make(const std::string& more_options, const Prepare& prepare,
                                                     int port) {
  std::unique_ptr<PostgresServer> made(new PostgresServer);
  made->state_ = std::make_unique<State>();
  auto& state = *made->state_;
  std::string name = (fs::temp_directory_path() / "daybook-pg-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp " + name);
  state.directory = name;
  state.programs = server_programs();
  state.more_options = more_options;
  state.port = port;
  const auto* user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
  const auto give = [&](const std::string& path) {
    if (user && ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("chown " + path);
  };
  give(name);
  if (run_program({state.programs + "/initdb", "-D", state.data(), "-A", "trust", "-U", "daybook", "-E", "UTF8",
                   "--no-sync", "--locale=C.UTF-8"},
                  state.log()) != 0)
    throw std::runtime_error("initdb failed");
  if (prepare) {
    prepare(state.data());
    for (const auto& entry : fs::directory_iterator(state.data()))
      if (entry.path().extension() == ".pem") give(entry.path());
  }
  state.start();
  return made;
}

PostgresServer::~PostgresServer() {
  state_->stop();
  std::error_code failure;
  fs::remove_all(state_->directory, failure);
}

std::string PostgresServer::url(const std::string& database) const {
  return "host=" + state_->directory + " port=" + std::to_string(state_->port) + " user=daybook dbname=" + database;
}

std::string PostgresServer::make_database(const std::string& kind, void (*make_schema)(const std::string& url)) {
  const std::string model = "model_" + kind;
  if (state_->templates.insert(kind).second) {
    run(url("postgres"), "CREATE DATABASE " + model);
    make_schema(url(model));
  }
  const std::string name = "test_" + std::to_string(++state_->databases);
  run(url("postgres"), "CREATE DATABASE " + name + " TEMPLATE " + model + " STRATEGY FILE_COPY");
  return url(name);
}

void PostgresServer::drop_database(const std::string& url) {
  const auto name = url.substr(url.rfind('=') + 1);
  run(this->url("postgres"), "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
}

void PostgresServer::cut_connections(const std::string& url) {
  const auto name = url.substr(url.rfind('=') + 1);
  run(this->url("postgres"),
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '" + name + "'");
}

void PostgresServer::stop() { state_->stop(); }
void PostgresServer::start() { state_->start(); }

std::unique_ptr<PostgresServer::HeldLock> PostgresServer::hold(const std::string& url, int key) {
  struct Held final : HeldLock {
    explicit Held(const std::string& url) : connection(PQconnectdb(url.c_str())) {}
    ~Held() override { PQfinish(connection); }
    PGconn* connection;
  };
  auto held = std::make_unique<Held>(url);
  PGresult* result = PQexec(held->connection, ("SELECT pg_advisory_lock(" + std::to_string(key) + ")").c_str());
  const bool locked = PQresultStatus(result) == PGRES_TUPLES_OK;
  PQclear(result);
  if (!locked) throw std::runtime_error(PQerrorMessage(held->connection));
  return held;
}

std::string PostgresServer::run(const std::string& url, const std::string& sql) {
  PGconn* connection = PQconnectdb(url.c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const auto status = PQresultStatus(result);
  const std::string failure =
      status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? std::string() : PQerrorMessage(connection);
  std::string value;
  if (PQntuples(result) > 0) value = PQgetvalue(result, 0, 0);
  PQclear(result);
  PQfinish(connection);
  if (!failure.empty()) throw std::runtime_error(sql + ": " + failure);
  return value;
}

}  // namespace daybook::test
