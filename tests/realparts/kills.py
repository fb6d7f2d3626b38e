#!/usr/bin/env python3
"""kills.py PROGRAM [brokers]: under a steady load of creates, every role, every sidecar and every Kafka broker is killed
with SIGKILL, one after the other. No acknowledged task and no event may be lost, and no effect doubled; the longest time
that nobody was served is printed. Closes with "N passed, N failed"."""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import parts
import smoke
from cluster import ROLES, Cluster
from smoke import Person, Stream, check, expect


class Load(threading.Thread):
    """Creates tasks one after the other, each tried with its idempotency key until it is acknowledged."""

    def __init__(self, person):
        super().__init__(daemon=True)
        self.person, self.ids, self.tries, self.longest = person, {}, 0, 0.0
        self.ending = False

    def run(self):
        number = 0
        while not self.ending:
            number += 1
            began = time.monotonic()
            while not self.create(number):
                time.sleep(0.1)
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.05)

    def create(self, number):
        self.tries += 1
        headers = {"Authorization": f"Bearer {self.person.token}", "Idempotency-Key": f"load-{number}"}
        status, _, body = parts.http("POST", f"{self.person.url}/api/v1/tasks", {"title": f"load {number}"}, headers, 15)
        if status != 201:
            return False
        self.ids[number] = json.loads(body)["id"]
        return True


def pages(person, path):
    cursor, items = None, []
    while True:
        page = person.get(path + (f"&cursor={cursor}" if cursor else ""))
        items += page["items"]
        cursor = page.get("nextCursor")
        if not cursor:
            return items


def follow(person, seen, ending):
    """Counts what a screen is told, and comes back to where it was whenever the stream breaks."""
    cursor = None
    while not ending.is_set():
        try:
            stream = Stream(person, cursor)
        except OSError:
            time.sleep(0.2)
            continue
        told = 0
        while (stream.is_alive() or told < len(stream.events)) and not ending.is_set():
            for _, event in stream.events[told:]:
                told += 1
                if event.get("type") == "task.created":
                    seen[event["subject"]] = seen.get(event["subject"], 0) + 1
            cursor = stream.cursor or cursor
            time.sleep(0.05)


def main():
    program, brokers = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    if lacking := parts.missing("dapr", "kafka"):
        print(f"skipped: {lacking} is not installed (scripts/realparts)")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="daybook-kills-"))
    cluster = Cluster(folder, program, brokers)
    try:
        cluster.start()
        person = Person(cluster.url, "ada@example.com")
        seen, ending = {}, threading.Event()
        threading.Thread(target=follow, args=(person, seen, ending), daemon=True).start()
        load = Load(person)
        load.start()
        for role in ROLES:
            for part in (cluster.roles[role].app, cluster.roles[role].sidecar):
                check(f"kill -9 of {part.name}", lambda part=part: kill(cluster, load, part))
        for node in cluster.kafka.nodes:
            check(f"kill -9 of {node.name}", lambda node=node: kill(cluster, load, node))
        load.ending = True
        load.join(60)
        judge(person, load, seen)
        ending.set()
    except Exception as error:  # noqa: BLE001
        check("the cluster runs", lambda: (_ for _ in ()).throw(error))
    finally:
        cluster.stop()
        if smoke.failed and os.environ.get("DAYBOOK_KEEP_LOGS"):
            for log in folder.glob("*.log"):
                shutil.copy(log, os.environ["DAYBOOK_KEEP_LOGS"])
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{smoke.passed} passed, {smoke.failed} failed")
    return int(smoke.failed > 0)


def kill(cluster, load, part):
    load.longest = 0.0
    part.kill()
    time.sleep(1)  # Some of the load meets it dead.
    part.launch()
    acknowledged = len(load.ids)
    cluster.wait_ready(60)
    parts.until(lambda: len(load.ids) >= acknowledged + 10, "nothing is acknowledged any more", 30)
    print(f"     longest wait of a create: {load.longest:.1f} s")
    expect(load.longest <= 30, "it took longer than 30 s")


def judge(person, load, seen):
    ids = set(load.ids.values())
    print(f"     {len(ids)} creates acknowledged, {load.tries} tried")

    def rows():
        titles = [task["title"] for task in pages(person, "/api/v1/tasks?limit=200")]
        expect(sorted(titles) == sorted(f"load {number}" for number in load.ids), "tasks are missing or doubled")

    def screen():
        parts.until(lambda: ids <= set(seen), lambda: f"{len(ids - set(seen))} events never came", 90)
        doubled = [each for each in ids if seen[each] != 1]
        expect(not doubled, f"{len(doubled)} came more than once")

    def audit():
        entries = lambda: [entry["resourceId"] for entry in pages(person, "/api/v1/audit?limit=200&action=task.created")]
        parts.until(lambda: ids <= set(entries()), "events are missing in the audit", 90)
        found = entries()
        expect(len(found) == len(set(found)), "an event was audited twice")
        expect(person.get("/api/v1/audit/verify")["valid"], "the chain is broken")

    def statistics():
        parts.until(lambda: person.get("/api/v1/stats")["created"] == len(ids), "the statistics differ", 60)

    check("each acknowledged task is there once", rows)
    check("each event came to the screen once", screen)
    check("each event is in the audit once, and its chain holds", audit)
    check("the statistics count each once", statistics)


if __name__ == "__main__":
    sys.exit(main())
