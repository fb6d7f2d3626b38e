"""The distributed shape on one machine: each role a process beside a real daprd, events over a real Kafka."""

import json
import os
import secrets as random_secrets
import signal
from pathlib import Path

import parts

ROLES = ("identity", "tasks", "scheduler", "notifier", "audit", "analytics", "chat", "gateway")


class Role:
    """A role's process and its sidecar."""

    def __init__(self, cluster, role, port=None):
        self.role = role
        folder = cluster.folder
        self.port = parts.free_port()
        self.public_port = (port or parts.free_port()) if role == "gateway" else None
        environment = {"APP_API_TOKEN": cluster.app_token, "DAPR_API_TOKEN": cluster.api_token}
        self.sidecar = parts.Daprd(folder, role, self.port, cluster.resources, env=cluster.environment,
                                   scheduler=cluster.scheduler, api_token=cluster.api_token,
                                   app_token=cluster.app_token,
                                   extra=("--enable-app-health-check", "--app-health-check-path", "/dapr/health",
                                          "--app-health-probe-interval", "2", "--app-health-threshold", "2"))
        command = [cluster.program, "serve", "--runtime", "dapr", "--roles", role, "--data", folder / role, "--dapr-url",
                   self.sidecar.url(), "--secret-store", "secretstore"]
        if role == "gateway":
            command += ["--listen", f"127.0.0.1:{self.public_port}", "--app-listen", f"127.0.0.1:{self.port}"]
        else:
            command += ["--listen", f"127.0.0.1:{self.port}"]
        self.app = parts.Part(role, command, folder, environment)

    def is_ready(self):
        return parts.http("GET", f"http://127.0.0.1:{self.port}/readiness", timeout=2)[0] == 200 and \
            self.sidecar.healthy()


class Cluster:
    """Starts everything, and stops it by process id. `folder` holds data and logs, and survives a stop."""

    def __init__(self, folder, program, nodes=1, port=None, resources=("pubsub-kafka", "common"), kafka=None,
                 environment=None):
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
        self.roles = {role: Role(self, role, port) for role in ROLES}
        self.url = f"http://127.0.0.1:{self.roles['gateway'].public_port}"

    def start(self):
        self.scheduler.start()
        self.kafka.start()
        os.environ["DAYBOOK"] = str(self.program)
        self.kafka.make_topics()
        for role in self.roles.values():
            role.app.start()
            role.sidecar.launch()
        self.wait_ready()
        return self

    def wait_ready(self, seconds=90):
        for role in self.roles.values():
            role.app.ready(role.is_ready, seconds)

    def stop(self):
        for role in self.roles.values():
            if role.app.alive():
                role.app.process.send_signal(signal.SIGTERM)
        for role in self.roles.values():
            role.app.stop(40)
            role.sidecar.stop()
        self.kafka.stop()
        self.scheduler.stop()

    def processes(self):
        """(name, pid, where it answers)"""
        rows = [(node.name, node.pid, f"127.0.0.1:{node.client_port}") for node in self.kafka.nodes]
        rows.append((self.scheduler.name, self.scheduler.pid, f"127.0.0.1:{self.scheduler.port}"))
        for role in self.roles.values():
            where = self.url if role.role == "gateway" else f"http://127.0.0.1:{role.port}"
            rows += [(role.role, role.app.pid, where), (role.sidecar.name, role.sidecar.pid, role.sidecar.url())]
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
