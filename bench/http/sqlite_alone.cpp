// What SQLite alone does with the rows of a task on this disk: the baseline of `run.py --only creates`.
//
//   sqlite_alone FOLDER SECONDS GROUP
//
// Each task is a row with its body, a tag, a reminder, its event and its search text; GROUP tasks share a durable
// commit (WAL, synchronous = FULL). No server, no JSON, no checks. Prints {"rate":…,"commits":…}.

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace {

sqlite3* db = nullptr;

void check(int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  std::fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(db));
  std::exit(1);
}

struct Insert {
  explicit Insert(const char* sql) {
    check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, {}));
  }
  void bind(int at, const std::string& text) {
    check(sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
  }
  void bind(int at, sqlite3_int64 value) { check(sqlite3_bind_int64(statement, at, value)); }
  void run() {
    check(sqlite3_step(statement));
    sqlite3_reset(statement);
  }
  sqlite3_stmt* statement = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: sqlite_alone FOLDER SECONDS GROUP\n"), 2;
  const double seconds = std::atof(argv[2]);
  const int group = std::atoi(argv[3]);
  check(sqlite3_open((std::string(argv[1]) + "/alone.db").c_str(), &db));
  check(
      sqlite3_exec(db,
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;"
                   "CREATE TABLE task(key INTEGER PRIMARY KEY, user INTEGER, id BLOB UNIQUE, due INTEGER, body TEXT);"
                   "CREATE INDEX task_due ON task(user, due);"
                   "CREATE TABLE tag(user INTEGER, name TEXT, key INTEGER, PRIMARY KEY(user, name, key)) WITHOUT ROWID;"
                   "CREATE TABLE reminder(id BLOB PRIMARY KEY, fire INTEGER, key INTEGER) WITHOUT ROWID;"
                   "CREATE INDEX reminder_fire ON reminder(fire);"
                   "CREATE TABLE event(position INTEGER PRIMARY KEY, user INTEGER, type TEXT, data TEXT);"
                   "CREATE INDEX event_user ON event(user);"
                   "CREATE VIRTUAL TABLE words USING fts5(text, content='')",
                   {}, {}, {}));
  Insert task("INSERT INTO task(key, user, id, due, body) VALUES (?,?,?,?,?)");
  Insert tag("INSERT INTO tag(user, name, key) VALUES (?,?,?)");
  Insert reminder("INSERT INTO reminder(id, fire, key) VALUES (?,?,?)");
  Insert event("INSERT INTO event(user, type, data) VALUES (?,?,?)");
  Insert words("INSERT INTO words(rowid, text) VALUES (?,?)");

  const std::vector<std::string> names = {"call", "dentist", "invoice", "garden", "report", "milk", "train", "letter"};
  const std::string kType = "task.created", body(600, 'x');  // About a task's JSON.
  std::mt19937_64 random(7);
  const auto id = [&] {
    const auto a = random(), b = random();
    return std::string(reinterpret_cast<const char*>(&a), 8) + std::string(reinterpret_cast<const char*>(&b), 8);
  };
  sqlite3_int64 key = 0, commits = 0;
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  while (passed() < seconds) {
    check(sqlite3_exec(db, "BEGIN IMMEDIATE", {}, {}, {}));
    for (int i = 0; i < group; ++i) {
      const sqlite3_int64 user = i % 64, due = static_cast<sqlite3_int64>(random() % 1'000'000'000);
      const std::string first = id(), second = id(), name = names[random() % names.size()];
      const std::string title = name + " " + names[random() % names.size()] + " " + std::to_string(random() % 100'000);
      ++key;
      task.bind(1, key), task.bind(2, user), task.bind(3, first), task.bind(4, due), task.bind(5, body), task.run();
      tag.bind(1, user), tag.bind(2, name), tag.bind(3, key), tag.run();
      reminder.bind(1, second), reminder.bind(2, due), reminder.bind(3, key), reminder.run();
      event.bind(1, user), event.bind(2, kType), event.bind(3, body), event.run();
      words.bind(1, key), words.bind(2, title), words.run();
    }
    check(sqlite3_exec(db, "COMMIT", {}, {}, {}));
    ++commits;
  }
  std::printf("{\"rate\":%.1f,\"commits\":%lld}\n", static_cast<double>(key) / passed(),
              static_cast<long long>(commits));
  std::exit(0);
}
