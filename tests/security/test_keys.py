"""The vendor's key: where it may go, and that nothing shows or records it."""

from __future__ import annotations

import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from smallcap.errors import InputError, SmallcapError
from smallcap.pipelines.command import app
from smallcap.pipelines.command.unexpected import describe
from smallcap.redaction import HIDDEN, Redactor, command_line
from smallcap.setting_checks import SECRETS
from smallcap.settings import Settings, load_settings
from smallcap.sources.fetching.http import HttpLimits, shortened
from smallcap.sources.xfinlink.client import XfinlinkClient
from tests.attacks import attacks

KEY = "xfl_0123456789abcdefABCDEF"
OTHER_FORM = "Recog/nis+able=KeyKeyKeyKey"
"""A key of which the form says nothing, with characters that an address encodes."""


@pytest.fixture(autouse=True)
def no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Settings.model_config, "env_file", None)


def refused(**given: object) -> str:
    """Return the refusal of settings, which shows no key."""
    with pytest.raises(InputError) as caught:
        load_settings(**given)
    told = str(caught.value)
    assert [key for key in (KEY, OTHER_FORM, quote(OTHER_FORM, safe="")) if key in told] == []
    return told


@attacks(
    "keys",
    "address",
    {
        "key sent without encryption": "http://api.xfinlink.com",
        "key sent to a name that begins like this machine": "http://localhost.evil.test",
        "key sent to a name that begins like its address": "http://127.0.0.1.evil.test",
        "key sent to a host behind a user": "https://api.xfinlink.com@evil.test",
        "key sent to this machine's name as a user": "http://localhost@evil.test",
        "key sent by FTP": "ftp://api.xfinlink.com",
        "key sent to a file": "file:///etc/passwd",
        "key sent to no host": "https:///v1",
        "key sent without a scheme": "//evil.test",
        "key sent to a network": "http://192.168.1.7:8399",
    },
)
def test_a_key_is_sent_encrypted_or_to_this_machine_only(address):
    assert "https://" in refused(xfinlink_base_url=address)


@pytest.mark.parametrize(
    "address",
    ["https://api.xfinlink.com", "http://127.0.0.1:8399", "http://localhost:8399/v1", "http://[::1]:8399"],
)
def test_an_encrypted_address_and_this_machine_are_allowed(address):
    assert load_settings(xfinlink_base_url=address).xfinlink_base_url == address


@attacks(
    "keys",
    "text",
    {
        "key with a blank before it": f" {KEY}",
        "key with a line end": f"{KEY}\n",
        "key with a second header": f"{KEY}\r\nX-Other: 1",
        "key with a tab inside": f"{KEY[:9]}\t{KEY[9:]}",
        "key with an escape sequence": f"\x1b[2J{KEY}",
        "key with a zero-width space": f"{KEY}\u200b",
        "key with a null byte": f"{KEY}\0",
    },
)
def test_a_key_that_a_header_cannot_carry_is_refused_and_not_shown(text):
    told = refused(xfinlink_api_key=text)
    assert "SMALLCAP_XFINLINK_API_KEY" in told
    assert "copy the key again" in told


@attacks(
    "keys",
    "key, name, value",
    {
        "key as the index": (None, "index_name", KEY),
        "key as the plan": (None, "xfinlink_plan", KEY),
        "key as a number": (None, "limit", KEY),
        "key as the home": (None, "home", Path("/tmp") / KEY),
        "key in an address": (None, "ishares_base_url", f"https://www.ishares.com/?key={KEY}"),
        "key as a host": (None, "allowed_hosts", f"http://{KEY}"),
        "key in use as the index": (OTHER_FORM, "index_name", OTHER_FORM),
        "key in use as the preset": (OTHER_FORM, "preset", OTHER_FORM),
        "key in use in an address": (OTHER_FORM, "french_base_url", f"https://a.test/{OTHER_FORM}"),
        "key in use encoded in an address": (
            *(OTHER_FORM, "french_base_url"),
            f"https://a.test/?key={quote(OTHER_FORM, safe='')}",
        ),
        "token of the UI as the index": (None, "index_name", "token-" + "x" * 32),
    },
)
def test_a_key_in_the_wrong_setting_is_refused_and_not_shown(tmp_path, key, name, value):
    told = refused(
        **{"home": tmp_path, "xfinlink_api_key": key, "ui_token": "token-" + "x" * 32, name: value}
    )
    assert f"SMALLCAP_{name.upper()}" in told
    assert str(value) not in told


def test_a_variable_is_named_and_its_value_is_not_shown(monkeypatch):
    monkeypatch.setenv("SMALLCAP_INDEX_NAME", KEY)
    assert "SMALLCAP_INDEX_NAME" in refused()


def test_every_secret_setting_is_known_as_one():
    secret = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert tuple(secret) == SECRETS


def test_a_short_value_that_is_wrong_is_shown_as_ever():
    assert "got 'nowhere'" in refused(preset="nowhere")


@attacks(
    "keys",
    "written",
    {
        "key in a text": OTHER_FORM,
        "key in an encoded address": quote(OTHER_FORM, safe=""),
        "key in a half encoded address": quote(OTHER_FORM),
        "key encoded in small letters": quote(OTHER_FORM, safe="")
        .replace("%2F", "%2f")
        .replace("%2B", "%2b"),
        "key encoded completely": "".join(f"%{ord(character):02X}" for character in OTHER_FORM),
        "key of the known form": KEY,
    },
)
def test_what_is_shown_or_kept_hides_it(written):
    redactor = Redactor([OTHER_FORM])
    assert redactor.text(f"before {written} after 100%") == f"before {HIDDEN} after 100%"
    error = ValueError(f"header {written}")
    error.__cause__ = RuntimeError(written.encode(), f"GET https://a.test/?key={written}&b=1")
    error.__context__ = OSError(2, f"no answer of {written}", f"/tmp/{written}")
    error.add_note(f"sent with {written}")
    redactor.error(error)
    assert written not in "".join(traceback.format_exception(error))
    assert written not in f"{error.__cause__!r}{error.__context__!r}{error.__context__}"
    if written != KEY:
        assert redactor.payload(f"[{written}]".encode()) == f"[{HIDDEN}]".encode()


@attacks(
    "keys",
    "status",
    {f"redirect {status} to another server": status for status in (301, 302, 307, 308)},
)
def test_a_redirect_takes_the_key_nowhere(status: int):
    reached: list[str] = []
    with answering(lambda request: (200, {}, reached.append(request.path))) as other:
        location = {"Location": f"http://localhost:{other}/v1/status"}
        with answering(lambda request: (status, location, None)) as vendor:
            client = XfinlinkClient(
                f"http://127.0.0.1:{vendor}", SecretStr(KEY), HttpLimits(5, 1000), 1, lambda: None
            )
            with pytest.raises(SmallcapError) as caught:
                client.usage()
    assert reached == []
    assert KEY not in str(caught.value)


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], None]]) -> Iterator[int]:
    """Serve one answer to everything; give the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, _ = answer(self)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_the_command_that_is_recorded_shows_no_key():
    assert KEY not in command_line(["run", "--select", KEY])


def test_an_unexpected_error_is_reported_without_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("SMALLCAP_XFINLINK_API_KEY", OTHER_FORM)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fail() -> None:
        raise ZeroDivisionError(f"asked with {KEY} and {OTHER_FORM}")

    monkeypatch.setattr(app, "app", fail)
    with pytest.raises(SystemExit) as ended:
        app.main()
    (file,) = tmp_path.iterdir()
    shown = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 1
    assert file.name in shown
    for text in (shown, file.read_text(encoding="utf-8")):
        assert "ZeroDivisionError" in text
        assert HIDDEN in text
        assert KEY not in text
        assert OTHER_FORM not in text


def test_an_unexpected_error_is_reported_also_where_no_file_can_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    told = describe(ZeroDivisionError("no reason"))
    assert "no reason" in told
    assert "cannot be written to" in told


def test_the_password_of_a_refused_address_is_not_shown() -> None:
    told = refused(xfinlink_base_url="https://me:s3cret-12@api.xfinlink.com")
    assert "s3cret-12" not in told


def test_a_short_key_in_a_setting_of_another_type_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMALLCAP_XFINLINK_API_KEY", "aShortKey-123")
    assert "aShortKey-123" not in refused(limit="aShortKey-123")


@pytest.mark.parametrize("before", range(276, 301, 3))
def test_no_part_of_a_key_remains_where_a_text_is_cut(before: int) -> None:
    assert "xfl" not in shortened("x " * (before // 2) + KEY + " and more" * 20)
