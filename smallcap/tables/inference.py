"""The tables of inference: bootstrap intervals, adjusted p values, deflated Sharpe ratios."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import REASON, STATUS, count, date, flag, key_text, number, ratio, text
from smallcap.tables.factor_regressions import COVARIANCE, MODEL, VINTAGE
from smallcap.tables.returns import COVERAGE, TREATMENT

BLOCK = (
    "optimal: the largest optimal length of the residuals and the residuals times each factor; 3_months, "
    "6_months, 12_months: a given mean length"
)
FIGURE = "fraction a year, or ratio"


class BookInference(dy.Schema):
    """One row per book, treatment of returns, statistic and block length: stationary bootstrap intervals."""

    book = key_text("name of the book")
    treatment = key_text(TREATMENT)
    statistic = key_text(
        "alpha_annual: 12 x alpha of the five-factor model; sharpe: annualised Sharpe ratio; "
        "sharpe_difference: that less the market's over the same months"
    )
    block = key_text(BLOCK)
    vintage = text(VINTAGE)
    estimate = number("the figure over all months", FIGURE)
    ols_ci_low = number("lower end of the classical interval; alpha only", FIGURE)
    ols_ci_high = number("upper end of the classical interval; alpha only", FIGURE)
    ols_p_value = number("its two-sided p-value", "probability", min=0, max=1)
    hac_ci_low = number("lower end of the Newey-West interval; alpha only", FIGURE)
    hac_ci_high = number("upper end of the Newey-West interval; alpha only", FIGURE)
    hac_p_value = number("its two-sided p-value", "probability", min=0, max=1)
    block_months = number("mean block length of the bootstrap", "months", min=1)
    ci_low = number("lower end of the bootstrap's percentile interval", FIGURE)
    ci_high = number("upper end of the bootstrap's percentile interval", FIGURE)
    std_error = number("standard deviation of the draws", FIGURE, min=0)
    p_value = number("twice the share of draws on the smaller side of zero", "probability", min=0, max=1)
    draws = count("draws with a value", nullable=True, unit="draws")
    seed = count("seed of the draws", nullable=True, unit="number")
    n_obs = count("months with a return and all factors", unit="months")
    missing_months = count("calendar months between the first and the last without a return", unit="months")
    first_month = date("first month")
    last_month = date("last month")
    weight_without_return = ratio("the largest share of a month's weight without a return", min=0, max=1)
    coverage = text(COVERAGE)
    is_formed_in_advance = flag("only of a book formed in advance is alpha evidence of skill")
    status = text(STATUS, nullable=False)
    reason = text(REASON)
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def insufficient_has_no_numbers(cls) -> pl.Expr:
        """A figure that was not estimated has a reason and no numbers."""
        is_estimated = pl.col("status") == "estimated"
        return (is_estimated == pl.col("estimate").is_not_null()) & (
            is_estimated == pl.col("reason").is_null()
        )


class AlphaFamily(dy.Schema):
    """One row per book, model, window and basis: alpha, and its p value adjusted for several looks."""

    book = key_text("name of the book")
    model = key_text(MODEL)
    window = key_text("full or trailing_60")
    basis = key_text(f"{COVARIANCE}; bootstrap: stationary, with the optimal block length")
    vintage = text(VINTAGE)
    alpha_annual = number("12 x alpha", "fraction a year")
    p_value = number("two-sided p-value of alpha on its own", "probability", min=0, max=1)
    p_holm = number("adjusted by Holm over the family; null outside it", "probability", min=0, max=1)
    p_benjamini_yekutieli = number(
        "adjusted by Benjamini and Yekutieli over the family; null outside it", "probability", min=0, max=1
    )
    role = text(
        "family: all books under the five factors and all months; exploratory: another model or window",
        nullable=False,
    )
    family_size = count("alphas in the family of this basis", unit="alphas")
    n_obs = count("months in the regression", unit="months")
    is_formed_in_advance = flag("only of a book formed in advance is alpha evidence of skill")
    status = text(STATUS, nullable=False)
    reason = text(REASON)


class DeflatedSharpe(dy.Schema):
    """One row per book and number of trials: the Sharpe ratio against the best to expect without skill."""

    book = key_text("name of the book")
    trials = dy.Int64(primary_key=True, min=0, description="number of trials; 0 if nothing is estimated")
    trials_basis = text(
        "stated: the books of this home with enough months; assumed: fewer than that are stated",
        nullable=False,
    )
    trials_variance = number(
        "variance of the trials' monthly Sharpe ratios; assumed: 1 / (months - 1)", "ratio squared", min=0
    )
    own_trials = text(
        "what is known of the trials behind the book itself: unknown for a list that someone chose",
        nullable=False,
    )
    sharpe_monthly = number("monthly Sharpe ratio of the excess returns", "ratio")
    sharpe_annual = number("the same, annualised", "ratio")
    skewness = number("skewness of the excess returns", "ratio")
    kurtosis = number("kurtosis of the excess returns; 3 for a normal distribution", "ratio", min=0)
    highest_expected = number("highest monthly Sharpe ratio to expect of the trials without skill", "ratio")
    deflated_sharpe = number(
        "probability that the true Sharpe ratio is above that (Bailey and Lopez de Prado 2014)",
        "probability",
        min=0,
        max=1,
    )
    n_obs = count("months with a return and a risk-free rate", unit="months")
    is_formed_in_advance = flag("every name was chosen before it was held")
    status = text(STATUS, nullable=False)
    reason = text(REASON)
    rule_set = text("name and version of the rule set", nullable=False)
