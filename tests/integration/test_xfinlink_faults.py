"""The data vendor's faults by real HTTP: each is got over, or is a clear error that keeps nothing by halves.

Then only the gap is asked.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError, SmallcapError
from smallcap.sources.base import Delivery
from smallcap.sources.fetching import QuotaError, RefusedError, TransientError
from smallcap.sources.xfinlink import XfinlinkSource
from tests.integration.xfinlink_case import DAY, END, INDEX, NOW, START, Case
from tests.standin.server import StandIn
from tests.standin.spoiling import HOSTILE_NAME
from tests.standin.universe import sample_universe

SERVED = (
    "server_error",
    "unavailable",
    "timeout",
    "reset",
    "truncated",
    "html",
    "missing_cursor",
    "duplicated_body",
)
SPOILED = {
    "null_entity_ids": "entity_id",
    "missing_column": "revenue",
    "text_number": "revenue",
    "nan": "NaN",
}
Ask = Callable[[XfinlinkSource], Delivery]


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(sample_universe(300, 2000)) as standin:
        yield standin


@pytest.fixture
def case(running: StandIn, tmp_path: Path) -> Case:
    running.reset()
    return Case(running, tmp_path)


@pytest.fixture
def ratios(case: Case) -> Ask:
    """Ask for five years of ratios of sixty companies: three requests."""
    companies = case.companies(60)
    return lambda source: source.vendor_metrics(START, END, companies)


@pytest.fixture
def statements(case: Case) -> Ask:
    companies = case.companies(60)
    return lambda source: source.fundamentals(START, END, companies)


@pytest.fixture
def whole(case: Case, ratios: Ask) -> pl.DataFrame:
    """The ratios as they come without a fault."""
    clean = Case(case.standin, case.bench.snapshots.root.parent / "clean")
    rows = ratios(clean.open()).rows
    case.standin.reset()
    return rows


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("kind", SERVED)
def test_a_fault_that_passes_is_got_over(case: Case, ratios: Ask, whole: pl.DataFrame, kind: str) -> None:
    case.standin.fault("/v1/metrics", kind)
    assert ratios(case.open()).rows.equals(whole)
    assert len(case.bench.waits) == 1


def test_a_wait_that_the_vendor_asks_for_is_kept_to(case: Case, ratios: Ask, whole: pl.DataFrame) -> None:
    case.standin.fault("/v1/metrics", "rate_limited", retry_after_seconds=7)
    assert ratios(case.open()).rows.equals(whole)
    assert case.bench.waits == [7.0]


def test_a_long_wait_stops_the_run_and_says_when_to_go_on(case: Case, ratios: Ask) -> None:
    case.standin.fault("/v1/metrics", "rate_limited", retry_after_seconds=3600)
    with pytest.raises(QuotaError, match="Run the same command after 2026-06-30 13:00"):
        ratios(case.open())
    assert case.bench.waits == []


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("kind", SERVED)
def test_a_fault_that_stays_is_an_error_and_then_only_the_gap_is_asked_for(
    case: Case, ratios: Ask, whole: pl.DataFrame, kind: str
) -> None:
    companies = case.companies(60)
    case.standin.fault("/v1/metrics", kind, count=None, contains=companies[30])
    with pytest.raises(TransientError, match=r"1 of 3 requests for metrics failed.*20 ids"):
        ratios(case.open())
    assert case.kept("metrics") == 2
    case.standin.lift()
    asked = case.counted("metrics")
    assert ratios(case.open()).rows.equals(whole)
    again = case.standin.requests("/v1/metrics")[asked:]
    assert companies[30] in again[0]["query"]["entity_id"]
    assert not {*companies[:20], *companies[40:]} & set(again[0]["query"]["entity_id"].split(","))


def test_a_vendor_that_is_down_is_not_asked_on(case: Case) -> None:
    case.standin.fault("/v1/metrics", "server_error", count=None)
    with pytest.raises(TransientError, match="were not sent"):
        case.open().vendor_metrics(START, END, case.companies())
    assert case.counted("metrics") == 3 * 4


def test_companies_that_an_answer_leaves_out_are_asked_for_once_more(
    case: Case, ratios: Ask, whole: pl.DataFrame
) -> None:
    left_out = whole["source_entity_id"].unique().sort().head(2).to_list()
    case.standin.fault("/v1/metrics", "missing_tickers", entity_ids=left_out)
    assert ratios(case.open()).rows.equals(whole)


def test_companies_that_stay_left_out_are_written_down_and_asked_for_again_later(case: Case) -> None:
    companies, closed = case.companies(60), (dt.date(2018, 1, 1), dt.date(2022, 12, 31))
    whole = (
        Case(case.standin, case.bench.snapshots.root.parent / "clean")
        .open()
        .vendor_metrics(*closed, companies)
        .rows
    )
    left_out = whole["source_entity_id"].unique().sort().head(2).to_list()
    case.standin.fault("/v1/metrics", "missing_tickers", count=None, entity_ids=left_out)
    first = case.open().vendor_metrics(*closed, companies)
    assert all(any(name in row for row in first.refused["row_json"]) for name in left_out)
    case.standin.lift()
    case.move(case.bench.now + dt.timedelta(days=2))
    asked = len(case.standin.requests("/v1/metrics"))
    assert case.open().vendor_metrics(*closed, companies).rows.equals(whole)
    again = {
        name
        for entry in case.standin.requests("/v1/metrics")[asked:]
        for name in entry["query"]["entity_id"].split(",")
    }
    silent = set(companies) - set(whole["source_entity_id"])
    assert again == {*left_out, *silent}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_malformed_answer_is_refused_at_once_and_not_kept(case: Case, statements: Ask, kind: str) -> None:
    case.standin.fault(
        "/v1/fundamentals", kind, count=None, **({"column": "revenue"} if kind == "missing_column" else {})
    )
    with pytest.raises(RefusedError, match=f"fundamentals of 60 ids.*{SPOILED[kind]}"):
        statements(case.open())
    assert case.counted("fundamentals") == 1
    assert case.kept("fundamentals") == 0
    case.standin.lift()
    assert statements(case.open()).rows.height > 60


def test_two_prices_of_a_day_are_refused_and_not_compounded_as_two_days(case: Case) -> None:
    companies = case.companies(20)
    case.standin.fault("/v1/prices", "contradicted", count=None, column="close")
    with pytest.raises(RefusedError, match="contradict others of the same entity_id and date"):
        case.open().prices(START, END, companies)
    assert case.kept("prices") == 0


def test_an_address_that_sends_elsewhere_is_named_with_the_setting(case: Case) -> None:
    case.standin.fault("/v1/prices", "redirect", count=None, to="https://login.example/")
    with pytest.raises(RefusedError, match=r"sends elsewhere, to 'https://login.example/'.*BASE_URL"):
        case.open().prices(START, END, case.companies(20))
    assert case.counted("prices") == 1


def test_a_certificate_that_is_not_accepted_is_refused_at_once(case: Case, running: StandIn) -> None:
    case.url = running.url.replace("http", "https")
    with pytest.raises(RefusedError, match="the certificate is not accepted"):
        case.open().prices(START, END, case.companies(20))
    assert case.bench.waits == []


def test_a_column_that_nobody_knows_does_no_harm(case: Case, ratios: Ask, whole: pl.DataFrame) -> None:
    case.standin.fault("/v1/metrics", "extra_column", count=None, column="moon_phase", value="full")
    assert ratios(case.open()).rows.equals(whole)


def test_items_that_no_public_text_names_may_be_missing(case: Case, statements: Ask) -> None:
    case.standin.configure(has_unseen_fields=False)
    rows = statements(case.open()).rows
    assert rows["receivables_usd"].null_count() == rows.height
    assert rows["currency"].unique().to_list() == ["USD"]


def test_an_empty_answer_is_never_a_market_without_companies(
    case: Case, ratios: Ask, whole: pl.DataFrame
) -> None:
    case.standin.fault("/v1/metrics", "empty", count=None)
    with pytest.raises(RefusedError, match="never read as a market without companies"):
        ratios(case.open())
    case.standin.lift()
    assert ratios(case.open()).rows.equals(whole)


@pytest.mark.parametrize("kind", ["empty", "missing_tickers", "duplicated_body", "html", "missing_cursor"])
def test_a_list_that_does_not_add_up_is_asked_for_again_or_refused(case: Case, kind: str) -> None:
    whole = (
        Case(case.standin, case.bench.snapshots.root.parent / "clean").open().constituents(INDEX, [DAY]).rows
    )
    case.standin.reset()
    case.standin.fault("/v1/index/*", kind, skip=1)
    assert case.open().constituents(INDEX, [DAY]).rows.equals(whole)
    case.standin.fault("/v1/index/*", kind, count=None)
    with pytest.raises(SmallcapError, match=f"as_of {DAY.replace(day=30)}"):
        case.open().constituents(INDEX, [DAY.replace(day=30)])
    assert case.kept("index") == 1


def test_lines_without_an_id_are_found_by_their_ticker(case: Case) -> None:
    whole = (
        Case(case.standin, case.bench.snapshots.root.parent / "clean").open().constituents(INDEX, [DAY]).rows
    )
    case.standin.fault("/v1/index/*", "null_entity_ids", count=None, every=3)
    named = case.open().constituents(INDEX, [DAY]).rows
    assert named.height == whole.height
    strange = named.join(whole, on="source_id", how="anti")
    assert strange["source_id"].str.starts_with("ticker:").all()
    assert strange.height <= 5


def test_a_ticker_that_resolve_passes_over_is_asked_for_again(case: Case) -> None:
    case.standin.fault("/v1/resolve/*", "missing_tickers")
    assert case.open().constituents(INDEX, [DAY]).rows.height > 200
    assert len(case.bench.waits) == 1


def test_a_line_that_resolve_no_longer_finds_stays_what_it_was(case: Case) -> None:
    before = case.open().constituents(INDEX, [DAY]).rows
    described = case.open().securities(before).rows
    assert described["is_resolved"].any()
    case.move(NOW + dt.timedelta(days=100))
    case.standin.fault("/v1/resolve/*", "unresolved", count=None)
    asked = case.counted("resolve")
    later = case.open().securities(before).rows
    assert case.counted("resolve") > asked
    assert later.equals(described)


def test_a_wrong_key_is_told_in_the_vendors_words_and_not_tried_twice(
    running: StandIn, tmp_path: Path
) -> None:
    running.reset()
    wrong = "xfl_" + "9" * 32
    with pytest.raises(InputError, match=r"not recognised.*SMALLCAP_XFINLINK_API_KEY") as refused:
        Case(running, tmp_path, key=wrong).open().vendor_metrics(START, END, ["10000001"])
    assert wrong not in str(refused.value)
    assert running.counts() == {"/v1/metrics": 1}


def test_without_a_key_nothing_is_asked_and_the_message_says_what_to_set(
    running: StandIn, tmp_path: Path
) -> None:
    running.reset()
    with pytest.raises(InputError, match="SMALLCAP_XFINLINK_API_KEY"):
        Case(running, tmp_path, key=None).open().constituents(INDEX, [DAY])
    assert running.counts() == {}


def test_names_that_would_break_out_of_a_request_are_not_asked_for(case: Case) -> None:
    with pytest.raises(InputError, match="not an index name"):
        case.open().constituents("../auth/usage", [DAY])
    listed = case.open().constituents(INDEX, [DAY]).rows
    before = case.counted("resolve")
    hostile = listed.with_columns(ticker=pl.lit("../AUTH/USAGE?X=1"), source_id=pl.lit("ticker:X")).head(1)
    described = case.open().securities(hostile).rows
    assert not described["is_resolved"].any()
    assert case.counted("resolve") == before


def test_hostile_names_are_data_and_nothing_else(case: Case) -> None:
    case.standin.fault("/v1/index/*", "hostile_names", count=None)
    # Quotes, markup and formulas are data; the control that turns text round and the line break are no text.
    name = HOSTILE_NAME.replace("\u202e", "").replace("\n", "")
    assert " ".join(name.split()) in case.open().constituents(INDEX, [DAY]).rows["name"].to_list()


def test_no_key_is_kept_or_logged(case: Case, ratios: Ask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    case.standin.fault("/v1/metrics", "server_error")
    ratios(case.open())
    kept = b"".join(path.read_bytes() for path in case.bench.snapshots.root.rglob("*.json"))
    payloads = b"".join(one.payload for one in case.bench.snapshots.every("xfinlink", "metrics"))
    assert StandIn.key.encode() not in kept + payloads
    assert StandIn.key not in caplog.text
    assert "attempt 1 failed" in caplog.text
