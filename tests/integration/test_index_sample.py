"""The index of the sample universe: causes of changes against the truth, reconstitutions by their turnover,
figures against plain SQL.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from smallcap.finance.index.causes import CAUSES
from smallcap.settings import load_settings
from smallcap.sources.sample import SampleSource
from tests.command_line import published
from tests.sample_home import COMPANIES, LAST_YEAR
from tests.tolerances import EXACT

pytestmark = pytest.mark.drill

LEAST_AGREEMENT = 0.95
BY_HAND_DATE = "2021-06-30"
RECORDS = f"""
    WITH usable AS (
        SELECT * FROM core.metrics_as_of
        WHERE NOT coalesce(is_stale, false) AND NOT coalesce(is_scale_suspect, false)
    )
    SELECT member.weight, member.sector, market_cap_usd AS cap, net_income_usd AS income,
           shareholders_equity_usd AS equity,
           revenue_usd AS revenue, dividend_yield AS dividends_over_cap
    FROM core.members AS member LEFT JOIN usable USING (as_of, entity_id)
    WHERE as_of = DATE '{BY_HAND_DATE}'
"""


@pytest.fixture(scope="module")
def judged(backfilled_home: Path, first_year: int) -> pl.DataFrame:
    """Every change by our cause and by the true one; a change that one side does not know has a null."""
    changes = published(
        backfilled_home,
        "SELECT DISTINCT changes.as_of, source_entity_id, change, cause, previous_as_of FROM "
        "marts.index_changes AS changes"
        " JOIN raw.securities USING (entity_id)",
    )
    ours = pl.from_pandas(changes).with_columns(pl.col("as_of", "previous_as_of").cast(pl.Date))
    truth = SampleSource(COMPANIES, load_settings().sample_seed).true_changes()
    first = ours["previous_as_of"].min()
    within = truth.filter(
        (pl.col("as_of") > first) & pl.col("as_of").dt.year().is_between(first_year, LAST_YEAR)
    )
    return ours.join(
        within, on=["as_of", "source_entity_id", "change"], how="full", coalesce=True, suffix="_true"
    )


def test_every_change_of_the_lists_is_found_and_no_other(judged: pl.DataFrame) -> None:
    assert judged.select(pl.col("cause", "cause_true").null_count()).row(0) == (0, 0)


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_occurs(judged: pl.DataFrame, cause: str) -> None:
    assert judged.filter(pl.col("cause_true") == cause).height > 0
    assert judged.filter(pl.col("cause") == cause).height > 0


def test_causes_are_those_that_the_generator_meant(judged: pl.DataFrame) -> None:
    agreement = judged.select((pl.col("cause") == pl.col("cause_true")).mean()).item()
    assert agreement >= LEAST_AGREEMENT, judged.filter(pl.col("cause") != pl.col("cause_true"))


def test_no_cause_is_found_less_often_than_four_times_in_five(judged: pl.DataFrame) -> None:
    found = judged.group_by("cause_true").agg((pl.col("cause") == pl.col("cause_true")).mean().alias("share"))
    assert found.filter(pl.col("share") < 0.8).is_empty(), found


def test_reconstitutions_are_in_june_and_the_calendar_expects_them(backfilled_home: Path) -> None:
    rows = published(
        backfilled_home,
        "SELECT as_of, is_reconstitution, expected_event, additions + removals AS names FROM "
        "marts.index_profile ORDER BY as_of",
    )
    is_june = rows["as_of"].dt.month == 6
    assert (rows["expected_event"].notna() == is_june).all()
    detected = rows["is_reconstitution"].fillna(False).astype(bool)
    has_before = rows["names"].notna()
    assert detected[is_june & has_before].all()
    # Of 230 members a single new listing can weigh more than the threshold; far fewer names move then than in
    # the June of the year. Of 2,000 members it cannot (test_sample_changes).
    june_names = rows[is_june].set_index(rows["as_of"].dt.year[is_june])["names"]
    others = rows[~is_june & detected]
    assert (others["names"] < 0.5 * others["as_of"].dt.year.map(june_names)).all()


def test_changes_add_up_to_the_profile(backfilled_home: Path) -> None:
    differing = published(
        backfilled_home,
        "SELECT as_of FROM marts.index_profile LEFT JOIN (SELECT as_of, count(*) FILTER (WHERE "
        "change = 'added') AS came,"
        " count(*) FILTER (WHERE change = 'removed') AS went FROM marts.index_changes GROUP BY "
        "as_of) USING (as_of)"
        " WHERE previous_as_of IS NOT NULL AND (additions, removals) IS DISTINCT FROM "
        "(coalesce(came, 0), coalesce(went, 0))",
    )
    assert differing.empty


@pytest.fixture(scope="module")
def profile(backfilled_home: Path) -> pd.Series:
    """The profile of the date that is recomputed."""
    return published(
        backfilled_home, f"SELECT * FROM marts.index_profile WHERE as_of = DATE '{BY_HAND_DATE}'"
    ).iloc[0]


@pytest.mark.parametrize(
    ("column", "formula"),
    [
        ("members", "count(*)"),
        ("market_cap_sum_usd", "sum(cap)"),
        ("market_cap_median_usd", "median(cap)"),
        ("market_cap_weight", "sum(weight) FILTER (WHERE cap IS NOT NULL)"),
        ("herfindahl", "sum(weight * weight)"),
        ("top_holdings_weight", "list_sum(max(weight, 10))"),
        (
            "pe_excluding_losses",
            "sum(cap) FILTER (WHERE income > 0) / sum(income) FILTER (WHERE income > 0 AND cap IS NOT NULL)",
        ),
        ("pb", "sum(cap) FILTER (WHERE equity IS NOT NULL) / sum(equity) FILTER (WHERE cap IS NOT NULL)"),
        ("ps", "sum(cap) FILTER (WHERE revenue IS NOT NULL) / sum(revenue) FILTER (WHERE cap IS NOT NULL)"),
        (
            "dividend_yield",
            "sum(dividends_over_cap * cap) / sum(cap) FILTER (WHERE dividends_over_cap IS NOT NULL)",
        ),
        ("unprofitable_share", "count(*) FILTER (WHERE income <= 0) / count(income)"),
        (
            "unprofitable_weight_share",
            "sum(weight) FILTER (WHERE income <= 0) / sum(weight) FILTER (WHERE income IS NOT NULL)",
        ),
    ],
)
def test_figures_are_those_of_plain_sql(
    backfilled_home: Path, profile: pd.Series, column: str, formula: str
) -> None:
    expected = published(backfilled_home, f"SELECT {formula} AS figure FROM ({RECORDS})")["figure"].item()
    assert pd.notna(expected)
    assert profile[column] == pytest.approx(expected, rel=EXACT)


def test_the_price_of_earnings_with_losses_is_none_where_the_members_together_earn_nothing(
    backfilled_home: Path,
) -> None:
    rows = published(
        backfilled_home,
        """
        SELECT as_of, pe_including_losses, pe_including_losses_reason, sum(market_cap_usd) AS cap,
               sum(net_income_usd) AS earnings
        FROM core.metrics_as_of JOIN marts.index_profile USING (as_of)
        WHERE market_cap_usd IS NOT NULL AND net_income_usd IS NOT NULL AND NOT coalesce(is_stale, false)
        GROUP BY ALL
        """,
    )
    is_negative = rows["earnings"] <= 0
    assert (rows["pe_including_losses"].isna() == is_negative).all()
    assert set(rows["pe_including_losses_reason"][is_negative]) <= {"earnings_not_positive"}
    positive = rows[~is_negative]
    assert positive["pe_including_losses"].to_numpy() == pytest.approx(
        (positive["cap"] / positive["earnings"]).to_numpy(), rel=EXACT
    )


def test_sectors_are_those_of_plain_sql(backfilled_home: Path) -> None:
    ours = published(
        backfilled_home,
        (
            f"SELECT sector, members, weight FROM marts.index_sectors WHERE as_of = DATE "
            f"'{BY_HAND_DATE}' ORDER BY sector"
        ),
    )
    plain = published(
        backfilled_home,
        (
            f"SELECT coalesce(sector, 'unknown') AS sector, count(*) AS members, sum(weight) AS weight "
            f"FROM ({RECORDS}) GROUP BY 1 ORDER BY 1"
        ),
    )
    assert len(ours) == 11
    pd.testing.assert_frame_equal(ours, plain, check_dtype=False, rtol=EXACT)


def test_each_valuation_stands_beside_the_median_of_its_history(backfilled_home: Path) -> None:
    view = published(backfilled_home, "SELECT * FROM marts.index_valuation ORDER BY as_of")
    assert view["history_dates"].to_list() == list(range(1, len(view) + 1))
    for name in ("pe_excluding_losses", "pb", "ps", "dividend_yield", "unprofitable_share"):
        assert view[f"{name}_median"].to_numpy() == pytest.approx(
            view[name].expanding().median().to_numpy(), rel=EXACT
        )


def test_the_effect_is_estimated_where_enough_names_moved(backfilled_home: Path, first_year: int) -> None:
    rows = published(backfilled_home, "SELECT * FROM marts.reconstitution_effects")
    assert len(rows) == 2 * (LAST_YEAR - first_year + 1)
    fewest = rows[["additions_with_returns", "deletions_with_returns"]].min(axis=1)
    assert ((rows["status"] == "estimated") == (fewest >= 5)).all()
    # In some years of the first ten, enough names of this small universe move.
    assert first_year > 2010 or rows["effect"].notna().sum() >= 4
