#include "storage/postgres/dialect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace daybook::storage::postgres {
namespace {

TEST(Dialect, NumbersParametersAndPutsTablesIntoTheServicesSchema) {
  EXPECT_EQ(translate("SELECT a FROM notes_note WHERE b = ? AND c = ?", "notes"),
            "SELECT a FROM notes.note WHERE b = $1 AND c = $2");
  EXPECT_EQ(translate("UPDATE notes_note SET a = ?2 WHERE b = ?1 AND c = ?2", "notes"),
            "UPDATE notes.note SET a = $2 WHERE b = $1 AND c = $2");
  EXPECT_EQ(translate("INSERT INTO inbox (consumer) VALUES (?)", "notes"),
            "INSERT INTO notes.inbox (consumer) VALUES ($1)");
  EXPECT_EQ(translate("SELECT x.inbox, notesx FROM notes_a x", "notes"), "SELECT x.inbox, notesx FROM notes.a x");
}

TEST(Dialect, LeavesTextsAlone) {
  EXPECT_EQ(translate("SELECT 'a?b notes_note TEXT' || ?", "notes"), "SELECT 'a?b notes_note TEXT' || $1");
}

TEST(Dialect, DropsHintsAndSpellsTypes) {
  EXPECT_EQ(translate("SELECT 1 FROM notes_note INDEXED BY notes_note_age WHERE a = ?", "notes"),
            "SELECT 1 FROM notes.note  WHERE a = $1");
  EXPECT_EQ(translate("CREATE TABLE notes_a(id UUID, n INTEGER, t TEXT, b BLOB) WITHOUT ROWID", "notes"),
            "CREATE TABLE notes.a(id UUID, n bigint, t text COLLATE \"C\", b bytea) ");
  EXPECT_EQ(translate("CREATE INDEX notes_a_n ON notes_a(n)", "notes"), "CREATE INDEX notes_a_n ON notes.a(n)");
  EXPECT_EQ(translate("DROP INDEX notes_a_n", "notes"), "DROP INDEX notes.notes_a_n");
}

TEST(Dialect, ReplacesByTheTablesKey) {
  EXPECT_EQ(translate("INSERT OR REPLACE INTO notes_a(user_id, id, t) VALUES (?, ?, ?)", "notes"),
            "INSERT INTO notes.a(user_id, id, t) VALUES ($1, $2, $3) ON CONFLICT (user_id, id) DO UPDATE SET "
            "t = excluded.t");
  EXPECT_EQ(
      translate("INSERT OR REPLACE INTO notes_meta(key, value) VALUES (?, ?)", "notes"),
      "INSERT INTO notes.meta(key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
}

}  // namespace
}  // namespace daybook::storage::postgres
