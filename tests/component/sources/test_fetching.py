"""The fetcher: a kept payload is not requested again; transient failures are retried, others are not."""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.sources.fetching import QuotaError, RefusedError, TransientError
from tests.component.sources.fetchers import NOON, Bench

REQUEST = {"tickers": ["ABCD"], "start": "2020-01-01"}
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


class Vendor:
    """Answers or fails as told, in turn; counts how often it was asked."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self) -> bytes:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_second_fetch_asks_nothing_even_from_another_process(tmp_path: Path) -> None:
    vendor = Vendor(b"rows")
    assert Bench(tmp_path).fetcher.fetch("vendor", "prices", REQUEST, vendor) == b"rows"
    assert Bench(tmp_path).fetcher.fetch("vendor", "prices", {**REQUEST}, vendor) == b"rows"
    assert vendor.asked == 1


def test_another_request_or_dataset_is_asked_for_itself(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path), Vendor(b"one", b"two", b"three")
    given = [
        bench.fetcher.fetch("vendor", dataset, request, vendor)
        for dataset, request in [
            ("prices", REQUEST),
            ("prices", {**REQUEST, "start": "2021-01-01"}),
            ("metrics", REQUEST),
        ]
    ]
    assert given == [b"one", b"two", b"three"]


def test_an_old_payload_is_asked_for_again_and_a_young_one_is_not(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path), Vendor(b"morning", b"evening")

    def fetch() -> bytes:
        return bench.fetcher.fetch("vendor", "prices", REQUEST, vendor, max_age=6 * HOUR)

    assert fetch() == b"morning"
    bench.now = NOON + 5 * HOUR
    assert fetch() == b"morning"
    bench.now = NOON + 7 * HOUR
    assert fetch() == b"evening"
    assert bench.fetcher.fetch("vendor", "prices", REQUEST, vendor) == b"evening"
    assert [kept.payload for kept in bench.snapshots.every("vendor", "prices")] == [b"morning", b"evening"]


def test_what_came_under_a_clock_that_was_ahead_is_old_once_the_clock_is_right(tmp_path: Path) -> None:
    """The store reads the system's clock, so that the days of this test begin with today."""
    today = dt.datetime.now(dt.UTC)
    bench, vendor = Bench(tmp_path, now=today + 400 * DAY), Vendor(b"ahead", b"today")

    def fetch(max_age: dt.timedelta | None) -> bytes:
        return bench.fetcher.fetch("vendor", "prices", REQUEST, vendor, max_age=max_age)

    assert fetch(6 * HOUR) == b"ahead"
    bench.now = today
    assert fetch(None) == b"ahead", "what never gets old stays"
    [(_, moment)] = bench.snapshots.received("vendor", "prices")
    assert moment < today
    assert [fetch(6 * HOUR) for _ in range(2)] == [b"today"] * 2
    assert vendor.asked == 2


def test_an_answer_that_did_not_change_is_young_again_and_kept_once(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path), Vendor(b"same")
    for hours in (0, 7, 8):
        bench.now = NOON + hours * HOUR
        bench.fetcher.fetch("vendor", "prices", REQUEST, vendor, max_age=6 * HOUR)
    assert vendor.asked == 2
    assert bench.snapshots.frame()["fetched_at"].to_list() == [NOON.replace(tzinfo=None)]


def test_an_answer_that_went_back_to_an_earlier_one_is_the_newest(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path), Vendor(b"first", b"second", b"first")
    for hours in (0, 7, 14):
        bench.now = NOON + hours * HOUR
        given = bench.fetcher.fetch("vendor", "prices", REQUEST, vendor, max_age=6 * HOUR)
    assert given == b"first"
    assert bench.fetcher.kept("vendor", "prices", REQUEST) == b"first"


def test_a_damaged_payload_is_asked_for_again_and_repaired(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path), Vendor(b"rows" * 100)
    bench.fetcher.fetch("vendor", "prices", REQUEST, vendor)
    [payload_path] = (tmp_path / "snapshots").rglob("*.zst")
    payload_path.write_bytes(payload_path.read_bytes()[:20])
    for _ in range(2):
        assert bench.fetcher.fetch("vendor", "prices", REQUEST, vendor) == b"rows" * 100
    assert vendor.asked == 2


@pytest.mark.parametrize("suffix", [".json", ".zst"])
def test_a_kept_payload_that_may_not_be_read_is_named_and_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    bench, vendor = Bench(tmp_path), Vendor(b"rows")
    bench.fetcher.fetch("vendor", "prices", REQUEST, vendor)
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.suffix == suffix and "snapshots" in path.parts:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    remedy = rf"{suffix} cannot be read \(Permission denied\).*Make it readable for this user, or delete it"
    with pytest.raises(InputError, match=remedy):
        bench.fetcher.fetch("vendor", "prices", REQUEST, vendor)
    assert vendor.asked == 1


def test_descriptions_that_may_not_be_read_are_not_left_out_of_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path)
    bench.fetcher.fetch("vendor", "prices", REQUEST, Vendor(b"rows"))

    def refuse(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="cannot be read"):
        bench.snapshots.frame()


def test_a_transient_failure_is_asked_again_with_growing_waits(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path), Vendor(TransientError("busy"), TransientError("busy"), b"rows")
    assert bench.fetcher.fetch("vendor", "prices", REQUEST, vendor) == b"rows"
    assert bench.waits == [1.0, 2.0]


def test_the_wait_that_the_vendor_asks_for_is_kept(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path), Vendor(TransientError("slow down", retry_after=17.0), b"rows")
    assert bench.fetcher.fetch("vendor", "prices", REQUEST, vendor) == b"rows"
    assert bench.waits == [17.0]


def test_a_wait_of_an_hour_is_not_waited_but_told(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path), Vendor(TransientError("Daily request limit reached", retry_after=3600.0))
    with pytest.raises(
        QuotaError, match=r"Daily request limit reached.*Run the same command after 2026-05-05 13:10 UTC"
    ) as caught:
        bench.fetcher.fetch("vendor", "prices", REQUEST, vendor)
    assert caught.value.resumes_at == NOON + HOUR
    assert (vendor.asked, bench.waits) == (1, [])


def test_a_failure_that_stays_is_an_error_and_nothing_is_kept(tmp_path: Path) -> None:
    bench, vendor = Bench(tmp_path, max_retries=2), Vendor(TransientError("busy"))
    with pytest.raises(TransientError, match=r"vendor prices: busy\. 3 attempts failed"):
        bench.fetcher.fetch("vendor", "prices", REQUEST, vendor)
    assert vendor.asked == 3
    assert bench.snapshots.frame().is_empty()


@pytest.mark.parametrize(
    "failure", [RefusedError("wrong key"), InputError("no such index"), KeyError("data")]
)
def test_any_other_failure_is_not_asked_again(tmp_path: Path, failure: Exception) -> None:
    bench, vendor = Bench(tmp_path), Vendor(failure)
    with pytest.raises(type(failure)):
        bench.fetcher.fetch("vendor", "prices", REQUEST, vendor)
    assert (vendor.asked, bench.waits) == (1, [])
    assert bench.snapshots.frame().is_empty()


def test_after_a_failure_only_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    fine, broken = Vendor(b"rows"), Vendor(RefusedError("broken"), b"rows")

    def run(vendors: dict[str, Callable[[], bytes]]) -> None:
        for ticker, vendor in vendors.items():
            Bench(tmp_path).fetcher.fetch("vendor", "prices", {"ticker": ticker}, vendor)

    with pytest.raises(RefusedError):
        run({"ABCD": fine, "EFGH": broken})
    run({"ABCD": fine, "EFGH": broken})
    assert (fine.asked, broken.asked) == (1, 2)
