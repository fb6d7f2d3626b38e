#!/usr/bin/env python3
"""The program, its channels and real receivers (issue 5): see run.sh.

    run.py DAYBOOK-TEST [case…]
"""
import base64
import hashlib
import hmac
import json
import email
import email.policy
import os
import re
import sys
import tempfile
import time
import traceback

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from program import Person, Program, wait_until
from receivers import HttpReceiver, Mailbox, mail_server, make_certificate

BACKOFF = [{"seconds": 9}, {"seconds": 50}, {"minutes": 5}]  # Longer than each wait with its jitter.


class World:
    """One program and its receivers for all cases; each case brings its own person and paths."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = tempfile.TemporaryDirectory(prefix="daybook-certificate-")
        context = make_certificate(self.folder.name)
        self.ca = self.folder.name + "/cert.pem"
        self.web, self.secure_web = HttpReceiver(), HttpReceiver(context)
        self.mailbox = Mailbox()
        self.starttls = mail_server(self.mailbox, context, implicit=False)
        self.implicit = mail_server(self.mailbox, context, implicit=True)
        self.programs = []
        self.program = self.serve(smtp_url=f"smtp://127.0.0.1:{self.starttls.port}")

    def serve(self, **settings):
        usual = {"private_targets": "allow", "ca_file": self.ca, "smtp_from": "daybook@example.org",
                 "smtp_user": "daybook", "smtp_password": "right"}
        program = Program(self.binary, **{**usual, **settings})
        self.programs.append(program)
        return program

    def close(self):
        for program in self.programs:
            program.close()
        for server in (self.starttls, self.implicit):
            server.stop()
        for server in (self.web, self.secure_web):
            server.close()


def parsed(mail):
    return email.message_from_bytes(mail["text"], policy=email.policy.default)


def confirmed_mail(world, person, address, **more):
    """A mail channel whose code was entered; the mail with it is taken out of the box."""
    channel = person.channel("email", address, **more)
    assert not channel["confirmed"], channel
    code = re.search(r"\b(\d{6})\b", parsed(world.mailbox.to(address)[-1])["Subject"])[1]
    channel = person.ok("POST", f"/notification-channels/{channel['id']}/confirm", {"code": code})
    assert channel["confirmed"], channel
    world.mailbox.mails[:] = [mail for mail in world.mailbox.mails if address not in mail["to"]]
    return channel


def to_the_end(world, person, channel):
    """Moves the clock over every wait; the final delivery."""
    for tries, wait in enumerate(BACKOFF, start=1):
        person.tried(channel, tries)
        world.program.advance(**wait)
    return wait_until(lambda: [d for d in person.deliveries(channel) if d["state"] != "pending"])[0]


# ---- in-app and chat

def test_inbox_and_chat_are_on_from_the_start(world):
    """C-09, C-11: with no channel set up, a reminder stands in the inbox and in the chat, a completion in the inbox."""
    person = Person(world.program)
    reminder = person.remind("Call Ann")
    world.program.advance(minutes=10)
    person.complete("Wash up")
    titles = lambda: {n["title"] for n in person.ok("GET", "/notifications")["items"]}
    assert wait_until(lambda: titles() >= {"Reminder: Call Ann in 30 minutes", "Done: Wash up"}), titles()

    def said():
        for conversation in person.ok("GET", "/conversations")["items"]:
            for message in person.ok("GET", f"/conversations/{conversation['id']}/messages")["items"]:
                if "Call Ann" in message["text"]:
                    return message
    assert wait_until(said)
    why = person.ok("GET", f"/reminders/{reminder}/deliveries")
    assert [d["kind"] for d in why["items"]] == ["in-app"], why
    assert "inbox" in why["items"][0]["explanation"], why


def test_several_reminders_at_once_each_have_an_answer(world):
    """R-15: more than 3 at once are one summary, and each of them is explained by it."""
    person = Person(world.program)
    hook = person.channel("webhook", world.web.url("/summary"))
    reminders = [person.remind(f"Errand {n}") for n in range(5)]
    world.program.advance(minutes=11)
    assert person.settled(hook, "sent")
    bodies = [json.loads(body) for _, body in world.web.at("/summary")]
    assert [b["kind"] for b in bodies] == ["summary"], bodies
    for reminder in reminders:
        why = person.ok("GET", f"/reminders/{reminder}/deliveries")
        assert why["reminder"]["state"] == "merged" and len(why["items"]) == 2, why


# ---- webhooks

def test_webhook_is_signed(world):
    """C-05: the Standard Webhooks signature over id, time and body, with both spellings of a secret."""
    person = Person(world.program)
    key = os.urandom(24)
    secrets = {"/plain": ("a secret", b"a secret"), "/whsec": ("whsec_" + base64.b64encode(key).decode(), key)}
    for path, (secret, _) in secrets.items():
        hook = person.channel("webhook", world.web.url(path), secret=secret, topics=["completion"])
        assert "secret" not in hook and hook["hasSecret"]
    person.complete("Sign")
    for path, (_, key) in secrets.items():
        assert wait_until(lambda: world.web.at(path)), path
        headers, body = world.web.at(path)[0]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == "v1," + expected
        assert abs(int(headers["webhook-timestamp"]) - world.program.now.timestamp()) < 60
        assert json.loads(body)["title"] == "Done: Sign"


def test_webhook_is_tried_again_with_the_same_id(world):
    """C-12, R-06: a 500, an answer that is lost and one that is cut off are tried again under one id, and then no more."""
    person = Person(world.program)
    world.web.answers["/flaky"] = [500, "lost", "cut"]
    hook = person.channel("webhook", world.web.url("/flaky"), topics=["completion"])
    person.complete("Flaky")
    last = to_the_end(world, person, hook)
    assert last["state"] == "sent" and last["attempts"] == 4, last
    assert [bool(a["problem"]) for a in last["log"]] == [True, True, True, False], last
    assert "500" in last["log"][0]["problem"], last
    ids = [headers["webhook-id"] for headers, _ in world.web.at("/flaky")]
    assert len(ids) == 4 and len(set(ids)) == 1, ids
    world.program.advance(minutes=10)
    person.complete("Another")
    assert wait_until(lambda: len(world.web.at("/flaky")) == 5)
    assert world.web.at("/flaky")[4][0]["webhook-id"] != ids[0]


def test_webhook_is_given_up_after_four_tries(world):
    """C-10, C-12, R-06: 1 try and 3 more, then the audit has it, and the person can read why."""
    person = Person(world.program)
    world.web.answers["/down"] = [503] * 9
    hook = person.channel("webhook", world.web.url("/down"), name="Home", topics=["reminder"])
    reminder = person.remind("Water plants")
    world.program.advance(minutes=10)
    last = to_the_end(world, person, hook)
    assert last["state"] == "failed" and last["attempts"] == 4, last
    world.program.advance(hours=1)
    assert len(world.web.at("/down")) == 4

    def audited():
        entries = person.ok("GET", "/audit?limit=200")["items"]
        return [e for e in entries if "notification.sent" in json.dumps(e) and '"failed"' in json.dumps(e)]
    assert wait_until(audited), person.ok("GET", "/audit?limit=200")
    why = person.ok("GET", f"/reminders/{reminder}/deliveries")
    print("      " + why["explanation"], *["\n      " + d["name"] + ": " + d["explanation"] for d in why["items"]])
    home = [d for d in why["items"] if d["name"] == "Home"][0]
    assert "4 tries" in home["explanation"] and "503" in home["explanation"], home
    assert "Home" in why["explanation"], why


def test_redirects_are_not_followed(world):
    person = Person(world.program)
    world.web.answers["/moved"] = ["redirect"]
    hook = person.channel("webhook", world.web.url("/moved"), topics=["completion"])
    person.complete("Moved")
    failed = person.settled(hook, "failed")[0]
    assert failed["attempts"] == 1 and "Redirects" in failed["reason"], failed
    assert not world.web.at("/elsewhere")


def test_silent_receiver_holds_up_nobody(world):
    """F-10: a receiver that never answers is left after 10 s; meanwhile others get theirs."""
    person = Person(world.program)
    world.web.answers["/silent"] = ["hang"]
    silent = person.channel("webhook", world.web.url("/silent"), topics=["completion"])
    prompt = person.channel("webhook", world.web.url("/prompt"), topics=["completion"])
    began = time.monotonic()
    person.complete("Hush")
    assert person.settled(prompt, "sent") and time.monotonic() - began < 8
    waiting = person.tried(silent, 1)[0]
    assert waiting["state"] == "pending" and "in time" in waiting["log"][0]["problem"], waiting
    world.program.advance(seconds=9)
    assert person.settled(silent, "sent")


def test_gone_receiver_switches_its_channel_off(world):
    person = Person(world.program)
    world.web.answers["/gone"] = [410]
    hook = person.channel("webhook", world.web.url("/gone"), topics=["completion"])
    person.complete("Gone")
    assert "switched off" in person.settled(hook, "failed")[0]["reason"]
    assert [c["enabled"] for c in person.ok("GET", "/notification-channels")["items"]] == [False]


def test_own_certificate_is_trusted_where_it_is_named(world):
    person = Person(world.program)
    hook = person.channel("webhook", world.secure_web.url("/tls"), topics=["completion"])
    person.complete("Secure")
    assert person.settled(hook, "sent") and world.secure_web.at("/tls")


def test_private_addresses_are_refused_unless_allowed(world):
    """Decision 13: by every spelling, when a channel is made and when a name turns out to lead there."""
    program = world.serve(private_targets="refuse")
    person = Person(program)
    port = world.web.port
    for host in ("127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "[::ffff:127.0.0.1]", "[fd00::1]",
                 "[64:ff9b::7f00:1]", "0.0.0.0", "printer.local"):
        status, problem = person.call("POST", "/notification-channels",
                                      {"kind": "webhook", "target": f"http://{host}:{port}/ssrf"})
        assert status == 422 and "private-targets" in problem["detail"], (host, status, problem)
    # Not addresses by their spelling: the resolver makes 127.0.0.1 of them.
    for host in ("127.1", "0x7f000001", "2130706433"):
        hook = person.channel("webhook", f"http://{host}:{port}/ssrf", topics=["completion"])
        status, problem = person.call("POST", f"/notification-channels/{hook['id']}/test")
        assert status == 422 and "private-targets" in problem["detail"], (host, status, problem)
        person.complete("Reach inside")
        failed = person.settled(hook, "failed")[0]
        assert failed["attempts"] == 1, failed
        person.ok("DELETE", f"/notification-channels/{hook['id']}")
    assert not world.web.at("/ssrf")


def test_each_channel_has_a_test_button(world):
    person = Person(world.program)
    hook = person.channel("webhook", world.web.url("/button"))
    person.ok("POST", f"/notification-channels/{hook['id']}/test")
    assert json.loads(world.web.at("/button")[0][1])["kind"] == "test"
    world.web.answers["/button"] = [401]
    status, problem = person.call("POST", f"/notification-channels/{hook['id']}/test")
    assert status == 422 and "401" in problem["detail"], problem


def test_each_channel_gets_what_it_was_chosen_for(world):
    person = Person(world.program)
    chosen = person.channel("webhook", world.web.url("/chosen"), topics=["completion"])
    usual = person.channel("webhook", world.web.url("/usual"))
    off = person.channel("webhook", world.web.url("/off"), topics=["completion"], enabled=False)
    assert set(usual["topics"]) == {"reminder", "digest"}
    person.complete("Choose")
    assert person.settled(chosen, "sent")
    assert "did not choose" in person.settled(usual, "skipped")[0]["explanation"]
    assert "switched" in person.settled(off, "skipped")[0]["explanation"]
    assert not world.web.at("/usual") and not world.web.at("/off")


def test_quiet_hours_hold_channels_back(world):
    person = Person(world.program, "Europe/Berlin")
    local = lambda hours: (world.program.now.hour + hours) % 24
    # Two hours around now by the person's clock, which is one or two hours ahead.
    person.ok("PATCH", "/notifications/settings",
              {"quietHours": {"from": f"{local(0):02}:00", "to": f"{local(4):02}:00"}})
    hook = person.channel("webhook", world.web.url("/quiet"), topics=["completion"])
    person.complete("Hush now")
    waiting = person.settled(hook, "pending")[0]
    assert "quiet hours" in waiting["explanation"] and not world.web.at("/quiet"), waiting
    world.program.advance(hours=4)
    assert person.settled(hook, "sent")


# ---- mail

def test_mail_goes_by_starttls_with_a_sign_in(world):
    """C-05: over a connection that was made secure first, in any language."""
    person = Person(world.program)
    channel = confirmed_mail(world, person, "ann@example.org", topics=["completion"])
    person.complete("Grüße an Zoë ✓ und noch viel mehr Worte, damit der Betreff über eine Zeile hinausgeht")
    assert person.settled(channel, "sent"), person.deliveries(channel)
    mail = world.mailbox.to("ann@example.org")[0]
    message = parsed(mail)
    assert mail["tls"] and mail["signed_in"] and mail["from"] == "daybook@example.org", mail
    assert message["Subject"].startswith("Done: Grüße an Zoë ✓") and message["Subject"].endswith("hinausgeht")
    assert message["Message-ID"].endswith("@example.org>") and message["Auto-Submitted"] == "auto-generated"
    assert max(len(line) for line in mail["text"].split(b"\r\n")) <= 998


def test_greylisted_mail_comes_with_the_next_try(world):
    """C-12: 451 is for a moment, and the message keeps its id."""
    person = Person(world.program)
    channel = confirmed_mail(world, person, "grey@example.org", topics=["completion"])
    world.mailbox.answers["grey@example.org"] = ["451 4.7.1 Greylisted, come back later"]
    person.complete("Grey")
    first = person.tried(channel, 1)[0]
    assert first["state"] == "pending" and not world.mailbox.to("grey@example.org"), first
    world.program.advance(seconds=9)
    sent = person.settled(channel, "sent")[0]
    assert sent["attempts"] == 2 and len(world.mailbox.to("grey@example.org")) == 1
    assert sent["id"] in parsed(world.mailbox.to("grey@example.org")[0])["Message-ID"]


def test_refused_mail_is_not_repeated(world):
    person = Person(world.program)
    channel = confirmed_mail(world, person, "nobody@example.org", topics=["completion"])
    world.mailbox.answers["nobody@example.org"] = ["550 5.1.1 No such user"] * 4
    person.complete("Nobody")
    failed = person.settled(channel, "failed")[0]
    assert failed["attempts"] == 1 and "550" in failed["reason"], failed


def test_mail_goes_by_implicit_tls(world):
    program = world.serve(smtp_url=f"smtps://127.0.0.1:{world.implicit.port}")
    person = Person(program)
    channel = confirmed_mail(world, person, "implicit@example.org", topics=["completion"])
    person.complete("Implicit")
    assert person.settled(channel, "sent"), person.deliveries(channel)
    assert world.mailbox.to("implicit@example.org")[0]["signed_in"]


def test_wrong_mail_settings_are_named(world):
    """A wrong password, a certificate that nobody vouches for, a server that is away: each says what it is."""
    url = f"smtp://127.0.0.1:{world.starttls.port}"
    for settings, words in (({"smtp_url": url, "smtp_password": "wrong"}, "smtp-password"),
                            ({"smtp_url": url, "ca_file": ""}, "ca-file"),
                            ({"smtp_url": "smtp://127.0.0.1:1"}, "Mail server")):
        person = Person(world.serve(**settings))
        channel = person.channel("email", "wrong@example.org", topics=["completion"])
        assert not channel["confirmed"]
        status, problem = person.call("POST", f"/notification-channels/{channel['id']}/code")
        assert status == 422 and words in problem["detail"], (settings, problem)
    assert not world.mailbox.to("wrong@example.org")


def test_mail_goes_only_to_an_address_that_was_confirmed(world):
    """C-05: nobody has Daybook write to others: the code that was mailed there must be entered first."""
    person = Person(world.program)
    channel = person.channel("email", "new@example.org", topics=["completion"])
    path = f"/notification-channels/{channel['id']}"
    person.complete("Too early")
    assert "not confirmed" in person.settled(channel, "skipped")[0]["explanation"]
    status, problem = person.call("POST", path + "/test")
    assert status == 422 and "not confirmed" in problem["detail"], problem
    mails = world.mailbox.to("new@example.org")
    assert len(mails) == 1, mails  # The code alone.
    code = re.search(r"\b(\d{6})\b", parsed(mails[0]).get_content())[1]

    wrong = "000000" if code != "000000" else "111111"
    status, problem = person.call("POST", path + "/confirm", {"code": wrong})
    assert status == 422 and problem["type"].endswith(":wrong-code"), problem
    stranger = Person(world.program)
    assert stranger.call("POST", path + "/confirm", {"code": code})[0] == 404
    for _ in range(4):
        assert person.call("POST", path + "/confirm", {"code": wrong})[0] == 422
    assert person.call("POST", path + "/confirm", {"code": code})[0] == 422, "five tries are enough"

    assert person.call("POST", path + "/code")[0] == 204
    code = re.search(r"\b(\d{6})\b", parsed(world.mailbox.to("new@example.org")[1])["Subject"])[1]
    spaced = f"{code[:3]} {code[3:]}"
    assert person.ok("POST", path + "/confirm", {"code": spaced})["confirmed"]
    person.ok("POST", path + "/test")
    assert len(world.mailbox.to("new@example.org")) == 3

    # Another address is another reader; a code is for the address that it went to.
    assert person.ok("PATCH", path, {"name": "Mail"})["confirmed"]
    assert not person.ok("PATCH", path, {"target": "newer@example.org"})["confirmed"]
    assert len(world.mailbox.to("newer@example.org")) == 1
    assert person.call("POST", path + "/confirm", {"code": code})[0] == 422
    world.program.advance(hours=25)
    late = re.search(r"\b(\d{6})\b", parsed(world.mailbox.to("newer@example.org")[0])["Subject"])[1]
    assert person.call("POST", path + "/confirm", {"code": late})[0] == 422, "a day is over"
    for _ in range(5):
        assert person.call("POST", path + "/code")[0] == 204
    status, problem = person.call("POST", path + "/code")
    assert status == 429, problem


# ---- ntfy, Gotify

def test_ntfy_and_gotify_get_their_own_formats(world):
    """C-05"""
    person = Person(world.program)
    ntfy = person.channel("push", world.web.url("/ntfy/my-topic"), secret="tk_1", topics=["completion"])
    gotify = person.channel("push", world.web.url("/message"), secret="AppToken", topics=["completion"])
    person.complete("Push")
    assert person.settled(ntfy, "sent") and person.settled(gotify, "sent")
    headers, body = world.web.at("/ntfy/")[0]
    assert json.loads(body) == {"topic": "my-topic", "title": "Done: Push", "message": "Done: Push"}
    assert headers["authorization"] == "Bearer tk_1"
    headers, body = world.web.at("/message")[0]
    assert json.loads(body)["title"] == "Done: Push" and headers["x-gotify-key"] == "AppToken"


# ---- Web Push

def unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def padded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_web_push_is_sealed_for_the_browser_and_signed(world):
    """C-05; RFC 8291, RFC 8292: the push service reads nothing, knows who sends, and a subscription that ends is removed."""
    person = Person(world.program)
    browser, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    point = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    channel = person.channel("web-push", world.web.url("/subscription/1"), topics=["completion"],
                             secret=json.dumps({"p256dh": unpadded(point), "auth": unpadded(auth)}))
    person.complete("Sealed")
    assert person.settled(channel, "sent"), person.deliveries(channel)
    headers, body = world.web.at("/subscription/1")[0]
    assert headers["content-encoding"] == "aes128gcm" and int(headers["ttl"]) > 0 and b"Sealed" not in body
    plain = json.loads(http_ece.decrypt(body, private_key=browser, auth_secret=auth, version="aes128gcm"))
    assert plain["title"] == "Done: Sealed"

    scheme, _, fields = headers["authorization"].partition(" ")
    fields = dict(field.strip().split("=", 1) for field in fields.split(","))
    assert scheme == "vapid"
    # The key that the browser was given when it subscribed.
    assert fields["k"] == person.ok("GET", "/notifications/settings")["webPushKey"]
    signed, _, signature = fields["t"].rpartition(".")
    signature = padded(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), padded(fields["k"]))
    der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    public.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    try:
        public.verify(der, signed.encode() + b"x", ec.ECDSA(hashes.SHA256()))
        raise AssertionError("a changed token verifies")
    except InvalidSignature:
        pass
    claims = json.loads(padded(signed.split(".")[1]))
    assert claims["aud"] == world.web.url("") and claims["sub"] == "mailto:daybook@example.org", claims
    assert 0 < claims["exp"] - world.program.now.timestamp() <= 86400, claims

    world.web.answers["/subscription/1"] = [410]
    person.complete("Ended")
    assert wait_until(lambda: not person.ok("GET", "/notification-channels")["items"])


# ---- a crash

def test_retry_outlives_a_kill(world):
    """C-12, R-05: what was not delivered when the process was killed is delivered by the next one, under the same id."""
    program = world.serve()
    person = Person(program)
    world.web.answers["/killed"] = [500]
    hook = person.channel("webhook", world.web.url("/killed"), topics=["completion"])
    person.complete("Survive")
    assert person.tried(hook, 1)[0]["state"] == "pending"
    program.kill_and_start()
    program.advance(seconds=9)
    assert person.settled(hook, "sent")
    assert len({headers["webhook-id"] for headers, _ in world.web.at("/killed")}) == 1


# ---- digest

def test_digest_comes_once_a_day_by_mail_and_in_the_chat(world):
    """C-13: at the person's hour in their zone, with what is due and overdue; once, also when the server dies after it."""
    program = world.serve(smtp_url=f"smtp://127.0.0.1:{world.starttls.port}")
    person = Person(program, "America/New_York")
    channel = confirmed_mail(world, person, "digest@example.org", topics=["digest"])
    # The notifier has heard of the person, and so of their zone, once it says that something of theirs is done.
    person.complete("Hello")
    assert wait_until(lambda: person.ok("GET", "/notifications")["items"])
    day = program.now.strftime("%Y-%m-%d")
    before = (program.now.replace(day=1) if program.now.day > 1 else program.now).strftime("%Y-%m-%d")
    person.ok("POST", "/tasks", {"title": "Pay rent", "dueDate": day})
    if before != day:
        person.ok("POST", "/tasks", {"title": "Late thing", "dueDate": before})
    person.ok("PATCH", "/notifications/settings", {"digestAt": "07:30"})
    # 09:00Z is 04:00 or 05:00 there: 07:30 comes within 4 hours.
    program.advance(hours=4)
    assert person.settled(channel, "sent"), person.deliveries(channel)
    text = parsed(world.mailbox.to("digest@example.org")[0]).get_content()
    assert "Due today" in text and "Pay rent" in text and (before == day or "Late thing" in text), text

    def said():
        return [m for c in person.ok("GET", "/conversations")["items"]
                for m in person.ok("GET", f"/conversations/{c['id']}/messages")["items"] if "Pay rent" in m["text"]]
    assert wait_until(said)
    program.kill_and_start()
    program.advance(hours=2)
    person.complete("Something else, so that the server has been busy")
    digests = lambda: [n for n in person.ok("GET", "/notifications")["items"] if n["kind"] == "digest"]
    assert len(digests()) == 1 and len(world.mailbox.to("digest@example.org")) == 1 and len(said()) == 1
    program.advance(hours=22)
    assert wait_until(lambda: len(world.mailbox.to("digest@example.org")) == 2)
    assert len(digests()) == 2


CASES = [each for name, each in list(globals().items()) if name.startswith("test_")]


def main():
    chosen = [case for case in CASES if not sys.argv[2:] or case.__name__ in sys.argv[2:]]
    failures = 0
    world = World(sys.argv[1])
    try:
        for case in chosen:
            began = time.monotonic()
            try:
                case(world)
                print(f"ok    {case.__name__} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception:
                failures += 1
                print(f"FAILED {case.__name__}", flush=True)
                traceback.print_exc(file=sys.stdout)
    finally:
        world.close()
    print(f"{len(chosen) - failures} passed, {failures} failed")
    return failures > 0


sys.exit(main())
