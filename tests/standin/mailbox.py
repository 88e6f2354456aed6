"""A mail server on loopback that takes every message and keeps it; only as much of SMTP as a client needs."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Session(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("220 mailbox")
        for line in iter(self.rfile.readline, b""):
            command = line.strip().upper()
            if command.startswith(b"DATA"):
                self._say("354 go on")
                self.server.messages.append(self._body())
                self._say("250 kept")
            elif command.startswith(b"QUIT"):
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _body(self) -> bytes:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(lines)

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


class Mailbox(socketserver.ThreadingTCPServer):
    """The server; `messages` are the bytes of what was sent."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[bytes] = []

    @property
    def port(self) -> int:
        """The port that was free."""
        return int(self.server_address[1])


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """Serve a mailbox until the end of the block."""
    with Mailbox() as mailbox:
        thread = threading.Thread(target=mailbox.serve_forever, daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            mailbox.shutdown()
            thread.join()
