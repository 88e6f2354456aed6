"""A real browser that has a foreign page open: whatever the page tries, the UI of this machine starts nothing
and tells nothing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest
from selenium import webdriver

from tests.browser.chromium import chromium
from tests.security.relay import relay
from tests.security.served_ui import CHEAPEST, LAUNCH, ServedUi, served_ui, wait_for

pytestmark = [pytest.mark.service, pytest.mark.drill]
FOREIGN_NAME = "evil.test"
NAMED = "research.test"
PAGE = b"<!doctype html><title>foreign</title><p>a foreign page</p>"
BODY = json.dumps({"query": LAUNCH, "variables": {"asked": CHEAPEST}})
LINK = "/graphql?" + urlencode({"query": LAUNCH, "variables": json.dumps({"asked": CHEAPEST})})
ATTEMPTS = """
const [ui, body, link, done] = arguments;
const told = {};
const attempt = async (name, ask) => {
    try { told[name] = await ask(); } catch (error) { told[name] = "failed"; }
};
const post = (type, mode) =>
    fetch(ui + "/graphql", {method: "POST", body, mode, headers: {"Content-Type": type}});
const socket = () => new Promise((resolve) => {
  const opened = new WebSocket(ui.replace("http", "ws") + "/graphql", "graphql-ws");
  opened.onopen = () => resolve("open"); opened.onerror = () => resolve("failed");
});
const shown = (tag) => new Promise((resolve) => {
  const element = document.createElement(tag);
  element.onload = () => resolve(tag === "iframe" && element.contentDocument ? "blank" : "loaded");
  element.onerror = () => resolve("failed");
  element.src = ui + (tag === "iframe" ? "/runs" : link);
  document.body.append(element);
});
(async () => {
  await attempt("text", async () => (await post("text/plain", "no-cors")).type);
  await attempt("json", async () => (await post("application/json", "cors")).status);
  await attempt("link", async () => (await fetch(ui + link, {mode: "no-cors"})).type);
  await attempt("read", async () => (await (await fetch(ui + "/server_info")).text()));
  await attempt("socket", socket);
  await attempt("image", () => shown("img"));
  await attempt("script", () => shown("script"));
  done(told);
})();
"""
ASK_ITS_OWN_HOST = """
const [body, done] = arguments;
fetch("/graphql", {method: "POST", body, headers: {"Content-Type": "application/json"}})
    .then((answer) => done(answer.status));
"""
OPEN_A_SOCKET = """
const [done] = arguments;
const opened = new WebSocket(`ws://${location.host}/graphql`, "graphql-ws");
opened.onopen = () => done("open"); opened.onerror = () => done("failed");
"""
SUBMIT = """
const [action, type] = arguments;
const form = document.createElement("form");
form.method = "POST"; form.enctype = type; form.action = action;
document.body.append(form); form.submit();
"""


class _ForeignPage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedUi]:
    with served_ui(tmp_path_factory.mktemp("served") / "home", allowed_hosts=NAMED) as served:
        yield served


@pytest.fixture(scope="module")
def foreign() -> Iterator[int]:
    """A web server of somebody else; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _ForeignPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(
        tmp_path_factory.mktemp("profile"),
        f"--host-resolver-rules=MAP {FOREIGN_NAME} 127.0.0.1, MAP {NAMED} 127.0.0.1",
    ) as driver:
        driver.set_script_timeout(60)
        yield driver


@pytest.mark.parametrize(
    "name", [FOREIGN_NAME, "localhost", "127.0.0.1"], ids=["foreign name", "same site", "same address"]
)
def test_a_foreign_page_starts_and_learns_nothing(
    ui: ServedUi, foreign: int, browser: webdriver.Chrome, name: str
):
    before = ui.runs()
    browser.get(f"http://{name}:{foreign}/")
    told = browser.execute_async_script(ATTEMPTS, f"http://{ui.host}", BODY, LINK)
    # The browser hides what a request without leave was answered; that nothing came of it shows in the runs.
    assert told == {
        "text": "opaque",
        "json": "failed",
        "link": "opaque",
        "read": "failed",
        "socket": "failed",
        "image": "failed",
        "script": "failed",
    }
    assert ui.runs() == before


@pytest.mark.parametrize(
    "enctype", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_a_form_of_a_foreign_page_is_refused(
    ui: ServedUi, foreign: int, browser: webdriver.Chrome, enctype: str
):
    before = ui.runs()
    browser.get(f"http://{FOREIGN_NAME}:{foreign}/")
    browser.execute_script(SUBMIT, f"http://{ui.host}{LINK}", enctype)
    wait_for(lambda: "may not ask this UI" in browser.page_source)
    assert ui.runs() == before


def test_a_name_that_is_pointed_at_this_machine_reads_nothing(ui: ServedUi, browser: webdriver.Chrome):
    browser.get(f"http://{FOREIGN_NAME}:{ui.port}/")
    assert "SMALLCAP_ALLOWED_HOSTS" in browser.page_source
    told = browser.execute_async_script(ASK_ITS_OWN_HOST, BODY)
    assert told == 403


def test_a_link_on_a_foreign_page_opens_the_ui_and_it_works(
    ui: ServedUi, foreign: int, browser: webdriver.Chrome
):
    browser.get(f"http://{FOREIGN_NAME}:{foreign}/")
    browser.execute_script(f"location.href = 'http://{ui.host}/automation'")
    # The schedule's name comes by GraphQL; the state of the daemon by the page's own questions.
    wait_for(lambda: "nightly" in browser.page_source)
    assert browser.current_url.startswith(f"http://{ui.host}/")
    assert "Join the Dagster" not in browser.page_source


@pytest.mark.parametrize(
    ("name", "proxy"),
    [("localhost", None), (NAMED, {"Host": NAMED}), (NAMED, {"Host": "127.0.0.1"})],
    ids=["tunnel", "proxy that passes the name on", "proxy that sets its own name"],
)
def test_the_ui_works_through_a_tunnel_and_a_named_proxy(
    ui: ServedUi, browser: webdriver.Chrome, name: str, proxy: dict[str, str] | None
):
    with relay(ui.port, proxy) as port:
        browser.get(f"http://{name}:{port}/automation")
        wait_for(lambda: "nightly" in browser.page_source)
        assert browser.execute_async_script(OPEN_A_SOCKET) == "open"
