#!/usr/bin/env python3
"""Rebuild = snapshot + tail with the real program (design, rule 15; E-08, R-18): what is deleted from the files of
analytics and the scheduler comes back by `daybook events rebuild`, while people write, and after kill -9 in between.

    rebuild.py DAYBOOK

Closes with "N passed, N failed".
"""
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import threading

from daybook_process import Checks, Server, eventually

checks = Checks()


def check(name, fine, detail=""):
    checks(name, fine, "" if fine else detail)


TASKS = 3000


def ok(server, token, method, path, body=None):
    status, answer = server.call(method, "/api/v1" + path, body, token)
    assert status < 300, (method, path, status, answer)
    return json.loads(answer) if answer else None


def tool(server, *words):
    return subprocess.run([server.binary, "events", *words, "--data", server.data], capture_output=True, text=True,
                          timeout=120)


def picture(server, token):
    stats = ok(server, token, "GET", "/stats?from=2020-01-01&to=2035-01-01")
    reminders, cursor = [], ""
    while cursor is not None:
        page = ok(server, token, "GET", f"/reminders?limit=200{'&cursor=' + cursor if cursor else ''}")
        reminders += [{k: v for k, v in r.items() if k not in ("createdAt", "updatedAt")} for r in page["items"]]
        cursor = page["nextCursor"]
    return stats, sorted(reminders, key=lambda r: r["id"])


def lose(server):
    """With the server down: what the projections keep is gone from their files."""
    for name, tables in (("history.db", ("analytics_task", "analytics_day", "analytics_user", "analytics_notice")),
                         ("daybook.db", ("scheduler_reminder",))):
        with sqlite3.connect(pathlib.Path(server.data) / name) as db:
            for table in tables:
                db.execute(f"DELETE FROM {table}")
            if name == "daybook.db":
                db.execute("DELETE FROM scheduler_timer WHERE kind = 'reminder'")
        db.close()


def live(server, token):
    for n in range(TASKS // 100):
        ok(server, token, "POST", "/tasks/bulk", {"operations": [
            {"op": "create", "task": {"title": f"T {n} {i}", "dueAt": "2031-05-06T12:00:00Z",
                                      "reminders": [{"before": "PT1H"}]}} for i in range(100)]})
    first = ok(server, token, "GET", "/tasks?limit=50")["items"]
    for task in first[:20]:
        ok(server, token, "POST", f"/tasks/{task['id']}/complete")
    for task in first[:5]:
        ok(server, token, "POST", f"/tasks/{task['id']}/reopen")
    for task in first[30:35]:
        ok(server, token, "DELETE", f"/tasks/{task['id']}")


def rebuilt(server, token):
    live(server, token)
    check("consumers caught up", eventually(lambda: server.lag() == 0))
    before = picture(server, token)
    server.stop()
    lose(server)
    server.start()
    check("it was lost", picture(server, token)[1] == [])
    for consumer in ("analytics", "scheduler"):
        ran = tool(server, "rebuild", "--consumer", consumer)
        line = json.loads(ran.stdout or "{}")
        check(f"{consumer} is rebuilt on a running server", ran.returncode == 0 and line.get("generation") == 1 and
              line.get("snapshots", 0) >= TASKS, ran.stdout + ran.stderr)
    check("all is as it was", picture(server, token) == before)
    return before


def interrupted(server, token):
    """Killed while it loads, with people writing all the time; the next start goes on by itself."""
    server.stop()
    lose(server)
    server.start()
    made, stopping = [], threading.Event()

    def write():
        while not stopping.is_set():
            try:
                made.append(ok(server, token, "POST", "/tasks", {"title": "meanwhile"})["id"])
            except (OSError, AssertionError):
                return  # The server was killed.
    writer = threading.Thread(target=write)
    writer.start()
    command = subprocess.Popen([server.binary, "events", "rebuild", "--consumer", "analytics", "--data", server.data],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    eventually(lambda: ok(server, token, "GET", "/stats")["created"] > 500, 10)
    server.kill()
    stopping.set()
    writer.join()
    command.communicate()
    server.start()
    ran = tool(server, "rebuild", "--consumer", "analytics")  # Joins, or finds it done and begins another.
    check("it goes on after a kill", ran.returncode == 0, ran.stdout + ran.stderr)
    check("consumers caught up", eventually(lambda: server.lag() == 0))
    stats = ok(server, token, "GET", "/stats")
    check("people wrote meanwhile", len(made) > 0)
    with sqlite3.connect(pathlib.Path(server.data) / "daybook.db") as db:
        counts = db.execute("SELECT count(*), sum(shelf = 0), sum(status = 2) FROM tasks_task").fetchone()
    check("as the tasks themselves say", (stats["created"], stats["open"], stats["completed"]) == counts,
          f"{stats} {counts}")


def refused(server):
    for consumer, words in (("notifier", "acts on the world"), ("chat", "acts on the world"), ("audit", "backup"),
                            ("tasks", "backup"), ("nobody", "analytics, scheduler")):
        ran = tool(server, "rebuild", "--consumer", consumer)
        check(f"{consumer} is not rebuilt, and says why", ran.returncode != 0 and words in ran.stderr, ran.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="daybook-rebuild-") as folder:
        server = Server(pathlib.Path(sys.argv[1]).resolve(), folder)
        server.start()
        token = server.sign_up()
        token = ok(server, token, "POST", "/tokens", {"name": "rebuild"})["token"]
        try:
            rebuilt(server, token)
            interrupted(server, token)
            refused(server)
        finally:
            server.stop()
    return checks.finish()


sys.exit(main())
