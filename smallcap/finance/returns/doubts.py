"""core.return_doubts: monthly returns that are extreme, and what speaks against them.

An extreme return is flagged and never removed. It is suspect only with evidence, because a ratio alone is
nearly random: close to an integer are genuine returns, and real consolidations are not.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.factors.series import is_extreme, month_number
from smallcap.finance.frames import in_columns_of
from smallcap.finance.returns.evidence import MONTH, count_moves, holding_moves, traded_ratios
from smallcap.rules.types.returns import ReturnRules, SuspectRules
from smallcap.tables.return_doubts import ReturnDoubts

LEAST_SPLIT = 2
HOLDING, COUNT, TRADED = "holding_quantity", "share_count", "traded_close"


def return_doubts(
    returns: pl.DataFrame,
    lists: pl.DataFrame,
    fundamentals: pl.DataFrame,
    prices: pl.DataFrame,
    securities: pl.DataFrame,
    rules: ReturnRules,
    year: int,
) -> pl.DataFrame:
    """Examine the large returns of a calendar year.

    Parameters
    ----------
    returns
        Rows of core.monthly_returns for the year and the next.
    lists, fundamentals, prices
        Rows of raw.constituents, raw.fundamentals and raw.prices, for the year before to the year after.
    securities
        Rows of raw.securities: the company of each line.
    rules
        What is extreme, what is examined, and what counts as evidence.
    year
        The calendar year.

    Returns
    -------
    pl.DataFrame
        Columns of core.return_doubts, sorted by month and line: one row per month and line whose return is
        extreme or suspect.
    """
    ratio, least = 1 + pl.col("total_return"), rules.suspect.least_ratio
    extreme = is_extreme(rules)
    examined = returns.filter(
        pl.col("month").dt.year() == year, extreme | (ratio >= least) | (ratio <= 1 / least)
    ).select(*MONTH, "total_return", extreme.alias("is_return_extreme"))
    companies = (
        securities.select("security_id", "entity_id").unique("security_id", keep="first").sort("security_id")
    )
    beside = (
        examined.join(holding_moves(examined, lists, rules.suspect), on=MONTH, how="left")
        .join(count_moves(examined, fundamentals, companies, rules.suspect), on=MONTH, how="left")
        .join(traded_ratios(examined, prices), on=MONTH, how="left")
        .join(_reversals(examined, returns, rules), on=MONTH, how="left")
    )
    judged = beside.with_columns(_judged(rules.suspect)).with_columns(
        pl.col("reversed_month").is_not_null().alias("is_return_reversed_later"),
        pl.lit(year, dtype=pl.Int32).alias("year"),
        pl.lit(rules.label).alias("rule_set"),
    )
    return in_columns_of(
        judged.filter(pl.col("is_return_extreme") | pl.col("is_return_suspect")), ReturnDoubts
    ).sort(MONTH)


def _judged(rules: SuspectRules) -> list[pl.Expr]:
    """Name the evidence that holds, and the first day on which any of it could be known."""
    ratio, tolerance = 1 + pl.col("total_return"), 1 + rules.count_tolerance
    moved = {name: (pl.col(f"{name}_move") * ratio) for name in ("holding", "count")}
    is_inverse = {
        name: product.is_between(1 / tolerance, tolerance).fill_null(False) for name, product in moved.items()
    }
    other = pl.max_horizontal(pl.col("traded_ratio") / ratio, ratio / pl.col("traded_ratio"))
    # A count that moved by the inverse shows which of two prices is wrong; another price needs none.
    is_other = (other > rules.price_factor).fill_null(False)
    is_split = _is_whole_ratio(pl.col("count_move"), rules.split_tolerance).fill_null(False)
    holds = {HOLDING: is_inverse["holding"], COUNT: is_inverse["count"] & is_split, TRADED: is_other}
    known = {HOLDING: pl.col("holding_date"), COUNT: pl.col("count_date"), TRADED: pl.col("month")}
    names = pl.concat_list(pl.when(is_true).then(pl.lit(name)) for name, is_true in holds.items())
    return [
        pl.any_horizontal(holds.values()).alias("is_return_suspect"),
        names.list.drop_nulls().list.join(", ").replace("", None).alias("evidence"),
        pl.min_horizontal(pl.when(holds[name]).then(known[name]) for name in holds).alias(
            "suspect_known_date"
        ),
    ]


def _is_whole_ratio(move: pl.Expr, tolerance: float) -> pl.Expr:
    """Whether a count moved by a whole number of at least two for one, or one for as many."""
    size = pl.max_horizontal(move, 1 / move)
    return (size.round() >= LEAST_SPLIT) & ((size / size.round() - 1).abs() <= tolerance)


def _reversals(examined: pl.DataFrame, returns: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    """Find the first later extreme return that takes the price back to where it was."""
    later = returns.filter(is_extreme(rules)).select(
        "security_id", pl.col("month").alias("reversed_month"), pl.col("total_return").alias("later_return")
    )
    tolerance = 1 + rules.reversal.tolerance
    product = (1 + pl.col("total_return")) * (1 + pl.col("later_return"))
    months_later = month_number("reversed_month") - month_number("month")
    return (
        examined.filter("is_return_extreme")
        .join(later, on="security_id")
        .filter(
            months_later.is_between(1, rules.reversal.months), product.is_between(1 / tolerance, tolerance)
        )
        .group_by(MONTH)
        .agg(pl.col("reversed_month").min())
    )
