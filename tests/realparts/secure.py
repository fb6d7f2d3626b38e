#!/usr/bin/env python3
"""secure.py PROGRAM: the roles over a Kafka that asks for TLS and SCRAM (J-06), and the operator's tools over TLS.
Closes with "N passed, N failed"."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import parts
import smoke
from cluster import Cluster
from smoke import Person, Stream, check, expect


def main():
    program = Path(sys.argv[1]).resolve()
    if lacking := parts.missing("dapr", "kafka"):
        print(f"skipped: {lacking} is not installed (scripts/realparts)")
        return 0
    folder = Path(tempfile.mkdtemp(prefix="daybook-secure-"))
    kafka = parts.SecureKafka(folder)
    cluster = Cluster(folder, program, resources=("pubsub-kafka-sasl", "common"), kafka=kafka, environment={
        "DAYBOOK_KAFKA_USER": kafka.user, "DAYBOOK_KAFKA_PASSWORD": kafka.password,
        "DAYBOOK_KAFKA_CA": kafka.ca.read_text()})
    try:
        cluster.start()
        person = Person(cluster.url, "ada@example.com")
        screen = Stream(person)

        def events():
            status, _, body = person.call("POST", "/api/v1/tasks", {"title": "buy milk"})
            expect(status == 201, body)
            parts.until(lambda: screen.has("task.created", json.loads(body)["id"]), "the screen was not told", 20)

        def operate(*more):
            return subprocess.run([program, "events", "tail", "--topic", "task.created", *more], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)

        check("events travel over TLS and SCRAM", events)
        check("the operator reads over TLS", lambda: expect("buy milk" in operate(*kafka.operator).stdout, "nothing"))
        check("nobody reads without TLS", lambda: expect(
            operate(*kafka.operator[:2]).returncode == 1, "it was let in"))
    except Exception as error:  # noqa: BLE001
        check("the cluster runs", lambda: (_ for _ in ()).throw(error))
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{smoke.passed} passed, {smoke.failed} failed")
    return int(smoke.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
