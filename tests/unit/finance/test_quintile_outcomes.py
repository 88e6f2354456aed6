"""What became of a quintile's companies, judged 21 months later: companies by hand, and bounds."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.quality.later_outcomes import quintile_outcomes
from smallcap.tables.quintile_outcomes import QuintileOutcomes
from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.finance.builders import table
from tests.unit.finance.quintile_builders import PUBLISHED_RULES

FORMED = dt.date(2023, 12, 31)
JUDGED = dt.date(2025, 9, 30)
DECEMBER = dt.date(2024, 12, 31)
Row = dict[str, object]


def scores(
    companies: int, quintile: int = 3, formed: dt.date = FORMED, judged: dt.date = JUDGED
) -> pl.DataFrame:
    """Rows of marts.quality_scores: so many companies scored at formation, one of them at the later date."""
    who = {"method": "published", "basis": "point_in_time", "status": "scored", "quintile": quintile}
    then = [{"as_of": formed, "year": formed.year, "entity_id": n, **who} for n in range(1, companies + 1)]
    return table(
        "marts.quality_scores", [*then, {"as_of": judged, "year": judged.year, "entity_id": 1, **who}]
    )


def members(*companies: int, as_of: dt.date = JUDGED) -> pl.DataFrame:
    """Rows of core.members at the later date."""
    return table("core.members", [{"as_of": as_of, "year": as_of.year, "entity_id": n} for n in companies])


def year_of(company: int, period_end: dt.date, known: dt.date, income: float | None, **more: object) -> Row:
    """An annual record."""
    return {
        "entity_id": company, "period_end": period_end, "available_date": known, "net_income_usd": income,
        "debt_to_assets": 0.1 * company, "version": "original", "source": "test", "year": known.year, **more,
    }  # fmt: skip


def removal(company: int, cause: str, as_of: dt.date = dt.date(2024, 6, 30)) -> Row:
    """A removal of marts.index_changes."""
    return {
        "as_of": as_of, "year": as_of.year, "entity_id": company, "change": "removed", "cause": cause,
        "security_id": 100 * company,
    }  # fmt: skip


def prices(
    company: int, close: float, returns: list[float], last: dt.date = dt.date(2024, 5, 31)
) -> list[Row]:
    """Months of raw.prices up to the last."""
    return [
        {
            "security_id": 100 * company, "close_usd": close, "total_return": value, "source": "test",
            "date": pl.select(pl.lit(last).dt.offset_by(f"-{len(returns) - 1 - at}mo")).item(),
        }
        for at, value in enumerate(returns)
    ]  # fmt: skip


def outcomes(
    scored: pl.DataFrame,
    present: pl.DataFrame,
    records: list[Row],
    removals: list[Row] | None = None,
    priced: list[Row] | None = None,
    year: int = 2025,
    securities: list[Row] | None = None,
) -> dict[int, Row]:
    """Make the rows by quintile."""
    made = quintile_outcomes(
        scored,
        present,
        table("core.annual_metrics", records),
        table("marts.index_changes", removals or []),
        table("raw.prices", priced or []),
        table("raw.securities", securities or []),
        PUBLISHED_RULES,
        [year],
    )
    return {row["quintile"]: row for row in QuintileOutcomes.validate(made).to_dicts()}


def test_five_companies_by_hand() -> None:
    """1 earns and 2 loses in 2024; 3 has reported 2023 alone; 4 reports 2024 too late; 5 ends in June."""
    records = [
        year_of(1, DECEMBER, dt.date(2025, 3, 1), 5.0),
        year_of(2, DECEMBER, dt.date(2025, 3, 1), -5.0),
        year_of(3, FORMED, dt.date(2024, 3, 1), -5.0),
        year_of(4, DECEMBER, dt.date(2025, 10, 1), -5.0),
        year_of(5, dt.date(2024, 6, 30), dt.date(2024, 9, 1), -1.0),
        year_of(5, dt.date(2025, 6, 30), dt.date(2025, 9, 1), 1.0),
    ]
    row = outcomes(scores(5), members(1, 2, 3, 4, 5), records)[3]
    assert (row["formed_as_of"], row["companies"], row["reported"], row["losses"]) == (FORMED, 5, 3, 2)
    shares = [row[name] for name in ("reported_share", "loss_share", "loss_share_low", "loss_share_high")]
    assert shares == pytest.approx([3 / 5, 2 / 3, 2 / 5, 4 / 5], rel=EXACT)
    # 366 days to December, twice, and 182 to June.
    assert row["months_to_period_end_median"] == pytest.approx(366 / (365.25 / 12), rel=EXACT)
    assert row["debt_to_assets_median"] == pytest.approx(0.2, rel=EXACT)
    assert (row["exits"], row["exit_share"]) == (0, 0.0)


def test_all_scored_together_are_the_row_of_quintile_0() -> None:
    rows = outcomes(scores(3), members(1, 2), [])
    assert (rows[0]["companies"], rows[3]["companies"], rows[5]["companies"]) == (3, 3, 0)
    assert (rows[0]["exits"], rows[5]["exits"], rows[5]["loss_share_high"]) == (1, 0, None)


@pytest.mark.parametrize(
    ("period_end", "is_reported"),
    [
        (dt.date(2024, 6, 29), False),  # less than six months after formation
        (dt.date(2024, 6, 30), True),
        (dt.date(2025, 6, 29), True),
        (dt.date(2025, 6, 30), False),  # the year after the first one
    ],
)
def test_the_outcome_year_is_the_first_that_ends_six_months_after_formation(
    period_end: dt.date, is_reported: bool
) -> None:
    records = [year_of(1, period_end, dt.date(2025, 9, 30), -1.0)]
    assert outcomes(scores(1), members(1), records)[3]["reported"] == int(is_reported)


def test_a_restatement_known_at_the_judgement_counts_and_a_later_one_does_not() -> None:
    first = year_of(1, DECEMBER, dt.date(2025, 3, 1), 1.0)
    restated = year_of(1, DECEMBER, dt.date(2025, 9, 30), -1.0, version="restated")
    later = restated | {"available_date": dt.date(2025, 10, 1)}
    assert outcomes(scores(1), members(1), [first, restated])[3]["losses"] == 1
    assert outcomes(scores(1), members(1), [first, later])[3]["losses"] == 0


def test_an_unknown_net_income_is_not_reported() -> None:
    row = outcomes(scores(1), members(1), [year_of(1, DECEMBER, dt.date(2025, 3, 1), None)])[3]
    assert (row["reported"], row["loss_share"], row["loss_share_low"], row["loss_share_high"]) == (
        0,
        None,
        0,
        1,
    )


FLAT, FELL = [0.0] * 14, [0.0] * 2 + [-0.1] * 12


@pytest.mark.parametrize(
    ("cause", "close", "returns", "found"),
    [
        ("graduated", 50.0, FLAT, "graduated"),
        ("delisted_or_acquired", 50.0, FLAT, "acquired"),
        ("delisted_or_acquired", 0.99, FLAT, "failed"),
        ("delisted_or_acquired", 50.0, FELL, "failed"),
        ("delisted_or_acquired", 50.0, FLAT[:1], "acquired"),
        ("below_minimum", 0.5, FLAT, "other"),
        ("other", 50.0, FLAT, "unknown"),
    ],
)
def test_exits_by_cause(cause: str, close: float, returns: list[float], found: str) -> None:
    # 0.9 to the twelfth power leaves 28%.
    row = outcomes(scores(2), members(1), [], [removal(2, cause)], prices(2, close, returns))[3]
    assert {
        name: row[f"exits_{name}"] for name in ("graduated", "acquired", "failed", "other", "unknown")
    } == {name: int(name == found) for name in ("graduated", "acquired", "failed", "other", "unknown")}


@pytest.mark.parametrize(
    ("told", "close", "found"),
    [
        ("acquired", 0.5, "acquired"),  # cheap, but the source says that it was bought
        ("performance", 50.0, "failed"),  # not cheap, but the source says that it failed
        ("other", 0.5, "failed"),
        (None, 50.0, "acquired"),
    ],
)
def test_the_cause_that_the_source_gives_decides(told: str | None, close: float, found: str) -> None:
    spell = {"security_id": 200, "entity_id": 2, "valid_from": FORMED, "delisting_cause": told}
    row = outcomes(
        scores(2), members(1), [], [removal(2, "delisted_or_acquired")], prices(2, close, FLAT),
        securities=[spell],
    )[3]  # fmt: skip
    assert (row[f"exits_{found}"], row["exits"]) == (1, 1)


def test_only_the_last_removal_between_the_dates_says_why() -> None:
    removals = [
        removal(2, "graduated", dt.date(2023, 12, 31)),  # before the quintile was formed
        removal(2, "below_minimum", dt.date(2024, 3, 31)),
        removal(2, "graduated", dt.date(2025, 6, 30)),
        removal(2, "other", dt.date(2025, 10, 31)),
    ]
    assert outcomes(scores(2), members(1), [], removals)[3]["exits_graduated"] == 1


def test_prices_after_the_judgement_say_nothing() -> None:
    priced = prices(2, 50.0, FLAT) + prices(2, 0.1, [-0.9], dt.date(2025, 10, 31))
    row = outcomes(scores(2), members(1), [], [removal(2, "delisted_or_acquired")], priced)[3]
    assert (row["exits_acquired"], row["exits_failed"]) == (1, 0)


@pytest.mark.parametrize(
    ("judged", "formed"),
    [
        (dt.date(2025, 2, 28), dt.date(2023, 5, 31)),
        (dt.date(2025, 11, 30), dt.date(2024, 2, 29)),
        # A day within a month: the month's end that was 21 months old at the end of the month before.
        (dt.date(2025, 6, 12), dt.date(2023, 8, 31)),
    ],
)
def test_the_date_of_formation(judged: dt.date, formed: dt.date) -> None:
    rows = outcomes(scores(1, formed=formed, judged=judged), members(1, as_of=judged), [])
    assert rows[3]["formed_as_of"] == formed


def test_without_scores_21_months_before_there_is_nothing() -> None:
    assert outcomes(scores(1, formed=dt.date(2024, 1, 31)), members(1), []) == {}


@given(
    known=st.lists(st.sampled_from([None, -1.0, 1.0]), min_size=1, max_size=12),
    present=st.lists(st.booleans(), min_size=12, max_size=12),
)
@examples(8)
def test_bounds_hold_whatever_is_still_to_be_reported(known: list[float | None], present: list[bool]) -> None:
    """Each company that has not reported may lose or not: both ends are reached, none is passed."""
    day = dt.date(2025, 3, 1)
    here = [n for n in range(1, len(known) + 1) if present[n - 1]]
    records = [year_of(n, DECEMBER, day, income) for n, income in enumerate(known, start=1)]
    row = outcomes(scores(len(known)), members(*here) if here else members(99), records)[0]
    for stand_in, bound in ((1.0, "loss_share_low"), (-1.0, "loss_share_high")):
        filled = [
            year_of(n, DECEMBER, day, stand_in if x is None else x) for n, x in enumerate(known, start=1)
        ]
        everything = outcomes(scores(len(known)), members(99), filled)[0]
        assert everything["loss_share"] == pytest.approx(row[bound], rel=EXACT)
    assert row["exits"] == row["exits_unknown"] == len(known) - len(here)
