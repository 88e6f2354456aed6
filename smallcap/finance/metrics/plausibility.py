"""Plausibility of complete tables: a wrong unit or sign of all rows shows in medians and shares only."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from smallcap.rules.types.plausibility import LevelBounds, PlausibilityRules, SignBounds

Severity = Literal["warn", "stop"]
BOUNDS_FILE = "data/reference/sanity.toml"
"""Where the bounds are, as messages name it."""

_MONEY_SMALL = "is money in thousands or millions, or are share counts too large?"
_MONEY_LARGE = "are share counts in thousands, or is money too large?"


@dataclass(frozen=True)
class Level:
    """A ratio whose median shows the unit of a table.

    Attributes
    ----------
    name
        As its bounds are named.
    words
        In words.
    value
        The ratio, from columns of core.metrics_as_of; null where it says nothing.
    if_low, if_high
        What a median below or above the bounds suggests.
    """

    name: str
    words: str
    value: pl.Expr
    if_low: str
    if_high: str


LEVELS = (
    Level("price_to_book", "market value over equity", pl.col("pb"), _MONEY_LARGE, _MONEY_SMALL),
    Level(
        "debt_to_market_value",
        "debt over market value, of companies with debt,",
        pl.when((pl.col("total_debt_usd") > 0) & (pl.col("market_cap_usd") > 0)).then(
            pl.col("total_debt_usd") / pl.col("market_cap_usd")
        ),
        _MONEY_SMALL,
        _MONEY_LARGE,
    ),
    Level(
        "fund_share",
        "the fund's holding over the company's shares",
        pl.col("fund_share_of_company"),
        "are share counts in another unit than shares, or quantities in thousands?",
        "are share counts in thousands?",
    ),
)
LEVEL_COLUMNS = ("as_of", "pb", "total_debt_usd", "market_cap_usd", "fund_share_of_company")
"""Columns of core.metrics_as_of that the levels are made of."""


@dataclass(frozen=True)
class Suspicion:
    """A bound that a table does not keep.

    Attributes
    ----------
    severity
        Whether a run stops or warns.
    name
        The bounds that it is outside of.
    message
        What was found, what is plausible, and what is suspected.
    """

    severity: Severity
    name: str
    message: str


def sign_columns(rules: PlausibilityRules) -> list[str]:
    """Name the columns of core.annual_fundamentals whose signs are looked at."""
    return [f"{field.name}_usd" for field in dataclasses.fields(rules.signs)]


def sign_suspicions(fundamentals: pl.DataFrame, rules: PlausibilityRules) -> list[Suspicion]:
    """Find the expenses and outflows that are negative more often than is plausible.

    Parameters
    ----------
    fundamentals
        Rows of core.annual_fundamentals, all years together.
    rules
        The bounds.
    """
    return list(_signs(fundamentals, rules))


def level_suspicions(metrics: pl.DataFrame, rules: PlausibilityRules) -> list[Suspicion]:
    """Find the medians over the members of a date that are outside their bounds.

    Of several such dates the newest of the severest kind is named.

    Parameters
    ----------
    metrics
        Rows of core.metrics_as_of with `LEVEL_COLUMNS`.
    rules
        The bounds.
    """
    return [found for level in LEVELS for found in _levels(metrics, level, rules)]


def _signs(fundamentals: pl.DataFrame, rules: PlausibilityRules) -> Iterator[Suspicion]:
    for field in dataclasses.fields(rules.signs):
        bounds: SignBounds = getattr(rules.signs, field.name)
        given = fundamentals.filter(pl.col(f"{field.name}_usd") != 0)[f"{field.name}_usd"]
        share = (given < 0).mean()
        if given.len() < rules.min_values or not isinstance(share, float) or share <= bounds.warn_above:
            continue
        is_stop = share > bounds.stop_above and given.len() >= rules.min_values_to_stop
        words = field.name.replace("_", " ")
        yield Suspicion(
            "stop" if is_stop else "warn",
            f"plausibility.signs.{field.name}",
            f"{words} is negative in {share:.1%} of {given.len():,} annual records that have it, plausible "
            f"is up to {bounds.warn_above:.0%}: sign convention? Give expenses and outflows as "
            f"positive numbers",
        )


def _levels(metrics: pl.DataFrame, level: Level, rules: PlausibilityRules) -> Iterator[Suspicion]:
    bounds: LevelBounds = getattr(rules.levels, level.name)
    medians = (
        metrics.group_by("as_of")
        .agg(level.value.median().alias("median"), level.value.count().alias("values"))
        .filter(
            pl.col("values") >= rules.min_values,
            (pl.col("median") < bounds.warn_below) | (pl.col("median") > bounds.warn_above),
        )
        .sort("as_of")
    )
    found = [
        (as_of, median, values, _severity(median, values, bounds, rules))
        for as_of, median, values in medians.iter_rows()
    ]
    if not found:
        return
    as_of, median, values, severity = max(found, key=lambda row: (row[3] == "stop", row[0]))
    remedy = level.if_low if median < bounds.warn_below else level.if_high
    message = (
        f"the median of {level.words} of {values:,} members on {as_of} is {median:,.4g}, plausible is "
        f"{bounds.warn_below:g} to {bounds.warn_above:g}: {remedy} "
        f"Give money in US dollars and counts in shares"
    )
    yield Suspicion(severity, f"plausibility.levels.{level.name}", message)


def _severity(median: float, values: int, bounds: LevelBounds, rules: PlausibilityRules) -> Severity:
    is_stop = not bounds.stop_below <= median <= bounds.stop_above
    return "stop" if is_stop and values >= rules.min_values_to_stop else "warn"
