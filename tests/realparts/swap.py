#!/usr/bin/env python3
"""swap.py PROGRAM: the same roles with another broker, by another component folder and nothing else (E-09): Redis
Streams in Kafka's place. Closes with "N passed, N failed"."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import parts
import smoke
from cluster import Cluster
from smoke import Person, Stream, check, expect


def main():
    program = Path(sys.argv[1]).resolve()
    if lacking := parts.missing("dapr", "redis"):
        print(f"skipped: {lacking} is not installed (scripts/realparts)")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="daybook-swap-"))
    redis = parts.Redis(folder)
    cluster = Cluster(folder, program, resources=("pubsub-redis", "common"), kafka=parts.NoKafka(),
                      environment={"DAYBOOK_REDIS_HOST": f"127.0.0.1:{redis.port}"})
    try:
        redis.start()
        cluster.start()
        person = Person(cluster.url, "ada@example.com")
        screen = Stream(person)

        def events():
            made = []
            for number in range(20):
                status, _, body = person.call("POST", "/api/v1/tasks", {"title": f"task {number}"})
                expect(status == 201, body)
                made.append(json.loads(body)["id"])
            parts.until(lambda: all(screen.has("task.created", each) for each in made), "the screen was not told", 30)
            parts.until(lambda: person.get("/api/v1/stats")["created"] == 20, "the statistics differ", 30)
            entries = person.get("/api/v1/audit?limit=200&action=task.created")["items"]
            expect(len(entries) == 20, f"{len(entries)} audit entries")

        check("events travel over Redis Streams", events)
    except Exception as error:  # noqa: BLE001
        check("the cluster runs", lambda: (_ for _ in ()).throw(error))
    finally:
        cluster.stop()
        redis.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{smoke.passed} passed, {smoke.failed} failed")
    return int(smoke.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
