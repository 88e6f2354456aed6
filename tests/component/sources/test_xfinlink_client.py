"""The wrapper of the vendor's client: no warning passes, no old answer is taken, no key shows, and the plans
are data.
"""

from __future__ import annotations

import datetime as dt
import warnings
from pathlib import Path

import pandas as pd
import pytest
import xfinlink
from pydantic import SecretStr
from xfinlink import client as vendor

from smallcap.errors import InputError
from smallcap.sources.fetching import RefusedError
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.xfinlink import XfinlinkClient, limits_of, load_plan
from smallcap.sources.xfinlink.client import EmptyAnswerError
from smallcap.sources.xfinlink.wire import TooManyPagesError
from tests.paths import PROJECT_ROOT

KEY = "xfl_" + "7" * 32
START, END = dt.date(2020, 1, 1), dt.date(2024, 12, 31)


@pytest.fixture
def client() -> XfinlinkClient:
    return XfinlinkClient("http://127.0.0.1:9", SecretStr(KEY), HttpLimits(1.0, 1_000_000), 50, lambda: None)


def warn(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    def metrics(**_: object) -> pd.DataFrame:
        warnings.warn(text, UserWarning, stacklevel=2)
        return pd.DataFrame({"entity_id": [1]})

    monkeypatch.setattr(vendor, "metrics", metrics)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("xfinlink: 1 batch(es) failed: AAA...: x. Partial results returned.", RefusedError),
        ("xfinlink: Results truncated at 50 pages (5000 rows).", TooManyPagesError),
        ("xfinlink: Results truncated at max_rows (100 rows).", TooManyPagesError),
        ("xfinlink: No data returned for 'entity_id=1'", EmptyAnswerError),
        ("xfinlink: something that nobody has seen yet", RefusedError),
    ],
)
def test_a_warning_is_an_error_that_names_the_question(
    client: XfinlinkClient, monkeypatch: pytest.MonkeyPatch, text: str, kind: type[Exception]
) -> None:
    warn(monkeypatch, text)
    with pytest.raises(kind, match=r"metrics of 2 ids \(1 to 2\), 2020-01-01 to 2024-12-31: xfinlink:"):
        client.metrics([1, 2], START, END)


def test_news_of_the_client_itself_are_no_error(
    client: XfinlinkClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    warn(
        monkeypatch,
        "xfinlink: A newer Python client is available (0.14.0). Fix: run 'pip install -U xfinlink'.",
    )
    assert len(client.metrics([1], START, END).rows) == 1


def test_a_warning_that_was_given_before_is_seen_again(
    client: XfinlinkClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    warn(monkeypatch, "xfinlink: the same words each time")
    for _ in range(2):
        with pytest.raises(RefusedError, match="the same words"):
            client.metrics([1], START, END)


def test_no_answer_from_before_is_taken_and_no_key_stays_behind(
    client: XfinlinkClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, str | None]] = []

    def metrics(**_: object) -> pd.DataFrame:
        seen.append((bool(vendor._response_cache), vendor._API_KEY))
        return pd.DataFrame({"entity_id": [1]})

    monkeypatch.setattr(vendor, "metrics", metrics)
    vendor._response_cache["poisoned"] = {}
    client.metrics([1], START, END)
    assert seen == [(False, KEY)]
    assert not vendor._API_KEY
    assert vendor.httpx.__name__ == "httpx"


def test_the_key_shows_in_no_error(client: XfinlinkClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def metrics(**_: object) -> pd.DataFrame:
        raise KeyError(f"data of {KEY}")

    monkeypatch.setattr(vendor, "metrics", metrics)
    with pytest.raises(RefusedError, match=r"KeyError.*does not have the format") as error:
        client.metrics([1], START, END)
    assert KEY not in str(error.value)


def test_the_wrapper_is_written_for_this_client() -> None:
    # the wrapper stands where the client reaches for httpx: another version may reach elsewhere
    assert xfinlink.__version__ == "0.13.1"


def test_a_plan_that_makes_no_sense_is_refused_with_file_and_line(tmp_path: Path) -> None:
    text = (PROJECT_ROOT / "data" / "reference" / "xfinlink_plans.toml").read_text(encoding="utf-8")
    (tmp_path / "xfinlink_plans.toml").write_text(
        text.replace("tickers_per_call = 100\n", "tickers_per_call = 0\n"), encoding="utf-8"
    )
    with pytest.raises(
        InputError,
        match=r"xfinlink_plans.toml, line \d+: field 'pro.tickers_per_call' must be at least 1, got 0",
    ):
        load_plan(tmp_path, "pro")


def test_the_plans_are_those_of_the_vendors_texts() -> None:
    plans = {
        name: load_plan(PROJECT_ROOT / "data" / "reference", name)
        for name in ("free", "pro", "max", "redistribution")
    }  # type: ignore[arg-type]
    assert [plan.tickers_per_call for plan in plans.values()] == [1, 100, 500, 5000]
    assert [plan.requests_per_day for plan in plans.values()] == [100, 10_000, 50_000, 500_000]
    free, pro = limits_of(plans["free"]), limits_of(plans["pro"])
    assert (free.per_day, free.per_hour, pro.per_hour) == (100, 40, None)
