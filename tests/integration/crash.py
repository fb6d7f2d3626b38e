#!/usr/bin/env python3
"""Kills a serving Daybook at random moments under write load and counts what it acknowledged (issue 3,
E-05, E-06, E-13, F-06, R-10, S-3.1.2).

    crash.py BINARY ROUNDS [SEED]

Each round: tasks are made over HTTP on several connections until the process is killed with SIGKILL; it starts again on
the same files. Beside them a series is made and a reminder falls due within the round. At the end every acknowledged
task must be there, no task, occurrence or reminder may be there twice, each stored task must have exactly one
task.created event, and every consumer group must have seen the whole log. Closes with "N passed, N failed".
"""
import datetime
import http.client
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from daybook_process import Checks, Server, call, eventually

WRITERS = 8


def write_until_dead(port, token, acknowledged, attempted, stop):
    """Makes tasks with ids of its own, so that one whose answer was lost is known when it turns up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    while not stop.is_set():
        title = "task " + uuid.uuid4().hex
        attempted.append(title)
        try:
            status, _ = call(port, "POST", "/api/v1/tasks", {"title": title, "tags": ["crash"]}, token, connection)
        except (OSError, http.client.HTTPException):
            return
        if status != 201:
            sys.stderr.write(f"unexpected status {status}\n")
            return
        acknowledged.append(title)


def make_timed(port, token, round_number, chance, acknowledged):
    """A series, and a task that reminds while the round may be dying."""
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=chance.uniform(0.3, 1.5))
    at = soon.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    try:
        made, _ = call(port, "POST", "/api/v1/recurring", {"title": f"series {round_number}", "rrule": "FREQ=DAILY"}, token)
        reminding, _ = call(port, "POST", "/api/v1/tasks", {"title": f"remind {round_number}", "reminders": [{"at": at}]}, token)
    except (OSError, http.client.HTTPException):
        return
    assert made == 201, made
    if reminding == 201:
        acknowledged.append(f"remind {round_number}")


def main():
    binary, rounds = os.path.realpath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    chance = random.Random(seed)
    print(f"seed {seed}")
    data = tempfile.mkdtemp(prefix="daybook-crash-")
    server = Server(binary, data)
    server.start()
    server.sign_up("crash@example.org")
    tokens = pathlib.Path(data) / "tokens"
    subprocess.run([binary, "user", "seed", "--users", "1", "--data", data, "--tokens", str(tokens)], check=True)
    token = tokens.read_text().split()[0]

    acknowledged, attempted, reminding = [], [], []
    for number in range(rounds):
        stop = threading.Event()
        timed = threading.Thread(target=make_timed, args=(server.port, token, number, chance, reminding))
        writers = [timed] + [threading.Thread(target=write_until_dead, args=(server.port, token, acknowledged, attempted, stop))
                   for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.02, 0.4))
        server.kill()
        stop.set()
        for writer in writers:
            writer.join()
        server.start()

    check = Checks()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and any(group["lag"] for group in server.admin("events", "lag")):
        time.sleep(0.1)
    def reminded():
        log = server.admin("events", "tail", "--after", "0", "-n", "100000")
        return [e["event"]["data"]["reminderId"] for e in log if e["event"]["type"] == "reminder.triggered"]

    eventually(lambda: len(set(reminded())) >= len(reminding) and not server.lag())
    groups = server.admin("events", "lag")
    everything = server.all_tasks(token)
    occurrences = [(t["seriesId"], t["dueAt"] or t["dueDate"]) for t in everything if t["seriesId"]]
    check("no occurrence is made twice", len(occurrences) == len(set(occurrences)), f"{len(occurrences)} occurrences")
    fired = reminded()
    check("every reminder fired, and once", len(fired) == len(set(fired)) >= len(reminding),
          f"{len(reminding)} acknowledged, {len(fired)} fired")
    titles = [task["title"] for task in everything if not task["seriesId"] and not task["title"].startswith("remind ")]
    stored = set(titles)
    check("every acknowledged task is there", set(acknowledged) <= stored,
          f"{len(acknowledged)} acknowledged, {len(stored)} stored, {len(set(acknowledged) - stored)} lost")
    check("no task is there twice", len(titles) == len(stored), f"{len(titles) - len(stored)} doubled")
    check("nothing is there that nobody asked for", stored <= set(attempted))
    events = server.admin("events", "tail", "--after", "0", "-n", "100000")
    created = [e["event"]["subject"] for e in events if e["event"]["type"] == "task.created"]
    check("every stored task has exactly one event", sorted(created) == sorted(task["id"] for task in everything),
          f"{len(created)} events for {len(everything)} tasks")
    check("every group has seen every event", all(group["lag"] == 0 for group in groups), json.dumps(groups))
    check("nothing was parked as dead letter", all(group["deadLetters"] == 0 for group in groups))
    status, body = call(server.port, "GET", "/api/v1/stats", token=token)
    counted = json.loads(body).get("created") if status == 200 else None
    check("a consumer's effects happened once", counted == len(everything), f"statistics count {counted} of {len(everything)}")
    check("it stops when asked to", server.stop() == 0)
    if not check.failed:
        shutil.rmtree(data)
    else:
        print("kept: " + data)
    return check.finish()


if __name__ == "__main__":
    sys.exit(main())
