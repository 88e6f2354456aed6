"""Keys: never in a log, a snapshot or an error, whatever the vendor sends back."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.redaction import HIDDEN
from smallcap.sources.fetching import Limits, Redactor, RefusedError, TransientError
from tests.component.sources.fetchers import Bench

KEY = "xfl_0123456789abcdefABCDEF0123456789"
OTHER_KEY = "plain-secret-7"


@given(st.text(), st.text(), st.text(min_size=1))
def test_no_secret_stands_in_a_redacted_text(before: str, after: str, secret: str) -> None:
    shown = Redactor([KEY, OTHER_KEY]).text(f"{before}{KEY}{OTHER_KEY}{after}")
    assert KEY not in shown
    assert OTHER_KEY not in shown


def test_a_key_is_hidden_by_its_form_too_and_other_text_stays() -> None:
    assert Redactor().text(f"key {KEY} of ABCD") == f"key {HIDDEN} of ABCD"
    assert Redactor(["", OTHER_KEY]).text("xfl_docs and ABCD") == "xfl_docs and ABCD"


def test_nothing_that_is_written_or_raised_shows_a_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(tmp_path, secrets=(KEY, OTHER_KEY), limits={"vendor": Limits(per_day=100)}, max_retries=1)
    failures: list[BaseException] = []

    def refused() -> bytes:
        try:
            raise ValueError(f"header X-API-Key: {OTHER_KEY}", OTHER_KEY.encode())
        except ValueError as error:
            raise RefusedError(f"the key {KEY} is not recognised") from error

    def busy() -> bytes:
        raise TransientError(f"busy with {KEY}")

    with caplog.at_level(logging.DEBUG):
        for number, ask in enumerate([refused, busy]):
            with pytest.raises((RefusedError, TransientError)) as caught:
                bench.fetcher.fetch("vendor", "prices", {"n": number}, ask)
            failures.append(caught.value)
        bench.fetcher.fetch("vendor", "prices", {"n": 2}, lambda: f"you sent {KEY} and {OTHER_KEY}".encode())
    shown = [caplog.text, *("".join(traceback.format_exception(failure)) for failure in failures)]
    shown += [path.read_text() for path in tmp_path.rglob("*.json")]
    shown += [kept.payload.decode() for kept in bench.snapshots.every("vendor", "prices")]
    assert "busy" in caplog.text
    assert not [text for text in shown if KEY in text]
    # the source of this file, which a traceback quotes, names the constant and not its value
    assert not [text for text in shown if OTHER_KEY in text]
    assert bench.fetcher.kept("vendor", "prices", {"n": 2}) == f"you sent {HIDDEN} and {HIDDEN}".encode()
