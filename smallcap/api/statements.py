"""Annual statements of a user's frame as the tables that the filters are evaluated from."""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl
import polars.selectors as cs

from smallcap.api.columns import Needed, numbers
from smallcap.api.frames import Given
from smallcap.api.rules import rule_set
from smallcap.errors import InputError
from smallcap.finance.kinds import company_kind
from smallcap.rules.types.factors import FIVE_FACTORS, MONTHS_A_YEAR
from smallcap.tables import TABLES

STATEMENTS: Final = "core.annual_fundamentals"
COMPANY: Final = (
    Needed("entity_id", STATEMENTS, "id", is_complete=True),
    Needed("ticker", "core.members", "text", is_complete=True),
    Needed("sic", "core.members", "text"),
    Needed("period_end", STATEMENTS, "date", is_complete=True),
    Needed("available_date", STATEMENTS, "date", is_complete=True),
    Needed("price_usd", "core.metrics_as_of"),
)
FIGURES: Final = (
    *("revenue_usd", "cost_of_revenue_usd", "operating_income_usd", "interest_expense_usd"),
    *("net_interest_expense_usd", "pretax_income_usd", "net_income_usd"),
    *("cash_and_short_term_investments_usd", "current_assets_usd", "total_assets_usd"),
    *("short_term_debt_usd", "current_liabilities_usd", "long_term_debt_usd"),
    *("shareholders_equity_usd", "depreciation_amortization_usd"),
    *("operating_cash_flow_usd", "capital_expenditures_usd", "shares_outstanding"),
)
"""Figures of the statements that a filter uses."""
NEEDED: Final = numbers(STATEMENTS, *FIGURES)
SOURCE: Final = "given"
VINTAGE_AGE_MONTHS: Final = 3
"""A vintage of this age was certainly published on the date."""


class Statements:
    """Statements as known on a date.

    Parameters
    ----------
    given
        The user's frame, for messages.
    rows
        Its rows in the columns of `COMPANY` and `NEEDED`.
    as_of
        The date.

    Raises
    ------
    InputError
        When a company has several prices.
    """

    def __init__(self, given: Given, rows: pl.DataFrame, as_of: dt.date) -> None:
        self._as_of = as_of
        self._ids = rows.select("entity_id").unique().sort("entity_id").with_row_index("number", offset=1)
        numbered = rows.join(self._ids, on="entity_id", how="left", maintain_order="left")
        self._rows = numbered.with_columns(pl.col("number").cast(pl.Int64).alias("entity_id")).drop("number")
        several = (
            rows.group_by("entity_id").agg(pl.col("price_usd").drop_nulls().n_unique()).sort("entity_id")
        )
        wrong = several.filter(pl.col("price_usd") > 1)["entity_id"]
        if len(wrong):
            raise InputError(
                f"{given.what}: {len(wrong)} companies have several prices, first {wrong[0]}: price_usd is "
                f"the price on {as_of}, the same on each row of a company"
            )

    def members(self) -> pl.DataFrame:
        """Return the companies as rows of core.members, classified by what is newest of them on the date."""
        known = self._rows.filter(pl.col("available_date") <= self._as_of)
        newest = known.sort("entity_id", "period_end", "available_date").unique("entity_id", keep="last")
        unknown = self._rows.unique("entity_id", keep="first", maintain_order=True).join(
            newest, on="entity_id", how="anti"
        )
        companies = pl.concat([newest, unknown]).sort("entity_id")
        lacking = [pl.lit(None, pl.String).alias(name) for name in ("gics", "sector")]
        return _filled(
            companies.select(
                *("entity_id", "ticker", "sic"),
                *lacking,
                pl.col("entity_id").alias("security_id"),
                pl.lit(self._as_of.year).alias("year"),
                *(pl.lit(self._as_of).alias(name) for name in ("as_of", "snapshot_date")),
            ).with_columns(company_kind(rule_set("company_kinds"))),
            "core.members",
        )

    def fundamentals(self) -> pl.DataFrame:
        """Return the statements as rows of core.annual_fundamentals."""
        known = self._rows.filter(pl.col("available_date") <= self._as_of)
        return _filled(
            known.with_columns(
                pl.col("available_date").dt.year().alias("year"),
                pl.col("period_end").dt.year().alias("fiscal_year"),
                pl.lit("original").alias("version"),
                pl.lit(SOURCE).alias("source"),
                pl.lit("USD").alias("currency"),
            ),
            STATEMENTS,
        )

    def prices(self) -> pl.DataFrame:
        """Return the prices on the date as rows of raw.prices; without splits."""
        priced = self._rows.drop_nulls("price_usd").unique("entity_id", keep="first", maintain_order=True)
        return _filled(
            priced.select(
                pl.col("entity_id").alias("security_id"),
                pl.lit(self._as_of.year).alias("year"),
                pl.lit(self._as_of).alias("date"),
                pl.col("price_usd").alias("close_usd"),
                pl.lit(1.0).alias("split_ratio"),
                pl.lit(SOURCE).alias("source"),
            ),
            "raw.prices",
        )

    def factors(self, risk_free: float | None) -> pl.DataFrame:
        """Return a constant annual risk-free rate as rows of raw.factors; none where it is not known."""
        first = self._rows["period_end"].min()
        if risk_free is None or first is None:
            return TABLES["raw.factors"].empty()
        day = pl.lit(self._as_of)
        dates = pl.date_range(pl.lit(first).dt.offset_by("-1y"), day, "1mo").dt.month_end()
        return _filled(
            pl.select(dates.alias("month")).with_columns(
                day.dt.offset_by(f"-{VINTAGE_AGE_MONTHS}mo").dt.strftime("%Y%m").alias("vintage"),
                pl.lit(FIVE_FACTORS).alias("model"),
                pl.lit(risk_free / MONTHS_A_YEAR).alias("rf"),
                pl.lit(SOURCE).alias("source"),
            ),
            "raw.factors",
        )

    def with_own_ids(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Name the companies of a result as the user's frame does."""
        ids = self._ids.with_columns(pl.col("number").cast(pl.Int64), own=pl.col("entity_id"))
        named = frame.join(ids.select("number", "own"), left_on="entity_id", right_on="number", how="left")
        return named.with_columns(entity_id=pl.col("own")).drop("own").sort("entity_id", "filter_number")


def _filled(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Bring rows to the columns of a table: what is not given is null, a flag false."""
    columns = TABLES[name].columns
    lacking = TABLES[name].empty().select(pl.exclude(frame.columns))
    flags = set(lacking.select(cs.boolean()).columns)
    added = [pl.lit(False if column in flags else None).alias(column) for column in lacking.columns]
    complete = frame.with_columns(added)
    return complete.select(pl.col(column).cast(dtype) for column, dtype in columns.items())
