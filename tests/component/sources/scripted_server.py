"""A server on loopback that answers as a script says, request by request, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """One answer; `announced` is the Content-Length where it is not the truth."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    announced: int | None = None
    delay_seconds: float = 0.0
    is_reset: bool = False


@dataclass
class Scripted:
    """The server's address, the paths that were requested, and what it answers to each."""

    url: str
    asked: list[str]


@contextlib.contextmanager
def scripted(answer: Callable[[str, int], Answer]) -> Iterator[Scripted]:
    """Serve until the block ends.

    `answer` gets the path with its query and the number of the request, from 0.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            given = answer(self.path, len(asked) - 1)
            time.sleep(given.delay_seconds)
            if given.is_reset:
                # lingering for no time at all makes the system send a reset instead of a farewell
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            with contextlib.suppress(ConnectionError):
                self.send_response(given.status)
                for name, value in given.headers.items():
                    self.send_header(name, value)
                self.send_header(
                    "Content-Length", str(len(given.body) if given.announced is None else given.announced)
                )
                self.end_headers()
                self.wfile.write(given.body)

        def finish(self) -> None:
            with contextlib.suppress(OSError, ValueError):
                super().finish()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Scripted(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def in_turn(*answers: Answer) -> Callable[[str, int], Answer]:
    """Answer each request with the next of the list, and all later ones with the last."""
    return lambda _, number: answers[min(number, len(answers) - 1)]
