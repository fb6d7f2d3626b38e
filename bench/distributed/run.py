#!/usr/bin/env python3
"""run.py PROGRAM [seconds]: what the distributed shape takes on this machine: one replica a role, one broker, all of it
and the load on the same cores. Prints one JSON line a figure.

- reply: time of a create at the gateway
- published: from the reply until the broker has the event (by its own time stamp)
- told: from the reply until an open screen has it
- memory: resident, of each role and sidecar after the load

Q-07, Q-08, Q-09, Q-12"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "realparts"))
import parts  # noqa: E402
from cluster import Cluster  # noqa: E402
from smoke import Person, Stream  # noqa: E402

RATE = 20  # Creates a second: 1,200 events a minute.


def quantiles(name, seconds):
    ordered = sorted(seconds)
    at = lambda share: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
    print(json.dumps({"figure": name, "n": len(ordered), "p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99),
                      "max_ms": round(1000 * ordered[-1], 1)}), flush=True)


def resident_mib(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024, 1)


def main():
    program, seconds = Path(sys.argv[1]).resolve(), float(sys.argv[2]) if len(sys.argv) > 2 else 30
    if lacking := parts.missing("dapr", "kafka"):
        sys.exit(f"{lacking} is not installed (scripts/realparts)")
    folder = Path(tempfile.mkdtemp(prefix="daybook-bench-"))
    cluster = Cluster(folder, program)
    try:
        cluster.start()
        measure(cluster, program, seconds)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure(cluster, program, seconds):
    person = Person(cluster.url, "ada@example.com")
    screen = Stream(person)
    replies, wall, steady = [], {}, {}
    began = time.monotonic()
    for number in range(int(seconds * RATE)):
        # By the schedule, not after the last reply: a slow reply must not spare what comes after it.
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        start = time.monotonic()
        status, _, body = person.call("POST", "/api/v1/tasks", {"title": f"bench {number}"})
        if status != 201:
            sys.exit(f"create: {status} {body}")
        task = json.loads(body)["id"]
        wall[task], steady[task] = time.time(), time.monotonic()
        replies.append(steady[task] - start)
    told = lambda: {event["subject"]: at for at, event in screen.events if event.get("type") == "task.created"}
    parts.until(lambda: set(wall) <= set(told()), "the screen was not told of everything", 60)
    lines = subprocess.run([program, "events", "tail", "--brokers", cluster.kafka.brokers, "--topic", "task.created",
                            "-n", "100000"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    published = []
    for line in map(json.loads, lines):
        if line["event"]["subject"] in wall:
            at = parts.timestamp(line["time"])
            published.append(max(0.0, at - wall[line["event"]["subject"]]))
    quantiles("reply", replies)
    quantiles("published after the reply", published)
    quantiles("told to a screen after the reply", [max(0.0, at - steady[task]) for task, at in told().items()])
    for role in cluster.roles.values():
        print(json.dumps({"figure": "memory", "role": role.role, "role_mib": resident_mib(role.app.pid),
                          "sidecar_mib": resident_mib(role.sidecar.pid)}), flush=True)


if __name__ == "__main__":
    main()
