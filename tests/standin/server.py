"""The HTTP server on loopback: reads requests within bounds, and sends answers whole, cut, late or not at
all.
"""

from __future__ import annotations

import datetime as dt
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from tests.standin import control
from tests.standin.faults import CONNECTION, SLOW, TRUNCATED, Fault, of_kind
from tests.standin.plans import GOOD_KEY
from tests.standin.service import Service
from tests.standin.settings import Settings
from tests.standin.universe import Universe
from tests.standin.wire import Answer, RefusedError, Request, document

HOST: Final = "127.0.0.1"
LONGEST_TARGET: Final = 32_768
LARGEST_BODY: Final = 1_000_000
FAULT_HEADER: Final = "X-Standin-Fault"
LONGEST_WAIT_SECONDS: Final = 60.0
PIECES: Final = 10
"""Of an answer that is sent slowly."""


class StandIn:
    """A stand-in that runs in a thread of this process.

    Parameters
    ----------
    universe
        What is served.
    today
        The clock of the data; None is the last day of the universe.
    plan
        The plan of the good key.
    port
        0 takes a free one.
    """

    key = GOOD_KEY

    def __init__(
        self, universe: Universe, today: dt.date | None = None, plan: str = "pro", port: int = 0
    ) -> None:
        self.service = Service(universe, Settings.at(today or universe.clock, plan))
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer((HOST, port), _handler(self.service, self._stopping))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        self._thread.join()

    def fault(
        self,
        path: str,
        kind: str,
        count: int | None = 1,
        *,
        skip: int = 0,
        contains: str = "",
        **parameters: Any,
    ) -> None:
        """Set a fault; `Fault` says what the arguments mean."""
        described = {
            "path": path,
            "kind": kind,
            "count": count,
            "skip": skip,
            "contains": contains,
            "parameters": parameters,
        }
        self.service.set_fault(described)

    def lift(self) -> None:
        """Take every fault back."""
        self.service.faults.lift()

    def configure(self, **changes: Any) -> None:
        """Change settings; `Settings` says which there are."""
        self.service.configure(changes)

    def counts(self) -> dict[str, int]:
        """Return how often each endpoint was asked."""
        return dict(self.service.log.shown()["counts"])

    def requests(self, endpoint: str = "") -> list[dict[str, Any]]:
        """Return the requests that came, oldest first; with an endpoint only its own."""
        return [
            entry for entry in self.service.log.shown()["requests"] if endpoint in ("", entry["endpoint"])
        ]

    def reset(self) -> None:
        """Go back to the start."""
        self.service.reset()


def _handler(service: Service, stopping: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "standin"
        timeout = 30
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self._is_too_large():
                return
            if stopping.is_set():
                self.close_connection = True
                return
            request = Request.of(
                self.path, self.headers.get("X-API-Key"), self.headers.get("User-Agent") or ""
            )
            if request.parts[0] == "__control":
                self._control(request)
                return
            try:
                faults = service.faults.take(request, self.headers.get(FAULT_HEADER))
            except RefusedError as refused:
                self._send(document(refused.body, refused.status))
                return
            named = " ".join(fault.kind for fault in faults) or None
            broken = of_kind(faults, *CONNECTION)
            if broken is not None:
                service.log.add(request, None, named)
                self._fail(broken)
                return
            answer = service.answer(request, faults)
            service.log.add(request, answer, named)
            slow = of_kind(faults, SLOW)
            seconds = float(slow.parameters.get("seconds", 1)) if slow else 0.0
            self._send(answer, is_cut=of_kind(faults, TRUNCATED) is not None, seconds=seconds)

        def do_POST(self) -> None:
            if not self._is_too_large():
                self._control(Request.of(self.path, None))

        def do_DELETE(self) -> None:
            self.do_POST()

        def _control(self, request: Request) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                answer = control.answer(self.command, request, body, service)
            except RefusedError as refused:
                answer = document(refused.body, refused.status)
            self._send(answer)

        def _is_too_large(self) -> bool:
            length = self.headers.get("Content-Length") or "0"
            if len(self.path) <= LONGEST_TARGET and length.isdigit() and int(length) <= LARGEST_BODY:
                return False
            self.close_connection = True
            self._send(document({"error": "too_large", "detail": "the request is too large"}, 413))
            return True

        def _send(self, answer: Answer, *, is_cut: bool = False, seconds: float = 0.0) -> None:
            """Send an answer, in pieces over some seconds.

            One that is cut announces its whole length and ends in the middle.
            """
            sent = answer.content[: len(answer.content) // 2] if is_cut else answer.content
            self.close_connection = self.close_connection or is_cut
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.content)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                size = -(-len(sent) // PIECES) if seconds and sent else max(len(sent), 1)
                for start in range(0, len(sent), size):
                    stopping.wait(seconds / PIECES)
                    self.wfile.write(sent[start : start + size])
            except OSError:
                self.close_connection = True

        def _fail(self, fault: Fault) -> None:
            """Let the connection show the fault: nothing comes, or it is reset."""
            self.close_connection = True
            if fault.kind == "timeout":
                stopping.wait(
                    min(float(fault.parameters.get("seconds", LONGEST_WAIT_SECONDS)), LONGEST_WAIT_SECONDS)
                )
            else:
                # a linger of zero makes the close a reset
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

        def log_message(self, *_: object) -> None:
            """Write nothing: the list of requests says what came."""

    return Handler
