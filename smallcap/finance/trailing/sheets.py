"""The latest balance sheet and share counts on a day, and those of a year earlier as known on that day."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.metrics.fields import SHARE_FIELDS, SUSPECT
from smallcap.finance.pointintime import take, visible_rows
from smallcap.finance.trailing.fields import BALANCE, BLANK_IS_NONE, SHARES
from smallcap.finance.trailing.known import Statements
from smallcap.finance.trailing.lookup import Timeline
from smallcap.rules.types.day_range import DayRange

FLAGS = ("is_available_date_assumed", "is_value_restated", "is_loss_extreme", "is_amendment_partial")
_KEY = ("entity_id", "period_end", "available_date")
_LABELS = ("version", "source", "fiscal_year", *BLANK_IS_NONE)
_STANDS = "stands"


def all_records(statements: Statements) -> pl.DataFrame:
    """Stack annual and quarterly records with the columns of the balance sheet.

    Parameters
    ----------
    statements
        The statements.

    Returns
    -------
    pl.DataFrame
        The records, annual ones first, with `has_sheet` and `has_shares`.
    """
    columns = [*_KEY, *_LABELS, *FLAGS, SUSPECT, *BALANCE, *SHARES]
    has_sheet = pl.any_horizontal(pl.col("total_assets_usd", "shareholders_equity_usd").is_not_null())
    has_shares = pl.any_horizontal((pl.col(name) > 0).fill_null(value=False) for name in SHARE_FIELDS)
    # Of two records of the same period and day the annual one stands above.
    both = [
        frame.select(*columns, pl.lit(place).alias(_STANDS))
        for frame, place in ((statements.annual, "2 annual"), (statements.quarterly, "1 quarterly"))
    ]
    return pl.concat(both).with_columns(has_sheet.alias("has_sheet"), has_shares.alias("has_shares"))


def latest_sheets(records: pl.DataFrame, asked: pl.DataFrame, prior_year: DayRange) -> pl.DataFrame:
    """Find the records of the latest statement, balance sheet and share count, and of a year earlier.

    The share count is that of the record with the balance sheet; where it has none, that of the latest annual
    record.

    Parameters
    ----------
    records
        Result of `all_records`.
    asked
        Rows with `entity_id`, `known_by` and `annual`, the row number of the latest annual record.
    prior_year
        Days between a period and that of the year before.

    Returns
    -------
    pl.DataFrame
        One row per question, in order, of row numbers in `records`: `latest`, `sheet`, `shares`,
        `sheet_prior`, `shares_prior`.
    """
    standing = records.select(*_KEY, "version", "has_sheet", source=_STANDS).with_row_index("record")
    with_sheet = standing.filter("has_sheet")
    sheet = with_sheet["record"].gather(visible_rows(with_sheet, asked, "known_by"))
    has_own = records["has_shares"].gather(sheet).fill_null(value=False)
    shares = pl.select(pl.when(has_own).then(sheet).otherwise(asked["annual"])).to_series()
    timeline, priors = Timeline(with_sheet), {}
    for name, row in (("sheet_prior", sheet), ("shares_prior", shares)):
        end = asked.select("entity_id", "known_by").with_columns(records["period_end"].gather(row))
        priors[name] = with_sheet["record"].gather(timeline.at_distance(end, prior_year))
    latest = visible_rows(standing, asked, "known_by")
    return pl.DataFrame({"latest": latest, "sheet": sheet, "shares": shares, **priors})


def columns_of(
    records: pl.DataFrame, rows: pl.Series, names: Sequence[str], suffix: str = ""
) -> pl.DataFrame:
    """Take columns of the records by row number; a null number gives nulls."""
    return take(records.select(pl.col(name).alias(f"{name}{suffix}") for name in names), rows)
