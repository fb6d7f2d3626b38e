#!/usr/bin/env python3
"""run.py [--daybook build/release/daybook] [--store sqlite|postgres] [--seconds 30] [--people 1000] [--only NAME …]:
what the distributed shape takes on this machine: one process a role, one broker, all of it and the load on the same
cores. Prints one JSON line a figure; some four minutes with what is given here. NAMEs:

- steady: creates of one person, 1,200 events a minute: the reply; from the reply until the broker has the event (by its
  own time stamp), a screen has it, and the statistics have it; how far consumers were behind at most
- people: everybody with an open stream, 200 requests a second by the clock (80 % reads, 15 % creates, 5 % chat): each
  kind's time, errors, and from a create's reply to the person's screen; also with all roles in one process (embedded)
- creates: the highest rate of creates with 16 connections (wrk), how long the consumers need for the rest, and what
  Kafka's own performance test sends to the same broker
- memory: resident, of each role and sidecar, at rest and after the load

Q-02, Q-07, Q-08, Q-09, Q-12"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "realparts"), str(Path(__file__).resolve().parent)]
import parts  # noqa: E402
from cluster import Cluster  # noqa: E402
from load import Load  # noqa: E402
from smoke import Person, Stream  # noqa: E402

RATE = 20  # Creates a second: 1,200 events a minute.


def say(figure, **values):
    print(json.dumps({"figure": figure, **values}), flush=True)


def quantiles(name, seconds, **more):
    ordered = sorted(seconds)
    if not ordered:
        return say(name, n=0, **more)
    at = lambda share: round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
    return say(name, n=len(ordered), p50_ms=at(0.5), p95_ms=at(0.95), p99_ms=at(0.99),
               max_ms=round(1000 * ordered[-1], 1), **more)


def resident_mib(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return round(int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024, 1)


def memory(cluster, when):
    for role in cluster.roles.values():
        say(f"memory {when}", role=role.role, role_mib=resident_mib(role.app.pid),
            sidecar_mib=resident_mib(role.sidecar.pid))


def lag(program, cluster):
    lines = subprocess.run([program, "events", "lag", "--brokers", cluster.kafka.brokers], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return sum(max(0, json.loads(line)["lag"]) for line in lines)


class Lag(threading.Thread):
    """Looks how far all groups together are behind, every second."""

    def __init__(self, program, cluster):
        super().__init__(daemon=True)
        self.program, self.cluster, self.most, self.ending = program, cluster, 0, threading.Event()

    def run(self):
        while not self.ending.wait(1):
            self.most = max(self.most, lag(self.program, self.cluster))


class Statistics(threading.Thread):
    """When the statistics had how many creates: the effect at the end of a consumer."""

    def __init__(self, person):
        super().__init__(daemon=True)
        self.person, self.reached, self.ending = person, [], threading.Event()

    def run(self):
        while not self.ending.wait(0.02):
            count = self.person.get("/api/v1/stats")["created"]
            now = time.monotonic()
            while len(self.reached) < count:
                self.reached.append(now)


def steady(cluster, program, seconds):
    person = Person(cluster.url, "steady@example.com")
    screen, behind, statistics = Stream(person), Lag(program, cluster), Statistics(person)
    behind.start()
    statistics.start()
    replies, wall, at = [], {}, {}
    began = time.monotonic()
    for number in range(int(seconds * RATE)):
        # By the schedule, not after the last reply: a slow reply must not spare what comes after it.
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        start = time.monotonic()
        status, _, body = person.call("POST", "/api/v1/tasks", {"title": f"bench {number}"})
        if status != 201:
            sys.exit(f"create: {status} {body}")
        task = json.loads(body)["id"]
        wall[task], at[task] = time.time(), time.monotonic()
        replies.append(at[task] - start)
    told = lambda: {event["subject"]: when for when, event in screen.events if event.get("type") == "task.created"}
    parts.until(lambda: set(wall) <= set(told()), "the screen was not told of everything", 60)
    parts.until(lambda: len(statistics.reached) >= len(wall), "the statistics lack some", 60)
    behind.ending.set()
    statistics.ending.set()
    lines = subprocess.run([program, "events", "tail", "--brokers", cluster.kafka.brokers, "--topic", "task.created",
                            "-n", "100000"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    published = [max(0.0, parts.timestamp(line["time"]) - wall[line["event"]["subject"]])
                 for line in map(json.loads, lines) if line["event"]["subject"] in wall]
    quantiles("steady: reply", replies)
    quantiles("steady: in Kafka after the reply", published)
    quantiles("steady: at a screen after the reply", [max(0.0, when - at[task]) for task, when in told().items()])
    quantiles("steady: in the statistics after the reply",
              [max(0.0, when - reply) for when, reply in zip(statistics.reached, sorted(at.values()))])
    say("steady: consumers behind at most", events=behind.most, events_a_minute=RATE * 60)


def people(url, shape, count, seconds):
    load = Load(url, count)
    asyncio.run(load.sign_up())
    asyncio.run(load.run(200, seconds))
    for kind, times in load.times.items():
        quantiles(f"people, {shape}: {kind}", times)
    delays, lost = load.delays()
    quantiles(f"people, {shape}: at the person's screen after the reply", delays, lost=lost)
    quantiles(f"people, {shape}: all requests", [each for times in load.times.values() for each in times],
              errors=load.errors, streams=count)


def embedded(program, count, seconds):
    folder = Path(tempfile.mkdtemp(prefix="daybook-bench-"))
    port = parts.free_port()
    server = parts.Part("embedded", [program, "serve", "--listen", f"127.0.0.1:{port}", "--data", folder / "data",
                                     "--requests-per-minute", "0"], folder)
    try:
        server.launch().ready(lambda: parts.http("GET", f"http://127.0.0.1:{port}/readiness")[0] == 200)
        people(f"http://127.0.0.1:{port}", "embedded", count, seconds)
    finally:
        server.stop(30)
        shutil.rmtree(folder, ignore_errors=True)


def creates(cluster, program, seconds):
    if not shutil.which("wrk"):
        return say("creates", skipped="wrk is not installed")
    tokens = cluster.folder / "tokens"
    writers = [Person(cluster.url, f"writer{number}@example.com") for number in range(10)]
    tokens.write_text("".join(f"{one.token}\n" for one in writers))
    out = subprocess.run(["wrk", "-t", "1", "-c", "16", "-d", f"{int(seconds)}s", "-s", ROOT / "bench/http/create.lua",
                          cluster.url, "--", tokens], check=True, stdout=subprocess.PIPE, text=True,
                         env={**os.environ, "BENCH_HTTP": str(ROOT / "bench/http")}).stdout.splitlines()[-1]
    result = json.loads(out)
    began = time.monotonic()
    left = lag(program, cluster)
    parts.until(lambda: lag(program, cluster) < 100, "consumers do not catch up", 300)
    say("creates: highest rate", **result, behind_at_the_end=left, caught_up_s=round(time.monotonic() - began, 1))
    test = subprocess.run([
        "java", "-cp", f"{parts.KAFKA}/*", "org.apache.kafka.tools.ProducerPerformance", "--topic", "task.created",
        "--num-records", "200000", "--record-size", "1000", "--throughput", "-1", "--producer-props",
        f"bootstrap.servers={cluster.kafka.brokers}", "acks=all"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True).stdout.strip().splitlines()[-1]
    try:
        rate = float(test.split(" records/sec")[0].rsplit(" ", 1)[1].replace(",", "."))
        say("creates: of what Kafka's own test sends", producer_perf_test=rate, ratio=round(result["rate"] / rate, 4))
    except (IndexError, ValueError):
        say("creates: of what Kafka's own test sends", failed=test)


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--daybook", default=ROOT / "build" / "release" / "daybook")
    cli.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    cli.add_argument("--seconds", type=float, default=30)
    cli.add_argument("--people", type=int, default=1000)
    cli.add_argument("--only", nargs="*", default=["memory", "steady", "people", "creates"])
    given = cli.parse_args()
    if lacking := parts.missing("dapr", "kafka", *(["postgresql"] if given.store == "postgres" else [])):
        sys.exit(f"{lacking} is not installed (scripts/realparts)")
    program = Path(given.daybook).resolve()
    folder = Path(tempfile.mkdtemp(prefix="daybook-bench-"))
    folder.chmod(0o755)
    postgres = parts.Postgres(folder, ("-c", "max_connections=200")) if given.store == "postgres" else None
    cluster = Cluster(folder, program, postgres=postgres, settings=("--requests-per-minute", "0"))
    try:
        cluster.start()
        if "memory" in given.only:
            memory(cluster, "at rest")
        if "steady" in given.only:
            steady(cluster, program, given.seconds)
        if "people" in given.only:
            people(cluster.url, "distributed", given.people, given.seconds)
        if "memory" in given.only:
            memory(cluster, "after the load")
        if "creates" in given.only:  # Last, since Kafka's test leaves what nobody can read.
            creates(cluster, program, given.seconds)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if "people" in given.only:
        embedded(program, given.people, given.seconds)


if __name__ == "__main__":
    main()
