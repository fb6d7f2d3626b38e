"""An open-loop load on a running Daybook, over as many open streams as there are people: each request is sent when the
schedule says, whether or not the one before it was answered, and its time counts from then."""

import asyncio
import json
import random
import time
from urllib.parse import urlsplit

WORDS = "call dentist invoice garden report milk train letter meeting roof bike exam passport soup lamp window".split()


class Connections:
    """Kept alive, each for one request at a time."""

    def __init__(self, url):
        self.where, self.idle = urlsplit(url), []

    async def send(self, method, path, token=None, body=None):
        """(status, body text); 0 when the connection failed."""
        reader, writer = self.idle.pop() if self.idle else (None, None)
        try:
            if not writer:
                reader, writer = await asyncio.open_connection(self.where.hostname, self.where.port)
            text = "" if body is None else json.dumps(body)
            writer.write((f"{method} {path} HTTP/1.1\r\nHost: {self.where.netloc}\r\n"
                          + (f"Authorization: Bearer {token}\r\n" if token else "")
                          + (f"Content-Type: application/json\r\nContent-Length: {len(text.encode())}\r\n" if text else "")
                          + "\r\n" + text).encode())
            head = await reader.readuntil(b"\r\n\r\n")
            status, size, closes = int(head.split(b" ", 2)[1]), 0, False
            for line in head.split(b"\r\n")[1:]:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    size = int(value)
                closes |= name.lower() == b"connection" and value.strip().lower() == b"close"
            answer = (await reader.readexactly(size)).decode() if size else ""
            if closes:
                writer.close()
            else:
                self.idle.append((reader, writer))
            return status, answer
        except (OSError, asyncio.IncompleteReadError, ValueError):
            if writer:
                writer.close()
            return 0, ""


class Load:
    def __init__(self, url, people):
        self.url, self.connections, self.people = url, Connections(url), people
        self.tokens, self.told, self.acknowledged, self.errors = [], {}, {}, 0
        self.times = {"read": [], "create": [], "chat": []}
        self.open = 0

    async def sign_up(self):
        gate = asyncio.Semaphore(4)  # Hashing a password takes its time, and is queued.

        async def one(number):
            async with gate:
                for _ in range(20):
                    status, body = await self.connections.send("POST", "/api/v1/auth/register", None, {
                        "email": f"person{number}-{random.getrandbits(32)}@example.com",
                        "password": "correct horse battery", "name": "Ada", "timezone": "Europe/London"})
                    if status == 201:
                        self.tokens.append(json.loads(body)["accessToken"])
                        return
                    await asyncio.sleep(0.5)
                raise RuntimeError(f"sign-up: {status} {body}")
        await asyncio.gather(*(one(number) for number in range(self.people)))

    async def watch(self, token):
        where = self.connections.where
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write((f"GET /api/v1/stream HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {token}\r\n"
                      "Accept: text/event-stream\r\n\r\n").encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(f"stream: {head[:60]}")
        self.open += 1
        try:
            async for line in reader:
                if line.startswith(b"data:") and b'"task.created"' in line:
                    event = json.loads(line[5:])
                    self.told.setdefault(event["subject"], time.monotonic())
        except (OSError, ValueError):
            self.errors += 1
        finally:
            writer.close()

    async def one(self, kind, token, due):
        if kind == "read":
            path = random.choice(("/api/v1/tasks?limit=20", "/api/v1/tasks?limit=20&status=open", "/api/v1/reminders"))
            status, _ = await self.connections.send("GET", path, token)
        elif kind == "create":
            title = " ".join(random.sample(WORDS, 2))
            status, body = await self.connections.send("POST", "/api/v1/tasks", token, {"title": title})
            if status == 201:
                self.acknowledged[json.loads(body)["id"]] = time.monotonic()
        else:
            status, _ = await self.connections.send("POST", "/api/v1/chat", token, {
                "message": f"{random.choice(WORDS)} tomorrow at {random.randint(1, 11)}pm"})
        self.times[kind].append(time.monotonic() - due)
        self.errors += not 200 <= status < 300

    async def run(self, rate, seconds):
        """80 % reads, 15 % creates, 5 % chat."""
        watchers = [asyncio.create_task(self.watch(token)) for token in self.tokens]
        while self.open < len(watchers) and not any(task.done() for task in watchers):
            await asyncio.sleep(0.05)
        began, running = time.monotonic(), set()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            share = number % 20
            kind = "chat" if share == 19 else "create" if share in (4, 10, 16) else "read"
            task = asyncio.create_task(self.one(kind, random.choice(self.tokens), due))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
        end = time.monotonic() + 10
        while set(self.acknowledged) - set(self.told) and time.monotonic() < end:
            await asyncio.sleep(0.1)
        for task in watchers:
            task.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)

    def delays(self):
        """From each create's answer until its screen had it; and how many never came."""
        lost = set(self.acknowledged) - set(self.told)
        return [max(0.0, self.told[each] - at) for each, at in self.acknowledged.items() if each in self.told], len(lost)
