#include "runtime/state/user_database.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/backoff.hpp"
#include "storage/sqlite/connection.hpp"

namespace daybook::runtime::state {
namespace {

namespace asio = boost::asio;
namespace sql = storage::sql;
using asio::awaitable;

constexpr int kTries = 20;  ///< Of a closure that always meets another writer.

/// Runs `body` and gives its failure, if it throws, as an Error.
template <class Body>
Result<> catching(Body body) {
  try {
    body();
    return {};
  } catch (const storage::sqlite::SqliteError& error) {
    return error.to_error();
  } catch (const std::exception& error) {
    return Error{Errc::internal, error.what()};
  }
}

Error contended() { return {Errc::unavailable, "Others write this user's data all the time; try again in a moment."}; }

}  // namespace

std::string key_of(const UserId& user, std::string_view name) { return user.str() + "/" + std::string(name); }
std::string event_key(std::int64_t number) { return "out/" + std::to_string(number); }

UserDatabase::UserDatabase(asio::any_io_executor executor, Ports ports, const UserSchema& schema, UserId user)
    : executor_(std::move(executor)), ports_(std::move(ports)), schema_(schema), user_(user) {}

/// In the order in which they came: whoever ends a turn hands it to the next.
awaitable<void> UserDatabase::take_turn() {
  if (!busy_) {
    busy_ = true;
    co_return;
  }
  auto timer = std::make_shared<asio::steady_timer>(executor_, asio::steady_timer::time_point::max());
  waiting_.push_back(timer);
  co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
}

void UserDatabase::end_turn() {
  if (waiting_.empty()) {
    busy_ = false;
    return;
  }
  const auto next = std::move(waiting_.front());
  waiting_.pop_front();
  next->cancel();
}

Result<UserDatabase::Head> UserDatabase::parse_head(const std::string& text) {
  auto document = parse_json(text);
  if (!document) return Error{Errc::corrupt, "The state's head is not JSON."};
  Head head;
  try {
    head.commit = document->at("commit").to_number<std::int64_t>();
    head.next_event = document->at("nextEvent").to_number<std::int64_t>();
    for (const auto& page : document->at("pages").as_object())
      head.pages.emplace(page.key(), page.value().to_number<std::int64_t>());
  } catch (const std::exception& wrong) {
    return Error{Errc::corrupt, std::string("The state's head cannot be read: ") + wrong.what()};
  }
  return head;
}

std::string UserDatabase::head_json(const Head& head) {
  std::string out = "{\"commit\":" + std::to_string(head.commit) + ",\"nextEvent\":" + std::to_string(head.next_event) +
                    ",\"pages\":{";
  bool first = true;
  for (const auto& [page, commit] : head.pages) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, page);
    (out += ':') += std::to_string(commit);
  }
  out += "}}";
  return out;
}

/// Brings the rows in memory up to the head as it is now.
awaitable<Result<>> UserDatabase::refresh() {
  for (int round = 0; round < kTries; ++round) {
    auto entry = co_await ports_.state.get(key_of(user_, kHead));
    if (!entry) co_return entry.error();
    Head head;
    if (*entry) {
      auto parsed = parse_head((*entry)->value);
      if (!parsed) co_return parsed.error();
      head = std::move(*parsed);
    }
    if (!tables_) {
      auto made = catching([&] { tables_ = std::make_unique<UserTables>(schema_); });
      if (!made) co_return made.error();
    }
    etag_ = *entry ? (*entry)->etag : std::string{};
    if (head.commit == head_.commit) co_return Result<>{};
    auto loaded = co_await load_pages(head);
    if (!loaded) co_return loaded.error();
    if (!*loaded) continue;  // A page is of a later commit: the head is old by now.
    head_ = std::move(head);
    co_return Result<>{};
  }
  co_return contended();
}

awaitable<Result<bool>> UserDatabase::load_pages(const Head& head) {
  std::vector<std::string> wanted, keys, gone;
  for (const auto& [page, commit] : head.pages) {
    const auto known = head_.pages.find(page);
    if (known != head_.pages.end() && known->second == commit) continue;
    wanted.push_back(page);
    keys.push_back(key_of(user_, page));
  }
  for (const auto& [page, commit] : head_.pages)
    if (!head.pages.contains(page)) gone.push_back(page);
  auto entries = co_await ports_.state.get_many(std::move(keys));
  if (!entries) co_return entries.error();
  std::vector<json::value> documents;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& entry = (*entries)[i];
    if (!entry) co_return false;
    auto document = parse_json(entry->value);
    if (!document || !document->is_object())
      co_return Error{Errc::corrupt, "The state's page " + wanted[i] + " is not JSON."};
    const auto* commit = document->as_object().if_contains("commit");
    if (!commit || commit->to_number<std::int64_t>() != head.pages.at(wanted[i])) co_return false;
    documents.push_back(std::move(*document));
  }
  Result<> loaded;
  auto thrown = catching([&] {
    tables_->begin();
    for (std::size_t i = 0; i < wanted.size() && loaded; ++i)
      loaded = tables_->load(wanted[i], documents[i].as_object());
    for (const auto& page : gone) tables_->clear(page);
    tables_->forget();
    loaded ? tables_->commit() : tables_->rollback();
  });
  if (!thrown || !loaded) {
    // What is in memory is of no known state any more: the next one begins anew.
    tables_.reset();
    head_ = {};
    co_return thrown ? loaded.error() : thrown.error();
  }
  co_return true;
}

std::vector<StateStore::Write> UserDatabase::writes_of(const std::set<std::string>& pages,
                                                       const sql::Writer::Effects& effects, Head& head) {
  std::vector<StateStore::Write> writes;
  head.commit += 1;
  for (const auto& page : pages) {
    std::string rows = tables_->dump(page);
    const bool known = head.pages.contains(page);
    if (rows.empty() && !known) continue;
    StateStore::Write write;
    write.key = key_of(user_, page);
    if (rows.empty()) {
      head.pages.erase(page);
    } else {
      head.pages[page] = head.commit;
      write.value = "{\"commit\":" + std::to_string(head.commit) + "," + rows + "}";
    }
    writes.push_back(std::move(write));
  }
  for (const auto& logged : effects.events) {
    StateStore::Write write;
    write.key = key_of(user_, event_key(head.next_event++));
    write.value = to_json(logged->event);
    writes.push_back(std::move(write));
  }
  StateStore::Write write;
  write.key = key_of(user_, kHead);
  write.value = head_json(head);
  write.etag = etag_;
  writes.push_back(std::move(write));
  return writes;
}

awaitable<std::optional<Result<>>> UserDatabase::attempt(sql::WriteJob& job) {
  if (auto fresh = co_await refresh(); !fresh) co_return fresh;
  auto& db = tables_->connection();
  db.effects() = {};
  bool keep = false;
  auto ran = catching([&] {
    tables_->begin();
    keep = job.run(db);
  });
  std::set<std::string> pages;
  if (ran && keep) ran = catching([&] { pages = tables_->changed(); });
  if (!ran || !keep || (pages.empty() && db.effects().events.empty())) {
    ignore(catching([&] { tables_->rollback(); }), "it may have ended already");
    co_return ran;
  }
  const bool announces = !db.effects().events.empty();
  Head head = head_;
  std::vector<StateStore::Write> writes;
  auto dumped = catching([&] { writes = writes_of(pages, db.effects(), head); });
  Result<> saved = dumped;
  if (saved && announces) saved = co_await ports_.announce(user_);
  if (saved) saved = co_await ports_.state.transact(std::move(writes));
  if (!saved) {
    // Whether it was written or not: the head that is read next time tells, and what follows from it.
    ignore(catching([&] { tables_->rollback(); }), "nothing was changed then");
    if (saved.error().code == Errc::version_mismatch) co_return std::nullopt;
    co_return saved;
  }
  const auto effects = std::move(db.effects());
  auto kept = catching([&] {
    tables_->forget();
    // The outbox has them now.
    db.run("DELETE FROM event_log");
    tables_->commit();
  });
  if (kept) {
    head_ = std::move(head);
  } else {
    tables_.reset();
    head_ = {};
  }
  for (const auto& listener : listeners_) listener(effects);
  if (announces) ports_.committed(user_);
  co_return Result<>{};
}

awaitable<void> UserDatabase::submit_write(sql::Lane, std::shared_ptr<sql::WriteJob> job) {
  const auto jitter = random_jitter();
  for (int round = 1;; ++round) {
    co_await take_turn();
    auto done = co_await attempt(*job);
    end_turn();
    if (done) {
      job->outcome = std::move(*done);
      co_return;
    }
    if (round == kTries) {
      job->outcome = contended();
      co_return;
    }
    const auto wait = std::chrono::milliseconds{static_cast<int>(5 + 20 * jitter() * std::min(round, 5))};
    asio::steady_timer timer(executor_, wait);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

awaitable<void> UserDatabase::submit_read(std::shared_ptr<sql::ReadJob> job) {
  co_await take_turn();
  job->outcome = co_await refresh();
  if (job->outcome) job->outcome = catching([&] { job->run(tables_->connection()); });
  end_turn();
}

}  // namespace daybook::runtime::state
