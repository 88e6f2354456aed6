"""What stands between a browser and the UI: an SSH tunnel, or a reverse proxy that sets its own headers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

HEAD_ENDS = b"\r\n\r\n"


@contextmanager
def relay(target: int, headers: Mapping[str, str] | None = None) -> Iterator[int]:
    """Pass connections on to a port of this machine.

    Parameters
    ----------
    target
        The port.
    headers
        Headers that replace those of the first request of a connection, which is then its only one: as a
        reverse proxy sets them. None: every byte is passed on as it is, as a tunnel does.

    Yields
    ------
    int
        The port that it listens on.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, target, headers), daemon=True).start()
        yield listening.getsockname()[1]


def _accept(listening: socket.socket, target: int, headers: Mapping[str, str] | None) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_serve, args=(client, target, headers), daemon=True).start()


def _serve(client: socket.socket, target: int, headers: Mapping[str, str] | None) -> None:
    with client, suppress(OSError), socket.create_connection(("127.0.0.1", target)) as server:
        if headers is not None:
            server.sendall(_with_headers(_head(client), headers))
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        _copy(client, server)
        back.join()


def _head(client: socket.socket) -> bytes:
    received = b""
    while HEAD_ENDS not in received and (piece := client.recv(65_536)):
        received += piece
    return received


def _with_headers(request: bytes, headers: Mapping[str, str]) -> bytes:
    head, _, body = request.partition(HEAD_ENDS)
    first, *lines = head.decode("latin-1").split("\r\n")
    replaced = {name.lower() for name in headers}
    kept = [line for line in lines if line.partition(":")[0].lower() not in replaced]
    # A second request on the same connection would keep its own headers.
    if not any(line.lower().startswith("upgrade:") for line in kept):
        kept = [line for line in kept if not line.lower().startswith("connection:")] + ["Connection: close"]
    new = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([first, *kept, *new]).encode("latin-1") + HEAD_ENDS + body


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
