"""One request to the guard of the UI, in this process, and what the guard sent."""

from __future__ import annotations

import asyncio
from typing import Any

from smallcap.hosts import Authority, parse_hosts
from smallcap.pipelines.web.guard import Guard

HOST = "127.0.0.1:3000"
ADDRESS = Authority("127.0.0.1", 3000)
PASSED = 200
VISIT = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
"""What a browser sends when the user follows a link from another site."""


def ask(
    method: str = "GET",
    path: str = "/",
    headers: dict[str, str] | list[tuple[str, str]] | None = None,
    *,
    host: str | None = HOST,
    named: str = "",
    token: str | None = None,
    kind: str = "http",
    query: bytes = b"",
    extensions: dict[str, Any] | None = None,
    guard: Guard | None = None,
) -> list[dict[str, Any]]:
    """Put one request to the guard; return what it sent."""
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
    given = ([("host", host)] if host is not None else []) + pairs
    scope: dict[str, Any] = {
        "type": kind,
        "path": path,
        "query_string": query,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given],
    }
    scope |= {"method": method} if kind == "http" else {"extensions": extensions or {}}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run((guard or guarded(named, token))(scope, receive, send))
    return sent


def guarded(named: str = "", token: str | None = None) -> Guard:
    """Return a guard in front of an application that answers everything."""
    return Guard(application, ADDRESS, parse_hosts(named), token)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer everything."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    headers = [(b"content-type", b"text/html"), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": PASSED, "headers": headers})


def status(*given: Any, **options: Any) -> int:
    """Return the status of the answer."""
    return ask(*given, **options)[0]["status"]
