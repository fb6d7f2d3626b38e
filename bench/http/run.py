#!/usr/bin/env python3
"""Measures Daybook over HTTP on this machine, and prints one line a figure.

    bench/http/run.py [--daybook build/release/daybook] [--runs 5] [--only NAME …] [--seconds 10]

Each figure is the median of the runs, with the lowest and the highest. wrk runs on the same cores as the server. The
data folder is made anew for each figure, on the disk of --data (the place matters: creates wait for fsync). `alone` and
`pocketbase` are the baselines to compare with in the same run: SQLite without a server, and PocketBase, which is built
from its Go module and does not wait for fsync.

Q-01 (answers), Q-03 (live updates), Q-04 and Q-11 (lists and searches of 10,000 tasks), Q-06 (creates)
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "pocketbase"))
import pocketbase

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def rss_mib(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


class Server:
    """`daybook serve` on a free port with its own data folder, stopped by its process id."""

    def __init__(self, binary, data):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        started = time.monotonic()
        self.log = open(pathlib.Path(data) / "serve.log", "a")
        self.process = subprocess.Popen([binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", data],
                                        stdout=self.log, stderr=self.log)
        while True:
            try:
                urllib.request.urlopen(self.base + "/readiness", timeout=1).read()
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"daybook ended with {self.process.returncode}; see {self.log.name}")
                time.sleep(0.001)
        self.ready_ms = (time.monotonic() - started) * 1000

    def rss(self):
        return rss_mib(self.process.pid)

    def metric(self, name):
        """The sum over all label sets of a metric."""
        text = urllib.request.urlopen(self.base + "/metrics", timeout=5).read().decode()
        return sum(float(m.group(1)) for m in re.finditer(rf"^{name}(?:{{[^}}]*}})? ([0-9.e+-]+)$", text, re.M))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def seed(binary, data, users, tasks):
    tokens = str(pathlib.Path(data) / "tokens.txt")
    subprocess.run([binary, "user", "seed", "--data", data, "--users", str(users), "--tasks", str(tasks), "--tokens", tokens],
                   check=True, stdout=subprocess.DEVNULL)
    return tokens


def wrk(server, script, connections, seconds, *args):
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s",
               "-s", str(HERE / script), server.base, "--", *map(str, args)]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, "BENCH_HTTP": str(HERE)})
    return json.loads(out.stdout.strip().splitlines()[-1])


def catch_up(server, limit=120):
    """Seconds until every consumer group has handled every event."""
    start = time.monotonic()
    while server.metric("daybook_events_lag") > 0:
        if time.monotonic() - start > limit:
            return float("inf")
        time.sleep(0.05)
    return time.monotonic() - start


class Bench:
    def __init__(self, args):
        self.args = args

    def fresh(self):
        return tempfile.mkdtemp(prefix="daybook-bench-", dir=self.args.data)

    def figure(self, name, unit, values, target=""):
        if not values:
            return
        print(f"{name:48} {statistics.median(values):>10.2f} {unit:10} ({min(values):.2f} to {max(values):.2f}, "
              f"{len(values)} runs){'  target ' + target if target else ''}", flush=True)

    def creates(self):
        rate, p99, caught, rss, errors = [], [], [], [], 0
        for _ in range(self.args.runs):
            data = self.fresh()
            tokens = seed(self.args.daybook, data, 64, 0)
            server = Server(self.args.daybook, data)
            try:
                got = wrk(server, "create.lua", 64, self.args.seconds, tokens)
                rss.append(server.rss())
                caught.append(catch_up(server))
            finally:
                server.stop()
                shutil.rmtree(data)
            rate.append(got["rate"]), p99.append(got["p99_ms"])
            errors += got["errors"]
        self.figure("durable creates, 64 connections", "1/s", rate, ">= 6000")
        self.figure("  p99", "ms", p99, "<= 50")
        self.figure("  consumers caught up after", "s", caught, "<= 30")
        self.figure("  memory under load", "MiB", rss, "<= 150")
        print(f"  errors {errors}")

    def create_one(self):
        p50 = []
        for _ in range(self.args.runs):
            data = self.fresh()
            tokens = seed(self.args.daybook, data, 1, 0)
            server = Server(self.args.daybook, data)
            try:
                p50.append(wrk(server, "create.lua", 1, min(5, self.args.seconds), tokens)["p50_ms"])
            finally:
                server.stop()
                shutil.rmtree(data)
        self.figure("durable create, one connection, p50", "ms", p50, "<= 0.5")

    def reads(self):
        data = self.fresh()
        tokens = seed(self.args.daybook, data, 10, 10_000)
        start_ms, rest = [], []
        for _ in range(self.args.runs):
            server = Server(self.args.daybook, data)
            start_ms.append(server.ready_ms)
            server.stop()
        server = Server(self.args.daybook, data)
        try:
            self.figure("start to ready, 100,000 tasks", "ms", start_ms, "<= 300")
            for name, script, target, alone in (("list of 50 of 10,000", "list.lua", ">= 5000", "<= 3"),
                                                ("search by two words", "search.lua", ">= 2000", "<= 5"),
                                                ("GET one task", "get.lua", ">= 15000", "")):
                many = [wrk(server, script, 64, self.args.seconds, tokens, 10_000) for _ in range(self.args.runs)]
                one = [wrk(server, script, 1, 3, tokens, 10_000) for _ in range(self.args.runs)]
                self.figure(f"{name}, 64 connections", "1/s", [m["rate"] for m in many], target)
                self.figure(f"{name}, alone, p95", "ms", [m["p95_ms"] for m in one], alone)
                print(f"  errors {sum(m['errors'] for m in many + one)}")
        finally:
            server.stop()
            shutil.rmtree(data)

    def soak(self):
        """Creates at a bounded rate for minutes; the lag is looked at every second."""
        data = self.fresh()
        tokens = seed(self.args.daybook, data, 64, 0)
        server = Server(self.args.daybook, data)
        lags, done = [], threading.Event()

        def look():
            while not done.wait(1):
                lags.append(server.metric("daybook_events_lag"))

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            got = wrk(server, "create.lua", 64, self.args.soak_seconds, tokens, 20)
        finally:
            done.set()
            watcher.join()
            rss = server.rss()
            server.stop()
            shutil.rmtree(data)
        self.figure(f"durable creates for {self.args.soak_seconds} s", "1/s", [got["rate"]], ">= 2000")
        self.figure("  p99", "ms", [got["p99_ms"]])
        self.figure("  most events that a group was behind by", "", [max(lags)], "< 1000")
        self.figure("  memory at its end", "MiB", [rss])
        print(f"  errors {got['errors']}")

    def alone(self):
        rates = []
        for _ in range(self.args.runs):
            data = self.fresh()
            out = subprocess.run([self.args.sqlite_alone, data, str(self.args.seconds), "64"], check=True,
                                 capture_output=True, text=True)
            rates.append(json.loads(out.stdout)["rate"])
            shutil.rmtree(data)
        self.figure("SQLite alone, a task's rows, groups of 64", "1/s", rates)

    def pocketbase(self):
        folder = self.fresh()
        binary = pocketbase.build(folder)
        if not binary:
            print("PocketBase was not built (Go and its module proxy are needed): not measured")
            return
        script = "pocketbase/load.lua"
        start_ms, rest, many, p99, one = [], [], [], [], []
        for _ in range(self.args.runs):
            data = self.fresh()
            server = pocketbase.PocketBase(binary, data)
            tokens = server.prepare(64)
            server.stop()
            server.start()
            start_ms.append(server.ready_ms)
            time.sleep(1)
            rest.append(rss_mib(server.process.pid))
            one.append(wrk(server, script, 1, min(5, self.args.seconds), tokens, "create")["p50_ms"])
            got = wrk(server, script, 64, self.args.seconds, tokens, "create")
            many.append(got["rate"]), p99.append(got["p99_ms"])
            server.stop()
            shutil.rmtree(data)
        self.figure("PocketBase: start to ready", "ms", start_ms)
        self.figure("PocketBase: memory at rest", "MiB", rest)
        self.figure("PocketBase: create, one connection, p50", "ms", one)
        self.figure("PocketBase: creates, 64 connections", "1/s", many)
        self.figure("  p99", "ms", p99)
        data = self.fresh()
        server = pocketbase.PocketBase(binary, data)
        tokens = server.prepare(10)
        server.fill(tokens, 10_000)
        for what in ("list", "search"):
            rates = [wrk(server, script, 64, self.args.seconds, tokens, what)["rate"] for _ in range(self.args.runs)]
            self.figure(f"PocketBase: {what} of 50 of 10,000, 64 connections", "1/s", rates)
        server.stop()
        shutil.rmtree(data)
        shutil.rmtree(folder)

    def stream(self):
        p95 = []
        for _ in range(self.args.runs):
            data = self.fresh()
            tokens = seed(self.args.daybook, data, 64, 0)
            server = Server(self.args.daybook, data)
            try:
                out = subprocess.run([self.args.stream_load, str(server.port), tokens, "1000", "200", str(self.args.seconds)],
                                     check=True, capture_output=True, text=True)
                p95.append(json.loads(out.stdout)["p95_ms"])
            finally:
                server.stop()
                shutil.rmtree(data)
        self.figure("stream, 1,000 WebSockets, 200 writes/s, p95", "ms", p95, "<= 20")

    def rest(self):
        start_ms, rss = [], []
        for _ in range(self.args.runs):
            data = self.fresh()
            Server(self.args.daybook, data).stop()  # The first start also makes the files.
            server = Server(self.args.daybook, data)
            start_ms.append(server.ready_ms)
            time.sleep(1)
            rss.append(server.rss())
            server.stop()
            shutil.rmtree(data)
        self.figure("start to ready, empty", "ms", start_ms, "<= 50")
        self.figure("memory at rest", "MiB", rss, "<= 30")
        stripped = tempfile.NamedTemporaryFile()
        subprocess.run(["strip", "-o", stripped.name, self.args.daybook], check=True)
        self.figure("binary, stripped", "MiB", [os.path.getsize(stripped.name) / 2**20], "<= 25")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--daybook", default=str(ROOT / "build/release/daybook"))
    ap.add_argument("--runs", type=int, default=5)
    ap.add_argument("--seconds", type=int, default=10)
    ap.add_argument("--stream-load", default=str(ROOT / "build/release/stream_load"))
    ap.add_argument("--sqlite-alone", default=str(ROOT / "build/release/bench/http/sqlite_alone"))
    ap.add_argument("--soak-seconds", type=int, default=300)
    ap.add_argument("--data", default=None, help="folder for the data, on the disk to be measured")
    ap.add_argument("--only", nargs="*", default=["rest", "create_one", "creates", "reads", "stream"],
                    help="also: soak, alone, pocketbase")
    args = ap.parse_args()
    load = os.getloadavg()[0]
    print(f"# {os.cpu_count()} cores, load before {load:.2f}, {args.runs} runs of {args.seconds} s")
    bench = Bench(args)
    for name in args.only:
        getattr(bench, name)()


if __name__ == "__main__":
    main()
