"""The data vendor's adapter by real HTTP against the stand-in: what it delivers is the sample, and nothing is
requested twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.sources import ingest
from smallcap.sources.base import QUARTERLY_FUNDAMENTALS_COLUMNS, Delivery
from smallcap.sources.fetching import QuotaError
from smallcap.sources.identity import ids as identity
from smallcap.sources.identity.aliases import ALIASES_SCHEMA
from smallcap.sources.sample import SampleSource
from smallcap.tables import table
from tests.integration.xfinlink_case import DAY, END, INDEX, START, Case, assert_same, under_vendor_ids
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe
from tests.tolerances import CENT, EXACT

COMPANIES, SEED = 300, 2000
DAYS = [dt.date(2010, 1, 31), dt.date(2010, 6, 30), DAY]
EVER = (dt.date(1990, 1, 1), dt.date(2026, 12, 31))
SAMPLE = SampleSource(COMPANIES, SEED)
NOT_SERVED = {"source", "resolution_evidence", "delisting_cause"}
"""Columns of lines that the vendor's answers do not have, or have in other words."""


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with StandIn(sample_universe(COMPANIES, SEED)) as standin:
        yield standin


@pytest.fixture
def case(running: StandIn, tmp_path: Path) -> Case:
    running.reset()
    return Case(running, tmp_path)


def test_the_members_are_the_samples(case: Case) -> None:
    delivered = case.open().constituents(INDEX, DAYS)
    held = ["sector", "market_value_usd", "price_usd", "quantity", "location", "exchange"]
    assert_same(
        delivered.rows,
        SAMPLE.constituents(INDEX, DAYS).rows,
        case.standin,
        ["as_of", "source_id"],
        leave_out=[*held, "fund"],
    )
    assert delivered.rows.select(held).null_count().sum_horizontal().item() == delivered.rows.height * len(
        held
    )
    assert delivered.refused.is_empty()


def test_lines_have_the_samples_names_spells_and_companies(case: Case) -> None:
    source = case.open()
    listed = source.constituents(INDEX, DAYS).rows
    delivered = source.securities(listed).rows
    seen = listed.select("source_id", ticker=normalised(pl.col("ticker"))).unique()
    sample = under_vendor_ids(SAMPLE.securities().rows, case.standin).join(seen, on=["source_id", "ticker"])
    known = sample.filter(pl.col("sector").is_not_null())
    assert known.height > 200
    assert known["source_entity_id"].n_unique() < known["source_id"].n_unique()
    found = delivered.join(seen, on=["source_id", "ticker"]).filter(pl.col("sector").is_not_null())
    columns = [name for name in known.columns if name not in NOT_SERVED]
    key = ["source_id", "valid_from"]
    assert found.select(columns).sort(key).equals(known.select(columns).sort(key))
    evidence = found["resolution_evidence"]
    assert evidence.str.starts_with("the vendor's id ").all()
    assert evidence.null_count() == 0


def test_a_leftover_that_the_vendor_does_not_know_keeps_a_place_and_a_reason(case: Case) -> None:
    source = case.open()
    listed = source.constituents(INDEX, DAYS).rows
    delivered = source.securities(listed).rows
    leftovers = SAMPLE.securities().rows.filter(pl.col("sector").is_null())["source_id"]
    named = under_vendor_ids(
        SAMPLE.constituents(INDEX, DAYS).rows.filter(pl.col("source_id").is_in(leftovers.implode())),
        case.standin,
    )
    unresolved = delivered.filter(pl.col("source_id").is_in(named["source_id"].implode()))
    assert set(unresolved["source_id"]) == set(named["source_id"])
    assert unresolved["unresolved_reason"].str.contains("carried this ticker").all()
    assert not unresolved["is_resolved"].any()


def test_every_line_and_company_can_be_given_our_ids(case: Case) -> None:
    source = case.open()
    members = source.constituents(INDEX, DAYS)
    securities = identity.mint(source.securities(members.rows).rows, table("raw.securities").empty())
    assert ingest.constituents(members, securities, INDEX).rows.height == members.rows.height


def test_statements_are_the_samples_in_every_version(case: Case) -> None:
    delivered = case.open().fundamentals(*EVER, case.companies())
    sample = SAMPLE.fundamentals(*EVER).rows
    assert_same(
        delivered.rows, sample, case.standin, ["source_entity_id", "period_end", "version", "filing_date"]
    )
    assert {"original", "restated"} == set(delivered.rows["version"])


def test_quarters_are_those_of_three_months_and_sum_to_the_year(case: Case) -> None:
    rows = case.open().quarterly_fundamentals(*EVER, case.companies()).rows
    assert rows.schema == QUARTERLY_FUNDAMENTALS_COLUMNS
    first = SAMPLE.quarterly_fundamentals(*EVER).rows.filter(
        (pl.col("version") == "original") & (pl.col("currency") == "USD")
    )
    given = under_vendor_ids(first, case.standin).select(
        "source_entity_id", "period_end", "filing_date", "net_income_usd", "total_assets_usd"
    )
    # Of the quarters that a 10-Q reports, the income of three months is the sample's own.
    both = rows.join(given, on=["source_entity_id", "period_end", "filing_date"], suffix="_filed")
    assert both.height > 2_000
    served, filed = both["net_income_usd"].drop_nulls(), both["net_income_usd_filed"].drop_nulls()
    assert served.to_list() == pytest.approx(filed.to_list(), rel=EXACT)
    # A fourth quarter ends with the fiscal year; with the three before it, it makes the annual cash flow.
    annual = SAMPLE.fundamentals(*EVER).rows.filter(pl.col("version") == "original")
    years = under_vendor_ids(annual, case.standin).select(
        "source_entity_id", "period_end", "filing_date", "period_days", whole="operating_cash_flow_usd"
    )
    fourth = rows.join(years, on=["source_entity_id", "period_end", "filing_date"], suffix="_of_year")
    began = pl.col("period_end") - pl.duration(days=pl.col("period_days_of_year"))
    spans = fourth.select("source_entity_id", "whole", began=began, ended="period_end")
    sums = (
        spans.join(rows, on="source_entity_id")
        .filter((pl.col("period_end") > pl.col("began")) & (pl.col("period_end") <= pl.col("ended")))
        .group_by("source_entity_id", "ended", "whole")
        .agg(
            pl.len(),
            pl.col("operating_cash_flow_usd").sum(),
            nulls=pl.col("operating_cash_flow_usd").null_count(),
        )
        .filter((pl.col("len") == 4) & (pl.col("nulls") == 0))
    )
    assert sums.height > 500
    assert sums["operating_cash_flow_usd"].to_list() == pytest.approx(sums["whole"].to_list(), abs=CENT)


def test_ratios_are_the_samples(case: Case) -> None:
    delivered = case.open().vendor_metrics(START, END, case.companies())
    assert_same(
        delivered.rows,
        SAMPLE.vendor_metrics(START, END).rows,
        case.standin,
        ["source_entity_id", "period_end"],
    )


def test_months_of_prices_are_the_samples(case: Case) -> None:
    lines = case.standin.service.universe.prices["entity_id"].unique().cast(pl.String).to_list()
    delivered = case.open().prices(START, END, lines)
    # the vendor adjusts closes for splits alone, the sample for dividends too
    assert_same(
        delivered.rows,
        SAMPLE.prices(START, END).rows,
        case.standin,
        ["source_id", "date"],
        leave_out=["adjusted_close_usd", "median_dollar_volume_usd"],
    )


def test_a_delivery_holds_nobody_who_was_not_asked_for(case: Case) -> None:
    source, few = case.open(), case.companies(3)
    source.fundamentals(START, END, case.companies(50))
    assert set(source.fundamentals(START, END, few).rows["source_entity_id"]) <= set(few)


def test_who_has_no_statement_is_written_down(case: Case) -> None:
    nobody = "20000001"
    statements = case.standin.service.universe.fundamentals
    known = statements.filter(pl.col("period_end").is_between(START, END))["entity_id"].unique().sort()
    five = known.head(5).cast(pl.String).to_list()
    delivered = case.open().fundamentals(START, END, [*five, nobody, "ticker:XX"])
    told = delivered.refused["row_json"].to_list()
    assert delivered.refused["rule"].unique().to_list() == ["not_served"]
    assert any(nobody in row and "no answer" in row for row in told)
    assert any("ticker:XX" in row and "no id" in row for row in told)
    assert set(delivered.rows["source_entity_id"]) | {nobody} == {*five, nobody}


def test_a_second_run_needs_no_request(case: Case) -> None:
    everything(case)
    before = case.standin.counts()
    everything(case)
    assert case.standin.counts() == before


def test_a_new_company_and_a_longer_window_ask_for_what_is_missing_alone(case: Case) -> None:
    companies = case.companies(60)
    case.open().vendor_metrics(START, END, companies[:59])
    case.open().vendor_metrics(START, END, companies)
    newest = case.standin.requests("/v1/metrics")[-1]["query"]
    assert newest["entity_id"] == companies[59]
    case.open().vendor_metrics(START.replace(year=2019), END, companies)
    newest = case.standin.requests("/v1/metrics")[-1]["query"]
    assert (newest["start"], newest["end"]) == ("2019-01-01", "2019-12-31")


def test_only_years_that_can_still_change_are_asked_for_again(case: Case) -> None:
    companies = case.companies(15)
    case.open().prices(dt.date(2023, 1, 1), dt.date(2026, 6, 30), companies)
    asked = case.counted("prices")
    case.move(case.bench.now + dt.timedelta(hours=13))
    case.open().prices(dt.date(2023, 1, 1), dt.date(2026, 6, 30), companies)
    again = case.standin.requests("/v1/prices")[asked:]
    assert {entry["query"]["start"] for entry in again} == {"2026-01-01"}


def test_a_request_that_has_more_pages_than_the_plan_allows_is_split(case: Case) -> None:
    case.standin.configure(limits={"pages_per_call": 1})
    case.plan = replace(case.plan, pages_per_call=1)
    companies = case.companies(30)
    delivered = case.open().fundamentals(*EVER, companies)
    assert case.open().vendor_metrics(*EVER, companies).rows.height > 100
    assert delivered.refused.is_empty()


def test_an_index_of_several_pages_is_read_to_its_end(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smallcap.sources.xfinlink.client.XfinlinkClient.index.__defaults__", (100,))
    assert case.open().constituents(INDEX, [DAY]).rows.height == SAMPLE.constituents(INDEX, [DAY]).rows.height
    assert [entry["query"]["offset"] for entry in case.standin.requests("/v1/index")] == [
        "0",
        "0",
        "100",
        "200",
    ]


def test_a_day_after_the_record_of_the_index_has_no_list_and_a_notice(case: Case) -> None:
    case.move(case.bench.now + dt.timedelta(days=60))
    delivered = case.open().constituents(INDEX, [DAY, dt.date(2026, 7, 31)])
    assert delivered.rows["as_of"].unique().to_list() == [DAY]
    assert "2026-07-31" in delivered.notices[0]


def test_a_renumbering_by_the_vendor_changes_none_of_our_ids(case: Case) -> None:
    source = case.open()
    before = source.constituents(INDEX, DAYS[:2])
    securities = identity.mint(source.securities(before.rows).rows, table("raw.securities").empty())
    case.standin.fault("*", "renumbered_ids", offset=5_000_000)
    case.move(case.bench.now + dt.timedelta(days=1))
    source = case.open()
    after = source.constituents(INDEX, DAYS)
    renumbered = identity.mint(source.securities(after.rows).rows, securities)
    known = SAMPLE.securities().rows.filter(pl.col("sector").is_not_null())["ticker"].unique()
    is_known = normalised(pl.col("ticker")).is_in(known.implode())
    # Answers about a line that is gone are settled and not asked for again: it keeps the vendor's old id.
    listed = after.rows.filter(is_known, pl.col("as_of") == DAY)
    assert not set(listed["source_id"]) & set(before.rows["source_id"])
    key = ["as_of", "ticker", "security_id"]
    ours_before = ingest.constituents(before, securities, INDEX).rows.filter(is_known).select(key).sort(key)
    ours_after = (
        ingest.constituents(after, renumbered, INDEX)
        .rows.filter(is_known, pl.col("as_of").is_in(DAYS[:2]))
        .select(key)
        .sort(key)
    )
    assert ours_after.equals(ours_before)


def test_a_refused_index_falls_back_to_the_funds_holdings(case: Case) -> None:
    case.standin.configure(is_index_served=False)
    listed = SAMPLE.constituents(INDEX, [DAY]).rows.with_columns(
        source=pl.lit("ishares"), source_id=pl.col("ticker") + ":NAME"
    )
    source = case.open(holdings=Holdings(listed))
    delivered = source.constituents(INDEX, [DAY])
    assert "Unknown index 'russell2000'" in delivered.notices[0]
    assert "holdings" in delivered.notices[0]
    assert delivered.rows["source"].unique().to_list() == ["ishares"]
    known = under_vendor_ids(SAMPLE.constituents(INDEX, [DAY]).rows, case.standin)
    found = delivered.rows.join(known, on=["source_id", "ticker"], suffix="_sample")
    assert found.height >= 0.95 * known.height
    assert found["market_value_usd"].equals(found["market_value_usd_sample"])
    securities = identity.mint(source.securities(delivered.rows).rows, table("raw.securities").empty())
    assert ingest.constituents(delivered, securities, INDEX).rows.height == delivered.rows.height


@pytest.fixture
def renamed_case(tmp_path: Path) -> Iterator[Case]:
    """The vendor has other names than the lists: of one company, and in another spelling."""
    universe = sample_universe(COMPANIES, SEED)
    first, second = members_with_statements()["ticker"]
    names = {first: "Kuiper Quasar Ltd", second: f"The {name_of(second).title().replace(' ', '', 1)}, Inc."}
    ids = universe.lists.filter(list_date=DAY).select("entity_id", "ticker")
    spelled = universe.lines.join(ids, on="entity_id", how="left", maintain_order="left").with_columns(
        entity_name=pl.coalesce(pl.col("ticker").replace_strict(names, default=None), "entity_name"),
        gics_sector=pl.when(pl.col("ticker").is_in([second])).then(None).otherwise("gics_sector"),
    )
    with StandIn(replace(universe, lines=spelled.drop("ticker"))) as standin:
        yield Case(standin, tmp_path)


def members_with_statements() -> pl.DataFrame:
    """The first two lines of the list that are alone in their company."""
    lines = SAMPLE.securities().rows.filter("is_resolved").unique("source_id")
    alone = lines.filter(pl.len().over("source_entity_id") == 1)
    listed = SAMPLE.constituents(INDEX, [DAY]).rows.join(alone.select("source_id"), on="source_id")
    return listed.filter(pl.col("ticker").str.contains("^[A-Z]+$")).sort("ticker").head(2)


def name_of(ticker: str) -> str:
    return str(members_with_statements().filter(ticker=ticker)["name"].item())


def test_a_line_of_the_holdings_is_joined_by_its_name_and_not_by_the_ticker_alone(
    renamed_case: Case,
) -> None:
    first, second = members_with_statements()["ticker"]
    renamed_case.standin.configure(is_index_served=False)
    listed = SAMPLE.constituents(INDEX, [DAY]).rows.with_columns(
        source=pl.lit("ishares"), source_id=pl.col("ticker") + ":NAME"
    )
    source = renamed_case.open(holdings=Holdings(listed))
    delivered = source.constituents(INDEX, [DAY])
    ids = dict(delivered.rows.select("ticker", "source_id").iter_rows())
    assert (ids[first], ids[second].isdigit()) == (f"ishares:{first}:NAME", True)
    lines = source.securities(delivered.rows).rows
    refused = lines.filter(source_id=ids[first]).row(0, named=True)
    assert (refused["is_resolved"], refused["name"]) == (False, name_of(first))
    assert refused["unresolved_reason"] == (
        "verify: the vendor may have another company under this ticker (Kuiper Quasar Ltd)"
    )
    assert refused["resolution_evidence"].startswith(f"{DAY}: Kuiper Quasar Ltd: names -10.0")
    assert lines.filter(source_id=ids[second])["is_resolved"].all()
    securities = identity.mint(lines, table("raw.securities").empty())
    assert ingest.constituents(delivered, securities, INDEX).rows.height == delivered.rows.height
    statements = source.fundamentals(START, END, lines.filter("is_resolved")["source_entity_id"].unique())
    vendors = dict(renamed_case.standin.service.universe.lines.select("entity_name", "entity_id").iter_rows())
    assert str(vendors["Kuiper Quasar Ltd"]) not in set(statements.rows["source_entity_id"])


def test_a_person_joins_a_doubtful_line_of_the_vendor_by_a_dated_alias(renamed_case: Case) -> None:
    first, _ = members_with_statements()["ticker"]
    renamed_case.standin.configure(is_index_served=False)
    listed = SAMPLE.constituents(INDEX, [DAY]).rows.with_columns(source_id=pl.col("ticker") + ":NAME")
    row = {
        "ticker": first,
        "canonical_ticker": first,
        "relation": "figures_of",
        "source": "read in its report",
    }
    renamed_case.aliases = pl.DataFrame([{**row, "valid_from": DAY, "valid_to": None}], schema=ALIASES_SCHEMA)
    source = renamed_case.open(holdings=Holdings(listed))
    delivered = source.constituents(INDEX, [DAY]).rows
    line = delivered.filter(ticker=first)["source_id"].item()
    found = source.securities(delivered).rows.filter(source_id=line)
    assert (line.isdigit(), found["is_resolved"].all(), found["is_resolution_corrected"].all()) == (
        True,
        True,
        True,
    )


def test_a_list_with_the_vendors_own_ids_needs_no_name(renamed_case: Case) -> None:
    first, _ = members_with_statements()["ticker"]
    source = renamed_case.open()
    delivered = source.constituents(INDEX, [DAY]).rows
    assert delivered.filter(ticker=first)["source_id"].item().isdigit()


def test_a_list_from_before_a_renumbering_does_not_join_on_the_ticker_alone(renamed_case: Case) -> None:
    first, second = members_with_statements()["ticker"]
    renamed_case.open().constituents(INDEX, [DAY])
    renamed_case.standin.fault("*", "renumbered_ids", offset=5_000_000)
    renamed_case.move(renamed_case.bench.now + dt.timedelta(days=1))
    source = renamed_case.open()
    source.constituents(INDEX, [dt.date(2026, 6, 29)])
    delivered = source.constituents(INDEX, [DAY]).rows
    ids = dict(delivered.select("ticker", "source_id").iter_rows())
    assert ids[first].startswith(f"ticker:{first}:")
    assert int(ids[second]) > 15_000_000
    reason = source.securities(delivered).rows.filter(source_id=ids[first])["unresolved_reason"].item()
    assert reason.startswith("verify: ")


def test_a_refused_index_without_a_fallback_says_what_to_do(case: Case) -> None:
    case.standin.configure(is_index_served=False)
    with pytest.raises(InputError, match=r"Unknown index 'russell2000'.*index_name.*--preset"):
        case.open().constituents(INDEX, [DAY])


def test_the_complete_universe_cannot_be_requested(case: Case) -> None:
    for ask in (case.open().fundamentals, case.open().vendor_metrics, case.open().prices):
        with pytest.raises(InputError, match="only by name"):
            ask(START, END)


@pytest.mark.drill
def test_on_plan_free_a_run_goes_on_day_by_day_and_asks_nothing_twice(
    running: StandIn, tmp_path: Path
) -> None:
    running.reset()
    running.configure(plan="free")
    case = Case(running, tmp_path, "free")
    companies = case.companies(300)
    stops: list[str] = []
    while True:
        try:
            source = case.open()
            members = source.constituents(INDEX, [dt.date(2026, 5, 31)])
            source.securities(members.rows)
            statements = source.fundamentals(START.replace(year=2025), dt.date(2026, 5, 31), companies)
            ratios = source.vendor_metrics(START.replace(year=2025), dt.date(2026, 5, 31), companies)
            break
        except QuotaError as stop:
            stops.append(str(stop))
            case.move(stop.resumes_at + dt.timedelta(seconds=1))
    asked = [(entry["path"], str(entry["query"])) for entry in running.requests()]
    assert len(asked) == len(set(asked))
    assert all("left" in stop and "Run the same command after" in stop for stop in stops)
    assert len(stops) >= 2 * len(companies) // 100
    assert all(entry["status"] == 200 for entry in running.requests())
    assert statements.rows["source_entity_id"].n_unique() + statements.refused.height == len(companies)
    assert ratios.rows["source_entity_id"].n_unique() + ratios.refused.height == len(companies)


@pytest.mark.drill
def test_on_plan_pro_two_thousand_members_take_at_most_150_requests(tmp_path: Path) -> None:
    with StandIn(sample_universe(2600, SEED)) as standin:
        case = Case(standin, tmp_path)
        source = case.open()
        members = source.constituents(INDEX, [DAY]).rows
        companies = source.securities(members).rows["source_entity_id"].unique().to_list()
        source.fundamentals(START, END, companies)
        source.vendor_metrics(START, END, companies)
        asked = sum(case.counted(endpoint) for endpoint in ("index", "fundamentals", "metrics"))
    assert members.height > 1_800
    assert asked <= 150


class Holdings:
    """A fund's holdings as the fallback gives them."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._rows = rows

    def membership_dates(self) -> list[dt.date]:
        return [DAY]

    def constituents(self, as_ofs: list[dt.date]) -> Delivery:
        return Delivery(self._rows.filter(pl.col("as_of").is_in(as_ofs)))


def everything(case: Case) -> None:
    source = case.open()
    members = source.constituents(INDEX, [DAY]).rows
    securities = source.securities(members).rows
    source.fundamentals(START, END, securities["source_entity_id"].unique().to_list())
    source.vendor_metrics(START, END, securities["source_entity_id"].unique().to_list())
    source.prices(END.replace(month=1, day=1), END, securities["source_id"].unique().to_list())
