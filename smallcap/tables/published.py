"""The tables that put published figures beside this home's own."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import AS_OF_YEAR, date, flag, key_date, key_text, number, text, year

AS_OF = "as-of date, for which the row is computed"
PUBLISHED, HIGHEST = "the published figure", "upper end of a published range"
OURS = "this home's figure; null where it is not known"
DIFFERENCE = "ours less the published figure: 0 within a range, else the distance to its nearer end"
WHY = "why the two differ, or why one of them is not known"


class PublishedCandidates(dy.Schema):
    """One row per as_of, candidate of the published value book and figure: published beside ours."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    ticker = key_text("the candidate's ticker")
    figure = key_text(
        "market_cap_usd, debt_to_equity, roe, operating_margin, net_cash_usd, dividends_paid_usd, exchange, "
        "status (of filter 3) or note"
    )
    company = text("the company as published", nullable=False)
    entity_id = dy.Int64(
        nullable=True, description="our id of the company; null if no line carries the ticker"
    )
    is_member = flag("the company is a member of the index at as_of")
    published = number(PUBLISHED, "as figure")
    published_highest = number(HIGHEST, "as figure")
    ours = number(OURS, "as figure")
    difference = number(DIFFERENCE, "as figure")
    published_text = text("the published words, of exchange, status and note")
    our_text = text("ours in words, of exchange, status and note")
    reason = text(WHY, nullable=False)
    period_end = date("end of the fiscal year of our record")
    available_date = date("when our record became known; never after as_of")
    source = text("where the published figure comes from", nullable=False)

    @dy.rule()
    def nothing_from_the_future(cls) -> pl.Expr:
        """Our figure was known at as_of."""
        return pl.col("available_date").is_null() | (pl.col("available_date") <= pl.col("as_of"))


class StudyComparison(dy.Schema):
    """One row per as_of, basis and published figure of the study or of the index: published beside ours."""

    year = year(AS_OF_YEAR)
    as_of = key_date(AS_OF)
    basis = key_text("point_in_time, or as_published (known 163 days later)")
    topic = key_text("screen: counts and medians; names: the study's best and worst; index: its profile")
    item = key_text("what the figure is of: all, quintile 5, a ticker, index")
    measure = key_text("the figure, named as our column")
    published = number(PUBLISHED, "as measure")
    published_highest = number(HIGHEST, "as measure")
    ours = number(OURS, "as measure")
    difference = number(DIFFERENCE, "as measure")
    reason = text(WHY, nullable=False)
    note = text("the published remark")
    source = text("where the published figure comes from", nullable=False)


class StudyRegression(dy.Schema):
    """One row per published figure of the value book's regression: published beside ours."""

    item = key_text("the factor, alpha, or all")
    measure = key_text("estimate, t_stat, alpha_annual, r_squared, f_stat or n_obs")
    published = number(PUBLISHED, "as measure")
    ours = number(OURS, "as measure")
    difference = number("ours less the published figure", "as measure")
    reason = text(WHY, nullable=False)
    book = text("the book of the regression", nullable=False)
    vintage = text("vintage of our factors")
    first_month = date("first month of our regression")
    last_month = date("last month of our regression")
    note = text("the published remark")
    source = text("where the published figure comes from", nullable=False)
