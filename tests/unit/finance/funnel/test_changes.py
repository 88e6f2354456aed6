"""Who entered or left the survivors, and the input that caused it."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.funnel import funnel_outcomes, screen_changes
from smallcap.tables.screen_changes import ScreenChanges
from tests.tolerances import BY_HAND
from tests.unit.finance.funnel.funnel_builders import (
    PRICE,
    SMALL,
    inputs_of,
    members,
    prices,
    sound_company,
    sound_year,
)

BEFORE, AFTER = dt.date(2024, 5, 31), dt.date(2024, 6, 30)
LINES = {1: 100, 2: 200, 3: 300}


def quotes(moved: dict[int, float]) -> pl.DataFrame:
    """Closes of three companies at both month ends; `moved` names the second close of some."""
    before = prices(*LINES.values(), last=dt.date(2024, 5, 31))
    after = prices(*LINES.values(), last=dt.date(2024, 6, 28))
    close = pl.col("security_id").replace_strict({LINES[n]: moved.get(n, PRICE) for n in LINES})
    return before.vstack(after.with_columns(close_usd=close))


def changes(
    records: list[dict[str, object]],
    moved: dict[int, float] | None = None,
    later: pl.DataFrame | None = None,
    before: pl.DataFrame | None = None,
) -> list[dict[str, object]]:
    """Compare the last day of May with that of June for three companies, of which the first is the one that
    changes.
    """
    everybody = [*records, *sound_company(2), *sound_company(3)]
    first = members({}, {}, {}, as_of=BEFORE) if before is None else before
    second = members({}, {}, {}, as_of=AFTER) if later is None else later
    found = inputs_of(everybody, listed=first.vstack(second), quotes=quotes(moved or {}))
    evaluations = found.evaluate(SMALL)
    outcomes = funnel_outcomes(evaluations, found.members)
    return ScreenChanges.validate(screen_changes(outcomes, evaluations, found.metrics_as_of)).to_dicts()


def june_filing(**values: object) -> dict[str, object]:
    return {"filing_date": dt.date(2024, 6, 10), "available_date": dt.date(2024, 6, 11), **values}


def test_nothing_changes_in_a_quiet_month() -> None:
    assert changes(sound_company()) == []


def test_a_new_filing_with_a_loss_throws_out() -> None:
    # Until June the visible year is 2022, which with 2018 has five; fewer shares make it as cheap as the
    # others, whose 2023 is known.
    own = sound_company(y2022={"shares_outstanding": 9.0}, y2023=june_filing(net_income_usd=-1.0))
    [row] = changes([sound_year(2018), *own])
    assert (row["change"], row["cause"], row["filter_name"], row["measure"]) == (
        "left",
        "new_filing",
        "income",
        "least_net_margin",
    )
    assert (row["outcome_from"], row["outcome_to"], row["previous_as_of"]) == ("survivor", "failed", BEFORE)
    assert row["value_from"] == pytest.approx(0.14, rel=BY_HAND)
    assert row["value_to"] == pytest.approx(-1 / (100 * 1.05**4), rel=BY_HAND)
    assert (
        row["reason"]
        == "net income is not positive in every year; net income is not higher than 4 years before"
    )


@pytest.mark.parametrize("year", [2021, 2023])
def test_a_restatement_of_any_of_the_years_throws_out(year: int) -> None:
    restated = sound_year(year, version="restated", **june_filing(net_income_usd=-1.0))
    [row] = changes([*sound_company(), restated])
    assert (row["change"], row["cause"], row["filter_name"]) == ("left", "restatement", "income")


def test_a_price_that_falls_below_three_times_the_debt_throws_out() -> None:
    [row] = changes(sound_company(), moved={1: 2.0})
    assert (row["change"], row["cause"], row["filter_name"], row["measure"]) == (
        "left",
        "price_move",
        "shariah",
        "debt_to_market_cap",
    )
    # 9.72405 of debt against 160, then 20.
    assert (row["value_from"], row["value_to"]) == pytest.approx((9.72405 / 160, 9.72405 / 20), rel=BY_HAND)
    assert (row["threshold_from"], row["threshold_to"]) == (0.33, 0.33)


def test_a_price_that_rises_above_the_median_throws_out() -> None:
    [row] = changes(sound_company(), moved={1: 32.0})
    assert (row["change"], row["cause"], row["filter_name"], row["measure"]) == (
        "left",
        "price_move",
        "value",
        "pb",
    )
    assert row["value_to"] == pytest.approx(320 / 97.2405, rel=BY_HAND)


def test_a_median_that_falls_throws_out() -> None:
    [row] = changes(sound_company(), moved={2: 10.0, 3: 10.0})
    assert (row["change"], row["cause"], row["filter_name"]) == ("left", "universe_median", "value")
    assert row["value_from"] == row["value_to"]
    assert (row["threshold_from"], row["threshold_to"]) == pytest.approx(
        (160 / 97.2405, 100 / 97.2405), rel=BY_HAND
    )


def test_going_stale_is_told_from_other_causes() -> None:
    # Eighteen months back from the last day of May is the last day of November, from that of June the last
    # day of December.
    old = [
        {**row, "entity_id": 1, "period_end": dt.date(year, 11, 30)}
        for year, row in zip(range(2018, 2023), sound_company(), strict=True)
    ]
    [row] = changes([*old])
    assert (row["change"], row["cause"], row["filter_name"]) == ("left", "going_stale", "balance_sheet")
    assert row["reason"] == "the visible annual record is stale"


def test_leaving_and_joining_the_index_are_membership() -> None:
    two = members({}, {}, {}, as_of=AFTER).filter(pl.col("entity_id") != 1)
    [left] = changes(sound_company(), later=two)
    assert (left["change"], left["cause"], left["outcome_to"], left["filter_name"]) == (
        "left",
        "membership",
        None,
        None,
    )
    first = members({}, {}, {}, as_of=BEFORE).filter(pl.col("entity_id") != 1)
    [entered] = changes(sound_company(), before=first)
    assert (entered["change"], entered["cause"], entered["outcome_from"], entered["ticker"]) == (
        "entered",
        "membership",
        None,
        "T1",
    )


def test_another_line_of_business_is_a_rule() -> None:
    gunmaker = {"ticker": "CLAR", "name": "CLARUS CORP", "sector": "Health Care"}
    sold = members({**gunmaker}, {}, {}, as_of=AFTER)
    early = members({**gunmaker, "sic": "3480"}, {}, {}, as_of=BEFORE)
    [row] = changes(sound_company(), before=early, later=sold)
    assert (row["change"], row["cause"], row["filter_name"]) == ("entered", "rule", "business")
    assert row["reason"] == "weapons: ordnance and ammunition (SIC 3480)"


def test_a_first_date_has_nothing_to_compare_with() -> None:
    found = inputs_of(sound_company())
    evaluations = found.evaluate()
    assert (
        screen_changes(funnel_outcomes(evaluations, found.members), evaluations, found.metrics_as_of).height
        == 0
    )


@pytest.mark.parametrize(("first", "second", "flag"), [(True, False, True), (False, False, False)])
def test_a_change_is_flagged_if_the_rate_of_either_date_was_published_later(
    first: bool, second: bool, flag: bool
) -> None:
    listed = members({}, {}, {}, as_of=BEFORE).vstack(members({}, {}, as_of=AFTER))
    found = inputs_of(
        [*sound_company(), *sound_company(2), *sound_company(3)], listed=listed, quotes=quotes({})
    )
    is_later = pl.when(pl.col("as_of") == BEFORE).then(pl.lit(first)).otherwise(pl.lit(second))
    evaluations = found.evaluate(SMALL).with_columns(is_vintage_later=is_later)
    rows = screen_changes(funnel_outcomes(evaluations, listed), evaluations, found.metrics_as_of)
    assert rows.select("entity_id", "change", "is_vintage_later").rows() == [(3, "left", flag)]
