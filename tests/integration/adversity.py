#!/usr/bin/env python3
"""What the machine and the outside world do to a Daybook: a full or read-only disk, a damaged file, a clock that jumps,
and requests made to hurt (issue 3, "It must survive").

    adversity.py DAYBOOK DAYBOOK-TEST

Runs itself again in mount and user namespaces of its own, where it may make small file systems; where the machine
refuses that, says so and leaves those cases out. Closes with "N passed, N failed".
"""
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from daybook_process import Checks, Server, eventually

check = Checks()


def mount(*words):
    subprocess.run(["mount", *words], check=True)


def problem(answer):
    """The slug of a problem+json body, or None."""
    try:
        return json.loads(answer)["type"].removeprefix("urn:daybook:error:")
    except (ValueError, KeyError, TypeError):
        return None


def log_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]


# what cannot be stored is refused; what was stored is delivered, later
def full_disk(daybook, folder):
    disk = folder / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk))
    server = Server(daybook, disk / "data", log=folder / "full.log").start()
    token = server.sign_up()
    acknowledged, refusals = set(), []
    while not refusals and len(acknowledged) < 5000:
        title = f"task {len(acknowledged)}"
        status, answer = server.call("POST", "/api/v1/tasks", {"title": title, "description": "x" * 9000}, token)
        if status == 201:
            acknowledged.add(title)
        else:
            refusals.append((status, problem(answer), json.loads(answer).get("detail", "")))
    check("a full disk refuses a write and says what to do",
          refusals and refusals[0][:2] in {(503, "unavailable"), (507, "storage-full")} and "space" in refusals[0][2],
          f"{len(acknowledged)} saved, then {refusals}")
    status, answer = server.call("GET", "/api/v1/tasks?limit=1", token=token)
    check("reads go on while the disk is full", status == 200, str(status))
    check("it is alive, whatever the disk", server.call("GET", "/health")[0] == 200)

    # Before there is space again: some gather for a while before they write, and would not have met the full disk.
    check("the log says that consumers wait",
          eventually(lambda: any(line["level"] == "warn" and "disk" in line.get("reason", "")
                                 for line in log_lines(folder / "full.log"))))
    mount("-o", "remount,size=60m", str(disk))
    check("writes go on when there is space again",
          eventually(lambda: server.call("POST", "/api/v1/tasks", {"title": "after"}, token)[0] == 201))
    check("consumers catch up, and readiness says so",
          eventually(lambda: server.lag() == 0) and eventually(lambda: server.call("GET", "/readiness")[0] == 200))
    titles = [task["title"] for task in server.all_tasks(token)]
    check("what was acknowledged is there, once", sorted(titles) == sorted(acknowledged | {"after"}),
          f"{len(acknowledged) + 1} acknowledged, {len(titles)} stored")
    counted = json.loads(server.call("GET", "/api/v1/stats", token=token)[1]).get("created")
    check("events were delivered once over the gap", counted == len(titles), f"{counted} of {len(titles)}")

    # A disk that is full when the program starts and stops.
    filler = disk / "filler"
    fill(filler)
    check("it stops on a full disk", server.stop() == 0)
    fill(filler)
    again = subprocess.run(server.command(), capture_output=True, text=True, timeout=60) if server_cannot_start(server) else None
    if again is not None:
        check("it says at the start that the disk is full", "full" in again.stderr or "space" in again.stderr, again.stderr[-300:])
    filler.unlink()
    server.start()
    check("and nothing was lost by that", len(server.all_tasks(token)) == len(titles))
    check("it stops again", server.stop() == 0)


def fill(path):
    """Takes what is left of a file system."""
    with open(path, "ab", buffering=0) as out:
        for size in (65536, 4096, 512):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError:
                pass


def server_cannot_start(server):
    """Whether a start ends by itself within some seconds; one that serves is stopped again."""
    process = subprocess.Popen(server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return process.wait(3) != 0
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait(40)
        return False


def read_only_disk(daybook, folder):
    disk = folder / "read-only"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=30m", "tmpfs", str(disk))
    server = Server(daybook, disk / "data", log=folder / "read-only.log").start()
    token = server.sign_up()
    for n in range(20):
        assert server.call("POST", "/api/v1/tasks", {"title": f"task {n}"}, token)[0] == 201
    assert server.stop() == 0
    mount("-o", "remount,ro", str(disk))
    refused = subprocess.run(server.command(), capture_output=True, text=True, timeout=60)
    check("a read-only disk is said at the start",
          refused.returncode == 3 and str(disk) in refused.stderr and "read-only" in refused.stderr, refused.stderr)
    mount("-o", "remount,rw", str(disk))
    (disk / "data/daybook.db").chmod(0o400)
    server.start()  # To root a file's mode says nothing; to others it is refused at the start.
    check("nothing was lost by that", len(server.all_tasks(token)) == 20)
    assert server.stop() == 0


#
def damaged_file(daybook, folder):
    data = folder / "damaged"
    server = Server(daybook, data, log=folder / "damaged.log")
    pathlib.Path(data).mkdir()
    server.start()
    token = server.sign_up()
    for n in range(300):
        assert server.call("POST", "/api/v1/tasks", {"title": f"task {n}", "description": "y" * 500}, token)[0] == 201
    backup = folder / "good-backup"
    subprocess.run([daybook, "backup", str(backup), "--data", str(data)], check=True, capture_output=True)
    assert server.stop() == 0
    file = data / "daybook.db"
    sound = file.read_bytes()
    page = 4096

    # The header itself, a page torn in the middle, a file cut short.
    for name, harm in {
        "a wrong header": b"not a database!!" + sound[16:],
        "a file cut short": sound[: len(sound) // 3 // page * page],
        "pages overwritten": sound[: 8 * page] + b"\xa5" * (24 * page) + sound[32 * page:],
    }.items():
        file.write_bytes(harm)
        process = subprocess.Popen(server.command(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        answers = []

        def looked():
            try:
                answers.append(server.call("GET", "/api/v1/tasks?limit=200", token=token))
                answers.append(server.call("POST", "/api/v1/tasks", {"title": "into the ruins"}, token))
                return True
            except OSError:
                return process.poll() is not None
        eventually(looked, 20)
        if process.poll() is None:
            process.terminate()
        said = process.communicate(timeout=40)[1]
        check(f"{name} is in the log", not answers or "damaged" in said)
        words = said + "".join(answer.decode(errors="replace") for status, answer in answers if status >= 500)
        crashed = process.returncode is not None and process.returncode < 0
        check(f"{name} is said, with the way back, and does not crash it",
              not crashed and "daybook.db" in words and "restore" in words, f"ended {process.returncode}: {words[-400:]}")

    # A new, empty file in place of a lost one would pass for a new Daybook.
    file.write_bytes(sound)
    for name, lose in {"an emptied": lambda path: path.write_bytes(b""), "a missing": lambda path: path.unlink()}.items():
        for lost in ("daybook.db", "history.db"):
            kept = (data / lost).read_bytes()
            lose(data / lost)
            ended = subprocess.run(server.command(), capture_output=True, text=True, timeout=40)
            check(f"{name} {lost} is said and nothing is made in its place",
                  ended.returncode == 3 and lost in ended.stderr and "restore" in ended.stderr
                  and (not (data / lost).exists() or (data / lost).stat().st_size == 0),
                  f"ended {ended.returncode}: {ended.stderr[-400:]}")
            (data / lost).write_bytes(kept)

    subprocess.run([daybook, "restore", str(backup), "--data", str(data)], check=True, capture_output=True)
    server.start()
    check("the backup brings all back", len(server.all_tasks(token)) == 300)
    assert server.stop() == 0


def set_clock(server, **body):
    status, answer = server.call("POST", "/test/clock", body)
    assert status == 200, (status, answer)


def jumping_clock(daybook_test, folder):
    data = folder / "clock"
    data.mkdir()
    server = Server(daybook_test, data).start()
    set_clock(server, now="2031-03-03T08:00:00Z")
    token = server.sign_up()
    reminded = {"title": "reminded", "dueAt": "2031-03-03T10:00:00Z", "reminders": [{"before": "PT30M"}]}
    late = {"title": "late", "dueAt": "2031-03-08T10:00:00Z", "reminders": [{"before": "PT30M"}]}
    for task in (reminded, late):
        assert server.call("POST", "/api/v1/tasks", task, token)[0] == 201
    assert server.call("POST", "/api/v1/recurring", {"title": "daily", "rrule": "FREQ=DAILY", "timezone": "UTC",
                                                     "startsAt": "2031-03-04T09:00:00Z"}, token)[0] == 201

    def fired():
        log = server.admin("events", "tail", "--after", "0", "-n", "100000")
        return [e["event"]["data"]["reminderId"] for e in log if e["event"]["type"] == "reminder.triggered"]

    set_clock(server, now="2031-03-03T09:31:00Z")
    check("a reminder fires when the clock jumps over it", eventually(lambda: len(fired()) == 1), str(fired()))
    set_clock(server, now="2031-03-03T07:00:00Z")
    token = json.loads(server.call("POST", "/api/v1/auth/login", {"email": "ada@example.org",
                                                                "password": "a password for tests"})[1])["accessToken"]
    status, answer = server.call("POST", "/api/v1/tasks", {"title": "before"}, token)
    check("writes go on when the clock goes back", status == 201, f"{status} {answer[:200]}")
    ref = json.loads(answer)["id"]
    status, answer = server.call("POST", f"/api/v1/tasks/{ref}/complete", {}, token)
    check("and so do changes", status == 200, f"{status} {answer[:200]}")
    set_clock(server, now="2031-03-03T09:45:00Z")
    eventually(lambda: server.lag() == 0)
    check("a reminder does not fire again when the clock passes it a second time", len(fired()) == 1, str(fired()))
    set_clock(server, now="2034-03-03T09:45:00Z")
    eventually(lambda: server.lag() == 0)
    token = json.loads(server.call("POST", "/api/v1/auth/login", {"email": "ada@example.org",
                                                                "password": "a password for tests"})[1])["accessToken"]
    check("a jump of three years leaves what is there",
          {"reminded", "late", "before"} <= {task["title"] for task in server.all_tasks(token)})
    check("nothing older than a day is pushed", eventually(lambda: len(fired()) == 1, 3), str(fired()))
    keys = [(t["seriesId"], t.get("dueAt") or t.get("dueDate")) for t in server.all_tasks(token) if t.get("seriesId")]
    check("no occurrence is made twice", len(keys) == len(set(keys)), f"{len(keys)} occurrences")
    check("no more than 100 occurrences wait", len(keys) <= 100, f"{len(keys)} occurrences")
    check("it is ready after all that", eventually(lambda: server.call("GET", "/readiness")[0] == 200))
    assert server.stop() == 0


def raw(port, octets, seconds=10):
    """What the server answers to octets that no HTTP library would send: its status, or None if it only hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as out:
        try:
            out.sendall(octets)
            out.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        answer = b""
        try:
            while part := out.recv(65536):
                answer += part
        except ConnectionError:
            pass
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else None


def forged_tokens(token):
    header, payload, signature = token.split(".")

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    def claims(text):
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    kid = claims(header).get("kid")
    later = claims(payload) | {"exp": 4102444800}
    return {
        "unsigned": part({"alg": "none", "typ": "JWT"}) + "." + payload + ".",
        "signed by a name alone": part({"alg": "HS256", "typ": "JWT", "kid": kid}) + "." + payload + "." + signature,
        "prolonged": header + "." + part(later) + "." + signature,
        "another key's": part({"alg": "EdDSA", "typ": "JWT", "kid": "none-such"}) + "." + payload + "." + signature,
        "cut short": token[:-8],
        "without claims": header + "." + part({}) + "." + signature,
        "no token at all": "x",
        "long": "a" * 6000,
    }


def hostile_requests(daybook_test, folder):
    data = folder / "hostile"
    data.mkdir()
    server = Server(daybook_test, data).start()
    victim, stranger = server.sign_up("victim@example.org"), server.sign_up("stranger@example.org")
    task = json.loads(server.call("POST", "/api/v1/tasks", {"title": "mine", "tags": ["own"]}, victim)[1])
    series = json.loads(server.call("POST", "/api/v1/recurring", {"title": "ours", "rrule": "FREQ=WEEKLY;BYDAY=MO"}, victim)[1])
    eventually(lambda: server.lag() == 0)

    def state():
        log = server.admin("events", "tail", "--after", "0", "-n", "100000")
        changes = [e["event"]["id"] for e in log if not e["event"]["type"].startswith(("security.", "user.", "session."))]
        return changes, server.all_tasks(victim), server.all_tasks(stranger)

    before = state()
    port = server.port

    line = b"POST /api/v1/tasks HTTP/1.1\r\nHost: a\r\n"
    auth = b"Authorization: Bearer " + stranger.encode() + b"\r\nContent-Type: application/json\r\n"
    for name, octets in {
        "no request line": b"\r\n\r\n\r\nhello\r\n\r\n",
        "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200,
        "an unknown version": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "a header without colon": line + b"nonsense\r\n\r\n",
        "a NUL in a header": line + b"X: a\0b\r\n\r\n",
        "two lengths": line + auth + b"Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}",
        "length and chunks": line + auth + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "a negative length": line + auth + b"Content-Length: -1\r\n\r\n",
        "a length beyond numbers": line + auth + b"Content-Length: 99999999999999999999999\r\n\r\n",
        "a chunk that is no number": line + auth + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "headers without end": line + b"X-Long: " + b"a" * 200_000,
        "a path without end": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        "a body that stops early": line + auth + b"Content-Length: 500\r\n\r\n{\"title\":\"cut",
        "a folded header": line + b"X: a\r\n b\r\n\r\n",
        "a space before the colon": line + b"Content-Length : 2\r\n\r\n{}",
    }.items():
        status = raw(port, octets)
        check(f"malformed HTTP, {name}: refused", status is None or 400 <= status < 500, f"answered {status}")

    deep = 500_000
    for name, body, wanted in (
        ("1 MiB of nested arrays", b"[" * deep + b"]" * deep, {400}),
        ("1 MiB of nested objects", b'{"a":' * 170_000 + b"1" + b"}" * 170_000, {400}),
        ("more than is taken", b'{"title":"' + b"a" * 2_000_000 + b'"}', {413}),
        ("invalid UTF-8", b'{"title":"a\xff\xfe"}', {400}),
        ("an overlong UTF-8 form", b'{"title":"a\xc0\xaf"}', {400}),
        ("half a surrogate pair", b'{"title":"a\\ud800"}', {400}),
        ("a NUL escaped", b'{"title":"a\\u0000b"}', {400}),
        ("a NUL itself", b'{"title":"a\0b"}', {400}),
        ("a title of 10,000 characters", json.dumps({"title": "é" * 10_000}).encode(), {400}),
        ("a number beyond numbers", b'{"title":"a","estimatedDuration":1e999}', {400}),
        ("a field twice", b'{"title":"a","title":"b","x":1}', {400}),
        ("not JSON", b"title=a", {400}),
        ("nothing", b"", {400}),
        ("half a document", b'{"title":"a"', {400}),
        ("a bare word", b"null", {400}),
        ("a list", b'[{"title":"a"}]', {400}),
    ):
        status, answer = server.call("POST", "/api/v1/tasks", body, stranger)
        check(f"{name}: {sorted(wanted)[0]} as problem+json", status in wanted and problem(answer), f"{status} {answer[:160]}")
    status, answer = server.call("POST", "/api/v1/chat", {"message": "x" * 200_000}, stranger)
    check("an endless message to the chat is refused", 400 <= status < 500 and problem(answer), str(status))
    for path in ("/api/v1/tasks?limit=0", "/api/v1/tasks?limit=abc", "/api/v1/tasks?cursor=forged", "/api/v1/tasks?q=%00",
                 "/api/v1/tasks?dueFrom=yesterday", "/api/v1/tasks/%ff", "/api/v1/tasks/0", "/api/v1/tasks/99999999999999999999",
                 "/api/v1/tasks/calendar?from=x&to=y", "/api/v1/tasks/../../etc/passwd"):
        status, answer = server.call("GET", path, token=stranger)
        check(f"GET {path}: 4xx", 400 <= status < 500 and problem(answer), f"{status} {answer[:160]}")

    for path in ("/%2e%2e/%2e%2e/etc/passwd", "/../../../etc/passwd", "//etc/passwd", "/assets/..%2f..%2fetc/passwd"):
        status, answer = server.call("GET", path)
        check(f"GET {path}: none of the machine's files", b"root:" not in answer, str(status))

    # A-01, rule 11: to a stranger, what is somebody else's is not there.
    for method, path, body in (
        ("GET", f"/api/v1/tasks/{task['id']}", None), ("PATCH", f"/api/v1/tasks/{task['id']}", {"title": "taken"}),
        ("DELETE", f"/api/v1/tasks/{task['id']}", None), ("POST", f"/api/v1/tasks/{task['id']}/complete", {}),
        ("GET", f"/api/v1/recurring/{series['id']}", None), ("POST", f"/api/v1/recurring/{series['id']}/stop", {}),
        ("DELETE", f"/api/v1/recurring/{series['id']}?scope=all", None),
    ):
        status, _ = server.call(method, path, body, stranger)
        check(f"{method} of somebody else's {path.split('/')[3]}: 404", status == 404, str(status))
    owner = json.loads(server.call("GET", "/api/v1/me", token=victim)[1])["id"]
    status, _ = server.call("GET", f"/api/{owner}/tasks", token=stranger)
    check("the paths of another user: 403", status == 403, str(status))

    for name, forged in forged_tokens(victim).items():
        status, answer = server.call("GET", "/api/v1/tasks", token=forged)
        check(f"a forged token, {name}: 401", status == 401 and problem(answer), f"{status} {answer[:160]}")
    check("nothing of all that was written", state() == before)
    set_clock(server, advance="PT16M")
    status, answer = server.call("POST", "/api/v1/tasks", {"title": "too late"}, victim)
    check("an expired token: 401", status == 401 and problem(answer), f"{status} {answer[:160]}")
    check("it serves on", server.call("GET", "/readiness")[0] == 200)
    assert server.stop() == 0


# Design, rule 19: a reload that comes while it stops does not cut the stop short
def reload_while_stopping(daybook, folder):
    server = Server(daybook, folder / "stopping", log=folder / "stopping.log").start()
    body = b'{"email":"nobody@example.org","password":"a wrong password"}'
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                       b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")  # In flight from now on.
        server.process.send_signal(signal.SIGTERM)

        def accepts_no_more():
            try:
                socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
            except OSError:
                return True
            return False

        eventually(accepts_no_more)
        server.process.send_signal(signal.SIGHUP)
        try:
            client.sendall(body)
            answer = client.recv(65536)
        except OSError as lost:
            answer = str(lost).encode()
    check("a request in flight is finished, in spite of a reload", answer.startswith(b"HTTP/1.1 401 "), str(answer[:80]))
    check("it ends as a stop does", server.process.wait(40) == 0, str(server.process.returncode))


def main():
    if os.environ.get("DAYBOOK_OWN_MOUNTS") is None:
        inside = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--user", "--map-root-user"]
        can = subprocess.run([*inside, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0
        environment = os.environ | {"DAYBOOK_OWN_MOUNTS": "1" if can else ""}
        os.execvpe("env", ["env", *(inside if can else []), sys.executable, *sys.argv], environment)
    daybook, daybook_test = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="daybook-adversity-"))
    cases = [(damaged_file, daybook), (jumping_clock, daybook_test), (hostile_requests, daybook_test),
             (reload_while_stopping, daybook)]
    if os.environ["DAYBOOK_OWN_MOUNTS"]:
        cases = [(full_disk, daybook), (read_only_disk, daybook)] + cases
    else:
        reason = "this machine allows no mounts of its own for a full and a read-only disk"
        print(f"left out: {reason}")
        if "RESULTS" in os.environ:  # What scripts/test adds up.
            with open(os.environ["RESULTS"], "a", encoding="utf-8") as results:
                results.write(f"skipped 2 {reason}\n")
    for case, binary in cases:
        started = time.monotonic()
        print(f"-- {case.__name__.replace('_', ' ')}", flush=True)
        case(binary, folder)
        print(f"   ({time.monotonic() - started:.1f} s)")
    if not check.failed:
        subprocess.run(["umount", "-l", *[str(d) for d in (folder / "disk", folder / "read-only") if d.is_mount()]],
                       capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"kept: {folder}")
    return check.finish()


sys.exit(main())
