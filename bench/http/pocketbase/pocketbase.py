"""PocketBase as a peer of bench/http/run.py: built from its Go module, given the same users, tasks and loads."""
import json
import pathlib
import random
import socket
import sqlite3
import string
import subprocess
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
WORDS = ("call dentist invoice garden report milk train letter meeting roof bike exam passport soup lamp window paint "
         "budget flight birthday").split()
ADMIN, PASSWORD = "admin@example.org", "correct horse battery"


def build(folder):
    """The path of the built program, or None where there is no Go."""
    binary = pathlib.Path(folder) / "pocketbase"
    try:
        subprocess.run(["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", str(binary), "."], cwd=HERE, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return str(binary)


class PocketBase:
    """The server on a free port with its own data folder, stopped by its process id."""

    def __init__(self, binary, data):
        self.binary, self.data = binary, data
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen([self.binary, "serve", f"--http=127.0.0.1:{self.port}", f"--dir={self.data}/pb"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(self.base + "/api/health", timeout=1).read()
                break
            except OSError:
                time.sleep(0.001)
        self.ready_ms = (time.monotonic() - began) * 1000

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def ask(self, method, path, body=None, token=""):
        request = urllib.request.Request(self.base + path, None if body is None else json.dumps(body).encode(),
                                         {"Content-Type": "application/json", "Authorization": token}, method=method)
        try:
            return json.loads(urllib.request.urlopen(request, timeout=30).read() or b"null")
        except urllib.error.HTTPError as error:
            raise SystemExit(f"PocketBase: {method} {path}: {error.code} {error.read().decode()}")

    def prepare(self, users):
        """A collection of tasks that only their owners see, and a file with a user's id and token a line."""
        subprocess.run([self.binary, "superuser", "upsert", ADMIN, PASSWORD, f"--dir={self.data}/pb"], check=True,
                       stdout=subprocess.DEVNULL)
        admin = self.ask("POST", "/api/collections/_superusers/auth-with-password",
                         {"identity": ADMIN, "password": PASSWORD})["token"]
        mine = "user = @request.auth.id"
        self.ask("POST", "/api/collections", {
            "name": "tasks", "type": "base", "listRule": mine, "viewRule": mine, "createRule": mine,
            "fields": [{"name": "user", "type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 1},
                       {"name": "title", "type": "text"}, {"name": "priority", "type": "text"},
                       {"name": "tags", "type": "json"}, {"name": "due", "type": "date"},
                       {"name": "remind", "type": "date"}, {"name": "created", "type": "autodate", "onCreate": True}],
            "indexes": ["CREATE INDEX task_user ON tasks (user, created)"]}, admin)
        tokens = pathlib.Path(self.data) / "pb_tokens.txt"
        with open(tokens, "w") as out:
            for n in range(users):
                email = f"user{n}@example.org"
                self.ask("POST", "/api/collections/users/records",
                         {"email": email, "password": PASSWORD, "passwordConfirm": PASSWORD}, admin)
                got = self.ask("POST", "/api/collections/users/auth-with-password",
                               {"identity": email, "password": PASSWORD})
                out.write(f"{got['record']['id']} {got['token']}\n")
        return str(tokens)

    def fill(self, tokens, tasks):
        """Gives each user that many tasks, written while the server is down."""
        self.stop()
        alphabet = string.ascii_lowercase + string.digits
        db = sqlite3.connect(f"{self.data}/pb/data.db")
        for line in open(tokens):
            user = line.split()[0]
            rows = (("".join(random.choices(alphabet, k=15)), user,
                     f"{random.choice(WORDS)} {random.choice(WORDS)} {random.randrange(100_000)}", "high",
                     json.dumps([random.choice(WORDS)]), "2031-05-05 15:00:00.000Z", "2031-05-05 14:30:00.000Z",
                     f"2026-01-01 {n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.000Z") for n in range(tasks))
            db.executemany("INSERT INTO tasks(id, user, title, priority, tags, due, remind, created) "
                           "VALUES (?,?,?,?,?,?,?,?)", rows)
        db.commit()
        db.close()
        self.start()
