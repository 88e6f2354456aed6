"""The token of the UI: nothing is answered without it, and a browser exchanges it once for a cookie."""

from __future__ import annotations

import pytest

from smallcap.errors import InputError
from smallcap.hosts import Authority
from smallcap.pipelines.web.guard import Guard
from smallcap.pipelines.web.ui import serve_ui
from smallcap.settings import Settings, load_settings
from tests.attacks import attacks
from tests.security.asgi import HOST, PASSED, VISIT, application, ask, guarded, status

TOKEN = "0123456789abcdef+/=0123456789abcdef"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
BEARER = {"authorization": f"Bearer {TOKEN}"}


def cookie_of(guard) -> str:
    start, _ = ask(query=b"token=" + TOKEN.encode(), guard=guard)
    return dict(start["headers"])[b"set-cookie"].decode()


@attacks(
    "access without the token",
    "headers",
    {
        "nothing shown": {},
        "another token": {"authorization": "Bearer " + "x" * len(TOKEN)},
        "the beginning of the token": {"authorization": f"Bearer {TOKEN[:-1]}"},
        "the token and more": {"authorization": f"Bearer {TOKEN}x"},
        "the token in capitals": {"authorization": f"Bearer {TOKEN.upper()}"},
        "an empty token": {"authorization": "Bearer "},
        "the token as a password": {"authorization": f"Basic {TOKEN}"},
        "the token without its scheme": {"authorization": TOKEN},
        "the token as the cookie": {"cookie": f"smallcap_ui_3000={TOKEN}"},
        "an invented cookie": {"cookie": "smallcap_ui_3000=" + "x" * 43},
        "an empty cookie": {"cookie": "smallcap_ui_3000="},
        "a token outside Latin-1": {"authorization": "Bearer \xff\xfe"},
    },
)
def test_nothing_is_answered_without_the_token(headers):
    for method, path, more in (
        ("GET", "/", {}),
        ("POST", "/graphql", JSON),
        ("GET", "/server_info", {}),
        ("POST", "/report_asset_materialization/core/books", JSON),
    ):
        assert status(method, path, {**headers, **more}, token=TOKEN) == 401


@attacks(
    "access without the token",
    "method, path, query",
    {
        "another token in the address": ("GET", "/", b"token=" + b"x" * len(TOKEN)),
        "an empty token in the address": ("GET", "/", b"token="),
        "the token behind another parameter": ("GET", "/", b"a=1&token=" + TOKEN.encode()),
        "the token in the address of GraphQL": ("GET", "/graphql", b"token=" + TOKEN.encode()),
        "the token in the address of a log": ("GET", "/logs/a/b/err", b"token=" + TOKEN.encode()),
        "the token in the address of a POST": ("POST", "/graphql", b"token=" + TOKEN.encode()),
    },
)
def test_only_the_address_of_a_page_hands_the_token_over(method, path, query):
    assert status(method, path, JSON, query=query, token=TOKEN) == 401


@attacks(
    "access without the token",
    "headers",
    {
        "WebSocket without anything": {"origin": f"http://{HOST}"},
        "WebSocket with another token": {"authorization": "Bearer " + "x" * 40},
        "WebSocket with an invented cookie": {"cookie": "smallcap_ui_3000=x"},
    },
)
def test_a_websocket_needs_it_too(headers):
    closed = ask(path="/graphql", headers=headers, kind="websocket", token=TOKEN)
    assert closed == [{"type": "websocket.close", "code": 1008}]


@attacks(
    "access without the token",
    "headers, host",
    {
        "the token from a foreign page": ({**BEARER, "origin": "http://evil.test"}, HOST),
        "the token under another name": (BEARER, "evil.test"),
        "the token cross-site": ({**BEARER, "sec-fetch-site": "cross-site"}, HOST),
    },
)
def test_the_token_opens_nothing_to_a_foreign_page(headers, host):
    assert status("POST", "/graphql", {**JSON, **headers}, host=host, token=TOKEN) == 403


def test_a_link_in_a_mail_opens_a_page_for_a_browser_that_is_signed_in():
    guard = guarded(token=TOKEN)
    cookie = cookie_of(guard)
    # Strict would keep the cookie from a link, and the answer would be 401.
    assert "SameSite=Lax" in cookie
    assert status("GET", "/runs", {**VISIT, "cookie": cookie.split(";")[0]}, guard=guard) == PASSED
    assert status("GET", "/runs", VISIT, guard=guard) == 401


@attacks(
    "access without the token",
    "method, path, headers",
    {
        "link to GraphQL while signed in": ("GET", "/graphql", VISIT),
        "link to a log while signed in": ("GET", "/logs/run/step/err", VISIT),
        "form of a foreign page while signed in": ("POST", "/graphql", {**VISIT, **FORM}),
        "JSON of a foreign page while signed in": ("POST", "/graphql", {**VISIT, **JSON}),
        "event of a foreign page while signed in": ("POST", "/report_asset_check/core/books", VISIT),
        "frame around a page while signed in": ("GET", "/runs", {**VISIT, "sec-fetch-dest": "iframe"}),
    },
)
def test_the_cookie_opens_nothing_else_to_a_foreign_page(method, path, headers):
    guard = guarded(token=TOKEN)
    shown = {"cookie": cookie_of(guard).split(";")[0]}
    assert status(method, path, {**headers, **shown}, guard=guard) == 403


def test_a_browser_without_fetch_metadata_changes_nothing_by_a_link_or_a_form_either():
    guard = guarded(token=TOKEN)
    shown = {"cookie": cookie_of(guard).split(";")[0]}
    assert status("GET", "/graphql", shown, guard=guard) == 405
    assert status("POST", "/graphql", {**FORM, **shown}, guard=guard) == 415


def test_a_program_shows_it_in_a_header():
    for scheme in ("Bearer", "bearer", "BEARER"):
        shown = {"authorization": f"{scheme} {TOKEN}"}
        assert status(headers=shown, token=TOKEN) == PASSED
        assert status("POST", "/graphql", {**JSON, **shown}, token=TOKEN) == PASSED
    assert ask(path="/graphql", headers=BEARER, kind="websocket", token=TOKEN) == [
        {"type": "websocket.accept"}
    ]


@pytest.mark.parametrize("query", [TOKEN, TOKEN.replace("+", "%2B").replace("/", "%2f").replace("=", "%3D")])
def test_a_browser_hands_it_over_once_and_the_address_loses_it(query: str):
    guard = guarded(token=TOKEN)
    start, body = ask(path="/runs/é", query=b"token=" + query.encode(), guard=guard)
    headers = dict(start["headers"])
    assert (start["status"], headers[b"location"], body["body"]) == (303, b"/runs/%C3%A9", b"")
    cookie = headers[b"set-cookie"].decode()
    assert cookie.split("; ")[1:] == ["Path=/", "HttpOnly", "SameSite=Lax"]
    assert TOKEN not in cookie
    shown = {"cookie": f"a=b;broken; {cookie.split(';')[0]}"}
    assert status(headers=shown, guard=guard) == PASSED
    assert ask(path="/graphql", headers=shown, kind="websocket", guard=guard) == [
        {"type": "websocket.accept"}
    ]


def test_the_cookie_ends_with_the_process_and_is_kept_to_https_where_there_is_https():
    cookie = cookie_of(guarded(token=TOKEN)).split(";")[0]
    assert status(headers={"cookie": cookie}, token=TOKEN) == 401
    start, _ = ask(query=b"token=" + TOKEN.encode(), headers={"x-forwarded-proto": "https"}, token=TOKEN)
    assert dict(start["headers"])[b"set-cookie"].endswith(b"; Secure")


def test_the_uis_of_two_homes_do_not_overwrite_each_other_s_cookies():
    guards = [Guard(application, Authority("127.0.0.1", port), token=TOKEN) for port in (3000, 3001)]
    # A browser keeps one value of each name for a host, whatever its port.
    kept = dict(cookie_of(guard).split(";")[0].split("=", 1) for guard in guards)
    shown = {"cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
    assert [status(headers=shown, guard=guard) for guard in guards] == [PASSED, PASSED]


@attacks(
    "access without the token",
    "path",
    {
        "redirect to another host": "//evil.test/",
        "redirect by a backslash": "/\\evil.test/",
        "redirect with a line end": "/\r\nset-cookie: a=b",
    },
)
def test_the_answer_leads_to_no_other_host(path):
    start, _ = ask(path=path, query=b"token=" + TOKEN.encode(), token=TOKEN)
    location = dict(start["headers"])[b"location"].decode()
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\n" not in location


def test_the_refusal_says_what_to_do_and_asks_for_a_token():
    start, body = ask(token=TOKEN)
    assert dict(start["headers"])[b"www-authenticate"] == b"Bearer"
    assert b"?token=" in body["body"]
    assert TOKEN.encode() not in body["body"]


def test_without_a_token_nothing_changes():
    assert status(query=b"token=anything") == PASSED


@attacks(
    "access without the token",
    "token",
    {
        "short token": "x" * 31,
        "token with a blank": "x" * 20 + " " + "x" * 20,
        "token with a line end": "x" * 40 + "\n",
        "token outside ASCII": "é" * 40,
    },
)
def test_a_token_that_could_be_guessed_or_not_sent_is_refused_and_not_shown(token):
    with pytest.raises(InputError, match=r"SMALLCAP_UI_TOKEN.*at least 32 characters.*openssl") as refused:
        load_settings(ui_token=token)
    assert token not in str(refused.value)


@attacks(
    "access without the token",
    "address",
    {
        "listening everywhere": "0.0.0.0",
        "listening everywhere by IPv6": "::",
        "listening on a network": "192.0.2.7",
    },
)
def test_listening_where_others_reach_it_needs_a_token(tmp_path, address):
    with pytest.raises(InputError, match=rf"SMALLCAP_BIND.* is {address}.*SMALLCAP_UI_TOKEN.*32 characters"):
        serve_ui(Settings(home=tmp_path / "home", bind=address), 0)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("address", ["evil.test", "127.0.0.1:3000", "", "*"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(InputError, match=r"SMALLCAP_BIND.*IP address"):
        load_settings(bind=address)
    assert load_settings().bind == "127.0.0.1"
    assert load_settings(bind="localhost").bind == "127.0.0.1"
