#pragma once

#include <functional>
#include <memory>
#include <string>

namespace daybook::test {

/// A PostgreSQL server of this process's own: made in a directory below the temporary one, reached through a socket
/// there, and gone with the process. It does not sync, since no test here cuts the power.
class PostgresServer {
 public:
  /// The one server, started at the first call; null, with the reason in `why_not`, where PostgreSQL is not installed.
  static PostgresServer* instance();
  static const std::string& why_not();
  /// Another one, with options of its own (" -c ssl=on"); `prepare` may put *.pem into its data folder first.
  using Prepare = std::function<void(const std::string& data)>;
  static std::unique_ptr<PostgresServer> make(const std::string& more_options, const Prepare& prepare = {},
                                              int port = 5432);
  ~PostgresServer();

  /// Makes a database with the schemas that `make_schema` puts into a template the first time `kind` is asked for, and
  /// gives its URL.
  std::string make_database(const std::string& kind, void (*make_schema)(const std::string& url));
  void drop_database(const std::string& url);
  std::string url(const std::string& database) const;

  /// Cuts all connections to the database of `url`, as a restart of the server would.
  void cut_connections(const std::string& url);
  void stop();   ///< At once, with all connections.
  void start();  ///< Again.
  /// A connection that has the advisory lock `key`, so that a transaction that asks for it waits, until it is
  /// destroyed.
  class HeldLock {
   public:
    virtual ~HeldLock() = default;
  };
  std::unique_ptr<HeldLock> hold(const std::string& url, int key);
  /// Runs statements in the database; the first column of the first row, or empty. Throws std::runtime_error.
  std::string run(const std::string& url, const std::string& sql);

 private:
  PostgresServer() = default;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace daybook::test
