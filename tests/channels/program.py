"""The program under test, driven as a person's client would."""
import datetime
import json
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, within=15):
    """Polls, because what is waited for happens on its own; gives what `what` gave."""
    deadline = time.monotonic() + within
    while True:
        found = what()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


class Program:
    """`daybook-test serve` in a folder of its own. `now` is the clock that it was given."""

    def __init__(self, binary, **settings):
        self.binary, self.settings = binary, settings
        self.folder = tempfile.TemporaryDirectory(prefix="daybook-channels-")
        self.port = free_port()
        # A morning after the machine's own time, so that a restart, which forgets the clock, fires nothing early.
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.now = datetime.datetime.combine(today + datetime.timedelta(days=30), datetime.time(9), datetime.timezone.utc)
        self.start()

    def start(self):
        environment = {"HOME": self.folder.name, "PATH": "/usr/bin:/bin"}
        for name, value in self.settings.items():
            environment["DAYBOOK_" + name.upper()] = value
        self.log = open(self.folder.name + "/log", "ab")
        self.process = subprocess.Popen([self.binary, "serve", "--listen", f"127.0.0.1:{self.port}", "--data",
                                         self.folder.name + "/data"], env=environment, stdout=self.log, stderr=self.log)
        if not wait_until(self.ready, 30):
            raise RuntimeError("the program does not start:\n" + open(self.folder.name + "/log").read())
        self.set_clock(self.now)

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError("the program ended:\n" + open(self.folder.name + "/log").read())
        try:
            return self.call("GET", "/readiness")[0] == 200
        except OSError:
            return False

    def kill_and_start(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def set_clock(self, now):
        self.now = now
        status, _ = self.call("POST", "/test/clock", {"now": now.strftime("%Y-%m-%dT%H:%M:%SZ")})
        assert status == 200, status

    def advance(self, **span):
        self.set_clock(self.now + datetime.timedelta(**span))

    def call(self, method, path, body=None, token=None, headers=()):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", "Bearer " + token)
        for name, value in headers:
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                status, text = reply.status, reply.read()
        except urllib.error.HTTPError as refused:
            status, text = refused.code, refused.read()
        try:
            return status, json.loads(text) if text else None
        except ValueError:
            return status, text


class Person:
    """Someone signed in, who signs in again when the moved clock has ended their token."""

    count = 0

    def __init__(self, program, timezone="UTC"):
        Person.count += 1
        self.program, self.email = program, f"person{Person.count}@example.org"
        status, body = program.call("POST", "/api/v1/auth/register",
                                    {"email": self.email, "password": "correct horse battery", "timezone": timezone})
        assert status == 201, body
        self.token = body["accessToken"]

    def call(self, method, path, body=None):
        reply = self.program.call(method, "/api/v1" + path, body, self.token)
        if reply[0] == 401:
            status, signed_in = self.program.call("POST", "/api/v1/auth/login",
                                                  {"email": self.email, "password": "correct horse battery"})
            assert status == 200, signed_in
            self.token = signed_in["accessToken"]
            reply = self.program.call(method, "/api/v1" + path, body, self.token)
        return reply

    def ok(self, method, path, body=None):
        status, reply = self.call(method, path, body)
        assert status < 300, (status, reply)
        return reply

    def channel(self, kind, target, **more):
        return self.ok("POST", "/notification-channels", {"kind": kind, "target": target, **more})

    def complete(self, title):
        """A completion notice goes out at once."""
        task = self.ok("POST", "/tasks", {"title": title})
        self.ok("POST", f"/tasks/{task['id']}/complete")

    def remind(self, title, minutes=10):
        """A reminder that fires after `minutes`; gives its id."""
        due = self.program.now + datetime.timedelta(minutes=minutes + 30)
        task = self.ok("POST", "/tasks", {"title": title, "dueAt": due.strftime("%Y-%m-%dT%H:%M:%SZ"),
                                          "reminders": [{"before": "PT30M"}]})
        reminder = task["reminders"][0]["id"]
        # It is the scheduler's once that has heard of it.
        assert wait_until(lambda: self.call("GET", f"/reminders/{reminder}/deliveries")[0] == 200)
        return reminder

    def deliveries(self, channel):
        return self.ok("GET", f"/notification-channels/{channel['id']}/deliveries")["items"]

    def settled(self, channel, state):
        return wait_until(lambda: [d for d in self.deliveries(channel) if d["state"] == state])

    def tried(self, channel, times):
        return wait_until(lambda: [d for d in self.deliveries(channel) if d["attempts"] >= times])
