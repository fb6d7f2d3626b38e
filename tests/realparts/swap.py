#!/usr/bin/env python3
"""swap.py PROGRAM [redis|rabbitmq]…: the same roles with another broker, by another component folder and nothing else
(E-09): Redis Streams, or RabbitMQ, in Kafka's place. Closes with "N passed, N failed"."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import parts
import smoke
from cluster import Cluster
from smoke import Person, Stream, check, expect


BROKERS = {  # The part, its component folder, and what the component reads from the environment.
    "redis": (parts.Redis, "pubsub-redis", lambda part: {"DAYBOOK_REDIS_HOST": f"127.0.0.1:{part.port}"}),
    "rabbitmq": (parts.RabbitMq, "pubsub-rabbitmq", lambda part: {"DAYBOOK_RABBITMQ_URL": part.url()}),
}


def main():
    program = Path(sys.argv[1]).resolve()
    for name in sys.argv[2:] or BROKERS:
        if lacking := parts.missing("dapr", name):
            print(f"skipped: {lacking} is not installed (scripts/realparts)")
            continue
        swap(program, name)
    print(f"{smoke.passed} passed, {smoke.failed} failed")
    return int(smoke.failed > 0)


def swap(program, name):
    make, component, environment = BROKERS[name]
    folder = Path(tempfile.mkdtemp(prefix="daybook-swap-"))
    broker = make(folder)
    cluster = Cluster(folder, program, resources=(component, "common"), kafka=parts.NoKafka(),
                      environment=environment(broker))
    try:
        broker.start()
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

        check(f"events travel over {name}", events)
    except Exception as error:  # noqa: BLE001
        check("the cluster runs", lambda: (_ for _ in ()).throw(error))
    finally:
        cluster.stop()
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
