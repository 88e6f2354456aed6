"""The quality screen's summary: counts per step, descriptions, ends of the list, ablation, and what became of
last year's quintiles.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from smallcap.finance.quality.scores import quality_scores
from smallcap.finance.quality.summary import quality_summary
from smallcap.tables import table as table_of
from tests.tolerances import EXACT
from tests.unit.finance.builders import APPLICABILITY, table
from tests.unit.finance.quality_builders import (
    AS_OF,
    CLOCK,
    RULES,
    STALE_MONTHS,
    market_values,
    members,
    records,
    vendor_rows,
)

YEAR_LATER = dt.date(2025, 12, 31)
FIVE_SUFFICE = replace(RULES, least_records=5, listed_names=2)
NO_PRICES = table("raw.prices", []).clear()


def one_year(count: int, *excluded: dict[str, object]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Scores of companies whose return on equity rises with their number, and of others that are excluded.

    And the members.
    """
    companies = [{"roe": number / 10} for number in range(1, count + 1)]
    people = members(*[{}] * (count + len(excluded)))
    annual = records(*companies, *excluded)
    values = market_values(*[{}] * people.height)
    return quality_scores(
        people, values, annual, vendor_rows(), FIVE_SUFFICE, CLOCK, STALE_MONTHS, APPLICABILITY
    ), people


def summary_rows(
    summary: pl.DataFrame, variant: str = "base", as_of: dt.date = AS_OF
) -> list[dict[str, object]]:
    """The six quintile rows of method published on basis point_in_time."""
    return (
        summary.filter(
            pl.col("as_of") == as_of,
            pl.col("method") == "published",
            pl.col("basis") == "point_in_time",
            pl.col("variant") == variant,
        )
        .sort("quintile")
        .to_dicts()
    )


def test_counts_at_each_step_and_sizes_of_the_quintiles() -> None:
    stale, incomplete, outside = {"period_end": dt.date(2020, 12, 31)}, {"roe": None}, {"roe": 2.0}
    annual = records(*[{"roe": n / 20} for n in range(10)], stale, incomplete, outside, outside)
    people = members(*[{}] * 9, {"is_ticker_usable": False}, *[{}] * 4)
    scores = quality_scores(
        people,
        market_values(*[{}] * 14),
        annual,
        vendor_rows(),
        FIVE_SUFFICE,
        CLOCK,
        STALE_MONTHS,
        APPLICABILITY,
    )
    summary = quality_summary(scores, people, annual, NO_PRICES, FIVE_SUFFICE, [2024])
    for row in summary_rows(summary):
        steps = [
            row[name]
            for name in (
                "members",
                "usable_tickers",
                "with_record",
                "complete_records",
                "records_after_controls",
            )
        ]
        assert steps == [14, 13, 12, 11, 9]
    assert [row["scored"] for row in summary_rows(summary)] == [9, 2, 2, 1, 2, 2]
    table_of("marts.quality_summary").schema.validate(summary)


def test_inputs_are_described_as_numpy_does_and_coverage_as_scored() -> None:
    annual = records(*[{"roe": n / 10, "interest_coverage": 1000.0 * n} for n in range(10)])
    people = members(*[{}] * 10)
    scores = quality_scores(
        people,
        market_values(*[{}] * 10),
        annual,
        vendor_rows(),
        FIVE_SUFFICE,
        CLOCK,
        STALE_MONTHS,
        APPLICABILITY,
    )
    summary = quality_summary(scores, people, annual, NO_PRICES, FIVE_SUFFICE, [2024])
    everyone, roe = summary_rows(summary)[0], np.arange(10) / 10
    assert everyone["roe_mean"] == pytest.approx(roe.mean(), rel=EXACT)
    assert everyone["roe_std"] == pytest.approx(roe.std(ddof=1), rel=EXACT)
    assert [everyone[f"roe_{name}"] for name in ("min", "p25", "median", "p75", "max")] == pytest.approx(
        np.quantile(roe, [0, 0.25, 0.5, 0.75, 1]).tolist(), rel=EXACT
    )
    assert (everyone["interest_coverage_min"], everyone["interest_coverage_max"]) == (0.0, 50.0)
    assert summary_rows(summary, "no_coverage_clip")[0]["interest_coverage_max"] == 9000.0
    # The best fifth are the two with the highest return on equity.
    assert summary_rows(summary)[5]["roe_median"] == pytest.approx(0.85, rel=EXACT)


def test_the_ends_of_the_list_stand_on_the_row_of_all_and_ties_stand_by_entity() -> None:
    annual = records({"roe": 0.1}, {"roe": 0.5}, {"roe": 0.5}, {"roe": 0.1}, {"roe": 0.3}, {"roe": 0.5})
    people = members(*[{}] * 6)
    scores = quality_scores(
        people,
        market_values(*[{}] * 6),
        annual,
        vendor_rows(),
        FIVE_SUFFICE,
        CLOCK,
        STALE_MONTHS,
        APPLICABILITY,
    )
    rows = summary_rows(quality_summary(scores.reverse(), people, annual, NO_PRICES, FIVE_SUFFICE, [2024]))
    assert [row["top_names"] for row in rows] == ["T2, T3"] + [None] * 5
    assert [row["bottom_names"] for row in rows] == ["T1, T4"] + [None] * 5


def test_the_ablation_scores_again_without_one_step() -> None:
    scores, people = one_year(10, {"roe": 5.0})
    summary = quality_summary(scores, people, records().clear(), NO_PRICES, FIVE_SUFFICE, [2024])
    base, uncontrolled = summary_rows(summary)[0], summary_rows(summary, "no_controls")[0]
    assert (base["scored"], base["roe_max"], base["complete_records"], base["records_after_controls"]) == (
        10,
        1.0,
        11,
        10,
    )
    assert (uncontrolled["scored"], uncontrolled["roe_max"], uncontrolled["records_after_controls"]) == (
        11,
        5.0,
        11,
    )
    assert uncontrolled["top_names"] == "T11, T10"
    assert sorted(summary["variant"].unique()) == [
        "base",
        "controls_of_the_text",
        "no_controls",
        "no_coverage_clip",
        "no_winsorizing",
    ]


def test_the_controls_of_the_text_have_no_limit_of_size() -> None:
    people = members(*[{}] * 12)
    annual = records(*({"roe": number / 10} for number in range(1, 11)), {"roe": 0.95}, {"roe": 5.0})
    values = market_values(*[{}] * 10, {"market_cap_usd": 1e6}, {})
    scores = quality_scores(
        people, values, annual, vendor_rows(), FIVE_SUFFICE, CLOCK, STALE_MONTHS, APPLICABILITY
    )
    summary = quality_summary(scores, people, annual, NO_PRICES, FIVE_SUFFICE, [2024])
    scored = {
        name: summary_rows(summary, name)[0]["scored"]
        for name in ("base", "controls_of_the_text", "no_controls")
    }
    # The eleventh is worth 1 M USD, the twelfth has a return on equity of 500%.
    assert scored == {"base": 10, "controls_of_the_text": 11, "no_controls": 12}
    assert summary_rows(summary, "controls_of_the_text")[0]["market_cap_usd_min"] == 1e6


def test_a_year_in_which_nobody_is_scored_still_has_its_rows() -> None:
    scores, people = one_year(4)
    rows = summary_rows(quality_summary(scores, people, records().clear(), NO_PRICES, FIVE_SUFFICE, [2024]))
    assert [row["scored"] for row in rows] == [0] * 6
    assert rows[0]["records_after_controls"] == 4
    assert rows[0]["roe_median"] is None


def two_years() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Ten companies scored at the end of 2024.

    A year later the first is gone, and fiscal 2024 is known of all but the second.
    """
    first, people = one_year(10)
    later_people = people.filter(pl.col("entity_id") != 1).with_columns(
        as_of=YEAR_LATER, year=pl.lit(2025, pl.Int32)
    )
    later_year = {"period_end": dt.date(2025, 6, 30), "available_date": dt.date(2025, 9, 1)}
    losses = {1: -1.0, 3: -1.0}
    later = [
        {**later_year, "entity_id": n, "net_income_usd": losses.get(n, 1.0), "debt_to_assets": n / 100}
        for n in range(1, 11)
        if n != 2
    ]
    annual = pl.concat([records(*[{}] * 10), records(*later)])
    values = market_values(*[{}] * 10).with_columns(as_of=YEAR_LATER)
    second = quality_scores(
        later_people, values, annual, vendor_rows(), FIVE_SUFFICE, CLOCK, STALE_MONTHS, APPLICABILITY
    )
    return pl.concat([first, second]), pl.concat([people, later_people]), annual


def price(entity_id: int, month: int, total_return: float | None, year: int = 2025) -> dict[str, object]:
    """A month's return of a company's line, on a day before the calendar month's end."""
    return {
        "security_id": 100 * entity_id,
        "date": dt.date(year, month, 27),
        "total_return": total_return,
        "year": year,
        "source": "test",
    }


def test_outcomes_follow_the_quintiles_of_a_year_earlier() -> None:
    scores, people, annual = two_years()
    prices = table("raw.prices", [
        # Company 1 peaks at 1.1, falls to 0.88: a fifth. What came before formation and after as_of does not
        # count.
        *(price(1, month, value) for month, value in [(1, 0.1), (2, -0.2), (3, 0.05)]),
        price(1, 11, -0.9, 2024), price(1, 1, -0.9, 2026),
        # Company 2 falls at once, from the start's own value; the month without a return is skipped; then
        # its returns stop.
        price(2, 1, -0.1), price(2, 2, None), price(2, 3, 0.05),
    ])  # fmt: skip
    summary = quality_summary(scores, people, annual, prices, FIVE_SUFFICE, [2025])
    assert summary["as_of"].unique().to_list() == [YEAR_LATER]
    everyone, worst, second_worst, *_ = summary_rows(summary, as_of=YEAR_LATER)
    assert worst["formed_as_of"] == AS_OF
    # The worst fifth of 2024 were companies 1 and 2: the first lost money and left the index; of the second
    # no later year is known.
    assert (worst["outcome_companies"], worst["outcome_reported"], worst["outcome_loss_share"]) == (2, 1, 1.0)
    assert (worst["outcome_debt_to_assets_median"], worst["outcome_exit_share"]) == (0.01, 0.5)
    assert worst["outcome_max_drawdown_median"] == pytest.approx((-0.2 - 0.1) / 2, rel=EXACT)
    assert (second_worst["outcome_loss_share"], second_worst["outcome_exit_share"]) == (0.5, 0.0)
    assert second_worst["outcome_max_drawdown_median"] is None
    assert (everyone["outcome_companies"], everyone["outcome_reported"], everyone["outcome_exit_share"]) == (
        10,
        9,
        0.1,
    )
    assert everyone["outcome_loss_share"] == pytest.approx(2 / 9, rel=EXACT)


def test_a_running_month_follows_the_same_month_of_the_year_before() -> None:
    scores, people, annual = two_years()
    middle_of_month = dt.date(2025, 12, 12)
    running = pl.when(pl.col("as_of") == YEAR_LATER).then(middle_of_month).otherwise("as_of").alias("as_of")
    summary = quality_summary(
        scores.with_columns(running), people.with_columns(running), annual, NO_PRICES, FIVE_SUFFICE, [2025]
    )
    assert {row["formed_as_of"] for row in summary_rows(summary, as_of=middle_of_month)} == {AS_OF}


def test_outcomes_do_not_see_what_became_known_after_as_of() -> None:
    scores, people, annual = two_years()
    unknown_yet = annual.with_columns(
        available_date=pl.when(pl.col("period_end") == dt.date(2025, 6, 30))
        .then(dt.date(2026, 1, 2))
        .otherwise("available_date")
    )
    rows = summary_rows(
        quality_summary(scores, people, unknown_yet, NO_PRICES, FIVE_SUFFICE, [2025]), as_of=YEAR_LATER
    )
    assert [row["outcome_reported"] for row in rows] == [0] * 6
    assert [row["outcome_loss_share"] for row in rows] == [None] * 6


def test_without_the_year_before_and_in_the_ablation_there_are_no_outcomes() -> None:
    scores, people, annual = two_years()
    summary = quality_summary(scores, people, annual, NO_PRICES, FIVE_SUFFICE, [2024, 2025])
    first_year = summary.filter(pl.col("as_of") == AS_OF)
    ablation = summary.filter(pl.col("variant") != "base")
    for rows in (first_year, ablation):
        assert rows.select(pl.col("formed_as_of", "^outcome_.*$").is_null().all()).row(0) == (True,) * 7
    base = summary.filter(pl.col("as_of") == YEAR_LATER, pl.col("variant") == "base")
    assert base.filter(pl.col("basis") == "point_in_time")["formed_as_of"].to_list() == [AS_OF] * 12


def test_no_scores_give_no_summary() -> None:
    scores, people = one_year(5)
    assert quality_summary(
        scores.clear(), people.clear(), records().clear(), NO_PRICES, RULES, [2024]
    ).is_empty()
