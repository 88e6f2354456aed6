"""The guard of Dagster's UI: which requests it passes on, and which it refuses with one sentence.

And which routes there are.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.routing import Route, WebSocketRoute

from smallcap.errors import InputError
from smallcap.hosts import Authority
from smallcap.pipelines.web.guard import NOT_PAGES, Guard
from smallcap.pipelines.web.services import announcement, guarded
from smallcap.settings import load_settings
from tests.attacks import attacks
from tests.security.asgi import ADDRESS, HOST, PASSED, VISIT, application, ask, status

JSON = {"content-type": "application/json"}


# -- the host
# -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["127.0.0.1", HOST, "localhost:3000", "LOCALHOST:1", "[::1]:3000", "[::1]", "localhost:8080"]
)
def test_this_machine_is_asked_under_its_own_names_at_any_port(host):
    assert status(host=host) == PASSED


@attacks(
    "DNS rebinding",
    "host",
    {
        "another name": "evil.test",
        "another name at the port": "evil.test:3000",
        "the address as a subdomain": "127.0.0.1.evil.test",
        "localhost as a subdomain": "localhost.evil.test:3000",
        "the address in a fragment": "evil.test#127.0.0.1",
        "the address as a user": "127.0.0.1@evil.test",
        "localhost with a final dot": "localhost.",
        "the address of all interfaces": "0.0.0.0:3000",
        "an address of the network": "192.168.1.7:3000",
        "two ports": "127.0.0.1:3000:3000",
        "a port that does not exist": "127.0.0.1:999999",
        "the address written as IPv6": "[::ffff:127.0.0.1]",
        "the address as a number": "2130706433:3000",
        "the address in short": "127.1:3000",
        "an empty host": "",
        "a blank host": " ",
        "no host": None,
    },
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
    ("bound", "host"),
    [
        ("192.168.1.5", "192.168.1.5:3000"),
        ("127.0.0.2", "127.0.0.2:3000"),
        ("2001:db8::5", "[2001:db8::5]:3000"),
        ("192.168.1.5", "192.168.1.5:8080"),
    ],
)
def test_the_address_it_listens_on_is_one_of_its_own_and_no_other_server_there(bound, host):
    address = Authority(bound, 3000)
    guard = guarded(application, address, load_settings(bind=bound))
    own = {"origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert status("POST", "/graphql", {**JSON, **own}, host=host, guard=guard) == PASSED
    other = {"origin": f"http://{host}1", "sec-fetch-site": "same-site"}
    assert status("POST", "/graphql", {**JSON, **other}, host=host, guard=guard) == 403
    url = announcement(address, load_settings(bind=bound)).split()[4].rstrip(";")
    refusal = ask(host="192.168.1.6:3000", guard=guard)
    assert (refusal[0]["status"], f"open it as {url}," in refusal[1]["body"].decode()) == (403, True)
    assert status(host=url.removeprefix("http://"), guard=guard) == PASSED


@pytest.mark.parametrize(("bound", "local"), [("0.0.0.0", "127.0.0.1:3000"), ("::", "[::1]:3000")])
def test_listening_everywhere_names_no_host_and_says_so(bound, local):
    address = Authority(bound, 3000)
    alone = load_settings(bind=bound)
    told = announcement(address, alone)
    assert told.startswith(f"Dagster's UI is at http://{local}; ")
    assert "SMALLCAP_ALLOWED_HOSTS" in told
    guard = guarded(application, address, alone)
    assert status(host=local, guard=guard) == PASSED
    for host in ("192.168.1.5:3000", "0.0.0.0:3000"):
        assert status(host=host, guard=guard) == 403
    named = load_settings(bind=bound, allowed_hosts="192.168.1.5")
    assert status(host="192.168.1.5:3000", guard=guarded(application, address, named)) == PASSED
    assert "SMALLCAP_ALLOWED_HOSTS" not in announcement(address, named)


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


@attacks(
    "foreign web pages",
    "origin",
    {
        "page of another site": "http://evil.test",
        "page of another site at the port": "https://evil.test:3000",
        "page of this machine under another name": "http://localhost:3000",
        "page of another server of this machine": "http://127.0.0.1:8888",
        "page of this machine at the usual port": "http://127.0.0.1",
        "the UI's address as a subdomain": "http://127.0.0.1:3000.evil.test",
        "page of a named host at another port": "https://gate.example.com:9999",
        "page by FTP": "ftp://127.0.0.1:3000",
        "extension of the browser": "chrome-extension://abcdefghijklmnop",
        "sandboxed frame": "null",
        "empty origin": "",
        "origin without a scheme": "127.0.0.1:3000",
    },
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


@attacks(
    "foreign web pages",
    "site",
    {
        "cross-site request": "cross-site",
        "same-site request": "same-site",
        "cross-site in capitals": "CROSS-SITE",
        "unknown site": "anything",
    },
)
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


@attacks(
    "foreign web pages",
    "path",
    {
        "link to GraphQL": "/graphql",
        "link to GraphQL with a slash": "/graphql/",
        "link to a log": "/logs/run/step/err",
        "link to debug data": "/download_debug/123",
        "link to a notebook": "/notebook",
        "link to an old notebook": "/dagit/notebook",
        "link to old information": "/dagit_info",
        "link to server information": "/server_info",
    },
)
def test_a_link_opens_nothing_that_answers_programs(path):
    assert status("GET", path, VISIT) == 403


@attacks(
    "foreign web pages",
    "other",
    {
        "frame around a page": {"sec-fetch-dest": "iframe"},
        "page as a picture": {"sec-fetch-dest": "image"},
        "page read without leave": {"sec-fetch-mode": "no-cors"},
    },
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


@attacks(
    "foreign web pages",
    "method",
    {
        f"method {method}": method
        for method in ("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get")
    },
)
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


@attacks(
    "foreign web pages",
    "content_type",
    {
        "JSON as text": "text/plain",
        "JSON named behind text": "text/plain; application/json",
        "JSON named as a character set": "text/plain;charset=application/json",
        "JSON named as a boundary": "multipart/form-data; boundary=application/json",
        "form": "application/x-www-form-urlencoded",
        "GraphQL as itself": "application/graphql",
        "JSONP": "application/jsonp",
        "two types in one": "application/json, text/plain",
        "two types without a comma": "application/json text/plain",
        "another JSON": "application/vnd.api+json",
        "empty type": "",
        "no type": None,
    },
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


@attacks(
    "WebSockets",
    "headers, host",
    {
        "page of another site": ({"origin": "http://evil.test"}, HOST),
        "sandboxed frame": ({"origin": "null"}, HOST),
        "page of this machine under another name": ({"origin": "http://localhost:3000"}, HOST),
        "page of another server of this machine": ({"origin": "http://127.0.0.1:8888"}, HOST),
        "cross-site": ({"sec-fetch-site": "cross-site"}, HOST),
        "link from elsewhere": (VISIT, HOST),
        "another name": ({}, "evil.test:3000"),
        "DNS rebinding": ({"origin": "http://evil.test:3000"}, "evil.test:3000"),
    },
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

    asyncio.run(Guard(guarded, ADDRESS)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
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
