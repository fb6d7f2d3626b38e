"""The real program as a process, for tests that start, kill, starve and insult it."""
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(port, method, path, body=None, token=None, connection=None):
    """(status, answer): one request. `body` is made JSON unless it is bytes already."""
    own = connection is None
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if token:
        headers["Authorization"] = "Bearer " + token
    try:
        payload = body if body is None or isinstance(body, bytes) else json.dumps(body)
        connection.request(method, path, payload, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        if own:
            connection.close()


def eventually(probe, seconds=30):
    """What `probe` gives once it is true, or its last answer."""
    deadline = time.monotonic() + seconds
    while not (found := probe()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


class Server:
    def __init__(self, binary, data, *options, log=None):
        self.binary, self.data, self.options, self.port = str(binary), str(data), options, free_port()
        self.log_path = pathlib.Path(log or pathlib.Path(data) / "serve.log")
        self.log = open(self.log_path, "ab")
        self.process = None

    def command(self):
        return [self.binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.data, *self.options]

    def start(self):
        self.process = subprocess.Popen(self.command(), stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 20
        while True:
            try:
                if self.call("GET", "/readiness")[0] == 200:
                    return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the server did not become ready:\n" + self.log_path.read_text()[-2000:])
            time.sleep(0.005)

    def call(self, method, path, body=None, token=None):
        return call(self.port, method, path, body, token)

    def sign_up(self, email="ada@example.org"):
        status, answer = self.call("POST", "/api/v1/auth/register", {"email": email, "password": "a password for tests"})
        assert status == 201, (status, answer)
        return json.loads(answer)["accessToken"]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def admin(self, *words):
        out = subprocess.run([self.binary, *words, "--data", self.data], check=True, capture_output=True, text=True)
        return [json.loads(line) for line in out.stdout.splitlines()]

    def lag(self):
        return sum(group["lag"] for group in self.admin("events", "lag"))

    def all_tasks(self, token):
        items, cursor = [], ""
        while True:
            path = "/api/v1/tasks?limit=200" + (f"&cursor={cursor}" if cursor else "")
            status, body = self.call("GET", path, token=token)
            assert status == 200, (status, body)
            page = json.loads(body)
            items += page["items"]
            cursor = page["nextCursor"]
            if not cursor:
                return items


class Checks:
    """Counts what held and closes with the line that the suites read."""

    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, name, fine, detail=""):
        if fine:
            self.passed += 1
        else:
            self.failed += 1
        if fine and "\n" in detail:
            detail = ""  # An answer, of use only to who looks for what went wrong.
        print(("ok      " if fine else "FAILED  ") + name + (f": {detail}" if detail else ""), flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0
