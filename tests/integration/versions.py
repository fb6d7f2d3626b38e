#!/usr/bin/env python3
"""Versions meet (design, rule 17; A-15, R-09): what the last release reads and writes still works on today's schema, its files
open, and the way back is there.

    versions.py DAYBOOK           checks against tests/data/schema
    versions.py DAYBOOK --write   makes today's schema the last release's: part of every release, and of nothing else

Closes with "N passed, N failed".
"""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from daybook_process import Checks, Server

BASELINE = pathlib.Path(__file__).resolve().parent.parent / "data/schema"
FILES = ("daybook", "history")
check = Checks()


def tables(db):
    """name -> {column: (type, not null, default, in the key)} of each table that is ours."""
    found = {}
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    for (name,) in rows.fetchall():
        columns = db.execute(f"SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo('{name}')").fetchall()
        found[name] = {column[0]: column[1:] for column in columns}
    return found


def unique_indexes(db, table):
    found = set()
    for name, partial in db.execute(f"SELECT name, partial FROM pragma_index_list('{table}') WHERE \"unique\"").fetchall():
        columns = tuple(str(row[0]) for row in db.execute(f"SELECT name FROM pragma_index_info('{name}') ORDER BY seqno"))
        found.add((columns, partial))
    return found


def breaks(old, new):
    """What a program that knows `old` could no longer do on `new`."""
    problems = []
    now = tables(new)
    for table, columns in tables(old).items():
        if table not in now:
            problems.append(f"table {table} is gone")
            continue
        for column, (kind, not_null, _, key) in columns.items():
            if column not in now[table]:
                problems.append(f"{table}.{column} is gone")
                continue
            kind_now, not_null_now, default_now, key_now = now[table][column]
            if kind_now != kind or key_now != key:
                problems.append(f"{table}.{column} was {kind}, key {key}, and is {kind_now}, key {key_now}")
            if not_null_now and not not_null and default_now is None:
                problems.append(f"{table}.{column} must not be NULL any more")
        for column, (_, not_null, default, _) in now[table].items():
            if column not in columns and not_null and default is None:
                problems.append(f"{table}.{column} is new, and what the older program inserts has no value for it")
        for columns_of, partial in unique_indexes(new, table) - unique_indexes(old, table):
            problems.append(f"{table} must be unique by {columns_of}{' in part' if partial else ''} now")
    return problems


def memory(*statements):
    db = sqlite3.connect(":memory:")
    for statement in statements:
        db.executescript(statement)
    return db


def checks_itself():
    old = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);"
    good = old + "ALTER TABLE t ADD c TEXT NOT NULL DEFAULT ''; ALTER TABLE t ADD d INTEGER; CREATE INDEX i ON t (b); CREATE TABLE u (x);"
    check("what only adds breaks nothing", breaks(memory(old), memory(good)) == [])
    for harm, word in (("DROP TABLE t;", "gone"), ("ALTER TABLE t DROP COLUMN b;", "gone"),
                       ("ALTER TABLE t RENAME COLUMN b TO c;", "gone"), ("CREATE UNIQUE INDEX i ON t (b);", "unique"),
                       ("DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER);", "was TEXT"),
                       ("DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c TEXT NOT NULL);", "no value"),
                       ("DROP TABLE t; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL);", "NULL")):
        found = breaks(memory(old), memory(old, harm))
        check(f"it sees: {harm}", any(word in problem for problem in found), str(found))


def empty_files(binary, folder):
    folder.mkdir()
    server = Server(binary, folder, log=folder / "serve.log").start()
    assert server.stop() == 0
    return {name: sqlite3.connect(folder / f"{name}.db") for name in FILES}


def dump(db):
    """Tables, indexes and triggers, and which migrations made them."""
    made = [row[0] + ";" for row in db.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND NOT EXISTS (SELECT 1 FROM "
        "sqlite_master v WHERE v.sql LIKE 'CREATE VIRTUAL%' AND sqlite_master.name LIKE v.name || '\\_%' ESCAPE '\\') ORDER BY rowid")]
    steps = [f"INSERT INTO schema_migration VALUES ('{service}', {number}, {needs}, 0);" for service, number, needs in
             db.execute("SELECT service, number, needs FROM schema_migration ORDER BY service, number")]
    return "\n".join(made + steps) + "\n"


def upgrade(binary, folder):
    folder.mkdir()
    for name in FILES:
        file = sqlite3.connect(folder / f"{name}.db")
        file.executescript((BASELINE / f"{name}.sql").read_text())
        file.execute("PRAGMA journal_mode = WAL")
        file.close()
    server = Server(binary, folder, log=folder / "serve.log").start()
    token = server.sign_up()
    status, _ = server.call("POST", "/api/v1/tasks", {"title": "kept", "tags": ["old"]}, token)
    check("the last release's files open, and serve", status == 201 and len(server.all_tasks(token)) == 1)
    # A file that a program of the far future wrote, with what was kept before its migration beside it.
    kept = folder / "daybook.db.before-migration-2031-01-01T00:00:00Z"
    subprocess.run([binary, "backup", str(folder / "backup"), "--data", str(folder)], check=True, capture_output=True)
    assert server.stop() == 0
    shutil.copy(folder / "backup/daybook.db", kept)
    file = sqlite3.connect(folder / "daybook.db")
    file.execute("INSERT INTO schema_migration VALUES ('tasks', 999, 998, 0)")
    file.commit()
    file.close()
    ran = subprocess.run(server.command(), capture_output=True, text=True, timeout=60)
    check("a newer schema is refused, and the way back named", ran.returncode == 3 and f"daybook restore {kept}" in ran.stderr, ran.stderr)
    ran = subprocess.run([binary, "restore", str(kept), "--data", str(folder)], capture_output=True, text=True, timeout=60)
    check("that way works", ran.returncode == 0 and "daybook.db restored" in ran.stdout, ran.stdout + ran.stderr)
    server.start()
    check("and what was there is there", [task["title"] for task in server.all_tasks(token)] == ["kept"])
    assert server.stop() == 0


def main():
    binary = os.path.realpath(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="daybook-versions-"))
    now = empty_files(binary, folder / "now")
    if "--write" in sys.argv:
        BASELINE.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (BASELINE / f"{name}.sql").write_text(dump(now[name]))
        print(f"wrote {BASELINE}")
        return 0
    checks_itself()
    for name in FILES:
        found = breaks(memory((BASELINE / f"{name}.sql").read_text()), now[name])
        check(f"the last release works on today's {name}.db", not found, "; ".join(found))
    upgrade(binary, folder / "upgraded")
    if not check.failed:
        shutil.rmtree(folder)
    else:
        print(f"kept: {folder}")
    return check.finish()


sys.exit(main())
