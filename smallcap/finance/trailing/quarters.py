"""The sum of four quarters that make up a year, each as known on the same day."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.pointintime import take
from smallcap.finance.quarters.fields import FLOWS
from smallcap.finance.trailing.known import Statements
from smallcap.finance.trailing.limits import Limits

QUARTERS = 4


def four_quarters(statements: Statements, asked: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """Sum the flows of the latest quarter and the three before it.

    Quarters follow each other where their ends are a quarter apart and no more than the length of the later
    one; together they have to make up a year.

    Parameters
    ----------
    statements
        The statements.
    asked
        Rows with `entity_id`, `known_by` and `quarter`, the row number of the latest quarter.
    limits
        Lengths of quarters and years.

    Returns
    -------
    pl.DataFrame
        One row per question, in order: `<flow>_four`, null unless all four are known.
    """
    known, rows = statements.quarterly, [asked["quarter"]]
    # The quarter before the four shows the length of the first of them, where the source does not give it.
    for _ in range(QUARTERS):
        end = asked.select("entity_id", "known_by").with_columns(known["period_end"].gather(rows[-1]))
        rows.append(statements.quarters.at_distance(end, limits.quarter))
    is_year = _chain(known, rows).select(_is_year(limits)).to_series()
    flows = [
        take(known.select(pl.col(FLOWS).name.suffix(f"_{at}")), row) for at, row in enumerate(rows[:QUARTERS])
    ]
    sums = {
        f"{name}_four": pl.when(is_year).then(
            pl.sum_horizontal((f"{name}_{at}" for at in range(QUARTERS)), ignore_nulls=False)
        )
        for name in FLOWS
    }
    return pl.concat(flows, how="horizontal").select(**sums)


def _chain(known: pl.DataFrame, rows: Sequence[pl.Series]) -> pl.DataFrame:
    """Return end, length and start of the fiscal year of each quarter, the latest first."""
    columns = {"period_end": "end", "period_days": "days", "fiscal_year_start": "start"}
    return pl.DataFrame(
        known[column].gather(row).alias(f"{name}_{at}")
        for at, row in enumerate(rows)
        for column, name in columns.items()
    )


def _between(later: str, earlier: str) -> pl.Expr:
    return (pl.col(later) - pl.col(earlier)).dt.total_days()


def _is_year(limits: Limits) -> pl.Expr:
    """Whether the quarters leave no gap, do not overlap and make up a year."""
    first = QUARTERS - 1
    gaps = (_between(f"end_{at}", f"end_{at + 1}") - pl.col(f"days_{at}") for at in range(first))
    is_linked = pl.all_horizontal(
        (gap.abs() <= limits.start_tolerance_days).fill_null(value=True) for gap in gaps
    )
    since_start = _between(f"end_{first}", f"start_{first}") + 1
    is_first = since_start.is_between(limits.quarter.min_days, limits.quarter.max_days)
    days = pl.coalesce(
        f"days_{first}", pl.when(is_first).then(since_start), _between(f"end_{first}", f"end_{first + 1}")
    )
    span = _between("end_0", f"end_{first}") + days
    return is_linked & span.is_between(limits.year.min_days, limits.year.max_days).fill_null(value=False)
