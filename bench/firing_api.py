#!/usr/bin/env python3
"""10,000 reminders due in the same second in the real program, and what the API takes meanwhile (issue 5).

    firing_api.py DAYBOOK_TEST [REMINDERS]

3 reminders a user, so that none are merged. Sets the program's clock past their due time, and asks it from 4 connections
(lists, reads and creates in turn) until the ledger and every consumer are through. At the end each reminder must have one
line in the ledger and one notification.

Q-10
"""
import concurrent.futures
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/integration"))
from daybook_process import Server, call  # noqa: E402

EACH = 3
CLIENTS = 4


def ask(connection, method, path, token, body=None):
    connection.request(method, path, json.dumps(body) if body else None,
                       {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    reply = connection.getresponse()
    return reply.status, reply.read()


def fired(server):
    _, text = call(server.port, "GET", "/metrics")
    found = re.search(rb'daybook_timer_lateness_seconds_count\{kind="reminder"\} (\d+)', text)
    return int(found[1]) if found else 0


def in_parallel(server, tokens, work):
    def run(share):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for token in share:
            work(connection, token)

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(run, [tokens[i::CLIENTS] for i in range(CLIENTS)]))


def lag(server):
    return sum(group["lag"] for group in server.admin("events", "lag"))


def wait_until(what, probe, pause=0.1, seconds=180):
    """Bounded: a benchmark that hangs says nothing."""
    end = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {seconds} s")
        time.sleep(pause)


def main():
    binary = os.path.realpath(sys.argv[1])
    reminders = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    users = -(-reminders // EACH)
    data = pathlib.Path(tempfile.mkdtemp(prefix="daybook-firing-"))
    server = Server(binary, str(data))
    server.start()
    subprocess.run([binary, "user", "seed", "--users", str(users), "--data", str(data), "--tokens", str(data / "tokens")],
                   check=True)
    tokens = (data / "tokens").read_text().split()
    due = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=12)).replace(microsecond=0)

    def make(connection, token):
        for i in range(EACH):
            status, body = ask(connection, "POST", "/api/v1/tasks", token,
                               {"title": f"Task {i}", "dueAt": due.isoformat(), "reminders": [{"before": "PT0M"}]})
            assert status == 201, (status, body)

    in_parallel(server, tokens, make)
    wait_until("consumers take the tasks in", lambda: lag(server) == 0)
    print(f"{users * EACH} reminders of {users} users are set", flush=True)

    times, stop = [], threading.Event()

    def load(index):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        asks = [("GET", "/api/v1/tasks?limit=50", None), ("GET", "/api/v1/tasks/1", None),
                ("POST", "/api/v1/tasks", {"title": "Meanwhile"})]
        for n in range(10_000_000):
            if stop.is_set():
                return
            method, path, body = asks[n % len(asks)]
            # One a user and round, so that no rate limit answers.
            token = tokens[(index + n * CLIENTS) % len(tokens)]
            began = time.perf_counter()
            status, _ = ask(connection, method, path, token, body)
            times.append((time.perf_counter() - began, status))
            time.sleep(0.005)

    def phase(name, done):
        times.clear()
        stop.clear()
        clients = [threading.Thread(target=load, args=(i,)) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        began = time.monotonic()
        took = done(began)
        stop.set()
        for client in clients:
            client.join()
        taken = sorted(t for t, _ in times)
        wrong = sum(status >= 400 for _, status in times)
        at = lambda q: taken[min(len(taken) - 1, int(len(taken) * q))] * 1000
        print(f"{name}: {took:.2f} s; API p50 {at(0.5):.1f} ms, p95 {at(0.95):.1f} ms, p99 {at(0.99):.1f} ms, "
              f"{len(taken)} requests, {wrong} refused", flush=True)

    def rest(began):
        time.sleep(3)
        return time.monotonic() - began

    def fire(began):
        call(server.port, "POST", "/test/clock", {"now": (due + datetime.timedelta(seconds=1)).isoformat()})
        wait_until("all are handed out", lambda: fired(server) >= users * EACH, 0.05)
        handed_out = time.monotonic() - began
        wait_until("all consumers are through", lambda: lag(server) == 0)
        print(f"handed out within {handed_out:.2f} s")
        return time.monotonic() - began

    try:
        phase("at rest", rest)
        phase("while all fire and reach the inbox", fire)
    finally:
        code = server.stop()
    assert code == 0, code
    with sqlite3.connect(data / "daybook.db") as db:
        lines = db.execute("SELECT count(*), count(DISTINCT reminder_id) FROM scheduler_firing").fetchone()
        told = db.execute("SELECT count(*) FROM notifier_notification").fetchone()[0]
    assert lines == (users * EACH,) * 2 and told == users * EACH, (lines, told)
    print(f"{lines[0]} lines in the ledger, {told} notifications: each once")
    shutil.rmtree(data)


main()
