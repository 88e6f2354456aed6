"""Later splits and consolidations, as the ratio of a price as traded to the adjusted close shows them."""

from __future__ import annotations

import numpy as np
import polars as pl

from smallcap.finance.metrics.prices import is_positive
from smallcap.finance.pointintime import take
from smallcap.rules.types.footing import SplitRatioRules


def adjusted_ratios(priced: pl.DataFrame, prices: pl.DataFrame, max_age_days: int) -> pl.DataFrame:
    """Divide each price as traded by the adjusted close of the nearest day at or before as_of.

    Parameters
    ----------
    priced, prices
        Rows with `as_of`, `security_id`, `price_usd` and `price_date`; rows of raw.prices.
    max_age_days
        An adjusted close further than this from the price's date is not used.

    Returns
    -------
    pl.DataFrame
        One row per row given, in order: `adjusted_ratio`, null where no adjusted close is known, and
        `is_ratio_of_one_day`, whether both prices are of the same day.
    """
    adjusted = prices.filter(is_positive("adjusted_close_usd")).select(
        "security_id", "date", "adjusted_close_usd"
    )
    found = _nearest_days(priced, adjusted, max_age_days)
    close = take(adjusted, found["row"])["adjusted_close_usd"]
    is_one_day = (found["days"] == 0).fill_null(False)
    return pl.DataFrame({"adjusted_ratio": priced["price_usd"] / close, "is_ratio_of_one_day": is_one_day})


def _nearest_days(priced: pl.DataFrame, adjusted: pl.DataFrame, max_age_days: int) -> pl.DataFrame:
    """Find the row of `adjusted` nearest to the day of each price, by as_of, and the days between."""
    numbered = adjusted.with_row_index("row").select("security_id", "date", "row").sort("date")
    asked = priced.select("as_of", "security_id", "price_date").with_row_index("question").sort("price_date")
    sides = [
        asked.join_asof(
            numbered.with_columns(pl.col("date").alias("close_date")),
            left_on="price_date",
            right_on="date",
            by="security_id",
            strategy=strategy,
            check_sortedness=False,
        ).with_columns((pl.col("close_date") - pl.col("price_date")).dt.total_days().abs().alias("days"))
        for strategy in ("backward", "forward")
    ]
    nearest = (
        pl.concat(sides)
        .filter(pl.col("close_date") <= pl.col("as_of"), pl.col("days") <= max_age_days)
        .sort("question", "days", "close_date")
        .unique("question", keep="first", maintain_order=True)
    )
    found = nearest.select("question", "row", "days")
    return asked.select("question").join(found, on="question", how="left").sort("question")


def simple_ratios(ratios: pl.Series, is_exact: pl.Series, rules: SplitRatioRules) -> pl.Series:
    """Round ratios to the simple ratio of a split or a consolidation, where they are close to one.

    A split's ratio may exceed the simple one, since dividends lower adjusted closes, and falls short of it by
    rounding at most. A consolidation's ratio may lie on either side. Where the two prices are of different
    days, the price has moved in between: the ratios that are usual for splits are preferred to the nearest.

    Parameters
    ----------
    ratios
        Price as traded over adjusted close, or a count over an earlier count of the same period.
    is_exact
        Whether the ratio has no error of its own: the nearest simple ratio is taken.
    rules
        Which ratios are simple, and how close is close.

    Returns
    -------
    pl.Series
        New shares per old share: 2 and more for splits, 1/2 and less for consolidations; null where no ratio
        is close, or the ratio is unknown.
    """
    names = np.concatenate(
        [np.arange(2, rules.largest_split + 1), 1 / np.arange(2, rules.largest_consolidation + 1)]
    )
    usual = np.isin(np.round(np.where(names > 1, names, 1 / names)), rules.usual)
    given = ratios.to_numpy().astype(float)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        above = given / names - 1
        distance = np.abs(np.log(given / names))
    lower = np.where(names > 1, -rules.rounding, -rules.tolerance)
    distance[~((above >= lower) & (above <= rules.tolerance))] = np.inf
    distance = np.where(usual | is_exact.to_numpy()[:, None], distance, distance + rules.tolerance)
    nearest = names[distance.argmin(axis=1)] if len(given) else names[:0]
    is_close = np.isfinite(distance.min(axis=1)) if len(given) else np.zeros(0, dtype=bool)
    return pl.Series(np.where(is_close, nearest, np.nan), dtype=pl.Float64).fill_nan(None)
