"""The tables on the latest footing: the latest balance sheet and trailing twelve months, at each as_of."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    flag,
    key_date,
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
