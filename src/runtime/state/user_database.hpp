#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "runtime/state/user_tables.hpp"
#include "runtime/state_store.hpp"

namespace daybook::runtime::state {

/// What a user's key begins with: the scope of all that one transaction may touch.
std::string key_of(const UserId& user, std::string_view name);

/// Keys of a user's own that are no pages.
inline constexpr std::string_view kHead = "head";    ///< Which pages there are, and the number of the next event.
inline constexpr std::string_view kRelay = "relay";  ///< How far events were published.
std::string event_key(std::int64_t number);          ///< "out/12": an event in the outbox.

/// One user's tables as a database, whose truth is in a state store (docs/decisions/029). A head document is written
/// in every transaction, on the version that was read, and so puts the user's writes in one order, whichever process
/// they come from. The rows are in memory too, brought up to the head before each closure. For one event loop.
class UserDatabase final : public storage::sql::Database {
 public:
  struct Ports {
    StateStore& state;
    /// Before the first write that appends events: from now on a crash leaves somebody who publishes them.
    std::function<boost::asio::awaitable<Result<>>(UserId)> announce;
    /// Events were appended.
    std::function<void(UserId)> committed;
  };

  UserDatabase(boost::asio::any_io_executor executor, Ports ports, const UserSchema& schema, UserId user);

  void on_commit(CommitListener listener) override { listeners_.push_back(std::move(listener)); }
  storage::sql::Engine engine() const override { return storage::sql::Engine::sqlite; }
  std::int64_t size() { return tables_ ? tables_->size() : 0; }

 protected:
  boost::asio::awaitable<void> submit_write(storage::sql::Lane lane,
                                            std::shared_ptr<storage::sql::WriteJob> job) override;
  boost::asio::awaitable<void> submit_read(std::shared_ptr<storage::sql::ReadJob> job) override;

 private:
  struct Head {
    std::int64_t commit = 0;                    ///< Rises with each; 0: there is nothing yet.
    std::int64_t next_event = 1;                ///< Number in the outbox.
    std::map<std::string, std::int64_t> pages;  ///< Which commit wrote each last.
  };
  class Turn;

  boost::asio::awaitable<void> take_turn();
  void end_turn();
  boost::asio::awaitable<Result<>> refresh();
  boost::asio::awaitable<Result<bool>> load_pages(const Head& head);
  /// One try of a closure; nullopt: somebody else has written meanwhile.
  boost::asio::awaitable<std::optional<Result<>>> attempt(storage::sql::WriteJob& job);
  std::vector<StateStore::Write> writes_of(const std::set<std::string>& pages,
                                           const storage::sql::Writer::Effects& effects, Head& head);
  static Result<Head> parse_head(const std::string& text);
  static std::string head_json(const Head& head);

  boost::asio::any_io_executor executor_;
  Ports ports_;
  const UserSchema& schema_;
  UserId user_;
  std::unique_ptr<UserTables> tables_;
  Head head_;
  std::string etag_;  ///< Of the head that was read last.
  bool busy_ = false;
  std::deque<std::shared_ptr<boost::asio::steady_timer>> waiting_;
  std::vector<CommitListener> listeners_;
};

}  // namespace daybook::runtime::state
