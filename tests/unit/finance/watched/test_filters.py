"""A watched name is judged by the filters and lenses like a member, and moves no limit."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.frames import as_table
from smallcap.finance.funnel import funnel_outcomes, statement_lenses
from smallcap.finance.metrics.market import metrics_as_of
from smallcap.finance.watched.filters import member_limits, watched_lenses, watched_outcomes
from smallcap.finance.watched.rows import as_watched, outsiders
from smallcap.tables.watched import WatchedLenses, WatchedOutcomes
from tests.examples import examples
from tests.unit.finance.builders import APPLICABILITY, METRICS, table
from tests.unit.finance.funnel.funnel_builders import (
    AS_OF,
    BUSINESS,
    SMALL,
    STALE_MONTHS,
    STANDARDS,
    Inputs,
    inputs_of,
    members,
    prices,
    sound_company,
)

SEDAR = "annual financial statements on SEDAR+ (Canada)"
VERDICT = ["filter_number", "status", "value", "threshold", "headroom", "reason", "outcome"]
ITEM = ["statement", "item", "verdict", "value", "reason"]


def as_names(rows: pl.DataFrame, **values: object) -> pl.DataFrame:
    """Rows of core.watched_names that are no members, from rows of core.members."""
    beside = {"is_member": False, "watched_by": "watchlist", "missing_filing": None, **values}
    return as_table(
        rows.with_columns(pl.lit(value).alias(name) for name, value in beside.items())
        .with_columns(pl.lit(None, dtype=pl.String).alias("watch_reason"))
        .with_columns(pl.lit("test").alias("source")),
        "core.watched_names",
    )


def judged(universe: Inputs, names: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Outcomes and lenses of watched names, whose records and prices are those of the inputs."""
    no_vendor = table("raw.vendor_metrics", [])
    asked = outsiders(names)
    measured = as_watched(
        metrics_as_of(
            asked, universe.metrics, universe.prices, no_vendor, METRICS, STALE_MONTHS, APPLICABILITY
        ),
        asked,
        "core.watched_metrics",
    )
    records = (universe.fundamentals, universe.metrics)
    by_members = (universe.metrics_as_of, universe.evaluate())
    outcomes = watched_outcomes(
        names,
        measured,
        *by_members,
        *records,
        universe.prices,
        universe.factors,
        SMALL,
        BUSINESS,
        STANDARDS["published"],
        APPLICABILITY,
    )
    lenses = watched_lenses(names, measured, outcomes, *by_members, *records, SMALL, APPLICABILITY)
    return WatchedOutcomes.validate(outcomes), WatchedLenses.validate(lenses)


def three(**changed: dict[str, object]) -> tuple[list[dict[str, object]], pl.DataFrame]:
    """Records of two members and of a third company, and the members."""
    records = [
        *sound_company(1),
        *sound_company(2, all={"net_income_usd": 20.0}),
        *sound_company(3, **changed),
    ]
    return records, members({}, {})


@given(
    income=st.floats(-5, 25),
    cash_flow=st.floats(-5, 30),
    debt=st.floats(0, 60),
    equity=st.floats(-20, 100),
)
@examples(2)
def test_a_member_judged_as_a_watched_name_gets_its_own_verdicts(
    income: float, cash_flow: float, debt: float, equity: float
) -> None:
    changed = {
        "net_income_usd": income,
        "operating_cash_flow_usd": cash_flow,
        "long_term_debt_usd": debt,
        "shareholders_equity_usd": equity,
    }
    records = [*sound_company(1), *sound_company(2, y2023=changed)]
    universe = inputs_of(records, listed=members({}, {}))
    evaluated = universe.evaluate()
    own = funnel_outcomes(evaluated, universe.members).filter(pl.col("entity_id") == 2)
    seen = statement_lenses(
        universe.members,
        universe.metrics_as_of,
        universe.fundamentals,
        universe.metrics,
        evaluated,
        SMALL,
        APPLICABILITY,
    ).filter(pl.col("entity_id") == 2)
    outcomes, lenses = judged(universe, as_names(universe.members.filter(pl.col("entity_id") == 2)))
    assert outcomes.select(VERDICT).equals(own.select(VERDICT))
    assert lenses.sort("statement", "item").select(ITEM).equals(seen.sort("statement", "item").select(ITEM))


@pytest.mark.some_cases(1)
@pytest.mark.parametrize("price", [0.01, 16.0, 1e6])
def test_a_watched_name_moves_no_limit_of_the_universe(price: float) -> None:
    records, listed = three(all={"operating_cash_flow_usd": -500.0})
    quotes = pl.concat([prices(100, 200), prices(300, close=price)])
    universe = inputs_of(records, listed=listed, quotes=quotes)
    names = as_names(members({"entity_id": 3, "security_id": 300}))
    outcomes, _ = judged(universe, names)
    limits = member_limits(universe.metrics_as_of, universe.evaluate(), SMALL)
    # P/E of the members: 160 M over 14 M that grew by 5% a year for four years, and 160 M over 20 M.
    assert limits["pe_limit"].item() == pytest.approx((160 / 14 / 1.05**4 + 160 / 20) / 2)
    # The watched name's accruals (14 + 500) / mean assets are far above the limit of the members alone.
    assert outcomes["outcome"].unique().to_list() == ["failed"]
    assert limits["accruals_universe"].to_list() == [2]


def test_a_watched_name_is_marked_and_a_member_is_not_judged_again() -> None:
    records, listed = three()
    universe = inputs_of(records, listed=listed, quotes=prices(100, 200, 300))
    both = pl.concat(
        [
            as_names(members({"entity_id": 3, "security_id": 300, "ticker": "EXPD"})),
            as_names(listed.head(1), is_member=True),
        ]
    )
    outcomes, lenses = judged(universe, both)
    assert outcomes.select("ticker", "entity_id", "is_member").unique().rows() == [("EXPD", 3, False)]
    assert (outcomes.height, lenses.height) == (6, 18)
    assert outcomes["outcome"].unique().to_list() == ["survivor"]


def test_a_foreign_filing_that_no_source_has_is_to_verify_and_named() -> None:
    records, listed = three()
    universe = inputs_of(records, listed=listed, quotes=prices(100, 200, 300))
    nobody = as_names(members({"ticker": "CGY", "sector": None}), missing_filing=SEDAR).with_columns(
        pl.lit(None, dtype=pl.Int64).alias(name) for name in ("entity_id", "security_id")
    )
    outcomes, lenses = judged(universe, nobody)
    assert outcomes["stand_alone_status"].unique().to_list() == ["verify"]
    assert outcomes["entity_id"].unique().to_list() == [None]
    assert outcomes["reason"].to_list()[1:] == [f"no annual record is visible: no source has its {SEDAR}"] * 5
    assert lenses["verdict"].unique().to_list() == ["unknown"]
    assert all(SEDAR in reason for reason in lenses["reason"])


def test_two_tickers_without_a_company_are_two_names() -> None:
    records, listed = three()
    universe = inputs_of(records, listed=listed, quotes=prices(100, 200, 300))
    rows = members({"ticker": "CGY"}, {"ticker": "CLS"})
    nobody = as_names(rows).with_columns(pl.lit(None, dtype=pl.Int64).alias("entity_id"))
    outcomes, lenses = judged(universe, nobody)
    assert outcomes.group_by("ticker").len().sort("ticker").rows() == [("CGY", 6), ("CLS", 6)]
    assert lenses.group_by("ticker").len().sort("ticker").rows() == [("CGY", 18), ("CLS", 18)]


def test_with_too_few_members_a_watched_name_has_no_limit_to_stand_against() -> None:
    records, listed = three()
    universe = inputs_of(records, listed=listed, quotes=prices(100, 200, 300))
    few = dataclasses.replace(SMALL, universe=dataclasses.replace(SMALL.universe, least_members=3))
    limits = member_limits(universe.metrics_as_of, universe.evaluate(), few)
    assert limits.select("as_of", "pe_limit", "accruals_limit").rows() == [(AS_OF, None, None)]
