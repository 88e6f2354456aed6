"""The guard of Dagster's UI: which requests it passes on, and which it refuses with one sentence.

And which routes there are.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.routing import Route, WebSocketRoute

from smallcap.errors import InputError
from smallcap.hosts import parse_hosts
from smallcap.pipelines.web.guard import NOT_PAGES, Guard
from smallcap.settings import load_settings

HOST = "127.0.0.1:3000"
JSON = {"content-type": "application/json"}
VISIT = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
PASSED = 200


def ask(
    method: str = "GET",
    path: str = "/",
    headers: dict[str, str] | list[tuple[str, str]] | None = None,
    *,
    host: str | None = HOST,
    named: str = "",
    kind: str = "http",
    extensions: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Put one request to the guard; return what it sent."""
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
    given = ([("host", host)] if host is not None else []) + pairs
    scope: dict[str, Any] = {
        "type": kind,
        "path": path,
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given],
    }
    scope |= {"method": method} if kind == "http" else {"extensions": extensions or {}}
    sent: list[dict[str, Any]] = []

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if kind == "websocket":
            await send({"type": "websocket.accept"})
            return
        headers = [(b"content-type", b"text/html"), (b"access-control-allow-origin", b"*")]
        await send({"type": "http.response.start", "status": PASSED, "headers": headers})

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(Guard(guarded, parse_hosts(named))(scope, receive, send))
    return sent


def status(*given: Any, **options: Any) -> int:
    return ask(*given, **options)[0]["status"]


# -- the host
# -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["127.0.0.1", HOST, "localhost:3000", "LOCALHOST:1", "[::1]:3000", "[::1]", "localhost:8080"]
)
def test_this_machine_is_asked_under_its_own_names_at_any_port(host):
    assert status(host=host) == PASSED


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:3000",
        "127.0.0.1.evil.test",
        "localhost.evil.test:3000",
        "evil.test#127.0.0.1",
        "127.0.0.1@evil.test",
        "localhost.",
        "0.0.0.0:3000",
        "192.168.1.7:3000",
        "127.0.0.1:3000:3000",
        "127.0.0.1:999999",
        "[::ffff:127.0.0.1]",
        "",
        " ",
        None,
    ],
)
def test_any_other_name_is_refused_whatever_address_it_stands_for(host):
    assert status(host=host) == 403
    assert status("POST", "/graphql", JSON, host=host) == 403


def test_two_hosts_are_refused_also_when_one_is_right():
    assert status(headers=[("host", "evil.test")]) == 403
    assert status(headers=[("host", HOST)]) == 403


def test_a_named_host_is_allowed_with_its_port_or_at_any():
    named = "research.example.com, gate.example.com:8443"
    assert status(host="research.example.com", named=named) == PASSED
    assert status(host="research.example.com:9000", named=named) == PASSED
    assert status(host="gate.example.com:8443", named=named) == PASSED
    assert status(host="gate.example.com", named=named) == 403
    assert status(host="other.example.com", named=named) == 403


@pytest.mark.parametrize(
    "hosts",
    ["*", "http://research.example.com", "research.example.com/ui", "a b", "host:port", ".example.com"],
)
def test_a_setting_that_is_not_a_list_of_hosts_is_refused(hosts):
    with pytest.raises(InputError, match="SMALLCAP_ALLOWED_HOSTS"):
        load_settings(allowed_hosts=hosts)


# -- the page that asks
# -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "host", "named"),
    [
        (f"http://{HOST}", HOST, ""),
        ("http://localhost:8080", "localhost:8080", ""),
        ("http://[::1]:3000", "[::1]:3000", ""),
        ("http://localhost", "localhost", ""),
        ("http://localhost", "localhost:80", ""),
        ("https://research.example.com", "research.example.com", "research.example.com"),
        ("https://research.example.com", HOST, "research.example.com"),
        ("https://gate.example.com:8443", HOST, "gate.example.com:8443"),
    ],
)
def test_the_ui_s_own_pages_may_ask_through_a_tunnel_and_a_proxy_too(origin, host, named):
    headers = {**JSON, "origin": origin, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}
    assert status("POST", "/graphql", headers, host=host, named=named) == PASSED


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.test",
        "https://evil.test:3000",
        "http://localhost:3000",
        "http://127.0.0.1:8888",
        "http://127.0.0.1",
        "http://127.0.0.1:3000.evil.test",
        "https://gate.example.com:9999",
        "ftp://127.0.0.1:3000",
        "chrome-extension://abcdefghijklmnop",
        "null",
        "",
        "127.0.0.1:3000",
    ],
)
def test_a_foreign_page_may_not_ask_whatever_the_form(origin):
    for given in (
        ("GET", "/", {}),
        ("POST", "/graphql", JSON),
        ("POST", "/report_asset_materialization/core/books", JSON),
    ):
        assert (
            status(given[0], given[1], {**given[2], "origin": origin}, named="gate.example.com:8443") == 403
        )


def test_one_foreign_origin_among_two_is_foreign():
    assert (
        status(
            "POST", "/graphql", [*JSON.items(), ("origin", f"http://{HOST}"), ("origin", "http://evil.test")]
        )
        == 403
    )


@pytest.mark.parametrize("site", ["cross-site", "same-site", "CROSS-SITE", "anything"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/graphql"), ("POST", "/graphql"), ("GET", "/logs/run/step/err")],
)
def test_what_a_browser_says_comes_from_another_site_is_refused(site, method, path):
    assert status(method, path, {**JSON, "sec-fetch-site": site}) == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_a_browser_says_is_the_ui_s_own_or_the_user_s_is_passed_on(site):
    assert status("GET", "/runs", {"sec-fetch-site": site, "sec-fetch-mode": "navigate"}) == PASSED
    assert status("POST", "/graphql", {**JSON, "sec-fetch-site": site}) == PASSED


# -- a link from elsewhere
# ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/runs", "/runs/123", "/assets/core/books", "/overview/activity", "/favicon.ico"]
)
def test_a_link_in_a_mail_opens_a_page_of_the_ui(path):
    assert status("GET", path, VISIT) == PASSED


@pytest.mark.parametrize(
    "path",
    [
        "/graphql",
        "/graphql/",
        "/logs/run/step/err",
        "/download_debug/123",
        "/notebook",
        "/dagit/notebook",
        "/dagit_info",
        "/server_info",
    ],
)
def test_a_link_opens_nothing_that_answers_programs(path):
    assert status("GET", path, VISIT) == 403


@pytest.mark.parametrize(
    "other", [{"sec-fetch-dest": "iframe"}, {"sec-fetch-dest": "image"}, {"sec-fetch-mode": "no-cors"}]
)
def test_a_page_of_the_ui_is_neither_framed_nor_read_by_another_site(other):
    assert status("GET", "/runs", {**VISIT, **other}) == 403


def test_a_form_of_another_site_is_no_visit():
    headers = {**VISIT, "content-type": "application/x-www-form-urlencoded"}
    assert status("POST", "/runs", headers) == 403
    assert status("GET", "/runs", {**VISIT, "origin": "http://evil.test"}) == 403


# -- the form of a request
# ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/graphql?query=mutation{x}"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*"])
def test_graphql_is_never_read_with_get(path, method, accept):
    assert status(method, path, {"accept": accept}) == 405


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get"])
def test_other_methods_are_refused_and_no_answer_invites_another_site(method):
    sent = ask(method, "/graphql", {"access-control-request-method": "POST"})
    assert sent[0]["status"] == 405
    assert [name for name, _ in sent[0]["headers"] if name.startswith(b"access-control-")] == []


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
@pytest.mark.parametrize("path", ["/graphql", "/report_asset_check/core/books"])
def test_json_is_passed_on(path, content_type):
    assert status("POST", path, {"content-type": content_type}) == PASSED


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; application/json",
        "text/plain;charset=application/json",
        "multipart/form-data; boundary=application/json",
        "application/x-www-form-urlencoded",
        "application/graphql",
        "application/jsonp",
        "application/json, text/plain",
        "application/json text/plain",
        "application/vnd.api+json",
        "",
        None,
    ],
)
@pytest.mark.parametrize("path", ["/graphql", "/report_asset_materialization/core/books", "/runs"])
def test_every_form_that_a_foreign_page_can_send_is_refused(path, content_type):
    assert status("POST", path, {} if content_type is None else {"content-type": content_type}) == 415


def test_two_content_types_are_refused():
    assert (
        status("POST", "/graphql", [("content-type", "application/json"), ("content-type", "text/plain")])
        == 415
    )


# -- WebSockets
# -------------------------------------------------------------------------------------------------------


def test_the_ui_s_own_websocket_is_accepted_and_that_of_a_program():
    assert ask(path="/graphql", headers={"origin": f"http://{HOST}"}, kind="websocket") == [
        {"type": "websocket.accept"}
    ]
    assert ask(path="/graphql", kind="websocket") == [{"type": "websocket.accept"}]


@pytest.mark.parametrize(
    ("headers", "host"),
    [
        ({"origin": "http://evil.test"}, HOST),
        ({"origin": "null"}, HOST),
        ({"origin": "http://localhost:3000"}, HOST),
        ({"sec-fetch-site": "cross-site"}, HOST),
        (VISIT, HOST),
        ({}, "evil.test:3000"),
        ({"origin": "http://evil.test:3000"}, "evil.test:3000"),
    ],
)
def test_a_foreign_websocket_is_refused_before_it_opens(headers, host):
    closed = ask(path="/graphql", headers=headers, host=host, kind="websocket")
    assert closed == [{"type": "websocket.close", "code": 1008}]
    answered = ask(
        path="/graphql",
        headers=headers,
        host=host,
        kind="websocket",
        extensions={"websocket.http.response": {}},
    )
    assert [message["type"] for message in answered] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert answered[0]["status"] == 403


# -- answers
# -------------------------------------------------------------------------------------------------------


def test_answers_may_be_neither_framed_nor_read_elsewhere():
    headers = dict(ask()[0]["headers"])
    assert headers[b"x-frame-options"] == b"SAMEORIGIN"
    assert b"access-control-allow-origin" not in headers


def test_a_refusal_is_one_sentence_of_plain_text_that_says_what_to_do():
    start, body = ask(host="<script>alert(1)</script>.evil.test")
    headers = dict(start["headers"])
    assert headers[b"content-type"].startswith(b"text/plain")
    assert headers[b"x-content-type-options"] == b"nosniff"
    text = body["body"].decode()
    assert text.count("\n") == 1
    assert "SMALLCAP_ALLOWED_HOSTS" in text
    assert len(body["body"]) == int(headers[b"content-length"])


def test_starting_and_ending_the_application_is_passed_on():
    reached: list[str] = []

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["type"])

    asyncio.run(Guard(guarded)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert reached == ["lifespan"]


# -- what is guarded
# -------------------------------------------------------------------------------------------------------


def test_dagster_has_no_route_that_the_guard_was_not_made_for():
    """A release of Dagster with another route that answers programs must be looked at before it is served."""
    from dagster_webserver.webserver import DagsterWebserver

    webserver = DagsterWebserver.__new__(DagsterWebserver)
    webserver._app_path_prefix = ""
    routes = webserver.build_routes()
    static = {route.path for route in webserver.build_static_routes()}  # type: ignore[attr-defined]
    pages = {"/", "/{path:path}"}
    others = {route.path for route in routes if isinstance(route, Route)} - static - pages
    assert sorted(path for path in others if not path.startswith(NOT_PAGES)) == []
    assert {route.path for route in routes if isinstance(route, WebSocketRoute)} == {"/graphql"}
    changing = {
        route.path
        for route in routes
        if isinstance(route, Route) and not (route.methods or set()) <= {"GET", "HEAD"}
    }
    assert {path for path in changing if not path.startswith(("/graphql", "/report_asset_"))} == set()
