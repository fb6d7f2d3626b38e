"""The distributed shape on one machine: each role a process beside a real daprd, events over a real Kafka."""

import json
import os
import secrets as random_secrets
import signal
from pathlib import Path

import parts

ROLES = ("identity", "tasks", "scheduler", "notifier", "audit", "analytics", "chat", "gateway")


class Role:
    """One process of a role and its sidecar. The sidecar of a second one is another of the same app id."""

    def __init__(self, cluster, role, port=None, number=1):
        self.role = role
        name = role if number == 1 else f"{role}-{number}"
        folder = cluster.folder
        self.port = parts.free_port()
        self.public_port = (port or parts.free_port()) if role == "gateway" else None
        environment = {"APP_API_TOKEN": cluster.app_token, "DAPR_API_TOKEN": cluster.api_token}
        self.sidecar = parts.Daprd(folder, role, self.port, cluster.resources, env=cluster.environment,
                                   scheduler=cluster.scheduler, api_token=cluster.api_token,
                                   app_token=cluster.app_token, name=f"daprd-{name}",
                                   extra=("--enable-app-health-check", "--app-health-check-path", "/dapr/health",
                                          "--app-health-probe-interval", "2", "--app-health-threshold", "2"))
        command = [cluster.program, "serve", "--runtime", "dapr", "--roles", role, "--data", folder / name, "--dapr-url",
                   self.sidecar.url(), "--secret-store", "secretstore", *cluster.store_of(role),
                   *cluster.settings]
        if role == "gateway":
            command += ["--listen", f"127.0.0.1:{self.public_port}", "--app-listen", f"127.0.0.1:{self.port}"]
        else:
            command += ["--listen", f"127.0.0.1:{self.port}"]
        self.app = parts.Part(name, command, folder, environment)

    def url(self):
        return f"http://127.0.0.1:{self.public_port or self.port}"

    def is_ready(self):
        return parts.http("GET", f"http://127.0.0.1:{self.port}/readiness", timeout=2)[0] == 200 and \
            self.sidecar.healthy()


class Cluster:
    """Starts everything, and stops it by process id. `folder` holds data and logs, and survives a stop."""

    def __init__(self, folder, program, nodes=1, port=None, resources=("pubsub-kafka", "common"), kafka=None,
                 environment=None, replicas=1, postgres=None, on_state_api=(), settings=()):
        """`replicas` of each role need `postgres`, where all roles then keep their data (it is started and stopped
        here). Roles of `on_state_api` keep theirs behind Dapr's state component."""
        self.folder, self.program, self.resources = Path(folder), Path(program).resolve(), resources
        self.folder.mkdir(parents=True, exist_ok=True)
        self.app_token, self.api_token = random_secrets.token_hex(16), random_secrets.token_hex(16)
        self.kafka = kafka or parts.Kafka(self.folder, nodes)
        self.scheduler = parts.Scheduler(self.folder)
        secret_file = self.folder / "secrets.json"
        secret_file.write_text("{}")
        secret_file.chmod(0o600)
        self.environment = {"DAYBOOK_KAFKA_BROKERS": self.kafka.brokers, "DAYBOOK_SECRETS_FILE": str(secret_file),
                            **(environment or {})}
        self.postgres, self.on_state_api, self.settings = postgres, on_state_api, settings
        self.replicas = {role: [Role(self, role, port if number == 1 else None, number)
                                for number in range(1, replicas + 1)] for role in ROLES}
        self.roles = {role: some[0] for role, some in self.replicas.items()}
        self.url = self.roles["gateway"].url()

    def store_of(self, role):
        """Where a role keeps its data, as arguments of serve."""
        if role in self.on_state_api:
            return ["--store", "dapr"]
        return ["--store", "postgres", "--database", self.postgres.url()] if self.postgres else []

    def everyone(self):
        return [one for some in self.replicas.values() for one in some]

    def start(self):
        self.scheduler.start()
        self.kafka.start()
        os.environ["DAYBOOK"] = str(self.program)
        self.kafka.make_topics()
        if self.postgres:
            self.postgres.start()
        for role in self.everyone():
            role.app.start()
            role.sidecar.launch()
        self.wait_ready()
        return self

    def wait_ready(self, seconds=90):
        for role in self.everyone():
            role.app.ready(role.is_ready, seconds)

    def stop(self):
        for role in self.everyone():
            if role.app.alive():
                role.app.process.send_signal(signal.SIGTERM)
        for role in self.everyone():
            role.app.stop(40)
        for role in self.everyone():
            if role.sidecar.alive():
                role.sidecar.process.send_signal(signal.SIGTERM)
        for role in self.everyone():
            role.sidecar.stop()
        if self.postgres:
            self.postgres.stop()
        self.kafka.stop()
        self.scheduler.stop()

    def processes(self):
        """(name, pid, where it answers)"""
        rows = [(node.name, node.pid, f"127.0.0.1:{node.client_port}") for node in self.kafka.nodes]
        rows.append((self.scheduler.name, self.scheduler.pid, f"127.0.0.1:{self.scheduler.port}"))
        for role in self.everyone():
            rows += [(role.app.name, role.app.pid, role.url()), (role.sidecar.name, role.sidecar.pid, role.sidecar.url())]
        return rows

    def save(self, path):
        rows = [{"name": name, "pid": pid, "started": started_at(pid), "where": where}
                for name, pid, where in self.processes()]
        Path(path).write_text(json.dumps({"url": self.url, "brokers": self.kafka.brokers, "processes": rows}, indent=1))


def started_at(pid):
    """A process id may be given away again; together with its start time it is one process only."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None
