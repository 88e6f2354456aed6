"""The tables of factor regressions of books and of stocks; their results for books are in `book_factors`."""

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
    number,
    ratio,
    text,
    year,
)

TERM = "alpha (a month), Mkt-RF, SMB, HML, RMW, CMA or MOM"
MODEL = "FF3, FF5 or FF5+MOM"
COVARIANCE = "OLS: classical standard errors; HAC: Newey-West with a small-sample correction"
VINTAGE = "YYYYMM of the returns database behind every factor of the regression"
VINTAGE_LATER = (
    "the vintage was published after the date of the row: none that was published by then is stored, so the "
    "newest stands in; null if no vintage is stored"
)


class FactorRegressions(dy.Schema):
    """One row per book, model, covariance, window, vintage and term of a regression of excess returns."""

    book = key_text("name of the book")
    model = key_text(MODEL)
    covariance = key_text(COVARIANCE)
    window = key_text(
        "full; trailing_60: the latest 60 months; year_2024: the 60 months to the end of that year"
    )
    vintage = key_text(VINTAGE)
    term = key_text(TERM)
    estimate = number("the coefficient; alpha is a monthly return", "fraction a month, or loading")
    std_error = number("its standard error", "as estimate")
    t_stat = number("estimate over standard error", "ratio")
    p_value = number(
        "two-sided, Student's t with n_obs less the number of terms", "probability", min=0, max=1
    )
    ci_low = number("lower end of the 95% interval", "as estimate")
    ci_high = number("upper end of the 95% interval", "as estimate")
    alpha_annual = number("12 x alpha; only on the alpha row", "fraction a year")
    n_obs = count("months in the regression", unit="months")
    r_squared = ratio("share of the variance explained by the factors", unit="fraction")
    adj_r_squared = ratio("r_squared, adjusted for the number of terms")
    f_stat = number("joint F statistic of all loadings, under the covariance", "ratio")
    f_p_value = number("its p-value", "probability", min=0, max=1)
    residual_std = number(
        "standard deviation of the residuals, corrected for degrees of freedom", "fraction a month"
    )
    durbin_watson = number("Durbin-Watson of the residuals; 2 is no autocorrelation", "ratio", min=0, max=4)
    hac_lags = count("lags of the HAC covariance; null for OLS", nullable=True, unit="months")
    first_month = date("first month in the regression")
    last_month = date("last month in the regression")
    is_vintage_later = flag(
        "window year_YYYY: the vintage was published after that year's end, because no vintage that was "
        "published by then is stored; false for other windows, which end with the data"
    )
    is_formed_in_advance = flag(
        "the book was chosen before its first month; only then is alpha evidence of skill"
    )
    status = text("estimated or insufficient", nullable=False)
    reason = text("why there are no numbers; null if there are")

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """A regression that was not estimated has a reason and no numbers."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("estimate").is_not_null()) & (
            is_estimated == pl.col("reason").is_null()
        )


class StockFactorLoadings(dy.Schema):
    """One row per as_of, member and term: five-factor regression over the 60 months to as_of. Descriptive."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    security_id = key_id("our id of the company's largest line")
    term = key_text(TERM)
    entity_id = dy.Int64(nullable=False, description="our id of the company")
    estimate = number("the coefficient; alpha is a monthly return", "fraction a month, or loading")
    std_error = number("classical standard error", "as estimate")
    t_stat = number("estimate over standard error", "ratio")
    n_obs = count("months of the window with a return and all factors", unit="months")
    r_squared = ratio("share of the variance explained by the factors")
    residual_std = number(
        "standard deviation of the residuals, corrected for degrees of freedom", "fraction a month"
    )
    first_month = date("first of those months")
    last_month = date("last of those months")
    vintage = text(VINTAGE)
    is_vintage_later = flag(VINTAGE_LATER, nullable=True)
    status = text(
        "estimated; insufficient: fewer than 36 months; constant: the return does not vary", nullable=False
    )

    @dy.rule()
    def only_estimated_has_numbers(cls) -> pl.Expr:
        """A regression that was not estimated has no numbers."""
        return (pl.col("status") == "estimated") == pl.col("estimate").is_not_null()
