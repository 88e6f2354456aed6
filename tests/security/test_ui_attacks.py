"""Attacks on `smallcap ui` as it is really served: nothing is started, nothing is read, and what the user
does goes on working.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import dagster_webserver
import pytest

from tests.security.relay import relay
from tests.security.served_ui import CHEAPEST, JSON, LAUNCH, ServedUi, served_ui

BODY = json.dumps({"query": LAUNCH, "variables": {"asked": CHEAPEST}})
LINK = "/graphql?" + urllib.parse.urlencode({"query": LAUNCH, "variables": json.dumps({"asked": CHEAPEST})})
READ = json.dumps({"query": "{ version }"})
REPORT = "/report_asset_materialization/core/books"
NAMED = "research.example.com"


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedUi]:
    with served_ui(tmp_path_factory.mktemp("served") / "home", allowed_hosts=NAMED) as served:
        yield served


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        pytest.param("GET", LINK, {}, "", 405, id="mutation by a link"),
        pytest.param("HEAD", LINK, {}, "", 405, id="mutation by HEAD"),
        pytest.param(
            "GET", LINK, {"Accept": "text/html"}, "", 405, id="mutation by a link that asks for a page"
        ),
        pytest.param("POST", "/graphql", {"Content-Type": "text/plain"}, BODY, 415, id="JSON sent as text"),
        pytest.param(
            "POST", LINK, {"Content-Type": "text/plain"}, "", 415, id="mutation in the address of a form"
        ),
        pytest.param(
            "POST",
            "/graphql",
            {"Content-Type": "application/graphql"},
            LAUNCH,
            415,
            id="GraphQL sent as itself",
        ),
        pytest.param(
            "POST",
            LINK,
            {"Content-Type": "multipart/form-data; boundary=x"},
            "--x--",
            415,
            id="multipart form",
        ),
        pytest.param(
            "POST", "/graphql", {**JSON, "Origin": "http://evil.test"}, BODY, 403, id="foreign page"
        ),
        pytest.param("POST", "/graphql", {**JSON, "Origin": "null"}, BODY, 403, id="sandboxed frame"),
        pytest.param(
            "POST",
            "/graphql",
            {**JSON, "Origin": "http://localhost:8888"},
            BODY,
            403,
            id="another server of this machine",
        ),
        pytest.param(
            "POST", "/graphql", {**JSON, "Sec-Fetch-Site": "cross-site"}, BODY, 403, id="cross-site"
        ),
        pytest.param("POST", "/graphql", {**JSON, "Sec-Fetch-Site": "same-site"}, BODY, 403, id="same-site"),
        pytest.param("POST", "/graphql", {**JSON, "Host": "evil.test:3000"}, BODY, 403, id="DNS rebinding"),
        pytest.param("GET", "/", {"Host": "evil.test"}, "", 403, id="DNS rebinding of a page"),
        pytest.param("OPTIONS", "/graphql", {"Origin": "http://evil.test"}, "", 403, id="preflight"),
        pytest.param("OPTIONS", "/graphql", {}, "", 405, id="OPTIONS"),
        pytest.param("POST", REPORT, {}, "", 415, id="event reported by a form"),
        pytest.param(
            "POST",
            REPORT,
            {**JSON, "Origin": "http://evil.test"},
            "{}",
            403,
            id="event reported by a foreign page",
        ),
        pytest.param(
            "GET", "/logs/a/b/err", {"Sec-Fetch-Site": "cross-site"}, "", 403, id="log read by a foreign page"
        ),
    ],
)
def test_an_attack_is_refused_and_starts_nothing(
    ui: ServedUi, method: str, path: str, headers: Mapping[str, str], body: str, status: int
):
    before = ui.runs()
    answered, text = ui.request(method, path, headers, body)
    assert answered == status, text
    assert ui.runs() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Host": "evil.test"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=["foreign page", "sandboxed frame", "DNS rebinding", "cross-site"],
)
def test_a_foreign_websocket_is_refused(ui: ServedUi, headers: Mapping[str, str]):
    status, connection = ui.shake_hands(headers)
    with connection:
        assert status == 403


def test_what_is_refused_says_why(ui: ServedUi):
    assert "SMALLCAP_ALLOWED_HOSTS" in ui.request("GET", "/", {"Host": "evil.test"})[1]
    assert "application/json" in ui.request("POST", "/graphql", {"Content-Type": "text/plain"}, BODY)[1]


def test_the_pages_and_their_questions_are_answered(ui: ServedUi):
    status, page = ui.request("GET", "/", {})
    assert status == 200
    assert "<title" in page
    own = {
        "Origin": f"http://{ui.host}",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/json; charset=utf-8",
    }
    assert ui.ask("{ version }", own)["version"] == dagster_webserver.__version__
    status, connection = ui.shake_hands({"Origin": f"http://{ui.host}", "Sec-Fetch-Site": "same-origin"})
    with connection:
        assert status == 101


def test_a_tunnel_to_another_port_works(ui: ServedUi):
    with relay(ui.port) as port:
        tunnel = replace(ui, port=port)
        own = {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"}
        assert statuses(tunnel, own) == (200, 101)
        assert statuses(tunnel, {**own, "Origin": f"http://localhost:{ui.port}"}) == (403, 403)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Host": NAMED, "Origin": f"https://{NAMED}"}, (200, 101)),
        ({"Host": "127.0.0.1", "Origin": f"https://{NAMED}"}, (200, 101)),
        ({"Host": "other.example.com", "Origin": "https://other.example.com"}, (403, 403)),
        ({"Host": "127.0.0.1", "Origin": "https://other.example.com"}, (403, 403)),
    ],
    ids=["named", "named by its pages", "unnamed", "unnamed by its pages"],
)
def test_a_reverse_proxy_works_where_it_is_named(
    ui: ServedUi, headers: Mapping[str, str], expected: tuple[int, int]
):
    with relay(ui.port, headers) as port:
        assert statuses(replace(ui, port=port), {}) == expected


@pytest.mark.drill
def test_where_others_reach_it_nothing_is_answered_without_the_token(tmp_path: Path):
    token = "0123456789abcdef" * 2
    with served_ui(tmp_path / "home", bind="0.0.0.0", ui_token=token) as served:
        assert statuses(served, {}) == (401, 401)
        assert statuses(served, {"Authorization": f"Bearer {token}"}) == (200, 101)
        assert token not in served.log.read_text()
    assert not [
        path
        for path in (tmp_path / "home").rglob("*")
        if path.is_file() and token.encode() in path.read_bytes()
    ]


def statuses(ui: ServedUi, headers: Mapping[str, str]) -> tuple[int, int]:
    """Return how a question and a WebSocket are answered."""
    status, connection = ui.shake_hands(headers)
    connection.close()
    return ui.request("POST", "/graphql", {**JSON, **headers}, READ)[0], status


@pytest.mark.drill
def test_a_click_starts_a_run_and_the_daemon_carries_it_out(ui: ServedUi):
    assert ui.wait_for_run(ui.launch(), "SUCCESS", "FAILURE", "CANCELED") == "SUCCESS"


def test_the_schedules_are_there_and_off(ui: ServedUi):
    query = """{ repositoriesOrError {
        ... on RepositoryConnection { nodes { schedules { name scheduleState { status } } } }
    } }"""
    (repository,) = ui.ask(query)["repositoriesOrError"]["nodes"]
    assert repository["schedules"] == [
        {"name": name, "scheduleState": {"status": "STOPPED"}} for name in ("hourly_health", "nightly")
    ]


def test_it_listens_on_this_machine_only(ui: ServedUi):
    listening = [
        connection.laddr
        for process in ui.processes()
        for connection in process.net_connections(kind="inet")
        if connection.status == "LISTEN"
    ]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert ui.port in {address.port for address in listening}
