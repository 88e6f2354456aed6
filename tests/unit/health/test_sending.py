"""Messages reach a real mail server and a real web hook, and show no password."""

from __future__ import annotations

import email
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from smallcap.errors import InputError
from smallcap.health.findings import HealthFinding, State
from smallcap.health.incidents import Change, Incident
from smallcap.health.look import tell_changes
from smallcap.health.sending import AlertError, Sender
from smallcap.settings import load_settings
from tests.standin.mailbox import open_mailbox

pytest.importorskip("apprise", reason="the extra alerts is not installed")

INCIDENT = Incident("disk", "2026-03-20T08:00:00", "failing: 100 MB free. To do: free some space")


@contextmanager
def hook(status: int = 200) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A web hook on loopback: its address, and what was posted to it."""
    posted: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"json://127.0.0.1:{server.server_port}/hook", posted
        finally:
            server.shutdown()
            thread.join()


def test_a_web_hook_gets_one_message_when_an_incident_begins_and_one_when_it_is_over() -> None:
    with hook() as (address, posted):
        sender = Sender(SecretStr(address))
        sender.tell("/data/home", Change(INCIDENT, False))
        sender.tell("/data/home", Change(INCIDENT, True))
    assert [row["title"] for row in posted] == ["smallcap, disk: needs a person", "smallcap, disk: over"]
    assert [row["type"] for row in posted] == ["failure", "success"]
    assert "free some space" in str(posted[0]["message"])


def test_a_mail_server_gets_the_message_with_its_remedy() -> None:
    with open_mailbox() as mailbox:
        address = (
            f"mailto://127.0.0.1:{mailbox.port}?from=smallcap@example.com&to=me@example.com&mode=insecure"
        )
        Sender(SecretStr(address)).tell("/data/home", Change(INCIDENT, False))
    [message] = [email.message_from_bytes(found) for found in mailbox.messages]
    assert message["Subject"] == "smallcap, disk: needs a person"
    assert message["To"] == "me@example.com"
    text = "".join(str(part.get_payload(decode=True)) for part in message.walk() if not part.is_multipart())
    assert "free some space" in text


def test_every_address_is_told() -> None:
    with hook() as (first, posted), hook() as (second, also_posted):
        Sender(SecretStr(f"{first}, {second}")).send("title", "body", is_good=True)
    assert len(posted) == len(also_posted) == 1


def test_an_address_that_refuses_is_an_error_that_says_how_to_try_again() -> None:
    with hook(status=500) as (address, _), pytest.raises(AlertError, match="alert --test") as caught:
        Sender(SecretStr(address)).send("title", "body", is_good=True)
    assert "127.0.0.1" not in str(caught.value)


def told_of(home: Path, addresses: str, subjects: Sequence[str]) -> str:
    """Look at a home in which these subjects need a person; return what was wrong with the addresses."""
    findings = [HealthFinding(subject, State.FAILING, "wrong", "mend it") for subject in subjects]
    try:
        tell_changes(load_settings(home=home, alert_urls=addresses), findings)
    except AlertError as error:
        return str(error)
    return ""


def test_an_address_that_never_answers_neither_repeats_nor_keeps_back_a_message_to_another(
    tmp_path: Path,
) -> None:
    with hook(status=500) as (broken, _), hook() as (sound, posted):
        for subjects in (["disk", "prices"], ["disk", "prices"], ["prices"]):
            told = told_of(tmp_path, f"{broken} {sound}", subjects)
    assert [str(row["title"]).removeprefix("smallcap, ") for row in posted] == [
        "disk: needs a person",
        "prices: needs a person",
        "disk: over",
    ]
    assert "address 1 of SMALLCAP_ALERT_URLS, and is not sent to it again" in told


def test_a_message_that_no_address_takes_is_sent_again_at_the_next_look(tmp_path: Path) -> None:
    with hook(status=500) as (broken, refused), hook() as (sound, posted):
        told = told_of(tmp_path, broken, ["disk", "prices"])
        told_of(tmp_path, sound, ["disk", "prices"])
    assert "is sent again at the next look" in told
    assert [row["title"] for row in refused] == [row["title"] for row in posted]
    assert len(posted) == 2


def test_an_address_that_is_not_understood_is_named_by_its_place_not_by_its_text() -> None:
    with pytest.raises(InputError, match="address 2") as caught:
        Sender(SecretStr("json://127.0.0.1/a hunter2"))
    assert "hunter2" not in str(caught.value)


def test_without_addresses_the_setting_is_named() -> None:
    with pytest.raises(InputError, match="SMALLCAP_ALERT_URLS"):
        Sender(None)
