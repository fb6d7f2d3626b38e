#!/usr/bin/env python3
"""adapters.py PROGRAM TESTS [gtest arguments]: runs the Dapr adapters' tests against real parts. Closes with
"N passed, N failed"."""

import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import parts


def operate(program, brokers, poison, waited):
    """The operator's tools (L-07) on what the tests have left in Kafka."""
    def events(*words, text=None):
        done = subprocess.run([program, "events", *words, "--brokers", brokers], input=text, stdout=subprocess.PIPE,
                              text=True)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    dead = [line["event"]["id"] for line in events("dlq", "list")[1] if "id" in line.get("event", {})]
    yield "the dead-letter topic holds the poison, and only that", poison in dead and waited not in dead
    stands = lambda: [line["topic"] for line in events("inspect", poison)[1]]
    before = stands()
    code, _ = events("dlq", "replay", "notifier", poison)
    yield "a dead letter is published to its topic again", code == 0 and stands().count("task.completed") == \
        before.count("task.completed") + 1
    yield "what is no dead letter is not found", events("dlq", "replay", "notifier", waited)[0] == 1

    event = {"event_id": str(uuid.uuid4()), "event_type": "task.created", "task_id": 7, "user_id": str(uuid.uuid4()),
             "timestamp": "2026-03-04T09:00:00Z", "payload": {"title": "by hand"}}
    code, _ = events("publish", text=json.dumps(event))
    found = events("inspect", event["event_id"])[1]
    yield "an event in another spelling is published under its user's key", code == 0 and \
        [(line["topic"], line["key"]) for line in found] == [("task.created", event["user_id"])]
    yield "what is no event is refused", events("publish", text="{}")[0] == 2
    yield "tail shows one user's", [line["event"]["id"] for line in events("tail", "--user", event["user_id"])[1]] == \
        [event["event_id"]]
    yield "topics that are there are left alone", {line["state"] for line in events("topics")[1]} == {"present"}


def main():
    program, tests = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    lacking = parts.missing("dapr", "kafka", "redis", "postgresql")
    if lacking:
        print(f"skipped: {lacking} is not installed (scripts/realparts)")
        return 0
    with tempfile.TemporaryDirectory(prefix="daybook-dapr-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        started = []
        try:
            def start(part):
                started.append(part)
                part.start()
                return part

            redis, postgres = start(parts.Redis(work)), start(parts.Postgres(work))
            scheduler, kafka = start(parts.Scheduler(work)), start(parts.Kafka(work))
            subprocess.run([program, "events", "topics", "--brokers", kafka.brokers, "--profile", "single"], check=True,
                           stdout=subprocess.DEVNULL)
            secrets = work / "secrets.json"
            secrets.write_text(json.dumps({"smtp-password": "swordfish", "web-push": {"private": "deeper"}}))
            environment = {
                "DAYBOOK_DAPRD": str(parts.DAPR / "daprd"),
                "DAYBOOK_WORK": str(work),
                "DAYBOOK_SCHEDULER": f"127.0.0.1:{scheduler.port}",
                "DAYBOOK_KAFKA_BROKERS": kafka.brokers,
                "DAYBOOK_REDIS_HOST": f"127.0.0.1:{redis.port}",
                "DAYBOOK_STATE_POSTGRES": postgres.url(),
                "DAYBOOK_SECRETS_FILE": str(secrets),
            }
            run = subprocess.run([tests, *sys.argv[3:]], env={**os.environ, **environment}, stdout=subprocess.PIPE,
                                 text=True)
            sys.stdout.write(run.stdout)
            passed = len(re.findall(r"^\[       OK \]", run.stdout, re.M))
            failed = len(set(re.findall(r"^\[  FAILED  \] (\S+\.\S+)", run.stdout, re.M)))
            failed = failed or int(run.returncode != 0)
            # What a test parked is in its dead-letter topic; what only had to wait is not.
            expected = work / "dead-letters.txt"
            if expected.exists():
                poison, waited = expected.read_text().split()
                for name, right in operate(program, kafka.brokers, poison, waited):
                    print(f"{'ok  ' if right else 'FAIL'} {name}")
                    passed, failed = passed + bool(right), failed + (not right)
            if failed and os.environ.get("DAYBOOK_KEEP_LOGS"):
                subprocess.run(["cp", "-r", *map(str, work.glob("*.log")), os.environ["DAYBOOK_KEEP_LOGS"]])
        finally:
            for part in reversed(started):
                part.stop()
    print(f"{passed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
