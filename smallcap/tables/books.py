"""The tables of books: what they are, what they hold, what they earned, and what that says. Names of columns here are built upon."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import count, date, flag, key_date, key_id, key_text, number, ratio, text, year
from smallcap.tables.factors import COVARIANCE, MODEL, MONTH, MONTH_YEAR, TERM, VINTAGE

STATUS = "estimated or insufficient"
REASON = "why there are no numbers; null where there are"


class Books(dy.Schema):
    """One row per book that the source can fill: a fixed list of names, or the survivors of the funnel."""

    book = key_text("name of the book")
    kind = text("list: fixed names; survivors: formed from the funnel each June", nullable=False)
    weighting = text("equal or given, restored at each month's end", nullable=False)
    first_month = date(
        "last day of the first month held; null for survivors: the month after the first June that is there"
    )
    last_month = date("last day of the last month held; null while it goes on")
    chosen_on = date("day on which a list was fixed; null for survivors, which are chosen each June")
    is_formed_in_advance = flag("every name was chosen before the first month in which it is held")
    passed_over = text("numbers of the filters that survivors need not pass, with commas; null for none")
    description = text("what the book is", nullable=False)
    source = text("where it comes from", nullable=False)


class BookLines(dy.Schema):
    """One row per book with a fixed list and ticker in it: the line that the ticker means, or why none is known."""

    book = key_text("name of the book")
    ticker = key_text("the symbol as the book names it")
    security_id = dy.Int64(
        nullable=True, description="the line (share class), ours; null where none is known"
    )
    entity_id = dy.Int64(nullable=True, description="the company, ours")
    weight = ratio("the weight that the book gives it; null for equal weights", min=0, max=1)
    is_resolved = flag("a line is known")
    unresolved_reason = text("why is_resolved is false")


class BookHoldings(dy.Schema):
    """One row per book, month and line that it means to hold in the month.

    The month in which a holding has stopped is its last row.
    """

    year = year(MONTH_YEAR)
    book = key_text("name of the book")
    month = key_date(MONTH)
    security_id = key_id("the line (share class), ours")
    entity_id = dy.Int64(nullable=False, description="the company, ours")
    ticker = text("the symbol as the book or the funnel names it", nullable=False)
    formed_as_of = date("the date whose survivors are held; null for a fixed list")
    names = count("names that the book was formed of, those without a known line included", unit="names")
    target_weight = ratio("weight among the holdings that have not stopped", min=0, max=1)
    weight = ratio(
        "weight in the month's return: among holdings with a return; null without one", min=0, max=1
    )
    total_return = ratio("return of the month; null where the source has none", min=-1)
    is_extreme = flag("the return is above the limit of the rule set", nullable=True)
    is_member = flag(
        "the company was a member at the end of the month before; null where membership is not known",
        nullable=True,
    )
    status = text(
        "held; missing: no return this month, later ones are known by the end of the next year, "
        "never taken as zero; "
        "stopped: none from this month to then, out of the book",
        nullable=False,
    )

    @dy.rule()
    def held_has_a_return(cls) -> pl.Expr:
        """Exactly the holdings with a return have a weight in it."""
        is_held = pl.col("status") == "held"
        return (is_held == pl.col("total_return").is_not_null()) & (is_held == pl.col("weight").is_not_null())


class BookReturns(dy.Schema):
    """One row per book and month in which it holds something, or its last holding stops: the mean return of its holdings, by weight."""

    year = year(MONTH_YEAR)
    book = key_text("name of the book")
    month = key_date(MONTH)
    total_return = ratio("return of the month; null where no holding has one", min=-1)
    names = count("names that the book was formed of, those without a known line included", unit="names")
    holdings = count(
        "lines in the book at the start of the month, those that have stopped left out", unit="lines"
    )
    with_return = count("of those, with a return", unit="lines")
    missing = count("of those, without a return this month alone", unit="lines")
    stopped = count("lines that left because their returns have stopped", unit="lines")
    extreme = count("lines whose return is above the limit of the rule set", unit="lines")
    members = count(
        "holdings known to be members at the end of the month before", nullable=True, unit="lines"
    )
    is_thin = flag("one holding with a return is left of a book of several")
    formed_as_of = date("the date whose survivors are held; null for a fixed list")


class BookValidations(dy.Schema):
    """One row per book, covariance, window and tilt: does the book have the tilt that it claims? Filter 7 of the funnel."""

    book = key_text("name of the book")
    covariance = key_text(COVARIANCE)
    window = key_text("full or trailing_60")
    tilt = key_text("SMB (small), HML (value) or RMW (profitable)")
    vintage = text(VINTAGE)
    intended_sign = text("positive, or not_negative", nullable=False)
    estimate = number("the loading", "loading")
    std_error = number("its standard error", "loading")
    t_stat = number("estimate over standard error", "ratio")
    smallest_detectable = number(
        "the smallest loading that the sample could have shown: 2 standard errors", "loading"
    )
    verdict = text("confirmed, directional, absent, contradicted or insufficient", nullable=False)
    explanation = text("the verdict in plain words", nullable=False)
    n_obs = count("months in the regression", unit="months")
    first_month = date("first month in the regression")
    last_month = date("last month in the regression")
    rule_set = text("name and version of the rule set", nullable=False)


class BookComparisons(dy.Schema):
    """One row per pair of books, covariance and term, over the months that both have: side by side, the difference, and a mix of both."""

    book = key_text("name of the first book")
    other_book = key_text("name of the second book")
    covariance = key_text(COVARIANCE)
    term = key_text(TERM)
    vintage = text(VINTAGE)
    estimate = number("of the first book", "fraction a month, or loading")
    ci_low = number("lower end of its 95% interval", "as estimate")
    ci_high = number("upper end", "as estimate")
    other_estimate = number("of the second book", "as estimate")
    other_ci_low = number("lower end of its 95% interval", "as estimate")
    other_ci_high = number("upper end", "as estimate")
    difference = number("of the regression of the first book's return less the second's", "as estimate")
    difference_std_error = number("its standard error", "as estimate")
    difference_t_stat = number("difference over standard error", "ratio")
    difference_p_value = number("two-sided", "probability", min=0, max=1)
    difference_ci_low = number("lower end of its 95% interval", "as estimate")
    difference_ci_high = number("upper end", "as estimate")
    mix_estimate = number("of a mix of both, restored each month", "as estimate")
    mix_share = ratio("share of the first book in the mix", min=0, max=1)
    correlation = number("of the two books' monthly returns", "correlation", min=-1, max=1)
    n_obs = count("months that both books and the factors have", unit="months")
    first_month = date("first of those months")
    last_month = date("last of those months")
    status = text(STATUS, nullable=False)
    reason = text(REASON)


class VintageSensitivity(dy.Schema):
    """One row per book, model, vintage and term: what the same returns say under each stored vintage of the factors, OLS."""

    book = key_text("name of the book")
    model = key_text(MODEL)
    vintage = key_text(VINTAGE)
    term = key_text(TERM)
    estimate_common = number("over the months that every vintage has", "fraction a month, or loading")
    std_error_common = number("its standard error", "as estimate")
    t_stat_common = number("estimate over standard error", "ratio")
    difference_from_latest = number(
        "estimate_common less that of the latest vintage: the effect of the vintage", "as estimate"
    )
    n_obs_common = count("months that every vintage has", unit="months")
    estimate_own = number("over all months of this vintage", "as estimate")
    std_error_own = number("its standard error", "as estimate")
    n_obs_own = count("months of this vintage", unit="months")
    window_effect = number("estimate_own less estimate_common: the effect of the window", "as estimate")
    alpha_annual_common = number("12 x alpha over the common months, on alpha's row alone", "fraction a year")
    alpha_annual_own = number(
        "12 x alpha over all months of this vintage, on alpha's row alone", "fraction a year"
    )
    months_changed = count(
        "common months in which the factor differs from the latest vintage's; null for alpha",
        nullable=True,
        unit="months",
    )
    largest_change = number("largest such difference; null for alpha", "fraction a month", min=0)
    first_month = date("first common month")
    last_month = date("last common month")
    status = text(STATUS, nullable=False)
    reason = text(REASON)


class HindsightGap(dy.Schema):
    """One row per fixed list, part and item: what choosing with hindsight was worth."""

    book = key_text("name of the fixed list")
    part = key_text(
        "difference: the list less the point-in-time book, regressed with HAC; random_books: its "
        "alpha among books drawn at random; "
        "leave_one_out: its alpha without one name"
    )
    item = key_text(
        "a term; a statistic (alpha_annual, share_at_least, mean, std, p05, p50, p95, "
        "market_alpha_annual); or the ticker left out"
    )
    other_book = text("the point-in-time book of part difference")
    estimate = number("the figure; alpha_annual figures are 12 x alpha", "as item")
    std_error = number("its standard error, where it is a regression's", "as item")
    t_stat = number("estimate over standard error", "ratio")
    p_value = number("two-sided", "probability", min=0, max=1)
    ci_low = number("lower end of the 95% interval", "as item")
    ci_high = number("upper end", "as item")
    n_obs = count("months", unit="months")
    drawn_books = count("random books", nullable=True, unit="books")
    drawn_from = count(
        (
            "names that they were drawn from: those of the universe with a return in the list's first "
            "month; on the market's row, all of it"
        ),
        nullable=True,
        unit="lines",
    )
    universe = text(
        "of part random_books. members: those at the beginning of the list's first month; "
        "survivors_only: names that the price source has, "
        "where membership is not known"
    )
    vintage = text(VINTAGE)
    first_month = date("first month")
    last_month = date("last month")
    status = text(STATUS, nullable=False)
    reason = text(REASON)
