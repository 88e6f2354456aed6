"""Multi-year rules shared by filters: positive in each year, a maximum number of bad years, enough years."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.conditions import Condition, Gate
from smallcap.rules.types.metrics import YearsRules


def year_gates(history: YearsRules) -> list[Gate]:
    """Return the gates on the number of years: below the minimum nothing is evaluated; below all, no pass."""
    years = pl.col("years").fill_null(0)
    return [
        Gate(years < history.min_years, f"fewer than {history.min_years} consecutive years are known"),
        Gate(years < history.years, f"fewer than {history.years} consecutive years are known", is_weak=True),
    ]


def all_positive(
    name: str, value: pl.Expr, borderline: float, words: str, measure: str | None = None
) -> Condition:
    """Require a figure above zero in every year.

    Parameters
    ----------
    name
        The figure, as in the columns `<name>_known` and `<name>_positive`.
    value
        Value to show: the minimum of a ratio with the same sign as the figure.
    borderline
        A pass with a value at or below this is borderline.
    words
        The figure in words, for the reasons.
    measure
        Name of the value; `least_<name>` by default.

    Returns
    -------
    Condition
        Unknown if a year is unknown and no known year breaks the rule.
    """
    years, known, positive = pl.col("years"), pl.col(f"{name}_known"), pl.col(f"{name}_positive")
    return Condition(
        measure=measure or f"least_{name}",
        holds=pl.when(positive < known).then(pl.lit(False)).when(known == years).then(pl.lit(True)),
        value=value,
        threshold=pl.lit(0.0),
        is_upper=False,
        is_borderline=value <= borderline,
        broken=f"{words} is not positive in every year",
        unknown=f"{words} of a year is unknown",
    )


def at_most(
    measure: str, bad: pl.Expr, unknown_years: pl.Expr, most: int, broken: str, unknown: str
) -> Condition:
    """Limit the number of bad years.

    Parameters
    ----------
    measure
        Name of the number of bad years.
    bad, unknown_years
        Number of years that are bad, and that are unknown.
    most
        Maximum number of bad years.
    broken, unknown
        Reasons to give if the rule is broken or unknown.

    Returns
    -------
    Condition
        Unknown if the unknown years could break the rule.
    """
    return Condition(
        measure=measure,
        holds=pl.when(bad > most).then(pl.lit(False)).when(bad + unknown_years <= most).then(pl.lit(True)),
        value=bad,
        threshold=pl.lit(most),
        is_upper=True,
        is_borderline=(bad == most) & (bad > 0),
        broken=broken,
        unknown=unknown,
    )
