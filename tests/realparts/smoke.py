#!/usr/bin/env python3
"""smoke.py PROGRAM: the first conversation with Daybook, on its distributed shape: eight roles beside eight real Dapr
sidecars, events over a real Kafka; then roles, sidecars and the broker are killed. Closes with "N passed, N failed"."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import datetime
from pathlib import Path

import parts
from cluster import Cluster

ZONE = "Europe/London"
passed = failed = 0


def check(name, body):
    global passed, failed
    began = time.monotonic()
    try:
        body()
        passed += 1
        print(f"ok   {name} ({(time.monotonic() - began) * 1000:.0f} ms)", flush=True)
    except Exception as error:  # noqa: BLE001: a failed case must not end the others.
        failed += 1
        print(f"FAIL {name}\n     {type(error).__name__}: {error}", flush=True)


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


class Person:
    """A client of the public interface."""

    def __init__(self, url, email):
        self.url, self.token, self.conversation = url, None, None
        status, _, body = self.call("POST", "/api/v1/auth/register", {
            "email": email, "password": "correct horse battery", "name": "Ada", "timezone": ZONE})
        expect(status == 201, f"register: {status} {body}")
        answer = json.loads(body)
        self.id, self.token = answer["user"]["id"], answer["accessToken"]

    def call(self, method, path, body=None, timeout=20):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return parts.http(method, self.url + path, body, headers, timeout)

    def get(self, path):
        status, _, body = self.call("GET", path)
        expect(status == 200, f"GET {path}: {status} {body}")
        return json.loads(body)

    def say(self, message):
        request = {"message": message}
        if self.conversation:
            request["conversationId"] = self.conversation
        status, _, body = self.call("POST", "/api/v1/chat", request, 60)
        expect(status == 200, f"chat: {status} {body}")
        answer = json.loads(body)
        self.conversation = answer["conversationId"]
        return answer

    def task(self, title):
        found = [task for task in self.get("/api/v1/tasks?limit=200")["items"] if task["title"].lower() == title]
        expect(found, f"there is no task {title!r}")
        return found[0]


def copy_of(person, url):
    """The same person at another gateway."""
    other = Person.__new__(Person)
    other.__dict__ = {**person.__dict__, "url": url}
    return other


class Stream(threading.Thread):
    """An open screen, by server-sent events; `events` holds what it was told."""

    def __init__(self, person, cursor=None):
        super().__init__(daemon=True)
        self.events, self.cursor = [], cursor
        query = f"?cursor={cursor}" if cursor else ""
        request = urllib.request.Request(f"{person.url}/api/v1/stream{query}", headers={
            "Authorization": f"Bearer {person.token}", "Accept": "text/event-stream"})
        self.reply = urllib.request.urlopen(request, timeout=120)
        self.start()

    def run(self):
        try:
            for line in self.reply:
                if line.startswith(b"id:"):
                    self.cursor = line[3:].strip().decode()
                elif line.startswith(b"data:"):
                    self.events.append((time.monotonic(), json.loads(line[5:])))
        except (OSError, ValueError):
            pass

    def has(self, kind, subject=None):
        return any(event.get("type") == kind and (subject is None or event.get("subject") == subject)
                   for _, event in self.events)


def main():
    program = Path(sys.argv[1]).resolve()
    if lacking := parts.missing("dapr", "kafka"):
        print(f"skipped: {lacking} is not installed (scripts/realparts)")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="daybook-cluster-"))
    cluster = Cluster(folder, program)
    try:
        began = time.monotonic()
        cluster.start()
        print(f"the cluster was ready after {time.monotonic() - began:.1f} s")
        converse(cluster, program)
    except Exception as error:  # noqa: BLE001
        check("the cluster runs", lambda: (_ for _ in ()).throw(error))
    finally:
        cluster.stop()
        if failed and os.environ.get("DAYBOOK_KEEP_LOGS"):
            for log in folder.glob("*.log"):
                shutil.copy(log, os.environ["DAYBOOK_KEEP_LOGS"])
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


def converse(cluster, program):
    person = Person(cluster.url, "ada@example.com")
    screen = Stream(person)

    def pay_bills():
        person.say("Pay bills on the 1st of every month, remind me the day before at 6pm")
        series = person.get("/api/v1/recurring")["items"]
        expect(len(series) == 1 and series[0]["title"] == "Pay bills", series)
        expect("FREQ=MONTHLY" in series[0]["rrule"], series[0]["rrule"])
        expect(all(start[8:10] == "01" for start in series[0]["next"]), series[0]["next"])
        expect(series[0]["reminders"][0]["time"] == "18:00", series[0]["reminders"])
        parts.until(lambda: screen.has("recurring-task.created"), "the screen was not told of the series", 15)
        parts.until(lambda: screen.has("task.created"), "the screen was not told of the occurrence", 15)

    def dentist():
        person.say("dentist tomorrow 3pm #health p1, remind me 30 minutes before")
        task = person.task("dentist")
        expect(task["priority"] == "high" and task["tags"] == ["health"], task)
        due = datetime.fromisoformat(task["dueAt"].replace("Z", "+00:00"))
        fires = datetime.fromisoformat(task["reminders"][0]["fireAt"].replace("Z", "+00:00"))
        expect((due - fires).total_seconds() == 1800, task)
        parts.until(lambda: screen.has("task.created", task["id"]), "the screen was not told", 15)

    def scheduled():
        # The scheduler heard of the reminder by an event.
        parts.until(lambda: any(r["taskId"] == person.task("dentist")["id"]
                                for r in person.get("/api/v1/reminders")["items"]), "no reminder is scheduled", 20)

    def move():
        person.say("move dentist to Friday")
        due = datetime.fromisoformat(person.task("dentist")["dueAt"].replace("Z", "+00:00"))
        expect(due.weekday() == 4, due)

    def done_and_undo():
        person.say("mark it done")
        task = person.task("dentist")
        expect(task["status"] == "completed", task)
        parts.until(lambda: screen.has("task.completed", task["id"]), "the screen was not told", 15)
        person.say("undo")
        expect(person.task("dentist")["status"] == "pending", "it was not undone")

    def consumers():
        kinds = lambda: {entry.get("action") or entry.get("type") for entry in person.get("/api/v1/audit")["items"]}
        parts.until(lambda: any("task.completed" in (kind or "") for kind in kinds()), "the audit lacks it", 20)
        verified = person.get("/api/v1/audit/verify")
        expect(verified["valid"], verified)
        parts.until(lambda: person.get("/api/v1/stats")["created"] >= 2, "the statistics are empty", 20)
        parts.until(lambda: any("dentist" in json.dumps(one).lower()
                                for one in person.get("/api/v1/notifications")["items"]),
                    "no notification of the completion", 20)

    def other_users():
        other = Person(cluster.url, "eve@example.com")
        task = person.task("dentist")["id"]
        expect(other.call("GET", f"/api/v1/tasks/{task}")[0] == 404, "another user sees the task")
        expect(other.get("/api/v1/tasks")["items"] == [], "another user has tasks")

    def no_back_door():
        port = cluster.roles["tasks"].port
        for path in ("/api/v1/tasks", "/internal/v1/tasks", "/dapr/subscribe"):
            status = parts.http("GET", f"http://127.0.0.1:{port}{path}", headers={"Daybook-Role": "tasks"})[0]
            expect(status == 401, f"{path} answers {status} without the app token")

    def killed(what, kill, start):
        def body():
            before = person.get("/api/v1/tasks?limit=200")["items"]
            kill()
            start()
            began = time.monotonic()
            parts.until(lambda: person.call("GET", "/api/v1/tasks")[0] == 200, "requests are not answered again", 30)
            print(f"     answered again after {time.monotonic() - began:.1f} s")
            cluster.wait_ready()
            after = person.get("/api/v1/tasks?limit=200")["items"]
            expect([(t["id"], t["version"]) for t in before] == [(t["id"], t["version"]) for t in after],
                   "the tasks differ")
            title = f"after {what}"
            status, _, body = person.call("POST", "/api/v1/tasks", {"title": title})
            expect(status == 201, f"create: {status} {body}")
            resumed = Stream(person, screen.cursor)
            parts.until(lambda: resumed.has("task.created", json.loads(body)["id"]),
                        "the stream does not resume with the event", 30)
            screen.cursor = resumed.cursor
        return body

    def broker_away():
        node = cluster.kafka.nodes[0]
        node.kill()
        made = []
        for number in range(20):
            status, _, body = person.call("POST", "/api/v1/tasks", {"title": f"while Kafka is away {number}"})
            expect(status == 201, f"create: {status} {body}")
            made.append(json.loads(body)["id"])
        resumed = Stream(person, screen.cursor)
        node.start()
        parts.until(lambda: all(resumed.has("task.created", each) for each in made), "events were lost", 90)
        told = [event["subject"] for _, event in resumed.events if event.get("type") == "task.created"]
        expect(all(told.count(each) == 1 for each in made), "an event came twice to the screen")

    def operator():
        def run(*words):
            return [json.loads(line) for line in subprocess.run(
                [program, "events", *words, "--brokers", cluster.kafka.brokers], check=True, stdout=subprocess.PIPE,
                text=True).stdout.splitlines()]
        task = person.task("dentist")["id"]
        tail = run("tail", "--user", person.id, "-n", "1000")
        created = [line["event"] for line in tail if line["event"]["type"] == "task.created" and
                   line["event"]["subject"] == task]
        expect(len(created) == 1, f"{len(created)} task.created of the dentist in Kafka")
        where = run("inspect", created[0]["id"])
        expect(where[0]["topic"] == "task.created" and where[0]["key"] == person.id, where)
        parts.until(lambda: all(line["lag"] == 0 for line in run("lag")), "a group is behind", 30)
        groups = {line["group"] for line in run("lag")}
        expect(groups >= {"gateway", "tasks", "scheduler", "notifier", "audit", "analytics", "chat"}, groups)
        expect(run("dlq", "list") == [], "there are dead letters")

    tasks, notifier, gateway = (cluster.roles[each] for each in ("tasks", "notifier", "gateway"))
    check("“Pay bills on the 1st of every month, remind me the day before at 6pm”", pay_bills)
    check("“dentist tomorrow 3pm #health p1, remind me 30 minutes before”", dentist)
    check("the scheduler has heard of the reminder", scheduled)
    check("“what's due this week?”", lambda: expect(person.say("what's due this week?")["reply"]["text"], "no answer"))
    check("“move dentist to Friday”", move)
    check("“mark it done” and “undo”", done_and_undo)
    check("audit, statistics and notifications have followed by events", consumers)
    check("another user sees nothing of it", other_users)
    check("a role answers nobody without the app token", no_back_door)
    check("kill -9 of the tasks role", killed("tasks", tasks.app.kill, tasks.app.start))
    check("kill -9 of the tasks role's sidecar", killed("daprd", tasks.sidecar.kill, tasks.sidecar.start))
    check("kill -9 of the gateway and its sidecar", killed(
        "the gateway", lambda: (gateway.app.kill(), gateway.sidecar.kill()),
        lambda: (gateway.app.start(), gateway.sidecar.start())))
    check("kill -9 of the notifier", killed("the notifier", notifier.app.kill, notifier.app.start))
    check("Kafka is killed for a while: writes go on, and each event arrives once", broker_away)
    check("the operator's tools see it", operator)


if __name__ == "__main__":
    sys.exit(main())
