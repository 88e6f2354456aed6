"""The tables of books: definitions, holdings, returns, factor results. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    count,
    date,
    flag,
    key_date,
    key_id,
    key_text,
    looks_later,
    number,
    ratio,
    text,
    year,
)
from smallcap.tables.factors import COVARIANCE, MODEL, MONTH, MONTH_YEAR, TERM, VINTAGE

STATUS = "estimated or insufficient"
REASON = "why there are no numbers; null if there are"


class Books(dy.Schema):
    """One row per book available from the source: a fixed list of names, or the survivors of the funnel."""

    book = key_text("name of the book")
    kind = text("list: fixed names; survivors: formed from the funnel each June", nullable=False)
    weighting = text("equal or given, rebalanced at each month's end", nullable=False)
    first_month = date(
        "last day of the first month held; null for survivors, held from the month after the first June"
    )
    last_month = date("last day of the last month held; null if open")
    chosen_on = date("day on which a list was fixed; null for survivors, which are chosen each June")
    is_formed_in_advance = flag("every name was chosen before the first month in which it is held")
    has_claims = flag("the book claims the tilts of filter 7: small, cheap, not unprofitable")
    passed_over = text("numbers of the filters that survivors need not pass, comma-separated; null for none")
    without_kinds = text("kinds of company that the book does not hold, comma-separated; null for none")
    description = text("what the book is", nullable=False)
    source = text("origin of the book", nullable=False)


class BookLines(dy.Schema):
    """One row per fixed list and ticker: the line that the ticker resolves to, or why there is none."""

    book = key_text("name of the book")
    ticker = key_text("the ticker as in the book")
    security_id = dy.Int64(nullable=True, description="our id of the line (share class); null if unresolved")
    entity_id = dy.Int64(nullable=True, description="our id of the company")
    weight = ratio("the weight given in the book; null for equal weights", min=0, max=1)
    is_resolved = flag("the ticker resolves to a line")
    unresolved_reason = text("why is_resolved is false")


class BookHoldings(dy.Schema):
    """One row per book, month and line planned for the month, up to the month in which it stops."""

    year = year(MONTH_YEAR)
    book = key_text("name of the book")
    month = key_date(MONTH)
    security_id = key_id("our id of the line (share class)")
    entity_id = dy.Int64(nullable=False, description="our id of the company")
    ticker = text("the ticker as in the book or the funnel", nullable=False)
    formed_as_of = date("the date whose survivors are held; null for a fixed list")
    names = count("names in the book at formation, including those without a known line", unit="names")
    target_weight = ratio("weight among the holdings that have not stopped", min=0, max=1)
    weight = ratio(
        "weight in the month's return, among the holdings with a return; null without one", min=0, max=1
    )
    total_return = ratio("return of the month; null if the source has none", min=-1)
    is_extreme = flag("the return is above the limit of the rule set", nullable=True)
    is_member = flag(
        "the company was a member at the end of the month before; null if membership is unknown",
        nullable=True,
    )
    status = looks_later(
        text(
            "held; missing: no return this month (never taken as zero), but later ones by the next year's "
            "end; stopped: none from this month to the end of the next year, out of the book",
            nullable=False,
        ),
        "the returns of the next year tell missing from stopped",
    )

    @dy.rule()
    def held_has_a_return(cls) -> pl.Expr:
        """A holding has a return and a weight in it if and only if its status is held."""
        is_held = pl.col("status") == "held"
        return (is_held == pl.col("total_return").is_not_null()) & (is_held == pl.col("weight").is_not_null())


class BookReturns(dy.Schema):
    """One row per book and month with a holding, or in which the last one stops: the weighted mean return."""

    year = year(MONTH_YEAR)
    book = key_text("name of the book")
    month = key_date(MONTH)
    total_return = ratio("return of the month; null if no holding has one", min=-1)
    names = count("names in the book at formation, including those without a known line", unit="names")
    holdings = count(
        "lines in the book at the start of the month, without those that have stopped", unit="lines"
    )
    with_return = count("of these, lines with a return", unit="lines")
    missing = count("of these, lines with status missing", unit="lines")
    stopped = count("lines that left because their returns have stopped", unit="lines")
    extreme = count("lines whose return is above the limit of the rule set", unit="lines")
    members = count("holdings that were members at the end of the month before", nullable=True, unit="lines")
    is_thin = flag("only one holding has a return, although the book was formed of several names")
    formed_as_of = date("the date whose survivors are held; null for a fixed list")


class BookValidations(dy.Schema):
    """One row per book, covariance, window and tilt: whether the book has its claimed tilt (filter 7)."""

    book = key_text("name of the book")
    covariance = key_text(COVARIANCE)
    window = key_text("full or trailing_60")
    tilt = key_text(
        "SMB (small), HML (value), RMW (profitable); CMA (invests little) is stated without a claim"
    )
    vintage = text(VINTAGE)
    is_vintage_later = flag(
        "as in marts.factor_regressions: false, because these windows end with the data", nullable=True
    )
    has_claims = flag("the book claims the tilts; if not, the verdict compares with filter 7's signs alone")
    intended_sign = text("positive, not_negative, or none for a term that is only stated", nullable=False)
    estimate = number("the loading", "loading")
    std_error = number("its standard error", "loading")
    t_stat = number("estimate over standard error", "ratio")
    smallest_detectable = number(
        "the smallest loading that the sample could detect: 2 standard errors", "loading"
    )
    verdict = text(
        "confirmed, directional, absent, contradicted or insufficient; not_claimed for a term only stated",
        nullable=False,
    )
    explanation = text("the verdict in words", nullable=False)
    n_obs = count("months in the regression", unit="months")
    first_month = date("first month in the regression")
    last_month = date("last month in the regression")
    rule_set = text("name and version of the rule set", nullable=False)


class BookComparisons(dy.Schema):
    """One row per pair of books, covariance and term: both, their difference and a mix, in common months."""

    book = key_text("name of the first book")
    other_book = key_text("name of the second book")
    covariance = key_text(COVARIANCE)
    term = key_text(TERM)
    vintage = text(VINTAGE)
    estimate = number("estimate of the first book", "fraction a month, or loading")
    ci_low = number("lower end of its 95% interval", "as estimate")
    ci_high = number("upper end of its 95% interval", "as estimate")
    other_estimate = number("estimate of the second book", "as estimate")
    other_ci_low = number("lower end of its 95% interval", "as estimate")
    other_ci_high = number("upper end of its 95% interval", "as estimate")
    difference = number("estimate for the first book's return less the second's", "as estimate")
    difference_std_error = number("its standard error", "as estimate")
    difference_t_stat = number("difference over standard error", "ratio")
    difference_p_value = number("two-sided p-value of the difference", "probability", min=0, max=1)
    difference_ci_low = number("lower end of its 95% interval", "as estimate")
    difference_ci_high = number("upper end of its 95% interval", "as estimate")
    mix_estimate = number("estimate of a mix of both, rebalanced each month", "as estimate")
    mix_share = ratio("share of the first book in the mix", min=0, max=1)
    correlation = number("correlation of the two books' monthly returns", "correlation", min=-1, max=1)
    n_obs = count("months with returns of both books and the factors", unit="months")
    first_month = date("first of those months")
    last_month = date("last of those months")
    status = text(STATUS, nullable=False)
    reason = text(REASON)


class VintageSensitivity(dy.Schema):
    """One row per book, model, vintage and term: OLS on the same returns under each stored vintage."""

    book = key_text("name of the book")
    model = key_text(MODEL)
    vintage = key_text(VINTAGE)
    term = key_text(TERM)
    estimate_common = number(
        "estimate over the months common to all vintages", "fraction a month, or loading"
    )
    std_error_common = number("its standard error", "as estimate")
    t_stat_common = number("estimate over standard error", "ratio")
    difference_from_latest = number(
        "estimate_common less that of the latest vintage: the effect of the vintage", "as estimate"
    )
    n_obs_common = count("months common to all vintages", unit="months")
    estimate_own = number("estimate over all months of this vintage", "as estimate")
    std_error_own = number("its standard error", "as estimate")
    n_obs_own = count("months of this vintage", unit="months")
    window_effect = number("estimate_own less estimate_common: the effect of the window", "as estimate")
    alpha_annual_common = number(
        "12 x alpha over the common months; only on the alpha row", "fraction a year"
    )
    alpha_annual_own = number(
        "12 x alpha over all months of this vintage; only on the alpha row", "fraction a year"
    )
    months_changed = count(
        "common months in which the factor differs from the latest vintage; null for alpha",
        nullable=True,
        unit="months",
    )
    largest_change = number("largest such difference; null for alpha", "fraction a month", min=0)
    first_month = date("first common month")
    last_month = date("last common month")
    status = text(STATUS, nullable=False)
    reason = text(REASON)


class HindsightGap(dy.Schema):
    """One row per fixed list, part and item: the value of choosing with hindsight."""

    book = key_text("name of the fixed list")
    part = key_text(
        "difference: the list less the point-in-time book, regressed with HAC errors; random_books: its "
        "alpha among those of random books; leave_one_out: the list's alpha without one name"
    )
    item = key_text(
        "a term; a statistic (alpha_annual, share_at_least, mean, std, p05, p50, p95, "
        "market_alpha_annual); or the ticker left out"
    )
    other_book = text("the point-in-time book of part difference")
    estimate = number("the figure; alpha_annual figures are 12 x alpha", "as item")
    std_error = number("its standard error, if it comes from a regression", "as item")
    t_stat = number("estimate over standard error", "ratio")
    p_value = number("two-sided p-value", "probability", min=0, max=1)
    ci_low = number("lower end of the 95% interval", "as item")
    ci_high = number("upper end of the 95% interval", "as item")
    n_obs = count("number of months", unit="months")
    drawn_books = count("random books", nullable=True, unit="books")
    drawn_from = count(
        (
            "names from which they were drawn: those of the universe with a return in the list's first "
            "month; on the market row, the whole universe"
        ),
        nullable=True,
        unit="lines",
    )
    universe = text(
        "for part random_books: members, at the beginning of the list's first month; or survivors_only, all "
        "names in the price source, if membership is unknown"
    )
    vintage = text(VINTAGE)
    first_month = date("first month")
    last_month = date("last month")
    status = text(STATUS, nullable=False)
    reason = text(REASON)
