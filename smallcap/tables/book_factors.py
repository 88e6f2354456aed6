"""What factors say of books: validations of claimed tilts, sensitivity to the vintage, comparisons."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import REASON, STATUS, count, date, flag, key_text, number, ratio, text
from smallcap.tables.factor_regressions import COVARIANCE, MODEL, TERM, VINTAGE


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
