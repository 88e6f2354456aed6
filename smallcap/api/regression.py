"""`regress`: monthly returns of one's own on factors."""

from __future__ import annotations

import polars as pl
from narwhals.typing import IntoDataFrame, IntoDataFrameT

from smallcap.api.columns import Needed, numbers, require_unique, required
from smallcap.api.frames import Given
from smallcap.api.rules import chosen_rules
from smallcap.errors import InputError
from smallcap.finance.factors.regression import regress as regressed
from smallcap.finance.factors.series import RISK_FREE, Factors, model_named
from smallcap.rules.types.factors import COLUMN_OF, FIVE_FACTORS, FactorRules

RETURNS = (
    Needed("month", "core.monthly_returns", "date", is_complete=True),
    *numbers("core.monthly_returns", "total_return"),
)
FACTORS = "core.factors_monthly"
LARGEST = 1.0
"""A factor's return of a month above this, as a fraction, means that the file's percent were not divided."""
LOWEST = -1.0
"""No total return is lower, as a fraction: all is lost."""


def regress(
    returns: IntoDataFrameT,
    factors: IntoDataFrame,
    *,
    model: str = FIVE_FACTORS,
    is_excess: bool = False,
    rules: FactorRules | None = None,
) -> IntoDataFrameT:
    """Regress monthly returns on factors by least squares, with classical and Newey-West standard errors.

    Months that one of the two lacks are left out, never filled. See docs/methods/factor-validation.md.

    Parameters
    ----------
    returns
        One row per month: `month` (a date in it) and `total_return` (a fraction).
    factors
        One row per month: `month`, the model's factors (`mkt_rf`, `smb`, `hml`, `rmw`, `cma`, `mom`) and
        `rf`, as fractions of the month. ``home.table("core.factors_monthly")`` is such a frame.
    model
        A model of the rule set: FF5 by default.
    is_excess
        Whether the returns are a difference of two returns already, so that no `rf` is deducted.
    rules
        Models, least number of months, confidence level; by default data/reference/factor_validation.toml.

    Returns
    -------
    IntoDataFrameT
        One row per covariance (OLS, HAC) and term (alpha first) in the kind of frame of `returns`: estimate,
        std_error, t_stat, p_value, interval, months and fit. Where nothing can be estimated, `status` is
        insufficient and `reason` says why.

    Raises
    ------
    InputError
        When a column is missing or of another type, a month occurs twice, a return loses more than
        everything, factors are in percent or of several vintages, or there is no such model.

    Examples
    --------
    Returns that are twice the market's excess return and the risk-free rate:

    >>> import datetime as dt
    >>> import polars as pl
    >>> import smallcap
    >>> months = pl.date_range(dt.date(2020, 1, 31), dt.date(2024, 12, 31), "1mo", eager=True)
    >>> factors = pl.DataFrame({"month": months}).with_row_index("n").select(
    ...     "month",
    ...     *((pl.col("n") * step % 17 / 100).alias(name)
    ...       for step, name in enumerate(["mkt_rf", "smb", "hml", "rmw", "cma"], start=1)),
    ...     rf=pl.lit(0.002),
    ... )
    >>> noise = (pl.col("mkt_rf") * 1000 % 3 - 1) / 1000
    >>> own = factors.select("month", total_return=2 * pl.col("mkt_rf") + pl.col("rf") + noise)
    >>> fit = smallcap.regress(own, factors)
    >>> fit.filter(term="Mkt-RF", covariance="HAC")["estimate"].round(1).to_list()
    [2.0]
    """
    chosen = chosen_rules(rules, FactorRules, "factor_rules")
    given = Given(returns, "regress, returns")
    own = _returns(given, is_excess=is_excess)
    explaining = _factors(Given(factors, "regress, factors"), model, chosen)
    result: IntoDataFrameT = given.as_given(regressed(own, explaining, chosen, is_excess=is_excess))
    return result


def _returns(given: Given, *, is_excess: bool) -> pl.DataFrame:
    """Take the returns from a frame.

    Raises
    ------
    InputError
        When one loses more than everything, which only a return in percent does, or a difference of two.
    """
    own = _by_month(given, required(given, RETURNS))
    lowest = own.select(pl.col("total_return").min()).item()
    if lowest is not None and lowest < LOWEST and not is_excess:
        raise InputError(
            f"{given.what}: the return of a month is {lowest:g}, a loss of more than everything: give "
            f"fractions, not percent (0.01 for 1%); a difference of two returns is given with is_excess=True"
        )
    return own


def _factors(given: Given, model: str, rules: FactorRules) -> Factors:
    """Take the factors of a model from a frame.

    Raises
    ------
    InputError
        When they are of several vintages or in percent.
    """
    terms = model_named(model, rules).terms
    columns = [*(COLUMN_OF[term] for term in terms), RISK_FREE]
    needed = (Needed("month", FACTORS, "date", is_complete=True), *numbers(FACTORS, *columns))
    rows = required(given, needed)
    vintage = _vintage(given)
    frame = _by_month(given, rows)
    largest = frame.select(pl.max_horizontal(pl.col(columns).abs().max())).item()
    if largest is not None and largest > LARGEST:
        raise InputError(
            f"{given.what}: a month's factor is {largest:g}: give fractions, not percent (0.01 for 1%)"
        )
    named = frame.select("month", RISK_FREE, **{term: pl.col(COLUMN_OF[term]) for term in terms})
    return Factors(model, vintage, terms, named.drop_nulls().sort("month"))


def _vintage(given: Given) -> str:
    """Name the one vintage of the factors; `given` where the frame does not say.

    Raises
    ------
    InputError
        When there are several: a regression never mixes them.
    """
    if "vintage" not in given.columns:
        return "given"
    vintages = sorted(map(str, given.column("vintage").unique()))
    if len(vintages) > 1:
        raise InputError(f"{given.what}: the rows are of several vintages ({', '.join(vintages)}): keep one")
    return vintages[0] if vintages else "given"


def _by_month(given: Given, frame: pl.DataFrame) -> pl.DataFrame:
    """Date rows by the end of their month, which occurs once."""
    dated = frame.with_columns(pl.col("month").dt.month_end())
    require_unique(given, dated, ("month",))
    return dated
