"""Starts the real parts that Daybook runs on (Redis, PostgreSQL, Kafka, Dapr, a schema registry) on free loopback
ports, from what scripts/realparts has put into the cache. Every process is ended by its own id."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "daybook" / "realparts"
VERSIONS = dict(line.split() for line in (Path(__file__).parent / "versions.txt").read_text().splitlines() if line)
DAPR = CACHE / f"dapr-{VERSIONS['dapr']}" / "bin"
KAFKA = CACHE / f"kafka-{VERSIONS['kafka']}" / "lib"
APICURIO = CACHE / f"apicurio-{VERSIONS['apicurio']}"

_given = set()


def free_port():
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def until(probe, what, seconds=60.0):
    """Polls until `probe` gives something true."""
    deadline = time.monotonic() + seconds
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what() if callable(what) else what} after {seconds:.0f} s")
        time.sleep(0.05)


def http(method, url, body=None, headers=None, timeout=10):
    """(status, headers, body text); 0 when nobody answers."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers or {}, method=method)
    if data is not None and not request.has_header("Content-type"):
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return reply.status, reply.headers, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode(errors="replace")
    except OSError:
        return 0, {}, ""


def timestamp(rfc3339):
    """Seconds since 1970."""
    return datetime.fromisoformat(rfc3339.replace("Z", "+00:00")).timestamp()


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Part:
    """One process with its log; knows how to be started again with the same arguments."""

    def __init__(self, name, command, folder, env=None, user=None):
        self.name, self.command, self.folder, self.user = name, [str(each) for each in command], Path(folder), user
        self.env = {**os.environ, **(env or {})}
        self.log = self.folder / f"{name}.log"
        self.process = None

    def launch(self):
        """Starts it and does not wait."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.folder, env=self.env, user=self.user, stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        return self

    start = launch

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def ready(self, probe, seconds=60):
        def check():
            if not self.alive():
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")
            return probe()
        try:
            until(check, f"{self.name} is not ready", seconds)
        except TimeoutError as late:
            raise RuntimeError(f"{late}:\n{self.tail()}") from None
        return self

    def tail(self, size=3000):
        return self.log.read_text(errors="replace")[-size:] if self.log.exists() else ""

    def kill(self):
        if self.alive():
            self.process.kill()
            self.process.wait()

    def stop(self, seconds=15, sig=signal.SIGTERM):
        if not self.alive():
            return
        self.process.send_signal(sig)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()


class Redis(Part):
    def __init__(self, folder):
        self.port = free_port()
        super().__init__("redis", ["redis-server", "--bind", "127.0.0.1", "--port", self.port, "--dir", folder,
                                   "--appendonly", "yes", "--save", ""], folder)

    def start(self):
        super().launch()
        return self.ready(lambda: listens(self.port), 15)


RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Not the wrapper in PATH, which insists on its own user.


class RabbitMq(Part):
    def __init__(self, folder):
        self.port = free_port()
        home = Path(folder) / "rabbitmq"
        home.mkdir(parents=True, exist_ok=True)
        (home / "plugins").write_text("[].\n")
        names = free_port()
        env = {"HOME": str(home), "ERL_EPMD_PORT": str(names), "ERL_EPMD_ADDRESS": "127.0.0.1",
               "RABBITMQ_NODENAME": "daybook@localhost", "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
               "RABBITMQ_NODE_PORT": str(self.port), "RABBITMQ_DIST_PORT": str(free_port()),
               "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
               "RABBITMQ_MNESIA_BASE": str(home / "mnesia"), "RABBITMQ_LOG_BASE": str(home / "log"),
               "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"), "RABBITMQ_CONF_ENV_FILE": "/dev/null"}
        self.names = Part("epmd", ["epmd", "-port", names, "-address", "127.0.0.1"], folder, env)
        super().__init__("rabbitmq", [RABBITMQ], folder, env)

    def url(self):
        return f"amqp://guest:guest@127.0.0.1:{self.port}"

    def start(self):
        self.names.launch()
        super().launch()
        return self.ready(lambda: listens(self.port), 60)

    def stop(self, seconds=30, sig=signal.SIGTERM):
        if self.alive():  # The script has started the machine that runs RabbitMQ in its own session.
            os.killpg(self.pid, sig)
        super().stop(seconds)
        self.names.stop()


def postgres_bin():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[4]))
    return found[-1].parent if found else None


class Postgres(Part):
    def __init__(self, folder, options=()):
        self.port = free_port()
        self.data = Path(folder) / "postgres"
        user = None
        if os.getuid() == 0:  # PostgreSQL refuses to run as root.
            user = "postgres"
        self.made = self.data.exists()
        super().__init__("postgresql", [postgres_bin() / "postgres", "-D", self.data, "-p", self.port, "-h",
                                        "127.0.0.1", "-k", self.data, *options], folder, user=user)

    def start(self):
        if not self.made:
            self.data.mkdir(parents=True)
            if self.user:
                owner = pwd.getpwnam(self.user)
                os.chown(self.data, owner.pw_uid, owner.pw_gid)
                for parent in self.data.parents:  # The server walks down to its folder as another user.
                    if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & 0o001:
                        parent.chmod(parent.stat().st_mode | 0o711)
            subprocess.run([postgres_bin() / "initdb", "-D", self.data, "-U", "daybook", "-A", "trust", "-E", "UTF8",
                            "--locale=C", "-N"], user=self.user, cwd="/", check=True, stdout=subprocess.DEVNULL)
            self.made = True
        super().launch()
        return self.ready(lambda: listens(self.port), 30)

    def stop(self, seconds=15, sig=signal.SIGINT):
        super().stop(seconds, sig)

    def url(self, database="postgres"):
        return f"postgres://daybook@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def create(self, database):
        subprocess.run(["psql", "-qXh", "127.0.0.1", "-p", str(self.port), "-U", "daybook", "-c",
                        f'CREATE DATABASE "{database}"', "postgres"], check=True)


def java(heap, *arguments):
    return ["java", f"-Xms{heap}m", f"-Xmx{heap}m", "-XX:+UseSerialGC", *arguments]


class KafkaNode(Part):
    def __init__(self, folder, node, ports, heap=256, fast_failover=False, extra=None, users=()):
        """`ports` is a list of (client, controller) ports, one a node; `node` counts from 1. `users` are (name,
        password) pairs for SCRAM; `extra` replaces settings."""
        self.users = users
        self.node, self.client_port = node, ports[node - 1][0]
        self.home = Path(folder) / f"kafka-{node}"
        self.home.mkdir(parents=True, exist_ok=True)
        nodes = len(ports)
        replicas = min(3, nodes)
        settings = {
            "process.roles": "broker,controller",
            "node.id": node,
            "controller.quorum.voters": ",".join(f"{i + 1}@127.0.0.1:{c}" for i, (_, c) in enumerate(ports)),
            "listeners": f"PLAINTEXT://127.0.0.1:{ports[node - 1][0]},CONTROLLER://127.0.0.1:{ports[node - 1][1]}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{ports[node - 1][0]}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self.home / "data",
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": replicas,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": max(1, replicas - 1),
            "share.coordinator.state.topic.replication.factor": replicas,
            "share.coordinator.state.topic.min.isr": max(1, replicas - 1),
            "group.initial.rebalance.delay.ms": 0,
            # The default takes 128 MiB of the heap.
            "log.cleaner.dedupe.buffer.size": 8388608,
        }
        if fast_failover:
            settings |= {"broker.session.timeout.ms": 3000, "broker.heartbeat.interval.ms": 500,
                         "controller.quorum.election.timeout.ms": 500, "controller.quorum.fetch.timeout.ms": 1000}
        settings |= extra or {}
        self.settings = self.home / "server.properties"
        self.settings.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        (self.home / "log4j2.properties").write_text(
            "rootLogger.level=WARN\nrootLogger.appenderRef.c.ref=C\nappender.c.type=Console\nappender.c.name=C\n"
            "appender.c.layout.type=PatternLayout\nappender.c.layout.pattern=%d %p %c{1}: %m%n\n")
        super().__init__(f"kafka-{node}", java(heap, f"-Dlog4j2.configurationFile={self.home}/log4j2.properties", "-cp",
                                               f"{KAFKA}/*", "kafka.Kafka", self.settings), folder)

    def begin(self):
        if not (self.home / "data").exists():
            subprocess.run(["java", "-cp", f"{KAFKA}/*", "kafka.tools.StorageTool", "format", "-t",
                            "ZGF5Ym9vay1yZWFscGFydHM", "-c", str(self.settings), *(
                                word for name, password in self.users
                                for word in ("-S", f"SCRAM-SHA-512=[name={name},password={password}]"))], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.launch()

    def start(self):
        self.begin()
        return self.ready(lambda: listens(self.client_port), 90)


class Kafka:
    """One broker, or three."""

    def __init__(self, folder, nodes=1):
        ports = [(free_port(), free_port()) for _ in range(nodes)]
        self.nodes = [KafkaNode(folder, i + 1, ports, 256 if nodes == 1 else 200, nodes > 1) for i in range(nodes)]
        self.brokers = ",".join(f"127.0.0.1:{client}" for client, _ in ports)
        self.operator = ["--brokers", self.brokers]
        self.profile = "single" if nodes == 1 else "three"

    def start(self):
        for node in self.nodes:
            node.begin()
        for node in self.nodes:
            node.ready(lambda n=node: listens(n.client_port), 90)
        return self

    def make_topics(self):
        subprocess.run([ROOT / "scripts" / "topics", *self.operator, "--profile", self.profile], check=True,
                       stdout=subprocess.DEVNULL)

    def stop(self):
        for node in self.nodes:
            node.stop(20)


class NoKafka:
    """In a cluster whose events go another way."""

    nodes, brokers = (), ""

    def start(self):
        return self

    def make_topics(self):
        pass

    def stop(self):
        pass


def make_certificates(folder):
    """A certificate authority and a key of 127.0.0.1 that it signed: (ca.pem, key store in PEM)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Daybook test authority",
            "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1", "-keyout", "broker.key", "-out",
            "broker.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl("x509", "-req", "-in", "broker.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "broker.pem")
    store = folder / "keystore.pem"
    store.write_text("".join((folder / each).read_text() for each in ("broker.key", "broker.pem", "ca.pem")))
    store.chmod(0o600)
    return folder / "ca.pem", store


class SecureKafka(Kafka):
    """One broker that asks clients for TLS and SCRAM; operators come over TLS alone, by another port."""

    def __init__(self, folder):
        ca, store = make_certificates(Path(folder) / "certificates")
        self.user, self.password, self.ca = "daybook", "correct-horse", ca
        port, controller, tls_port = free_port(), free_port(), free_port()
        jaas = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        listeners = f"SECURE://127.0.0.1:{port},TLS://127.0.0.1:{tls_port}"
        extra = {
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": listeners,
            "listener.security.protocol.map": "SECURE:SASL_SSL,TLS:SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "TLS",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.secure.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.secure.scram-sha-512.sasl.jaas.config": jaas,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": store,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": ca,
        }
        self.nodes = [KafkaNode(folder, 1, [(port, controller)], extra=extra, users=[(self.user, self.password)])]
        self.brokers, self.profile = f"127.0.0.1:{port}", "single"
        self.operator = ["--brokers", f"127.0.0.1:{tls_port}", "--ca-file", ca]


class Placement(Part):
    def __init__(self, folder):
        self.port = free_port()
        super().__init__("dapr-placement", [
            DAPR / "placement", "--id", "p0", "--listen-address", "127.0.0.1", "--port", self.port, "--healthz-port",
            free_port(), "--initial-cluster", f"p0=127.0.0.1:{free_port()}", "--enable-metrics=false"], folder)

    def start(self):
        super().launch()
        return self.ready(lambda: listens(self.port), 30)


class Scheduler(Part):
    def __init__(self, folder):
        self.port = free_port()
        client, peer = free_port(), free_port()
        super().__init__("dapr-scheduler", [
            DAPR / "scheduler", "--id", "s0", "--listen-address", "127.0.0.1", "--port", self.port, "--healthz-port",
            free_port(), "--override-broadcast-host-port", f"127.0.0.1:{self.port}", "--etcd-data-dir",
            Path(folder) / "scheduler-data", "--etcd-client-port", client, "--etcd-client-listen-address", "127.0.0.1",
            "--etcd-initial-cluster", f"s0=http://127.0.0.1:{peer}", "--enable-metrics=false"], folder)

    def start(self):
        super().launch()
        return self.ready(lambda: listens(self.port), 30)


class Daprd(Part):
    def __init__(self, folder, app_id, app_port, resources, env=None, scheduler=None, api_token="", app_token="",
                 extra=(), name=None):
        self.http_port, self.metrics_port = free_port(), free_port()
        self.app_id = app_id
        names = ["--scheduler-host-address", f"127.0.0.1:{scheduler.port}" if scheduler else ""]
        env = {"DAPR_HOST_IP": "127.0.0.1", **(env or {})}
        if api_token:
            env["DAPR_API_TOKEN"] = api_token
        if app_token:
            env["APP_API_TOKEN"] = app_token
        command = [DAPR / "daprd", "--app-id", app_id, "--app-port", app_port, "--app-channel-address", "127.0.0.1",
                   "--dapr-listen-addresses", "127.0.0.1", "--dapr-http-port", self.http_port, "--dapr-grpc-port",
                   free_port(), "--dapr-internal-grpc-port", free_port(), "--dapr-internal-grpc-listen-address",
                   "127.0.0.1", "--metrics-port", self.metrics_port, "--metrics-listen-address", "127.0.0.1",
                   "--placement-host-address", "", "--max-body-size", "16Mi", "--config", ROOT / "deploy" / "dapr" / "config" / "local.yaml",
                   "--log-level", os.environ.get("DAYBOOK_DAPR_LOG", "info"), *names, *extra]
        for resource in resources:
            command += ["--resources-path", ROOT / "deploy" / "dapr" / resource]
        super().__init__(name or f"daprd-{app_id}", command, folder, env)

    def url(self):
        return f"http://127.0.0.1:{self.http_port}"

    def outbound(self):
        return http("GET", f"{self.url()}/v1.0/healthz/outbound", timeout=1)[0] == 204

    def healthy(self):
        return http("GET", f"{self.url()}/v1.0/healthz", timeout=1)[0] == 204

    def start(self):
        super().launch()
        return self.ready(self.outbound, 30)


class Apicurio(Part):
    def __init__(self, folder, brokers=None):
        self.port = free_port()
        runner = next(APICURIO.glob("**/*-runner.jar"), None)
        env = {}
        arguments = [f"-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={self.port}"]
        if brokers:
            env = {"APICURIO_STORAGE_KIND": "kafkasql", "APICURIO_KAFKASQL_BOOTSTRAP_SERVERS": brokers}
            arguments += ["-Dapicurio.storage.kind=kafkasql", f"-Dapicurio.kafkasql.bootstrap.servers={brokers}"]
        super().__init__("apicurio", java(256, *arguments, "-jar", runner), folder, env)

    def url(self):
        return f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    def start(self):
        super().launch()
        return self.ready(lambda: http("GET", f"http://127.0.0.1:{self.port}/health/ready", timeout=2)[0] == 200, 120)


def missing(*parts):
    """What of `parts` is not installed, as one line a person can act on; empty when all is there."""
    have = {
        "dapr": all((DAPR / each).exists() for each in ("daprd", "placement", "scheduler")),
        "kafka": any(KAFKA.glob("kafka_2.13-*.jar")) and shutil.which("java"),
        "apicurio": any(APICURIO.glob("**/*-runner.jar")) and shutil.which("java"),
        "redis": shutil.which("redis-server"),
        "rabbitmq": RABBITMQ.exists(),
        "postgresql": postgres_bin(),
    }
    return ", ".join(part for part in parts if not have[part])
