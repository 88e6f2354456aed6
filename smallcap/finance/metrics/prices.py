"""Lookup of prices as traded and of splits, for lines at dates. Adjusted closes are never used as prices."""

from __future__ import annotations

import polars as pl

from smallcap.finance.pointintime import take

FACTOR_DIGITS = 12
"""Significant digits of a split factor; further digits depend on the months of prices available."""


def last_prices(questions: pl.DataFrame, prices: pl.DataFrame, max_age_days: int) -> pl.DataFrame:
    """Find each line's last unadjusted close at or before as_of, and whether an adjusted close is known.

    Parameters
    ----------
    questions, prices
        Rows with `as_of` and `security_id`; rows of raw.prices.
    max_age_days
        A close older than this at as_of is not used.

    Returns
    -------
    pl.DataFrame
        One row per question, in order: `close_usd`, `close_date`, `has_adjusted_close`.
    """
    traded = prices.filter(is_positive("close_usd")).select("security_id", "date", "close_usd")
    adjusted = prices.filter(is_positive("adjusted_close_usd")).select("security_id", "date")
    is_fresh = (pl.col("as_of") - pl.col("date")).dt.total_days() <= max_age_days
    asked = questions.select("as_of", "security_id")
    close, found = (asked.hstack(_last_before(known, asked, "as_of")) for known in (traded, adjusted))
    return close.select(
        close_usd=pl.when(is_fresh).then("close_usd"), close_date=pl.when(is_fresh).then("date")
    ).hstack(found.select(has_adjusted_close=is_fresh.fill_null(False)))


def is_list_price_usable(max_age_days: int) -> pl.Expr:
    """Whether the list of members has its own price, dated at most `max_age_days` before as_of."""
    age_days = (pl.col("as_of") - pl.col("snapshot_date")).dt.total_days()
    return (is_positive("list_price_usd") & age_days.is_between(0, max_age_days)).fill_null(False)


def is_positive(price: str) -> pl.Expr:
    """Whether a price is a positive number; excludes NaN, which Polars orders above zero."""
    return pl.col(price).is_finite() & (pl.col(price) > 0)


def split_factors(questions: pl.DataFrame, prices: pl.DataFrame, max_age_days: int) -> pl.DataFrame:
    """Compute the split factor from the date of the share count to the date of the price.

    Parameters
    ----------
    questions, prices
        Rows with `security_id`, `shares_date` and `price_date`; rows of raw.prices, whose `split_ratio` holds
        the splits of the month that ends at `date`.
    max_age_days
        Split data that end more than this before the price's date leave the factor unchecked.

    Returns
    -------
    pl.DataFrame
        One row per question, in order: `split_factor`, shares at the price's date per share of the count, 1
        if no split is known; and `is_split_unchecked`: not all months between are covered by split data, or
        the month of the count has a split that the count may or may not include.
    """
    running = _running_splits(prices)
    asked = questions.select("security_id", "shares_date", "price_date")
    at_count = _last_before(running, asked, "shares_date").rename(lambda name: f"{name}_count")
    at_price = _last_before(running.drop("next_date", "next_ratio"), asked, "price_date")
    factor = (pl.col("product") / pl.col("product_count")).round_sig_figs(FACTOR_DIGITS).fill_null(1.0)
    flag = _is_split_unchecked(max_age_days).alias("is_split_unchecked")
    return asked.hstack(at_count).hstack(at_price).select(factor.alias("split_factor"), flag)


def split_bridges(questions: pl.DataFrame, prices: pl.DataFrame, max_age_days: int) -> pl.DataFrame:
    """Compute the split factor between two days, and the splits of the months of both days.

    Parameters
    ----------
    questions
        Rows with `security_id`, `from` and `to`.
    prices
        Rows of raw.prices.
    max_age_days
        Split data that end more than this before the later day leave the factor unchecked.

    Returns
    -------
    pl.DataFrame
        One row per question, in order: `split_factor` of the months that end after `from` and by `to`;
        `ratio_in_first_month` and `ratio_in_last_month`, the splits of the unfinished month of either day,
        null if there is none; `is_unchecked`, whether a month between is not covered by split data.
    """
    running = _running_splits(prices)
    first, last = (
        _last_before(running, questions, day).rename(lambda name, day=day: f"{name}_{day}")  # type: ignore[misc]
        for day in ("from", "to")
    )
    # Before a line's first row its product is 1.
    factor = pl.col("product_to") / pl.col("product_from").fill_null(1.0)
    is_covered = (pl.col("unknown_to") == pl.col("unknown_from")) & (
        (pl.col("to") - pl.col("date_to")).dt.total_days() <= max_age_days
    )
    return (
        questions.hstack(first)
        .hstack(last)
        .select(
            factor.round_sig_figs(FACTOR_DIGITS).fill_null(1.0).alias("split_factor"),
            _ratio_in_month_of("from").alias("ratio_in_first_month"),
            _ratio_in_month_of("to").alias("ratio_in_last_month"),
            (~is_covered).fill_null(True).alias("is_unchecked"),
        )
    )


def _ratio_in_month_of(day: str) -> pl.Expr:
    """Return the split of the month that a day lies in, if the month's row comes after the day."""
    is_same_month = pl.col(f"next_date_{day}").dt.month_start() == pl.col(day).dt.month_start()
    return pl.when(is_same_month & (pl.col(f"next_ratio_{day}") != 1.0)).then(f"next_ratio_{day}")


def _running_splits(prices: pl.DataFrame) -> pl.DataFrame:
    """Multiply each line's splits up to each month, and count the months whose splits are unknown."""
    months = prices.select("security_id", "date", pl.col("split_ratio").fill_nan(None)).sort(
        "security_id", "date"
    )
    ratio = pl.col("split_ratio").fill_null(1.0)
    return months.select(
        "security_id",
        "date",
        ratio.cum_prod().over("security_id").alias("product"),
        pl.col("split_ratio").is_null().cum_sum().cast(pl.Int64).over("security_id").alias("unknown"),
        pl.col("date").shift(-1).over("security_id").alias("next_date"),
        ratio.shift(-1).over("security_id").alias("next_ratio"),
    )


def _is_split_unchecked(max_age_days: int) -> pl.Expr:
    """Whether a month between is not covered by split data, or the month of the count has a split."""
    splits_in_month_of_count = (
        (pl.col("next_date_count") <= pl.col("price_date"))
        & (pl.col("next_date_count").dt.month_start() == pl.col("shares_date").dt.month_start())
        & (pl.col("next_ratio_count") != 1.0)
    )
    is_covered = (pl.col("unknown") == pl.col("unknown_count")) & (
        (pl.col("price_date") - pl.col("date")).dt.total_days() <= max_age_days
    )
    return (~is_covered | splits_in_month_of_count.fill_null(False)).fill_null(True)


def _last_before(rows: pl.DataFrame, questions: pl.DataFrame, day: str) -> pl.DataFrame:
    """Return the line's last row at or before `day` for each question, in order, without the line's id."""
    numbered = rows.select("security_id", "date").with_row_index("row").sort("date")
    found = (
        questions.select("security_id", pl.col(day).alias("day"))
        .with_row_index("question")
        .sort("day")
        .join_asof(numbered, left_on="day", right_on="date", by="security_id", check_sortedness=False)
        .sort("question")["row"]
    )
    return take(rows.drop("security_id"), found)
