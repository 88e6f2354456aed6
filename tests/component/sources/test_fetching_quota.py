"""The quota: counted on disk for every process, and stopping before the request."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from smallcap.errors import SmallcapError
from smallcap.sources.fetching import Left, Limits, Quota, QuotaError, TransientError
from tests.component.sources.fetchers import NOON, Bench

FREE = {"vendor": Limits(per_day=5, per_hour=3)}


def take_some(folder: Path, times: int) -> None:
    quota = Quota(folder, FREE | {"other": Limits(per_day=1000)}, lambda: NOON)
    for _ in range(times):
        quota.take("other")


def test_the_request_that_would_exceed_the_quota_is_not_made(tmp_path: Path) -> None:
    bench, asked = Bench(tmp_path, limits=FREE), []
    for number in range(3):
        bench.fetcher.fetch("vendor", "prices", {"n": number}, lambda: asked.append(1) or b"rows")
    with pytest.raises(
        QuotaError,
        match=r"vendor: 3 of 3 requests of this hour are used, 0 left.*after 2026-05-05 13:00 UTC",
    ):
        bench.fetcher.fetch("vendor", "prices", {"n": 3}, lambda: asked.append(1) or b"rows")
    assert len(asked) == 3


def test_a_kept_answer_costs_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limits=FREE)
    for _ in range(10):
        bench.fetcher.fetch("vendor", "prices", {"n": 1}, lambda: b"rows")
    assert bench.quota.left("vendor") == Left(4, 2, None)


def test_a_new_hour_and_a_new_day_give_new_requests(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limits=FREE)
    bench.quota.take("vendor", 3)
    bench.now += dt.timedelta(hours=1)
    bench.quota.take("vendor", 2)
    assert bench.quota.left("vendor") == Left(0, 1, dt.datetime(2026, 5, 6, tzinfo=dt.UTC))
    with pytest.raises(QuotaError, match=r"5 of 5 requests of today.*after 2026-05-06 00:00 UTC"):
        bench.quota.take("vendor")
    bench.now += dt.timedelta(days=1)
    assert bench.quota.left("vendor") == Left(5, 3, None)


def test_every_attempt_counts(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limits={"vendor": Limits(per_day=2)})

    def busy() -> bytes:
        raise TransientError("busy")

    with pytest.raises(QuotaError, match="2 of 2 requests of today"):
        bench.fetcher.fetch("vendor", "prices", {}, busy)


def test_a_request_that_costs_several_is_refused_whole(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limits=FREE)
    with pytest.raises(QuotaError, match="0 of 3 requests of this hour are used, 3 left, 4 needed next"):
        bench.fetcher.fetch("vendor", "prices", {}, lambda: b"rows", cost=4)
    assert bench.quota.left("vendor") == Left(5, 3, None)


def test_processes_count_together(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(take_some, [tmp_path] * 4, [10] * 4))
    assert Quota(tmp_path, {"other": Limits(per_day=1000)}, lambda: NOON).left("other").today == 960


def test_a_source_without_limits_is_never_stopped(tmp_path: Path) -> None:
    quota = Quota(tmp_path, {}, lambda: NOON)
    quota.take("french", 10_000)
    assert quota.left("french") == Left(None, None, None)


def test_a_broken_count_is_named(tmp_path: Path) -> None:
    (tmp_path / "vendor.json").write_text("{")
    with pytest.raises(SmallcapError, match=r"vendor\.json cannot be read.*delete the file"):
        Quota(tmp_path, FREE, lambda: NOON).take("vendor")


@pytest.mark.parametrize("day", ["", "2026-05-0", "20260505", "5 May 2026", 20260505, None])
def test_a_count_of_no_day_is_named_and_not_reset(tmp_path: Path, day: object) -> None:
    count = json.dumps({"day": day, "hour": 12, "today": 5, "this_hour": 1})
    (tmp_path / "vendor.json").write_text(count, encoding="utf-8")
    with pytest.raises(SmallcapError, match=r"vendor\.json cannot be read.*delete the file"):
        Quota(tmp_path, FREE, lambda: NOON).take("vendor")
    assert (tmp_path / "vendor.json").read_text(encoding="utf-8") == count
