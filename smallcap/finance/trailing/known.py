"""Quarterly records as a calculation may use them: one per quarter and day, without doubtful figures."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import SHARE_FIELDS, without_suspects
from smallcap.finance.pointintime import by_standing
from smallcap.finance.trailing.fields import BALANCE, FLOWS, YEAR_TO_DATE, zero_where_declared

FIGURES = (*FLOWS, *YEAR_TO_DATE.values(), *BALANCE, *SHARE_FIELDS)


def known_quarters(quarterly: pl.DataFrame) -> pl.DataFrame:
    """Return each quarter as known at the end of each day on which a version of it became known.

    Parameters
    ----------
    quarterly
        Rows of core.quarterly_fundamentals.

    Returns
    -------
    pl.DataFrame
        The last row of each quarter and day, by period_end and day; suspect figures null.
    """
    last = (
        by_standing(quarterly)
        .drop_nulls("available_date")
        .unique(["entity_id", "period_end", "available_date"], keep="last", maintain_order=True)
    )
    return without_suspects(quarterly[last["row"]], FIGURES).with_columns(
        zero_where_declared(of_quarters=True)
    )
