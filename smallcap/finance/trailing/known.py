"""The statements as a calculation may use them: doubtful figures null, quarters in order of time."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from smallcap.finance.frames import without_nan
from smallcap.finance.metrics.fields import SHARE_FIELDS, without_suspects
from smallcap.finance.pointintime import by_standing
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.finance.trailing.fields import BALANCE, zero_where_declared
from smallcap.finance.trailing.limits import Limits
from smallcap.finance.trailing.lookup import Timeline
from smallcap.finance.trailing.years import annual_bases

FIGURES = (*FLOWS, *YEAR_TO_DATE.values(), *BALANCE, *SHARE_FIELDS)


@dataclass(frozen=True)
class Statements:
    """The statements that rows are composed of; row numbers of questions refer to these frames.

    Attributes
    ----------
    annual
        Result of `years.annual_bases`.
    quarterly
        Result of `known_quarters`.
    quarters
        Lookups in `quarterly`.
    """

    annual: pl.DataFrame
    quarterly: pl.DataFrame
    quarters: Timeline

    @classmethod
    def of(cls, annual: pl.DataFrame, quarterly: pl.DataFrame, limits: Limits) -> Statements:
        """Prepare rows of core.annual_fundamentals and core.quarterly_fundamentals."""
        known = known_quarters(without_nan(quarterly))
        return cls(annual_bases(without_nan(annual), known, limits), known, Timeline(known))


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
