#include "services/tasks/sql_list.hpp"

#include <algorithm>

#include "core/json.hpp"
#include "domain/cursor.hpp"
#include "domain/search_text.hpp"
#include "domain/zone.hpp"
#include "services/tasks/postgres_text.hpp"
#include "services/tasks/sqlite_text.hpp"

namespace daybook::tasks {
namespace {

using domain::SortField;
using domain::When;
using storage::sql::Engine;

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr int kAllStatus = 0b111, kOpenStatus = 0b011, kCompletedStatus = 0b100, kAllPriority = 0b1111;

struct Range {
  std::int64_t low = kMin, high = kMax;
  bool all() const { return low == kMin && high == kMax; }
};

Range range_of(const When& from, const When& to, const std::string& timezone) {
  const auto located = domain::Zone::locate(timezone);
  const domain::Zone zone = located ? *located : domain::Zone{};
  Range range;
  if (const auto* at = std::get_if<Instant>(&from)) range.low = to_micros(*at);
  if (const auto* day = std::get_if<Date>(&from))
    range.low = to_micros(zone.to_instant(std::chrono::local_days{*day}).instant);
  if (const auto* at = std::get_if<Instant>(&to)) range.high = to_micros(*at);
  if (const auto* day = std::get_if<Date>(&to))
    range.high = to_micros(zone.to_instant(std::chrono::local_days{*day} + std::chrono::days{1}).instant) - 1;
  return range;
}

/// Binds to the parameters after `at`, which counts on.
template <class... Args>
void bind_next(Statement& statement, int& at, const Args&... args) {
  (statement.bind(++at, args), ...);
}

/// The conditions that columns answer. Statements have few texts, whatever is asked, since each text is prepared once
/// and kept: one without conditions, and one with all of them, the unused ones left open.
struct Conditions {
  int status = kAllStatus;
  int priority = kAllPriority;
  Range due, created, completed;
  std::optional<std::int64_t> parent;
  std::optional<Uuid> series;
  std::optional<bool> has_reminder;

  bool only_status_and_priority() const {
    return due.all() && created.all() && completed.all() && !parent && !series && !has_reminder;
  }
  bool any() const { return status != kAllStatus || priority != kAllPriority || !only_status_and_priority(); }

  static std::string_view sql() {
    return " AND ((1 << CAST(status AS int)) & ?) <> 0 AND ((1 << CAST(priority AS int)) & ?) <> 0 AND due BETWEEN ? "
           "AND ? AND created BETWEEN ? AND ? "
           "AND ifnull(completed, ?) BETWEEN ? AND ? AND (? OR parent = ?) AND (? OR series = ?) "
           "AND (? OR (reminders > 0) = ?)";
  }
  void bind(Statement& statement, int& at) const {
    // Without a condition on completion, open tasks pass by any value; with one, none of theirs does.
    const std::int64_t never_completed = completed.all() ? 0 : kMin;
    bind_next(statement, at, status, priority, due.low, due.high, created.low, created.high, never_completed,
              completed.low, completed.high, !parent, parent, !series, series, !has_reminder,
              has_reminder.value_or(false));
  }
};

Conditions conditions_of(Connection& db, const OwnerRow& owner, const domain::TaskQuery& query) {
  Conditions out;
  if (!query.status.empty()) out.status = 0;
  for (auto status : query.status) out.status |= 1 << static_cast<int>(status);
  if (!query.priority.empty()) out.priority = 0;
  for (auto priority : query.priority) out.priority |= 1 << static_cast<int>(priority);
  const auto& zone = owner.time.timezone;
  out.due = range_of(query.due_from, query.due_to, zone);
  // A task without a due time is in no range of them.
  if ((!out.due.all() || query.has_due == true) && out.due.high == kNoDue) out.due.high = kNoDue - 1;
  if (query.has_due == false) out.due.low = std::max(out.due.low, kNoDue);
  out.created = range_of(query.created_from, query.created_to, zone);
  out.completed = range_of(query.completed_from, query.completed_to, zone);
  if (!out.completed.all()) out.completed.low = std::max(out.completed.low, kMin + 1);
  if (query.parent) {
    const auto key = find_key(db, *query.parent);
    out.parent = key && ordinal_of(*key) == owner.ordinal ? *key : 0;
  }
  if (query.series) out.series = query.series->value;
  out.has_reminder = query.has_reminder;
  return out;
}

std::optional<TextCondition> text_of(const domain::TaskQuery& query) {
  TextCondition out;
  if (!query.text.empty()) {
    const auto terms = domain::parse_search(query.text);
    if (terms.empty()) return std::nullopt;  // Nothing but punctuation finds nothing.
    for (const auto& term : terms) out.all.push_back(domain::needle(term));
  }
  for (const auto& tag : query.tags) out.all.push_back(domain::tag_needle(tag));
  for (const auto& tag : query.any_tags) out.any.push_back(domain::tag_needle(tag));
  for (const auto& tag : query.not_tags) out.none.push_back(domain::tag_needle(tag));
  if (query.category) out.all.push_back(domain::category_needle(*query.category));
  return out;
}

/// Where a task stands in an order: by segment, then by value or text, then by number.
struct Place {
  std::uint8_t segment = 0;
  std::int64_t value = 0;
  std::int64_t number = 0;
  std::string text;
};

class Order {
 public:
  explicit Order(domain::Sort sort) : sort_(sort) {}

  /// Values and numbers fall; segments always rise.
  bool falls() const { return sort_.descending && sort_.field != SortField::priority; }
  Place place(std::int64_t number, std::int64_t priority, std::int64_t due, std::int64_t updated) const {
    Place out;
    out.number = number;
    switch (sort_.field) {
      case SortField::created:
        break;
      case SortField::due:
        out.segment = due == kNoDue;
        out.value = due;
        break;
      case SortField::priority:
        out.segment = static_cast<std::uint8_t>(sort_.descending ? 3 - priority : priority);
        out.value = due;
        break;
      case SortField::updated:
        out.value = updated;
        break;
      case SortField::title:
        break;
    }
    return out;
  }
  bool before(const Place& a, const Place& b) const {
    if (a.segment != b.segment) return a.segment < b.segment;
    const Place& x = falls() ? b : a;
    const Place& y = falls() ? a : b;
    if (x.value != y.value) return x.value < y.value;
    if (const int order = x.text.compare(y.text)) return order < 0;
    return x.number < y.number;
  }

 private:
  domain::Sort sort_;
};

/// Gathers the documents of a page, and one more to know whether another page follows.
class PageBuilder {
 public:
  PageBuilder(int limit, std::string scope) : limit_(limit), scope_(std::move(scope)) {
    page_.items.reserve(static_cast<std::size_t>(limit) * 720);
  }
  /// False when the page is full.
  bool add(const Place& place, std::string_view body, std::int64_t subtasks, std::int64_t completed) {
    if (count_ == limit_) {
      page_.next_cursor = domain::encode_cursor({last_.segment, last_.value, last_.number, last_.text}, scope_);
      return false;
    }
    if (count_++ > 0) page_.items += ',';
    append_document(page_.items, body, subtasks, completed);
    if (count_ == limit_) last_ = place;
    return true;
  }
  DocumentPage finish() { return std::move(page_); }

 private:
  int limit_;
  std::string scope_;
  int count_ = 0;
  Place last_;
  DocumentPage page_;
};

/// One query on one owner's rows.
class Listing {
 public:
  Listing(Connection& db, const OwnerRow& owner, const domain::TaskQuery& query, TextCondition text,
          std::optional<Place> after, PageBuilder& page)
      : db_(db),
        owner_(owner),
        sort_(query.sort),
        order_(query.sort),
        conditions_(conditions_of(db, owner, query)),
        text_(std::move(text)),
        after_(std::move(after)),
        limit_(query.limit),
        page_(page) {}

  void run() {
    if (sort_.field == SortField::title) return by_title();
    if (!text_.empty()) return sort_.field == SortField::created ? found_by_creation() : found_sorted();
    if (conditions_.parent || conditions_.series) return few_sorted();
    if (sort_.field == SortField::created) {
      // Few open tasks among many are gathered from their index instead of looked for among all.
      const bool open_only = !(conditions_.status & kCompletedStatus);
      if (open_only && owner_.open_tasks < 1000 && owner_.open_tasks * 10 < owner_.last_number) return few_sorted();
      return by_creation();
    }
    if (sort_.field == SortField::updated) return few_sorted();
    by_index();
  }

 private:
  static constexpr std::string_view kColumns = "SELECT key, priority, due, updated, body, subtasks, subtasks_done ";

  bool add(const Statement& row) {
    const auto place = order_.place(number_of(row.integer(0)), row.integer(1), row.integer(2), row.integer(3));
    return page_.add(place, row.text(4), row.integer(5), row.integer(6));
  }

  std::int64_t after_key() const { return after_ ? make_key(owner_.ordinal, after_->number) : 0; }

  /// The table itself is in order of creation.
  void by_creation() {
    const bool down = sort_.descending;
    std::int64_t low = make_key(owner_.ordinal, 0), high = make_key(owner_.ordinal, kMaxNumber);
    if (after_) (down ? high : low) = after_key() + (down ? -1 : 1);
    std::string sql(kColumns);
    sql += "FROM tasks_task WHERE key BETWEEN ? AND ? AND shelf < 2";
    if (conditions_.any()) sql += Conditions::sql();
    sql += down ? " ORDER BY key DESC LIMIT ?" : " ORDER BY key LIMIT ?";
    auto rows = db_.query(sql, low, high);
    int at = 2;
    if (conditions_.any()) conditions_.bind(rows, at);
    bind_next(rows, at, limit_ + 1);
    while (rows.step() && add(rows)) {
    }
  }

  /// The next rows of one (shelf, priority) in the order of the due time.
  struct Stream {
    Statement rows;
    Place place;
    bool alive = true;
    void step(const Order& order) {
      alive = rows.step();
      if (alive) place = order.place(number_of(rows.integer(0)), rows.integer(1), rows.integer(2), rows.integer(3));
    }
  };

  std::optional<Stream> open_stream(int shelf, int priority, int segment) {
    const bool down = order_.falls();
    // By due time, the second segment has the tasks without one.
    const bool without_due = sort_.field == SortField::due && segment == 1;
    std::int64_t low = without_due ? kNoDue : kMin;
    std::int64_t high = sort_.field == SortField::due && !without_due ? kNoDue - 1 : kNoDue;
    low = std::max(low, conditions_.due.low), high = std::min(high, conditions_.due.high);
    const bool continues = after_ && after_->segment == segment;
    if (continues) (down ? high : low) = down ? std::min(high, after_->value) : std::max(low, after_->value);
    if (low > high) return std::nullopt;

    std::string sql(kColumns);
    sql += "FROM tasks_task INDEXED BY ";
    sql += shelf == 0 ? "tasks_task_open" : "tasks_task_completed";
    sql += " WHERE shelf = " + std::to_string(shelf) + " AND ord = ? AND priority = " + std::to_string(priority);
    sql += " AND due BETWEEN ? AND ?";
    if (continues) sql += down ? " AND (due, key) < (?, ?)" : " AND (due, key) > (?, ?)";
    const bool conditional = filtered_beyond_index(shelf);
    if (conditional) sql += Conditions::sql();
    sql += down ? " ORDER BY due DESC, key DESC LIMIT ?" : " ORDER BY due, key LIMIT ?";
    Stream stream{db_.query(sql, owner_.ordinal, low, high), {}, true};
    int at = 3;
    if (continues) bind_next(stream.rows, at, after_->value, after_key());
    if (conditional) conditions_.bind(stream.rows, at);
    bind_next(stream.rows, at, limit_ + 1);
    stream.rows.start();
    return stream;
  }

  bool filtered_beyond_index(int shelf) const {
    const bool part_of_open = shelf == 0 && (conditions_.status & kOpenStatus) != kOpenStatus;
    Conditions rest = conditions_;
    rest.due = {};
    return part_of_open || !rest.only_status_and_priority();
  }

  /// Orders by due time and by priority: a merge of the indexes' sequences, segment by segment.
  void by_index() {
    const int segments = sort_.field == SortField::due ? 2 : 4;
    for (int segment = after_ ? after_->segment : 0; segment < segments; ++segment) {
      std::vector<Stream> streams;
      for (int priority = 3; priority >= 0; --priority) {
        if (!(conditions_.priority >> priority & 1)) continue;
        if (sort_.field == SortField::priority && segment != (sort_.descending ? 3 - priority : priority)) continue;
        for (int shelf : {0, 1}) {
          if (!(conditions_.status & (shelf == 0 ? kOpenStatus : kCompletedStatus))) continue;
          if (auto stream = open_stream(shelf, priority, segment)) streams.push_back(std::move(*stream));
        }
      }
      for (auto& stream : streams) stream.step(order_);
      for (;;) {
        Stream* first = nullptr;
        for (auto& stream : streams)
          if (stream.alive && (!first || order_.before(stream.place, first->place))) first = &stream;
        if (!first) break;
        if (!add(first->rows)) return;
        first->step(order_);
      }
    }
  }

  /// The columns of one found task if it meets the conditions.
  Statement find_row(std::int64_t key) {
    std::string sql(kColumns);
    sql += "FROM tasks_task WHERE key = ? AND shelf < 2";
    if (conditions_.any()) sql += Conditions::sql();
    auto row = db_.query(sql, key);
    int at = 1;
    if (conditions_.any()) conditions_.bind(row, at);
    return row;
  }

  /// PostgreSQL finds texts by its index, together with what columns answer (postgres_text.hpp).
  Statement matching(std::string_view columns, std::string_view ending) {
    const auto text = postgres_text(text_, owner_.ordinal);
    std::string sql(columns);
    sql += "FROM tasks_text x JOIN tasks_task t ON t.key = x.key WHERE x.key BETWEEN ? AND ?";
    sql += text.sql;
    sql += " AND shelf < 2";
    if (conditions_.any()) sql += Conditions::sql();
    sql += ending;
    std::int64_t low = make_key(owner_.ordinal, 0), high = make_key(owner_.ordinal, kMaxNumber);
    if (after_ && sort_.field == SortField::created)
      (sort_.descending ? high : low) = after_key() + (sort_.descending ? -1 : 1);
    auto rows = db_.query(sql, low, high);
    int at = 2;
    for (const auto& value : text.values) bind_next(rows, at, value);
    if (conditions_.any()) conditions_.bind(rows, at);
    if (ending.ends_with("LIMIT ?")) bind_next(rows, at, limit_ + 1);
    return rows;
  }

  void matching_page() {
    auto rows = matching("SELECT t.key, priority, due, updated, body, subtasks, subtasks_done ",
                         sort_.descending ? " ORDER BY t.key DESC LIMIT ?" : " ORDER BY t.key LIMIT ?");
    while (rows.step() && add(rows)) {
    }
  }

  void matching_sorted() {
    const bool titles = sort_.field == SortField::title;
    auto rows = matching(
        titles ? "SELECT t.key, priority, due, updated, x.text " : "SELECT t.key, priority, due, updated ", "");
    std::vector<Place> places;
    while (rows.step()) {
      Place place = order_.place(number_of(rows.integer(0)), rows.integer(1), rows.integer(2), rows.integer(3));
      if (titles) place.text = domain::title_order(rows.text(4));
      if (!after_ || order_.before(*after_, place)) places.push_back(std::move(place));
    }
    add_first(places);
  }

  void found_by_creation() {
    if (db_.engine() == Engine::postgres) return matching_page();
    scan_text(db_, owner_.ordinal, text_, sort_.descending, after_key(), [&](std::int64_t key, std::string_view) {
      auto row = find_row(key);
      return !row.step() || add(row);
    });
  }

  /// All places first, then the bodies of those on the page.
  void found_sorted() {
    if (db_.engine() == Engine::postgres) return matching_sorted();
    std::vector<Place> places;
    scan_text(db_, owner_.ordinal, text_, false, 0, [&](std::int64_t key, std::string_view) {
      auto row = find_row(key);
      if (row.step()) consider(places, row);
      return true;
    });
    add_first(places);
  }

  void few_sorted() {
    const auto low = make_key(owner_.ordinal, 0), high = make_key(owner_.ordinal, kMaxNumber);
    std::string sql(kColumns);
    sql += "FROM tasks_task ";
    const bool open_only = !(conditions_.status & kCompletedStatus);
    sql += conditions_.parent   ? "INDEXED BY tasks_task_parent WHERE parent = ? AND key BETWEEN ? AND ?"
           : conditions_.series ? "INDEXED BY tasks_task_series WHERE series = ? AND ord = ?"
           : open_only          ? "INDEXED BY tasks_task_open WHERE shelf = 0 AND ord = ?"
                                : "WHERE key BETWEEN ? AND ?";
    sql += " AND shelf < 2";
    sql += Conditions::sql();
    auto rows = db_.prepare(sql);
    int at = 0;
    if (conditions_.parent)
      bind_next(rows, at, *conditions_.parent, low, high);
    else if (conditions_.series)
      bind_next(rows, at, *conditions_.series, owner_.ordinal);
    else if (open_only)
      bind_next(rows, at, owner_.ordinal);
    else
      bind_next(rows, at, low, high);
    conditions_.bind(rows, at);
    std::vector<Place> places;
    while (rows.step()) consider(places, rows);
    add_first(places);
  }

  void by_title() {
    if (db_.engine() == Engine::postgres) return matching_sorted();
    std::vector<Place> places;
    scan_text(db_, owner_.ordinal, text_, false, 0, [&](std::int64_t key, std::string_view line) {
      auto row = find_row(key);
      if (!row.step()) return true;
      Place place = order_.place(number_of(key), row.integer(1), row.integer(2), row.integer(3));
      place.text = domain::title_order(line);
      if (!after_ || order_.before(*after_, place)) places.push_back(std::move(place));
      return true;
    });
    add_first(places);
  }

  void consider(std::vector<Place>& places, const Statement& row) {
    Place place = order_.place(number_of(row.integer(0)), row.integer(1), row.integer(2), row.integer(3));
    if (!after_ || order_.before(*after_, place)) places.push_back(std::move(place));
  }

  void add_first(std::vector<Place>& places) {
    const auto wanted = std::min(places.size(), static_cast<std::size_t>(limit_) + 1);
    std::partial_sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(wanted), places.end(),
                      [&](const Place& a, const Place& b) { return order_.before(a, b); });
    // Across a network all are asked for at once; SQLite takes one after the other with the same statement.
    const std::size_t together = db_.engine() == Engine::sqlite ? 1 : wanted;
    for (std::size_t from = 0; from < wanted; from += together) {
      std::vector<Statement> rows;
      for (std::size_t i = from; i < std::min(wanted, from + together); ++i) {
        rows.push_back(db_.query("SELECT body, subtasks, subtasks_done FROM tasks_task WHERE key = ?",
                                 make_key(owner_.ordinal, places[i].number)));
        rows.back().start();
      }
      for (std::size_t i = 0; i < rows.size(); ++i) {
        auto& row = rows[i];
        if (row.step() && !page_.add(places[from + i], row.text(0), row.integer(1), row.integer(2))) return;
      }
    }
  }

  Connection& db_;
  const OwnerRow& owner_;
  domain::Sort sort_;
  Order order_;
  Conditions conditions_;
  TextCondition text_;
  std::optional<Place> after_;
  int limit_;
  PageBuilder& page_;
};

}  // namespace

Result<DocumentPage> list_tasks(Connection& db, const OwnerRow& owner, const UserId& user,
                                const domain::TaskQuery& query) {
  std::string scope = user.str() + "?" + domain::to_query_string(query);
  std::optional<Place> after;
  if (!query.cursor.empty()) {
    auto position = domain::decode_cursor(query.cursor, scope);
    if (!position) return position.error();
    after = Place{position->segment, position->value, position->number, std::move(position->text)};
  }
  PageBuilder page(query.limit, std::move(scope));
  auto text = text_of(query);
  if (!text) return page.finish();
  Listing(db, owner, query, std::move(*text), std::move(after), page).run();
  return page.finish();
}

Result<CalendarPage> list_calendar(Connection& db, const OwnerRow& owner, const CalendarQuery& query) {
  CalendarPage page;
  page.timezone = query.timezone.empty() ? owner.time.timezone : query.timezone;
  const auto located = domain::Zone::locate(page.timezone);
  if (!located) return located.error();
  const auto range = range_of(query.from, query.to, page.timezone);
  // An all-day task's column is the end of its day in its own zone, up to a day from that of the calendar's.
  constexpr std::int64_t kDay = 86'400'000'000;
  struct Item {
    Date date;
    std::int64_t due, key;
    std::string document;
  };
  std::vector<Item> items;
  for (const bool open : {true, false}) {
    for (int priority = 0; priority < 4; ++priority) {
      std::string sql = "SELECT key, due, body, subtasks, subtasks_done FROM tasks_task INDEXED BY ";
      sql += open ? "tasks_task_open WHERE shelf = 0" : "tasks_task_completed WHERE shelf = 1";
      sql += " AND ord = ? AND priority = ? AND due BETWEEN ? AND ?";
      auto rows = db.query(sql, owner.ordinal, priority, range.low - 2 * kDay, range.high + 2 * kDay);
      while (rows.step()) {
        const auto body = rows.text(2);
        // No text of a user's looks like this, since its quotes are escaped.
        Item item{{}, rows.integer(1), rows.integer(0), {}};
        constexpr std::string_view kName = "\"dueDate\":\"";
        const auto at = body.find(kName);
        if (at != std::string_view::npos) {
          const auto date = parse_date(body.substr(at + kName.size(), 10));
          if (!date) continue;
          item.date = *date;
        } else {
          item.date = Date{std::chrono::floor<std::chrono::days>(located->to_local(from_micros(item.due)))};
        }
        if (item.date < query.from || item.date > query.to) continue;
        append_document(item.document, body, rows.integer(3), rows.integer(4));
        items.push_back(std::move(item));
      }
    }
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return std::tie(a.date, a.due, a.key) < std::tie(b.date, b.due, b.key);
  });
  for (auto& item : items) {
    if (page.days.empty() || page.days.back().date != item.date) page.days.push_back({item.date, {}});
    auto& day = page.days.back().items;
    if (!day.empty()) day += ',';
    day += item.document;
  }
  return page;
}

}  // namespace daybook::tasks
