#!/usr/bin/env python3
"""What a person takes along: GET /api/v1/me/export of the real program has all of theirs and nothing of others (J-11).

    export.py DAYBOOK

Closes with "N passed, N failed".
"""
import json
import pathlib
import sys
import tempfile

from daybook_process import Checks, Server, eventually

checks = Checks()


def check(name, fine, detail=""):
    checks(name, fine, "" if fine else detail)


PARTS = {"exportedAt", "user", "apiTokens", "notificationSettings", "stats", "tasks", "savedFilters", "recurringTasks",
         "reminders", "notifications", "notificationChannels", "conversations", "messages", "audit"}


class Person:
    def __init__(self, server, email):
        self.server, self.email = server, email
        self.token = server.sign_up(email)

    def __call__(self, method, path, body=None, expected=(200, 201, 202, 204)):
        status, answer = self.server.call(method, "/api/v1" + path, body, self.token)
        assert status in expected, (method, path, status, answer)
        return json.loads(answer) if answer else None


def live(person, word):
    """Something in every service; more tasks than one page has."""
    for n in range(205):
        person("POST", "/tasks", {"title": f"{word} {n}"})
    parent = person("POST", "/tasks", {"title": f"{word} parent", "dueAt": "2031-05-06T12:00:00Z", "tags": [word],
                                       "reminders": [{"before": "PT1H"}]})
    person("POST", "/tasks", {"title": f"{word} child", "parentId": parent["id"]})
    done = person("POST", "/tasks", {"title": f"{word} done"})
    person("POST", f"/tasks/{done['id']}/complete")
    person("POST", "/tasks/filters", {"name": f"{word} filter", "query": "status=open"})
    person("POST", "/recurring", {"title": f"{word} series", "pattern": "weekly", "startsAt": "2031-05-06T12:00:00Z"})
    person("POST", "/notification-channels", {"kind": "webhook", "target": "https://example.org/" + word,
                                              "secret": "never to be shown " + word})
    person("PATCH", "/notifications/settings", {"digestAt": "07:30"})
    person("POST", "/tokens", {"name": f"{word} token"})
    person("POST", "/chat", {"message": f"add {word} said tomorrow"})
    assert eventually(lambda: person("GET", "/reminders")["items"])
    assert eventually(lambda: person("GET", "/notifications")["items"])
    assert eventually(lambda: person("GET", "/stats")["created"] >= 209)
    return parent


def everything(server):
    ann, bob = Person(server, "ann@example.org"), Person(server, "bob@example.org")
    parent = live(ann, "quince")
    live(bob, "medlar")
    status, answer = server.call("GET", "/api/v1/me/export", token=ann.token)
    check("it is given", status == 200, str((status, answer[:300])))
    out = json.loads(answer)
    check("it has every part", set(out) == PARTS, str(PARTS ^ set(out)))
    check("nothing of others is in it", b"medlar" not in answer and b"bob@example.org" not in answer)
    check("no secret is in it", b"a password for tests" not in answer and b"never to be shown" not in answer)
    titles = {task["title"] for task in out["tasks"]}
    wanted = {f"quince {n}" for n in range(205)} | {"quince parent", "quince child", "quince done", "quince series"}
    check("all tasks, whatever their state, over all pages", wanted <= titles, str(wanted - titles))
    check("tasks as the API has them", ann("GET", f"/tasks/{parent['id']}") in out["tasks"])
    check("account, tokens, series, filters, channels",
          out["user"]["email"] == "ann@example.org" and [t["name"] for t in out["apiTokens"]] == ["quince token"]
          and [s["title"] for s in out["recurringTasks"]] == ["quince series"]
          and [f["name"] for f in out["savedFilters"]] == ["quince filter"]
          and [c["target"] for c in out["notificationChannels"]] == ["https://example.org/quince"])
    check("reminders, the inbox, settings, counts",
          out["reminders"] and any("quince done" in n["title"] for n in out["notifications"])
          and out["notificationSettings"]["digestAt"] == "07:30" and out["stats"]["completed"] == 1)
    check("what was said, both ways", len(out["conversations"]) == 1 and
          {m["role"] for m in out["messages"]} == {"user", "assistant"} and
          any("quince said" in m["text"] for m in out["messages"]), str(out["messages"])[:500])
    check("the audit's entries", len(out["audit"]) >= 209 and {"task.created", "task.completed"} <= {e["action"] for e in out["audit"]})
    status, _ = server.call("GET", "/api/v1/me/export")
    check("only for whoever is signed in", status == 401)
    narrow = ann("POST", "/tokens", {"name": "narrow", "scopes": ["tasks:read"]})["token"]
    status, answer = server.call("GET", "/api/v1/me/export", token=narrow)
    check("not for a token that may read tasks only", status == 403, str(status))
    ann("DELETE", "/me")
    status, _ = server.call("GET", "/api/v1/me/export", token=ann.token)
    check("an erased account has none", status in (401, 404), str(status))


def main():
    with tempfile.TemporaryDirectory(prefix="daybook-export-") as folder:
        server = Server(pathlib.Path(sys.argv[1]).resolve(), folder)
        server.start()
        try:
            everything(server)
        finally:
            server.stop()
    return checks.finish()


sys.exit(main())
