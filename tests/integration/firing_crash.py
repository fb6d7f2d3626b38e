#!/usr/bin/env python3
"""Kills daybook-test between any two steps of firing reminders: each fires once, and reaches the inbox once (issue 5).

    firing_crash.py DAYBOOK_TEST [MOST]

A folder with one due reminder, and one with five (which become a summary), is copied for each place: the scheduler's own
fault points, and before and after each of the commits that follow when the clock is set past the due time, until none is
left (MOST a kind at most). After a restart there must be exactly one line in the ledger for each reminder, and each title
once in the inbox. Closes with "N passed, N failed".
"""
import datetime
import http.client
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from daybook_process import Server, call

POINTS = ["scheduler.fire.asked", "scheduler.fire.before-ledger", "scheduler.fire.before-commit",
          "storage.before_commit", "storage.after_commit"]


def expect(wanted, answer):
    status, body = answer
    assert status == wanted, (status, body)
    return json.loads(body) if body else None


def wait_for(what, reached, seconds=40):
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "never came: " + what
        time.sleep(0.02)


class Folder:
    """Reminders of one user, due tomorrow, known to the scheduler; not running."""

    def __init__(self, binary, path, count, due):
        self.path, self.due, self.titles = path, due, [f"Task {i}" for i in range(count)]
        path.mkdir()
        server = Server(binary, str(path))
        server.start()
        signed_in = expect(201, call(server.port, "POST", "/api/v1/auth/register",
                                     {"email": "crash@example.org", "password": "a password for crashes"}))
        self.token = expect(201, call(server.port, "POST", "/api/v1/tokens", {"name": "crash"},
                                      signed_in["accessToken"]))["token"]
        for title in self.titles:
            expect(201, call(server.port, "POST", "/api/v1/tasks",
                             {"title": title, "dueAt": due, "reminders": [{"before": "PT0M"}]}, self.token))
        wait_for("the scheduler's copies", lambda: len(
            expect(200, call(server.port, "GET", "/api/v1/reminders?state=pending", token=self.token))["items"]) == count)
        assert server.stop() == 0


def run_once(binary, folder, scratch, point, nth):
    """Whether the process died, and what is wrong afterwards."""
    data = scratch / "data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(folder.path, data)
    server = Server(binary, str(data))
    server.start()
    after_due = {"now": (datetime.datetime.fromisoformat(folder.due) + datetime.timedelta(minutes=1)).isoformat()}
    inbox = lambda: expect(200, call(server.port, "GET", "/api/v1/notifications?limit=200", token=folder.token))["items"]
    rested = lambda: inbox() and not any(group["lag"] for group in server.admin("events", "lag"))
    try:
        expect(204, call(server.port, "POST", "/test/fault", {"name": point, "nth": nth}))
        call(server.port, "POST", "/test/clock", after_due)
        wait_for("rest or death", lambda: server.process.poll() is not None or rested())
        expect(204, call(server.port, "POST", "/test/fault", {"name": "none"}))
        died = False
    except (OSError, http.client.HTTPException, subprocess.CalledProcessError):
        died = True  # While it was asked.
    if died:
        server.process.wait(10)
        server.start()
        expect(200, call(server.port, "POST", "/test/clock", after_due))
        wait_for("rest", rested)
    texts = "\n".join(item["title"] + "\n" + item["body"] for item in inbox())
    wrong = [f"{title}: {texts.count(title)} times in the inbox" for title in folder.titles if texts.count(title) != 1]
    if server.stop() != 0:
        wrong.append("it did not stop cleanly")
    with sqlite3.connect(data / "daybook.db") as db:
        lines = db.execute("SELECT reminder_id, count(*) FROM scheduler_firing GROUP BY reminder_id").fetchall()
    if sorted(n for _, n in lines) != [1] * len(folder.titles):
        wrong.append(f"ledger lines: {[n for _, n in lines]}")
    return died, wrong


def main():
    binary = os.path.realpath(sys.argv[1])
    most = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="daybook-firing-"))
    due = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).replace(microsecond=0).isoformat()
    folders = [Folder(binary, scratch / f"seed{count}", count, due) for count in (1, 5)]
    passed = failed = 0
    for folder in folders:
        for point in POINTS:
            kills = 0
            for nth in range(1, most + 1):
                died, wrong = run_once(binary, folder, scratch, point, nth)
                if wrong:
                    failed += 1
                    print(f"FAILED  {len(folder.titles)} due, killed at {point}:{nth}: " + "; ".join(wrong))
                if not died:
                    break
                kills += 1
            fine = kills > 0
            passed, failed = passed + fine, failed + (not fine)
            print(f"{'ok     ' if fine else 'FAILED '} {len(folder.titles)} due, killed {kills} times at {point}", flush=True)
    if not failed:
        shutil.rmtree(scratch)
    else:
        print(f"kept: {scratch}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
