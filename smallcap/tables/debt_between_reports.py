"""marts.debt_between_reports: debt that quarterly reports show and annual ones do not."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import AS_OF_YEAR, count, date, key_date, key_id, ratio, text, year


class DebtBetweenReports(dy.Schema):
    """One row per as_of and spell in which a member's filter 3 differs by quarter and by annual report.

    A spell is on the rows of the dates on which it lasts, and on the first one after its end.
    """

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    first_known_date = key_date("first day on which the verdict of the quarter was known")
    ticker = text("ticker of the company's largest line", nullable=False)
    state = text(
        "ahead: the two verdicts differ at as_of; confirmed or not_confirmed: the next annual report has "
        "come since the previous as_of, with the quarter's verdict or without; superseded: a later quarter, "
        "or a restatement, has another verdict",
        nullable=False,
    )
    status_on_annual = text(
        "verdict of filter 3 on the annual report that was visible before", nullable=False
    )
    status_on_quarter = text("verdict of filter 3 on the quarters that differ from it", nullable=False)
    debt_to_equity_on_annual = ratio("debt over equity by that annual report")
    debt_to_equity_on_quarter = ratio("debt over equity by the first quarter with the other verdict")
    annual_period_end = date("end of the fiscal year of that annual report", nullable=False)
    balance_sheet_date = date("end of the first quarter with the other verdict", nullable=False)
    ended_date = date("day on which the difference ended; null while it lasts")
    status_after = text("verdict of filter 3 on that day; null while the difference lasts")
    days_ahead = count(
        "days from first_known_date to ended_date, or to as_of while it lasts: how much earlier than by the "
        "annual report the verdict was known",
        unit="days",
    )
    outcome_on_latest = text("outcome at as_of with filter 3 judged on the latest balance sheet")
    outcome_on_annual = text("outcome at as_of with filter 3 judged on the last annual report")

    @dy.rule()
    def known_at_as_of(cls) -> pl.Expr:
        """Nothing of the row became known after as_of."""
        return (pl.col("first_known_date") <= pl.col("as_of")) & (
            pl.col("ended_date").is_null() | (pl.col("ended_date") <= pl.col("as_of"))
        )
