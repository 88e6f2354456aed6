"""The tables on the latest footing: the latest balance sheet and trailing twelve months, at each as_of."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    ratio,
    reason,
    text,
    usd,
    year,
)
from smallcap.tables.metrics_as_of import MetricsAsOf
from smallcap.tables.watched import IS_MEMBER, TICKER


class TrailingAsOf(MetricsAsOf):
    """One row per as_of and member: metrics on the latest footing, and market values at as_of.

    Balance sheet items are those of the latest quarter or fiscal year, flows those of the twelve months to
    flows_end. A company without a quarter after its latest annual record has its row of core.metrics_as_of.
    """

    statement_footing = text(
        "quarter, or annual if no quarter is known after the annual record; null without one"
    )
    balance_sheet_date = date("end of the quarter or fiscal year of the balance sheet")
    balance_sheet_filing_date = date("day on which the quarter's balance sheet was filed; null if annual")
    flows_end = date("end of the twelve months that the flows cover; null where the flows are null")
    trailing_basis = text("where the flows come from: annual, annual plus year to date, four quarters")
    trailing_reason = text("why the flows are null; null if they are known")
    is_annual_only = flag("no quarter is known after the latest annual record: its figures are used")
    is_trailing_basis_mixed = flag(
        "a newer comparative of the year-to-date subtracted differs by more than 1% from the one used"
    )
    cash_and_short_term_investments_usd = usd(
        "cash and short-term investments of the quarter; null if annual"
    )
    quarter_net_income_usd = usd("net income of the last quarter known; null where it is unknown")
    goodwill_to_assets = ratio("goodwill over total assets")
    goodwill_to_assets_reason = reason("goodwill_to_assets")


class WatchedTrailing(TrailingAsOf):
    """One row per as_of and watched name that is no member: its metrics on the latest footing."""

    ticker = key_text(TICKER)
    entity_id = dy.Int64(
        nullable=True, description="our id of the company; null if no line carries the ticker"
    )
    is_member = flag(IS_MEMBER)


class FootingMedians(dy.Schema):
    """One row per as_of, footing, group of members and multiple: its median, and how many members have it."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    footing = key_text("latest (core.trailing_as_of) or annual (core.metrics_as_of)")
    companies = key_text("all; with_quarters or annual_only: by what is known of the company at as_of")
    measure = key_text("pb, pe, p_fcf or debt_to_equity")
    members = count("members with a fresh record that do not fail filter 1", unit="members")
    with_value = count("of these, with the figure (of multiples: a positive one)", unit="members")
    median = ratio("median of these; null if there is none", unit="as measure")


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
