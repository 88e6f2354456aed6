"""marts.index_eligibility: the provider's eligibility rules for every member, as pass, fail or verify."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.index.calendar import with_rank_day
from smallcap.finance.metrics.prices import last_prices
from smallcap.finance.statuses import FAIL, PASS, VERIFY
from smallcap.rules.types.index import MILLION, EligibilityRules, IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.tables.index import IndexEligibility

KNOWN = ("price", "market_cap", "exchange", "country")
"""Rules for which the sources have data."""
RULES = (*KNOWN, "free_float", "voting_rights")


def index_eligibility(
    members: pl.DataFrame,
    constituents: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    prices: pl.DataFrame,
    rules: IndexRules,
    events: Sequence[Reconstitution],
) -> pl.DataFrame:
    """Evaluate the eligibility rules for each member on the rank day that applies at its as_of.

    Price and market value are those of the rank day: the last close as traded before it, and the market value
    at the month end that holds that day's data. A company that was not a member at that date, or whose data
    are not available, gets verify. Exchange and country are those of the list at as_of. Free float and voting
    rights are not in any source.

    Parameters
    ----------
    members
        Rows of core.members for the requested dates.
    constituents
        Rows of raw.constituents for the same dates.
    metrics_as_of
        Rows of core.metrics_as_of, back to the rank days.
    prices
        Rows of raw.prices, back to a month before the rank days.
    rules, events
        The thresholds and the calendar.

    Returns
    -------
    pl.DataFrame
        One row per as_of and member, in the columns of marts.index_eligibility, sorted by both.
    """
    asked = _at_rank_day(members, metrics_as_of, prices, rules.eligibility, events).join(
        constituents.select("as_of", "security_id", "exchange", pl.col("location").alias("country")),
        on=["as_of", "security_id"],
        how="left",
        maintain_order="left",
    )
    answered = asked.with_columns(
        *_statuses(rules.eligibility),
        pl.lit(None, pl.Float64).alias("free_float"),
        pl.lit(None, pl.Float64).alias("voting_rights"),
    )
    evaluated = answered.with_columns(
        _overall(KNOWN).alias("known_status"),
        _overall(RULES).alias("status"),
        pl.lit(rules.label).alias("rule_set"),
    )
    return in_columns_of(evaluated.with_columns(_reasons(evaluated, rules.eligibility)), IndexEligibility)


def _at_rank_day(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    prices: pl.DataFrame,
    rules: EligibilityRules,
    events: Sequence[Reconstitution],
) -> pl.DataFrame:
    """Add the rank day and its close and market value; sorted by as_of and company."""
    dates = with_rank_day(members.select("as_of").unique(), events)
    asked = members.select("year", "as_of", "entity_id", "security_id", "ticker")
    ordered = asked.join(dates, on="as_of", how="left").sort("as_of", "entity_id")
    closes = _closes_at_rank_days(ordered, prices, rules.max_price_age_days)
    priced = ordered.join(closes, on=["rank_date", "security_id"], how="left", maintain_order="left")
    values = metrics_as_of.select(
        pl.col("as_of").alias("rank_as_of"),
        "entity_id",
        "price_date",
        pl.when(~pl.col("is_stale").fill_null(False)).then("market_cap_usd").alias("market_cap_usd"),
    )
    valued = priced.join(values, on=["rank_as_of", "entity_id"], how="left", maintain_order="left")
    is_by_then = pl.col("price_date") <= pl.col("rank_date")
    return valued.with_columns(pl.when(is_by_then).then("market_cap_usd").alias("market_cap_usd"))


def _closes_at_rank_days(ordered: pl.DataFrame, prices: pl.DataFrame, max_age_days: int) -> pl.DataFrame:
    """Find each line's last close at each rank day: rank_date, security_id, price_usd."""
    # The same line is needed at every as_of up to the next rank day, so look it up only once.
    lookups = (
        ordered.select(pl.col("rank_date").alias("as_of"), "security_id")
        .drop_nulls()
        .unique(maintain_order=True)
    )
    return lookups.hstack(last_prices(lookups, prices, max_age_days)).select(
        pl.col("as_of").alias("rank_date"), "security_id", pl.col("close_usd").alias("price_usd")
    )


def _statuses(rules: EligibilityRules) -> list[pl.Expr]:
    exchange, country = pl.col("exchange").str.to_uppercase(), pl.col("country")
    is_eligible_exchange = exchange.is_in([name.upper() for name in rules.exchanges])
    return [
        _answer(pl.col("price_usd") >= rules.min_price_usd).alias("price_status"),
        _answer(pl.col("market_cap_usd") >= rules.min_market_cap_usd).alias("market_cap_status"),
        _answer(is_eligible_exchange).alias("exchange_status"),
        pl.when(country.is_in(rules.benefit_countries))
        .then(pl.lit(VERIFY))
        .otherwise(_answer(country.is_in(rules.home_countries)))
        .alias("country_status"),
        pl.lit(VERIFY).alias("free_float_status"),
        pl.lit(VERIFY).alias("voting_rights_status"),
    ]


def _answer(is_met: pl.Expr) -> pl.Expr:
    return (
        pl.when(is_met.is_null()).then(pl.lit(VERIFY)).when(is_met).then(pl.lit(PASS)).otherwise(pl.lit(FAIL))
    )


def _overall(names: Sequence[str]) -> pl.Expr:
    """Combine statuses: any fail gives fail; otherwise any verify gives verify."""
    statuses = [pl.col(f"{name}_status") for name in names]
    is_failed = pl.any_horizontal(status == FAIL for status in statuses)
    is_open = pl.any_horizontal(status == VERIFY for status in statuses)
    return pl.when(is_failed).then(pl.lit(FAIL)).when(is_open).then(pl.lit(VERIFY)).otherwise(pl.lit(PASS))


def _reasons(evaluated: pl.DataFrame, rules: EligibilityRules) -> pl.Series:
    """Say which rules fail and which cannot be evaluated; null if all hold.

    Few rows differ in what their words name, so each text is made once.
    """
    named = [f"{name}_status" for name in RULES]
    is_failed = pl.any_horizontal(pl.col(name) == FAIL for name in named)
    figures = ("price_usd", "rank_date", "market_cap_usd", "exchange", "country")
    # Figures are named in the words of a failed rule alone; the country also where it is to be verified.
    told = evaluated.select(
        *named, *(pl.when(is_failed).then(name).alias(name) for name in figures[:-1]), figures[-1]
    )
    texts = told.unique(maintain_order=True).with_columns(_reason(rules).alias("reason"))
    return told.join(texts, on=told.columns, how="left", nulls_equal=True, maintain_order="left")["reason"]


def _reason(rules: EligibilityRules) -> pl.Expr:
    """Put the reasons of a row's rules into one text."""
    parts = [
        pl.when(pl.col(f"{name}_status") == FAIL)
        .then(failed)
        .when(pl.col(f"{name}_status") == VERIFY)
        .then(is_open)
        for name, (failed, is_open) in _words(rules).items()
    ]
    text = pl.concat_str(parts, separator="; ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _words(rules: EligibilityRules) -> dict[str, tuple[pl.Expr, pl.Expr]]:
    """Return, for each rule, the reasons of fail and of verify."""
    cap = (pl.col("market_cap_usd") / MILLION).round(1)
    least_cap = pl.lit(rules.min_market_cap_usd / MILLION)
    return {
        "price": (
            pl.format(
                "price of {} USD at {} is below {} USD", "price_usd", "rank_date", pl.lit(rules.min_price_usd)
            ),
            pl.lit("price at the rank day is not known"),
        ),
        "market_cap": (
            pl.format("market value of {} M USD is below {} M USD", cap, least_cap),
            pl.lit("market value at the rank day is not known"),
        ),
        "exchange": (pl.format("exchange {} is not eligible", "exchange"), pl.lit("exchange is not known")),
        "country": (
            pl.format("country field says {}", "country"),
            pl.format(
                "country field says {}, where headquarters decide", pl.col("country").fill_null("nothing")
            ),
        ),
        "free_float": (pl.lit(None, pl.String), pl.lit("free float is not known")),
        "voting_rights": (pl.lit(None, pl.String), pl.lit("public voting rights are not known")),
    }
