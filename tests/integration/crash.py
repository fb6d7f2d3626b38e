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
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid

WRITERS = 8


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, binary, data):
        self.binary, self.data, self.port = binary, data, free_port()
        self.log = open(pathlib.Path(data) / "serve.log", "ab")

    def start(self):
        self.process = subprocess.Popen([self.binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.data],
                                        stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 20
        while True:
            try:
                status, _ = call(self.port, "GET", "/readiness")
                if status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the server did not become ready:\n" + (pathlib.Path(self.data) / "serve.log").read_text()[-2000:])
            time.sleep(0.005)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def admin(self, *words):
        out = subprocess.run([self.binary, *words, "--data", self.data], check=True, capture_output=True, text=True)
        return [json.loads(line) for line in out.stdout.splitlines()]


def call(port, method, path, body=None, token=None, connection=None):
    own = connection is None
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if token:
        headers["Authorization"] = "Bearer " + token
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        if own:
            connection.close()


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


def all_tasks(port, token):
    items, cursor = [], ""
    while True:
        status, body = call(port, "GET", "/api/v1/tasks?limit=200" + (f"&cursor={cursor}" if cursor else ""), token=token)
        assert status == 200, (status, body)
        page = json.loads(body)
        items += page["items"]
        cursor = page["nextCursor"]
        if not cursor:
            return items


def main():
    binary, rounds = os.path.realpath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    chance = random.Random(seed)
    print(f"seed {seed}")
    data = tempfile.mkdtemp(prefix="daybook-crash-")
    server = Server(binary, data)
    server.start()
    status, body = call(server.port, "POST", "/api/v1/auth/register",
                        {"email": "crash@example.org", "password": "a password for crashes"})
    assert status == 201, (status, body)
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

    passed = failed = 0

    def check(name, fine, detail=""):
        nonlocal passed, failed
        if fine:
            passed += 1
        else:
            failed += 1
        print(("ok      " if fine else "FAILED  ") + name + (f": {detail}" if detail else ""))

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and any(group["lag"] for group in server.admin("events", "lag")):
        time.sleep(0.1)
    groups = server.admin("events", "lag")
    titles = [task["title"] for task in all_tasks(server.port, token)]
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
    if not failed:
        shutil.rmtree(data)
    else:
        print("kept: " + data)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
