"""A WebSocket client of a few lines, for the stream (RFC 6455; text messages, nothing fragmented)."""

import base64
import json
import os
import socket
import threading
import time
from urllib.parse import urlsplit


class WebSocket(threading.Thread):
    """Collects the messages of /api/v1/stream; `cursor` is where it stands."""

    def __init__(self, person, url, cursor=None):
        super().__init__(daemon=True)
        self.events, self.cursor = [], cursor
        where = urlsplit(url)
        self.socket = socket.create_connection((where.hostname, where.port), 10)
        query = f"?cursor={cursor}" if cursor else ""
        self.socket.sendall((
            f"GET /api/v1/stream{query} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
            f"Authorization: Bearer {person.token}\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        status = self.file.readline().decode()
        if " 101 " not in status:
            raise OSError(f"no WebSocket: {status.strip()}")
        while self.file.readline().strip():
            pass
        self.socket.settimeout(None)
        self.start()

    def run(self):
        try:
            while (message := self.message()) is not None:
                at, body = time.monotonic(), json.loads(message)
                self.cursor = body.get("cursor") or self.cursor
                if body.get("specversion"):
                    self.events.append((at, body))
        except (OSError, ValueError):
            pass

    def message(self):
        while head := self.file.read(2):
            kind, size = head[0] & 15, head[1] & 127
            if size > 125:
                size = int.from_bytes(self.file.read(2 if size == 126 else 8), "big")
            body = self.file.read(size)
            if kind == 1:
                return body
            if kind == 9:
                mask = os.urandom(4)
                self.socket.sendall(bytes([0x8A, 0x80 | len(body)]) + mask +
                                    bytes(byte ^ mask[i % 4] for i, byte in enumerate(body)))
            if kind == 8:
                return None
        return None

    def close(self):
        self.socket.close()
