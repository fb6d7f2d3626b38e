#include <algorithm>
#include <charconv>

#include "domain/search_text.hpp"
#include "services/tasks/sql_rows.hpp"
#include "services/tasks/sql_store.hpp"
#include "services/tasks/sqlite_text.hpp"

/// What a change of the folding does to what was stored by an older one (design, rule 16).
namespace daybook::tasks {
namespace {

using storage::sql::Lane;

constexpr std::string_view kVersion = "folding";      ///< In force for all tasks.
constexpr std::string_view kProgress = "folding_at";  ///< "<folding> <last key done>"
constexpr int kSlice = 500;

/// Whether folding 2 folds something in `text` that folding 1 left as it was.
bool is_folded_anew(std::string_view text) {
  constexpr std::string_view kLetters[] = {"ı", "ø", "Ø", "ł", "Ł", "đ", "Đ", "ħ", "Ħ", "ŧ", "Ŧ"};
  return std::any_of(std::begin(kLetters), std::end(kLetters),
                     [&](std::string_view letter) { return text.find(letter) != std::string_view::npos; });
}

void fold_labels(Writer& db) {
  struct Label {
    std::int64_t ordinal = 0, kind = 0;
    UserId user;
    std::string folded, name;
  };
  std::vector<Label> labels;
  {
    auto rows = db.query(
        "SELECT l.ord, l.kind, u.user_id, l.folded, l.name FROM tasks_label l JOIN tasks_user u ON u.ord = l.ord");
    while (rows.step())
      if (is_folded_anew(rows.text(3)))
        labels.push_back({rows.integer(0), rows.integer(1), UserId{rows.uuid(2)}, std::string(rows.text(3)),
                          std::string(rows.text(4))});
  }
  for (const auto& label : labels) {
    db.lock(label.user);
    db.run(
        "INSERT INTO tasks_label(ord, kind, folded, name, total, open) "
        "SELECT ord, kind, ?, name, total, open FROM tasks_label WHERE ord = ? AND kind = ? AND folded = ? "
        "ON CONFLICT (ord, kind, folded) DO UPDATE SET total = tasks_label.total + excluded.total, "
        "open = tasks_label.open + excluded.open",
        domain::fold_label(label.name), label.ordinal, label.kind, label.folded);
    db.run("DELETE FROM tasks_label WHERE ord = ? AND kind = ? AND folded = ?", label.ordinal, label.kind,
           label.folded);
  }
}

}  // namespace

TaskStore::Awaitable<bool> SqlTaskStore::adopt_folding() {
  auto slice = [](Writer& db) -> Result<bool> {
    const auto version = std::to_string(domain::kFolding);
    if (meta(db, kVersion) == version) return false;
    std::int64_t after = 0;
    const auto progress = meta(db, kProgress);
    if (progress.starts_with(version + " "))
      std::from_chars(progress.data() + version.size() + 1, progress.data() + progress.size(), after);
    if (after == 0) fold_labels(db);
    struct Found {
      std::int64_t key = 0;
      UserId user;
      bool anew = false;
    };
    std::vector<Found> found;
    {
      auto rows = db.query(
          "SELECT t.key, u.user_id, t.shelf, t.body FROM tasks_task t JOIN tasks_user u ON u.ord = t.ord "
          "WHERE t.key > ? ORDER BY t.key LIMIT ?",
          after, kSlice);
      while (rows.step())
        found.push_back({rows.integer(0), UserId{rows.uuid(1)},
                         rows.integer(2) != static_cast<int>(Shelf::deleted) && is_folded_anew(rows.text(3))});
    }
    for (const auto& each : found) {
      if (!each.anew) continue;
      db.lock(each.user);
      const auto row = load_task(db, each.user, each.key);
      if (!row) continue;  // Gone, or unreadable, and then not searched either.
      remove_text(db, each.key);
      add_text(db, each.key, domain::search_line(*row->task));
    }
    const bool more = found.size() == kSlice;
    set_meta(db, more ? kProgress : kVersion, more ? version + " " + std::to_string(found.back().key) : version);
    return more;
  };
  co_return co_await db_.write(Lane::background, std::move(slice));
}

}  // namespace daybook::tasks
