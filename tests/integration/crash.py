#!/usr/bin/env python3
"""Kills a serving Daybook at random moments under write load and counts what it acknowledged (issue 3, E-05, E-06, F-06).

    crash.py BINARY ROUNDS [SEED]

Each round: tasks are made over HTTP on several connections until the process is killed with SIGKILL; it starts again on
the same files. At the end every acknowledged task must be there, no task may be there twice, each stored task must have
exactly one task.created event, and every consumer group must have seen the whole log. Closes with "N passed, N failed".
"""
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

from daybook_process import Checks, Server, call

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

    acknowledged, attempted = [], []
    for _ in range(rounds):
        stop = threading.Event()
        writers = [threading.Thread(target=write_until_dead, args=(server.port, token, acknowledged, attempted, stop))
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
    groups = server.admin("events", "lag")
    titles = [task["title"] for task in server.all_tasks(token)]
    stored = set(titles)
    check("every acknowledged task is there", set(acknowledged) <= stored,
          f"{len(acknowledged)} acknowledged, {len(stored)} stored, {len(set(acknowledged) - stored)} lost")
    check("no task is there twice", len(titles) == len(stored), f"{len(titles) - len(stored)} doubled")
    check("nothing is there that nobody asked for", stored <= set(attempted))
    events = server.admin("events", "tail", "--after", "0", "-n", "100000")
    created = [e["event"]["data"]["title"] for e in events if e["event"]["type"] == "task.created"]
    check("every stored task has exactly one event", sorted(created) == sorted(titles),
          f"{len(created)} events for {len(titles)} tasks")
    check("every group has seen every event", all(group["lag"] == 0 for group in groups), json.dumps(groups))
    check("nothing was parked as dead letter", all(group["deadLetters"] == 0 for group in groups))
    status, body = call(server.port, "GET", "/api/v1/stats", token=token)
    counted = json.loads(body).get("created") if status == 200 else None
    check("a consumer's effects happened once", counted == len(titles), f"statistics count {counted} of {len(titles)}")
    check("it stops when asked to", server.stop() == 0)
    if not check.failed:
        shutil.rmtree(data)
    else:
        print("kept: " + data)
    return check.finish()


sys.exit(main())
