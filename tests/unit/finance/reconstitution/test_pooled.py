"""The mean over events: each event is one observation, tested with events less one degrees of freedom."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS

from smallcap.finance.reconstitution.pooled import reconstitution_pooled
from smallcap.tables import TABLES
from tests.tolerances import EXACT, RECOMPUTED
from tests.unit.finance.builders import table
from tests.unit.finance.reconstitution.study_builders import RULES

SIX = (0.02, -0.01, 0.03, 0.015, 0.0, 0.04)


def events(values: tuple[float, ...], group: str = "additions", **columns: object) -> pl.DataFrame:
    """One row per event with its mean, in one window and adjustment."""
    rows = [
        {
            "event": f"june_{2010 + n}",
            "effective_date": dt.date(2010 + n, 6, 25),
            "known_date": dt.date(2010 + n, 8, 31),
            "mean_return": value,
            "fund_cost": 0.05 * value if group == "additions_less_deletions" else None,
            "names_with_returns": 10 + n,
        }
        for n, value in enumerate(values)
    ]
    common = {
        "is_known": True,
        "group": group,
        "window": "rank_to_effective",
        "adjustment": "index",
        "status": "estimated",
    }
    return table(
        "marts.reconstitution_events", rows, **{**common, "is_rank_date_unconfirmed": False, **columns}
    )


def pooled(
    values: tuple[float, ...], measure: str = "mean_return", group: str = "additions", **columns: object
) -> dict[str, object]:
    rows = reconstitution_pooled(events(values, group, **columns), RULES)
    assert TABLES["marts.reconstitution_pooled"].schema.is_valid(rows)
    found = rows.filter(
        (pl.col("through_effective_date") == pl.col("through_effective_date").max())
        & (pl.col("group") == group)
        & (pl.col("window") == "rank_to_effective")
        & (pl.col("adjustment") == "index")
        & (pl.col("measure") == measure)
    )
    return found.row(0, named=True)


def test_six_events_by_hand() -> None:
    found = pooled(SIX)
    assert (found["events"], found["names"]) == (6, 75)
    assert found["estimate"] == pytest.approx(0.095 / 6, rel=EXACT)
    squares = sum((value - 0.095 / 6) ** 2 for value in SIX)
    assert found["std_error"] == pytest.approx((squares / 5 / 6) ** 0.5, rel=EXACT)
    assert (found["first_effective_date"], found["last_effective_date"]) == (
        dt.date(2010, 6, 25),
        dt.date(2015, 6, 25),
    )


@given(values=st.lists(st.floats(-0.5, 0.5).map(lambda x: round(x, 6)), min_size=5, max_size=20, unique=True))
def test_the_test_is_that_of_scipy_and_of_a_regression_on_a_constant(values: list[float]) -> None:
    found = pooled(tuple(values))
    expected = stats.ttest_1samp(values, 0.0)
    interval = expected.confidence_interval(RULES.confidence)
    fitted = OLS(np.array(values), np.ones(len(values))).fit()
    assert found["t_stat"] == pytest.approx(expected.statistic, rel=RECOMPUTED, abs=EXACT)
    assert found["p_value"] == pytest.approx(expected.pvalue, rel=RECOMPUTED, abs=EXACT)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx(tuple(interval), rel=RECOMPUTED, abs=EXACT)
    assert found["std_error"] == pytest.approx(float(fitted.bse[0]), rel=RECOMPUTED)


def test_names_do_not_count_as_observations() -> None:
    many, few = pooled(SIX, names_with_returns=500), pooled(SIX, names_with_returns=1)
    assert {name: many[name] for name in ("estimate", "std_error", "t_stat")} == {
        name: few[name] for name in ("estimate", "std_error", "t_stat")
    }


def test_the_cost_of_the_fund_is_pooled_beside_the_difference() -> None:
    cost = pooled(SIX, "fund_cost", "additions_less_deletions")
    assert cost["estimate"] == pytest.approx(0.05 * 0.095 / 6, rel=EXACT)
    assert cost["t_stat"] == pytest.approx(stats.ttest_1samp(SIX, 0.0).statistic, rel=EXACT)


def test_fewer_than_five_events_are_insufficient() -> None:
    found = pooled(SIX[:4])
    assert (found["status"], found["events"], found["estimate"], found["t_stat"]) == (
        "insufficient", 4, None, None,
    )  # fmt: skip
    assert found["reason"] == "4 events, 5 are needed"
    assert pooled(SIX[:5])["status"] == "estimated"


def test_events_without_an_estimate_are_left_out() -> None:
    rows = pl.concat([events(SIX), events(SIX).with_columns(mean_return=None, status=pl.lit("insufficient"))])
    found = reconstitution_pooled(rows, RULES).filter(pl.col("events") > 0)
    assert found["events"].to_list() == [1, 2, 3, 4, 5, 6]


def test_unconfirmed_rank_days_are_counted() -> None:
    assert pooled(SIX, is_rank_date_unconfirmed=True)["unconfirmed_events"] == 6


def test_every_group_has_a_row_at_every_event() -> None:
    rows = reconstitution_pooled(events(SIX, "additions_less_deletions"), RULES)
    assert rows["measure"].value_counts(sort=True)["count"].to_list() == [6, 6]
    assert reconstitution_pooled(table("marts.reconstitution_events", []), RULES).is_empty()


def test_a_row_does_not_change_with_later_events() -> None:
    five, six = (reconstitution_pooled(events(values), RULES) for values in (SIX[:5], SIX))
    assert six.filter(pl.col("through_effective_date") <= dt.date(2014, 6, 25)).equals(five)


def test_an_event_that_is_not_over_has_no_row_yet() -> None:
    is_over = pl.col("effective_date") < dt.date(2015, 1, 1)
    rows = events(SIX).with_columns(is_known=is_over, mean_return=pl.when(is_over).then("mean_return"))
    assert reconstitution_pooled(rows, RULES)["through_effective_date"].max() == dt.date(2014, 6, 25)


def test_a_row_is_known_when_all_of_its_events_are() -> None:
    days = [dt.date(2030 - n, 8, 31) for n in range(6)]
    rows = events(SIX).with_columns(known_date=pl.Series(days))
    found = reconstitution_pooled(rows, RULES).filter(pl.col("events") > 0)
    assert found["known_date"].unique().to_list() == [dt.date(2030, 8, 31)]


def test_the_fewest_events_are_a_rule() -> None:
    rules = dataclasses.replace(RULES, least_events=2)
    found = reconstitution_pooled(events(SIX[:2]), rules).filter(pl.col("events") == 2)
    assert found["status"].to_list() == ["estimated"]
