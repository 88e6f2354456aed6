"""The guard in front of Dagster's web server: it checks the host, the origin and the form of each request.

Dagster's server has no login, and asks no request where it comes from. Without a guard any page that the user
visits could start runs through the user's own browser: by a link to a mutation, by a form, by a WebSocket, or
under a name of its own that it points at this machine. A browser says truthfully under which name it asks
(Host) and from which page (Origin, Sec-Fetch-Site); so these are compared, and only the form of a request
that a foreign page cannot give it without asking first (JSON) is let through to change anything. Programs on
this machine send neither Origin nor Sec-Fetch-Site, and are answered. Where the UI has a token, every request
has to show it as well (`sign_in`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from smallcap.hosts import Authority, is_same_host, own_hosts, parse_authority, parse_origin, url_of
from smallcap.pipelines.web.sign_in import REMEDY, SignIn

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

GRAPHQL = "/graphql"
NOT_PAGES = (GRAPHQL, "/report_asset_", "/logs", "/download_debug", "/notebook", "/dagit", "/server_info")
"""Beginnings of the paths that answer programs.

A link from elsewhere may open every other one, which shows the UI.
"""
OWN_SITES = ("same-origin", "none")
"""What a browser calls a request of the UI's own pages, and of an address that the user typed."""
ADDED_HEADERS = [(b"x-frame-options", b"SAMEORIGIN"), (b"cross-origin-opener-policy", b"same-origin")]
POLICY_VIOLATION = 1008
UNAUTHORISED = 401


@dataclass(frozen=True)
class Refusal:
    """A request that is refused: the status of the answer, and one sentence with reason and remedy."""

    status: int
    sentence: str


class Guard:
    """An ASGI application that forwards permitted requests and refuses the rest.

    Parameters
    ----------
    app
        The application that is guarded.
    address
        The address and the port that it listens on.
    named
        Hosts other than this machine and that address under which it may be requested.
    token
        What every request has to show; None: nothing.
    """

    def __init__(
        self, app: App, address: Authority, named: Sequence[Authority] = (), token: str | None = None
    ) -> None:
        self._app = app
        self._named = tuple(named)
        self._sign_in = SignIn(token, address.port)
        self._url = url_of(address)
        self._allowed = (*own_hosts(address.host), *self._named)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._foreign(scope)
        if refusal is None and self._is_hand_over(scope):
            for message in self._sign_in.answer(scope["path"], is_encrypted=_is_encrypted(scope)):
                await send(message)
            return
        refusal = refusal or self._unsigned(scope) or _wrong_form(scope)
        if refusal is None:
            await self._app(scope, receive, _with_own_headers(send))
        else:
            await _refuse(scope, receive, send, refusal)

    def _is_hand_over(self, scope: Scope) -> bool:
        is_page = scope["type"] == "http" and scope["method"] == "GET" and not _answers_programs(scope)
        return is_page and self._sign_in.handed_over(scope.get("query_string", b""))

    def _unsigned(self, scope: Scope) -> Refusal | None:
        if self._sign_in.is_shown(_values(scope, b"authorization"), _values(scope, b"cookie")):
            return None
        return Refusal(UNAUTHORISED, REMEDY)

    def _foreign(self, scope: Scope) -> Refusal | None:
        hosts = _values(scope, b"host")
        host = parse_authority(hosts[0]) if len(hosts) == 1 else None
        if host is None or not any(entry.allows(host) for entry in self._allowed):
            return Refusal(
                403,
                f"the host {', '.join(hosts) or '(none)'} is not one that this UI answers to: open "
                f"it as {self._url}, or name the host in SMALLCAP_ALLOWED_HOSTS",
            )
        if not (self._is_own_page(scope, host) or _is_visit(scope)):
            return Refusal(
                403,
                "the request comes from a page of another site, which may not ask this UI: open "
                "the UI itself, "
                "or name the host under which you open it in SMALLCAP_ALLOWED_HOSTS",
            )
        return None

    def _is_own_page(self, scope: Scope, host: Authority) -> bool:
        origins = [parse_origin(text) for text in _values(scope, b"origin")]
        is_own_origin = all(origin is not None and self._is_own_origin(origin, host) for origin in origins)
        return is_own_origin and all(site in OWN_SITES for site in _values(scope, b"sec-fetch-site"))

    def _is_own_origin(self, origin: Authority, host: Authority) -> bool:
        # A proxy may ask under this machine's name for a page that the browser has from the proxy's.
        return is_same_host(origin, host) or any(entry.allows(origin) for entry in self._named)


def _is_visit(scope: Scope) -> bool:
    """Tell whether the user follows a link from elsewhere to a page of the UI, which only shows it."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or _values(scope, b"origin"):
        return False
    is_navigation = _values(scope, b"sec-fetch-mode") == ["navigate"] and _values(
        scope, b"sec-fetch-dest"
    ) == ["document"]
    return is_navigation and not _answers_programs(scope)


def _answers_programs(scope: Scope) -> bool:
    return str(scope["path"]).startswith(NOT_PAGES)


def _is_encrypted(scope: Scope) -> bool:
    """Tell whether the browser asks over HTTPS: a proxy that decrypts says so."""
    return scope.get("scheme") == "https" or _values(scope, b"x-forwarded-proto") == ["https"]


def _wrong_form(scope: Scope) -> Refusal | None:
    if scope["type"] != "http":
        return None
    method, path = scope["method"], scope["path"]
    if method not in ("GET", "HEAD", "POST"):
        return Refusal(
            405, f"{method} is not answered here: pages are read with GET, everything else is asked with POST"
        )
    if method != "POST" and path.startswith(GRAPHQL):
        return Refusal(
            405, "GraphQL is asked with POST and JSON only: a link must not be able to start anything"
        )
    types = [text.partition(";")[0].strip().lower() for text in _values(scope, b"content-type")]
    if method == "POST" and types != ["application/json"]:
        return Refusal(
            415, "send the request as application/json: other forms can be sent by any page that you visit"
        )
    return None


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _with_own_headers(send: Send) -> Send:
    """Let no answer be shown in a frame of another page, or be read by one."""

    async def send_on(message: Message) -> None:
        """Send a message with these headers in place of the application's own."""
        if message["type"] == "http.response.start":
            kept = [
                (key, value)
                for key, value in message.get("headers", [])
                if not key.lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": [*kept, *ADDED_HEADERS]}
        await send(message)

    return send_on


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    kind = "http.response"
    if scope["type"] == "websocket":
        await receive()
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        kind = "websocket.http.response"
    body = f"{refusal.sentence}\n".encode("latin-1", "replace")
    headers = [
        (b"content-type", b"text/plain; charset=latin-1"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        *([(b"www-authenticate", b"Bearer")] if refusal.status == UNAUTHORISED else []),
    ]
    await send({"type": f"{kind}.start", "status": refusal.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
