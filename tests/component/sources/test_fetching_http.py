"""One HTTP answer: which failures are transient, which are not, and how large an answer may be."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from smallcap.sources.fetching import RefusedError, TransientError
from smallcap.sources.fetching.http import HttpLimits, get
from tests.component.sources.fetchers import Bench
from tests.component.sources.scripted_server import Answer, in_turn, scripted

LIMITS = HttpLimits(timeout_seconds=0.3, max_bytes=100_000)
FINE = Answer(b"rows")
RATE = json.dumps(
    {"error": "rate_limit_exceeded", "detail": "Hourly limit", "retry_after_seconds": 7}
).encode()
TRANSIENT = {
    "429 with a wait": Answer(RATE, 429),
    "500": Answer(b"oops", 500),
    "503": Answer(b"{}", 503),
    "time-out": Answer(b"late", delay_seconds=0.8),
    "connection reset": Answer(is_reset=True),
    "body cut off": Answer(b"half", announced=1000),
}


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_transient_failure_is_asked_again_until_the_answer_comes(tmp_path: Path, fault: str) -> None:
    bench = Bench(tmp_path)
    with scripted(in_turn(TRANSIENT[fault], FINE)) as server:
        given = bench.fetcher.fetch(
            "vendor", "prices", {}, lambda: get(f"{server.url}/data", {"a": "b"}, LIMITS)
        )
    assert given == b"rows"
    assert server.asked == ["/data?a=b"] * 2
    assert bench.waits == [7.0 if fault.startswith("429") else 1.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_shown_in_the_vendors_words_and_not_asked_again(tmp_path: Path, status: int) -> None:
    body = json.dumps({"error": "bad", "detail": "Maximum 100 tickers per request"}).encode()
    with (
        scripted(in_turn(Answer(body, status), FINE)) as server,
        pytest.raises(RefusedError, match=f"/data answered {status}: Maximum 100 tickers per request"),
    ):
        Bench(tmp_path).fetcher.fetch("vendor", "prices", {}, lambda: get(f"{server.url}/data", {}, LIMITS))
    assert len(server.asked) == 1


def test_the_wait_may_stand_in_the_headers() -> None:
    with (
        scripted(in_turn(Answer(b"", 503, {"Retry-After": "12"}))) as server,
        pytest.raises(TransientError) as caught,
    ):
        get(server.url, {}, LIMITS)
    assert caught.value.retry_after == 12.0


@pytest.mark.parametrize("wait", ["soon", "-1", "nan", "inf", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_wait_that_is_no_number_of_seconds_is_passed_over(wait: str) -> None:
    with (
        scripted(in_turn(Answer(b"", 429, {"Retry-After": wait}))) as server,
        pytest.raises(TransientError) as caught,
    ):
        get(server.url, {}, LIMITS)
    assert caught.value.retry_after is None


@pytest.mark.parametrize("is_compressed", [False, True])
def test_an_answer_beyond_the_cap_is_refused_also_where_it_grows_by_unpacking(is_compressed: bool) -> None:
    body = b"0" * (LIMITS.max_bytes + 1)
    answer = (
        Answer(gzip.compress(body), headers={"Content-Encoding": "gzip"}) if is_compressed else Answer(body)
    )
    with (
        scripted(in_turn(answer)) as server,
        pytest.raises(RefusedError, match=r"larger than 0\.1 MB.*max_response_mb"),
    ):
        get(server.url, {}, LIMITS)


def test_an_answer_of_exactly_the_cap_is_taken() -> None:
    with scripted(in_turn(Answer(b"0" * LIMITS.max_bytes))) as server:
        assert len(get(server.url, {}, LIMITS)) == LIMITS.max_bytes


def test_a_redirect_is_followed() -> None:
    with scripted(in_turn(Answer(status=302, headers={"Location": "/there"}), FINE)) as server:
        assert get(f"{server.url}/here", {}, LIMITS) == b"rows"
    assert server.asked == ["/here", "/there"]


def test_an_error_body_is_shown_on_one_line_and_not_at_length() -> None:
    with (
        scripted(in_turn(Answer(b"<b>\x1b[31m\n\nno\x00</b>" * 500, 404))) as server,
        pytest.raises(RefusedError) as caught,
    ):
        get(server.url, {}, LIMITS)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_an_address_that_nobody_answers_is_transient_and_one_that_cannot_be_is_not() -> None:
    with scripted(in_turn(FINE)) as server:
        gone = server.url
    with pytest.raises(TransientError):
        get(gone, {}, LIMITS)
    with pytest.raises(RefusedError, match="Check the address in the settings"):
        get("ftp:/nowhere", {}, LIMITS)
