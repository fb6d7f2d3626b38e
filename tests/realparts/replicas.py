#!/usr/bin/env python3
"""replicas.py PROGRAM [brokers]: two processes of every role, each beside a sidecar, on one PostgreSQL. Requests are
spread over them, screens of one gateway are told what came in by the other, and under load each process, sidecar and
broker is killed with SIGKILL and PostgreSQL is restarted; at last every role is restarted in turn, and no request may be
lost. Closes with "N passed, N failed"."""

import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import parts
import smoke
from cluster import ROLES, Cluster
from smoke import Person, Stream, check, expect
from web_socket import WebSocket


class Balancer:
    """What stands before two gateways: sends to those that say they are ready, in turn; one that does not accept the
    connection is passed over. A request that a gateway took is its to answer."""

    def __init__(self, gateways):
        self.gateways, self.turn = gateways, 0
        self.ready = {one.url(): True for one in gateways}
        self.ending = threading.Event()
        for one in gateways:
            threading.Thread(target=self.look, args=(one.url(),), daemon=True).start()

    def look(self, url):
        while not self.ending.wait(0.2):
            self.ready[url] = parts.http("GET", url + "/readiness", timeout=2)[0] == 200

    def send(self, method, path, body, headers, timeout=20):
        """(status, body); 0: it was taken and not answered."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            urls = [one.url() for one in self.gateways if self.ready[one.url()]]
            if not urls:
                time.sleep(0.05)
                continue
            self.turn += 1
            request = urllib.request.Request(urls[self.turn % len(urls)] + path, json.dumps(body).encode(), {
                "Content-Type": "application/json", **headers}, method=method)
            try:
                with urllib.request.urlopen(request, timeout=timeout) as reply:
                    return reply.status, reply.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode(errors="replace")
            except urllib.error.URLError as error:
                if isinstance(error.reason, ConnectionRefusedError):
                    continue
                return 0, str(error)
            except OSError as error:
                return 0, str(error)
        return 0, "no gateway is ready"


class Load(threading.Thread):
    """Creates tasks; in `strict` times a create that does not succeed at once is a lost request, at others it is tried
    again with its key until it is acknowledged."""

    def __init__(self, balancer, person, name):
        super().__init__(daemon=True)
        self.balancer, self.person, self.name_ = balancer, person, name
        self.ids, self.lost, self.longest, self.strict, self.ending = {}, [], 0.0, False, False

    def run(self):
        number = 0
        while not self.ending:
            number += 1
            began = time.monotonic()
            headers = {"Authorization": f"Bearer {self.person.token}", "Idempotency-Key": f"{self.name_}-{number}"}
            while True:
                status, body = self.balancer.send("POST", "/api/v1/tasks", {"title": f"{self.name_} {number}"}, headers)
                if status == 201:
                    self.ids[number] = json.loads(body)["id"]
                    break
                if self.strict:
                    self.lost.append(f"{status} {body[:300]}")
                time.sleep(0.1)
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.1)


def everything(person, path):
    cursor, items = None, []
    while True:
        page = person.get(path + (f"&cursor={cursor}" if cursor else ""))
        items += page["items"]
        cursor = page.get("nextCursor")
        if not cursor:
            return items


def created(screen):
    return [event for _, event in screen.events if event.get("type") == "task.created"]


def main():
    program, brokers = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if lacking := parts.missing("dapr", "kafka", "postgresql"):
        print(f"skipped: {lacking} is not installed (scripts/realparts)")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="daybook-replicas-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, program, brokers, replicas=2,
                      postgres=parts.Postgres(folder, ("-c", "max_connections=400")))
    try:
        began = time.monotonic()
        cluster.start()
        print(f"two of each role were ready after {time.monotonic() - began:.1f} s", flush=True)
        together(cluster)
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


def together(cluster):
    one, two = cluster.replicas["gateway"]
    ada = Person(one.url(), "ada@example.com")
    at_two = smoke.copy_of(ada, two.url())

    def create(person, title):
        status, _, body = person.call("POST", "/api/v1/tasks", {"title": title})
        expect(status == 201, f"{status} {body}")
        return json.loads(body)["id"]

    def told():
        screen, socket = Stream(ada), WebSocket(ada, one.url())
        made = [create(at_two, f"by the other {number}") for number in range(10)]
        for what in (screen, socket):
            parts.until(lambda: set(made) <= {event["subject"] for event in created(what)}, "it was not told", 20)
        socket.close()

    def moves():
        screen = Stream(ada)
        first = [create(ada, f"before {number}") for number in range(5)]
        parts.until(lambda: len(created(screen)) == 5, "it was not told", 20)
        cursor = screen.cursor
        missed = [create(ada, f"meanwhile {number}") for number in range(5)]
        there = Stream(at_two, cursor)
        after = [create(at_two, f"after {number}") for number in range(5)]
        parts.until(lambda: len(created(there)) >= 10, "it has a gap", 20)
        got = [event["subject"] for event in created(there)]
        expect(got == missed + after, f"{len(got)} events, in another order or doubled")
        expect(not set(got) & set(first), "what it had came again")

    def spread():
        before = [calls(role) for role in cluster.replicas["tasks"]]
        for number in range(40):
            create(ada if number % 2 else at_two, f"spread {number}")
        after = [calls(role) for role in cluster.replicas["tasks"]]
        shares = [b - a for a, b in zip(before, after)]
        expect(all(share >= 5 for share in shares), f"the two tasks processes got {shares} calls")
        print(f"     the two tasks processes got {shares} calls")

    def order():
        screen = Stream(ada)
        made = [create(ada if number % 2 else at_two, f"in order {number}") for number in range(40)]
        parts.until(lambda: len(created(screen)) == 40, "it was not told", 30)
        expect([event["subject"] for event in created(screen)] == made, "the user's events came in another order")

    check("a stream and a WebSocket of one gateway are told what came in by the other", told)
    check("a client that moves to the other gateway goes on without a gap", moves)
    check("calls are spread over both processes of a role", spread)
    check("the events of one user come in their order", order)
    killed_under_load(cluster, ada)


def calls(role):
    """Calls that other roles' sidecars have brought to this process' sidecar."""
    status, _, text = parts.http("GET", f"http://127.0.0.1:{role.sidecar.metrics_port}/metrics")
    expect(status == 200, "no metrics of the sidecar")
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith("dapr_grpc_io_server_completed_rpcs") and "CallLocal" in line)


def killed_under_load(cluster, ada):
    balancer = Balancer(cluster.replicas["gateway"])
    loads = [Load(balancer, ada, "load"), Load(balancer, Person(cluster.url, "eve@example.com"), "more")]
    seen, ending = {}, threading.Event()
    threading.Thread(target=follow, args=(balancer, ada, seen, ending), daemon=True).start()
    for load in loads:
        load.start()

    def kill(what, stop, start):
        for load in loads:
            load.longest = 0.0
        stop()
        time.sleep(1)  # Some of the load meets it dead.
        start()
        before = [len(load.ids) for load in loads]
        began = time.monotonic()
        cluster.wait_ready(60)
        parts.until(lambda: all(len(load.ids) >= had + 5 for load, had in zip(loads, before)),
                    "nothing is acknowledged any more", 30)
        longest = max(load.longest for load in loads)
        print(f"     longest wait of a create {longest:.1f} s, all ready again after {time.monotonic() - began:.1f} s")
        expect(longest <= 30, "it took longer than 30 s")

    for role in ROLES:
        for part in (cluster.replicas[role][0].app, cluster.replicas[role][1].sidecar):
            check(f"kill -9 of {part.name}", lambda part=part: kill(part.name, part.kill, part.launch))
    for node in cluster.kafka.nodes:
        check(f"kill -9 of {node.name}", lambda node=node: kill(node.name, node.kill, node.launch))
    check("PostgreSQL is restarted", lambda: kill("postgresql", lambda: cluster.postgres.stop(20),
                                                   cluster.postgres.start))
    check("PostgreSQL is killed", lambda: kill("postgresql", lambda: cluster.postgres.stop(20, signal.SIGQUIT),
                                                cluster.postgres.start))

    def rolling():
        for load in loads:
            load.strict = True
        for role in ROLES:
            for process in cluster.replicas[role]:
                restart(process)
        time.sleep(1)
        for load in loads:
            load.strict = False
        lost = [each for load in loads for each in load.lost]
        expect(not lost, f"{len(lost)} requests were lost: {lost[:3]}")
    check("every role is restarted in turn, and no request is lost", rolling)

    for load in loads:
        load.ending = True
    for load in loads:
        load.join(60)
    judge(loads, seen)
    ending.set()
    balancer.ending.set()


def restart(process):
    """As an orchestrator does: the process and its sidecar are told together, and the sidecar stays until the process
    has gone."""
    process.app.process.send_signal(signal.SIGTERM)
    process.app.process.wait(60)
    process.sidecar.stop()
    process.app.launch()
    process.sidecar.launch()
    process.app.ready(process.is_ready, 60)


def follow(balancer, person, seen, ending):
    """Counts what a screen is told; it comes back, to whichever gateway is ready, to where it was."""
    cursor = None
    while not ending.is_set():
        url = next((one.url() for one in balancer.gateways if balancer.ready[one.url()]), None)
        try:
            stream = Stream(smoke.copy_of(person, url), cursor) if url else None
        except OSError:
            stream = None
        if not stream:
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


def judge(loads, seen):
    print(f"     {sum(len(load.ids) for load in loads)} creates acknowledged")

    def rows():
        for load in loads:
            titles = [task["title"] for task in everything(load.person, "/api/v1/tasks?limit=200")
                      if task["title"].startswith(load.name_)]
            expect(sorted(titles) == sorted(f"{load.name_} {number}" for number in load.ids),
                   "tasks are missing or doubled")

    def screen():
        ids = set(loads[0].ids.values())
        parts.until(lambda: ids <= set(seen), lambda: f"{len(ids - set(seen))} events never came", 90)
        doubled = [each for each in ids if seen[each] != 1]
        expect(not doubled, f"{len(doubled)} came more than once")

    def audit():
        for load in loads:
            ids = set(load.ids.values())
            entries = lambda: [entry["resourceId"] for entry in
                               everything(load.person, "/api/v1/audit?limit=200&action=task.created")]
            parts.until(lambda: ids <= set(entries()), "events are missing in the audit", 90)
            found = entries()
            expect(len(found) == len(set(found)), "an event was audited twice")
            expect(load.person.get("/api/v1/audit/verify")["valid"], "the chain is broken")

    def statistics():
        for load in loads:
            count = len(everything(load.person, "/api/v1/tasks?limit=200"))
            parts.until(lambda: load.person.get("/api/v1/stats")["created"] == count, "the statistics differ", 60)

    check("each acknowledged task is there once", rows)
    check("each event came to the screen once", screen)
    check("each event is in the audit once, and its chain holds", audit)
    check("the statistics count each once", statistics)


if __name__ == "__main__":
    sys.exit(main())
