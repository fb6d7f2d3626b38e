#!/usr/bin/env python3
"""The command line as a person at a terminal and a script in a pipe use it: client.py DAYBOOK

Closes with "N passed, N failed".
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from daybook_process import Checks, Server, eventually

check = Checks()


class Person:
    """Someone with a home folder of their own."""

    def __init__(self, binary, home, **variables):
        self.binary, self.home = binary, pathlib.Path(home)
        self.home.mkdir(exist_ok=True)
        self.environment = {"HOME": str(home), "PATH": os.environ["PATH"], "TZ": "UTC", **variables}

    def __call__(self, *words, says="", **variables):
        return subprocess.run([self.binary, *words], input=says, capture_output=True, text=True, timeout=60,
                              env=self.environment | variables)


def expect(name, ran, code, *, out=(), err=(), no=()):
    fine = (ran.returncode == code and all(part in ran.stdout for part in out) and all(part in ran.stderr for part in err)
            and not any(part in ran.stdout + ran.stderr for part in no))
    check(name, fine, "" if fine else f"ended with {ran.returncode}\n{ran.stdout}{ran.stderr}")


def conversation(binary, folder):
    server = Server(binary, folder / "data", log=folder / "serve.log")
    ann = Person(binary, folder / "ann", DAYBOOK_URL=f"http://127.0.0.1:{server.port}")
    expect("without a login it says how to sign in", ann("list"), 1, err=["daybook login EMAIL"])
    expect("without a server it says how to start one", ann("login", "ann@example.org", says="a long password\n"), 4,
           err=["does not answer", "daybook serve"], no=[".."])
    server.start()
    expect("an operator makes the account", ann("user", "add", "ann@example.org", "--timezone", "Asia/Tokyo", "--data", server.data, says="a long password\n"), 0)
    expect("a wrong password is said", ann("login", "ann@example.org", says="another one\n"), 1, err=["password"])
    expect("a login is said", ann("login", "ann@example.org", says="a long password\n"), 0, out=["ann@example.org"])
    kept = ann.home / ".config/daybook/account.json"
    check("the token is its owner's alone, and the password is not kept",
          kept.stat().st_mode & 0o777 == 0o600 and "long password" not in kept.read_text())

    expect("words without quotes are one task", ann("add", "dentist", "2031-05-06", "3pm", "#health", "p1"), 0, out=["Dentist"])
    # the account's zone, whatever the machine's.
    expect("a list shows the person's local time, priority and tags", ann("list"), 0, out=["Dentist p1 #health", "due Tue  6 May 2031 15:00"])
    expect("a later one", ann("add", "flight", "2031-05-09"), 0, out=["Flight"])
    expect("an earlier one, added after it", ann("add", "visa", "2031-05-02"), 0, out=["Visa"])
    listed = ann("list").stdout
    check("a list begins with what is due first", 0 <= listed.find("Visa") < listed.find("Dentist") < listed.find("Flight"), listed)
    expect("what the chat lists shows the same time", ann("chat", "list #health"), 0, out=["[ ] Dentist", "15:00"])
    expect("nothing to add is said, and is no success", ann("add", ""), 1, err=["called"])
    expect("nor is a question", ann("add", "pay the rent on february 30"), 1, err=["February"])
    expect("also for a script", ann("add", "--json", ""), 1, out=['"effects":[]'])
    expect("other alphabets stay as they are", ann("add", "買い物 🛒 #家"), 0, out=["買い物 🛒"])
    expect("what a title quotes is not a command", ann("add", "call: list all"), 0)
    ran = ann("list", "--json")
    tasks = [json.loads(line) for line in ran.stdout.splitlines()]
    check("--json is one task a line, as the API has it",
          {"dentist", "買い物 🛒"} <= {task["title"].lower() for task in tasks} and all("version" in task for task in tasks), ran.stdout)
    number = str(next(task["number"] for task in tasks if task["title"].lower() == "dentist"))
    expect("done by number", ann("done", number), 0, out=["[x] Dentist", "15:00"])
    expect("an open list leaves it out", ann("list"), 0, no=["Dentist"])
    expect("--all has it", ann("list", "--all"), 0, out=["[x] Dentist"])
    expect("undo knows what was done, from one command to the next", ann("chat", "add", "milk"), 0)
    expect("undo", ann("chat", "undo"), 0)
    expect("undone", ann("list"), 0, no=["Milk"])
    expect("no such number", ann("done", "999"), 1, err=["no such task"])
    expect("a word is no number", ann("done", "dentist"), 2, err=["not a task's number"])
    ran = ann("chat", says="add bread tomorrow\n\nmove it to 2031-06-01\nlist\n")
    expect("a pipe is a conversation, and lists show their tasks", ran, 0, out=["Bread", "due Sun  1 Jun 2031"])
    expect("nothing in the pipe is nothing to do", ann("chat", says=""), 0, no=["daybook:"])
    expect("chat --json", ann("chat", "--json", "hello"), 0, out=['"conversationId"'])
    expect("a field that is wrong is named", ann("chat", "x" * 100_000), 1, err=["message"])
    into_head = subprocess.run(["bash", "-c", f"'{binary}' list --all | head -n 1"], capture_output=True, text=True,
                               env=ann.environment)
    check("a reader that stops early is no trouble", into_head.returncode == 0 and not into_head.stderr, into_head.stderr)

    token = json.loads(kept.read_text())["token"]
    script = Person(binary, folder / "script", DAYBOOK_URL=ann.environment["DAYBOOK_URL"], DAYBOOK_TOKEN=token)
    expect("a script brings its token in the environment", script("list", "--all"), 0, out=["Dentist"])
    narrow = server.call("POST", "/api/v1/tokens", {"name": "reader", "scopes": ["tasks:read"]}, token)[1]
    narrow = json.loads(narrow)["token"]
    expect("with a token for tasks alone, too", script("list", "--all", DAYBOOK_TOKEN=narrow), 0, out=["Dentist"])
    check("and leaves nothing behind", not (script.home / ".config").exists())
    expect("a wrong token says to sign in again", script("list", DAYBOOK_TOKEN="wrong"), 1, err=["daybook login"])
    expect("XDG_CONFIG_HOME is where the login is kept",
           ann("login", "ann@example.org", says="a long password\n", XDG_CONFIG_HOME=str(folder / "xdg")), 0)
    check("there", (folder / "xdg/daybook/account.json").exists())
    assert server.stop() == 0
    expect("a server that has gone is said", ann("list"), 4, err=["does not answer"])
    expect("in a pipe, once", ann("chat", says="a\nb\nc\n"), 4, err=["does not answer"])


def usage(binary, folder):
    bob = Person(binary, folder / "bob")
    commands = ["serve", "events", "events tail", "events lag", "events replay", "events dlq", "backup", "restore", "user",
                "user add", "user seed", "doctor", "login", "add", "list", "done", "chat", "parse", "expand", "version",
                "completion", "completion bash"]
    for command in ["", *commands]:
        expect(f"daybook {command} --help", bob(*command.split(), "--help"), 0, out=["Usage: daybook " + command])
    expect("no command: the help, and a code that says so", bob(), 2, err=["Subcommands"])
    expect("a wrong command is named", bob("lsit"), 2, err=["'lsit'", "--help"])
    expect("a wrong option is named", bob("list", "--nonsense"), 2, err=["--nonsense"])
    expect("a missing word is named", bob("login"), 2, err=["email"])

    script = bob("completion", "bash").stdout

    def completes(line):
        words = line.split(" ")
        asked = f"{script}\nCOMP_WORDS=({' '.join(repr(w) for w in words)})\nCOMP_CWORD={len(words) - 1}\n_daybook\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""
        ran = subprocess.run(["bash", "-c", asked], capture_output=True, text=True)
        return set(ran.stdout.split()) if not ran.stderr else {ran.stderr}

    check("bash completes commands", {"serve", "list", "login", "completion"} <= completes("daybook "), str(completes("daybook ")))
    check("by their beginning", completes("daybook do") == {"done", "doctor"}, str(completes("daybook do")))
    check("commands of commands", {"tail", "lag", "replay"} <= completes("daybook events "), str(completes("daybook events ")))
    check("options where they are", "--listen" in completes("daybook serve --l") and not completes("daybook list --listen"),
          str(completes("daybook serve --l")))
    check("and leaves the value of an option to the shell", not completes("daybook serve --data "))
    for shell, reader in (("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
        text = bob("completion", shell).stdout
        known = all(word in text for word in ("serve", "listen", "events", "tail"))
        if shutil.which(shell):
            known = known and subprocess.run(reader, input=text, text=True).returncode == 0
        check(f"{shell} learns the same", known)


def settings(binary, folder):
    """One setting by each way, and the way that wins."""
    eve = Person(binary, folder / "eve")
    home = eve.home / ".config/daybook"
    home.mkdir(parents=True)
    (home / "daybook.conf").write_text("# ours\nmax-series = 7\nlog-level = warn\n")

    def doctor(*words, **variables):
        ran = eve("doctor", "--data", str(folder / "eve-data"), *words, **variables)
        return ran, {line.split()[0]: line.split()[1:] for line in ran.stdout.splitlines() if line.startswith("  ")}

    ran, found = doctor("--log-level", "error", DAYBOOK_MAX_SERIES="8", DAYBOOK_SMTP_PASSWORD="hush")
    check("command line before environment before file, and doctor says from where",
          found.get("log-level") == ["error", "command", "line"] and found.get("max-series") == ["8", "environment"], ran.stdout)
    check("doctor shows no secret", "hush" not in ran.stdout and "(set)" in ran.stdout)
    check("doctor needs no data yet", ran.returncode == 0 and "none yet" in ran.stdout, ran.stdout + ran.stderr)
    expect("an account makes the files", eve("user", "add", "eve@example.org", "--data", str(folder / "eve-data"), says="a long password\n"), 0)
    ran = doctor()[0]
    expect("doctor shows the zone data and the checks of the files", ran, 0, out=["tzdb", "sound"])
    sizes = [int(line.split()[-2]) for line in ran.stdout.splitlines() if line.endswith(" bytes")]
    check("and how much is in them, what waits in the log included", len(sizes) == 2 and min(sizes) > 40_000, ran.stdout)
    (home / "daybook.conf").write_text("max-series = many\n")
    expect("a wrong value is named with its place", eve("serve"), 3, err=["daybook.conf", "max-series", "whole number"])
    (home / "daybook.conf").write_text("max_series: 7\n")
    expect("a line that is none", eve("serve"), 3, err=["line 1", "name = value"])
    (home / "daybook.conf").write_text("colour = red\n")
    expect("a setting that is none", eve("serve"), 3, err=["'colour'"])
    expect("a file that is not there", eve("serve", "--config", "/none/such.conf"), 3, err=["/none/such.conf"])


def reload(binary, folder):
    """Design, rule 19: SIGHUP reloads limits, the log level and the channels."""
    file = folder / "reload.conf"
    file.write_text("max-open-tasks = 2\nmax-series = 1\n")
    server = Server(binary, folder / "reload", "--config", str(file), log=folder / "reload.log").start()
    token = server.sign_up()

    def tasks():
        return server.call("POST", "/api/v1/tasks", {"title": "one more"}, token)[0]

    def series():
        return server.call("POST", "/api/v1/recurring", {"title": "again", "rrule": "FREQ=YEARLY;BYMONTH=1"}, token)[0]

    def has_mail():
        return b"\"email\"" in server.call("GET", "/api/v1/notifications/settings", token=token)[1]

    check("without a mail server there is no mail", not has_mail())
    check("the file's limit of tasks holds", [tasks(), tasks(), tasks()] == [201, 201, 422])
    file.write_text("max-open-tasks = 3\nmax-series = 0\n")
    server.process.send_signal(1)
    check("a wrong file changes nothing, and is said", eventually(lambda: "not reloaded" in server.log_path.read_text())
          and tasks() == 422)
    file.write_text("max-open-tasks = 8\nmax-series = 2\nlog-level = debug\nmax-connections = 5\n"
                    "smtp-url = smtp://127.0.0.1:2525\nsmtp-from = daybook@example.org\n")
    server.process.send_signal(1)
    eventually(lambda: '"configuration reloaded"' in server.log_path.read_text())
    check("SIGHUP raises the limit of tasks", tasks() == 201)
    check("and that of series", [series(), series(), series()] == [201, 201, 422])
    check("and opens the way out that the file has now", has_mail())
    check("and the log's level", eventually(lambda: '"debug"' in server.log_path.read_text()))
    check("and says what needs a restart", '"max-connections"' in server.log_path.read_text())
    assert server.stop() == 0


def main():
    binary = os.path.realpath(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="daybook-client-"))
    for part in (conversation, usage, settings, reload):
        (folder / "data").mkdir(exist_ok=True)
        (folder / "reload").mkdir(exist_ok=True)
        part(binary, folder)
    if not check.failed:
        shutil.rmtree(folder)
    else:
        print(f"kept: {folder}")
    return check.finish()


sys.exit(main())
