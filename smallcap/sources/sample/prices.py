"""Month-end prices and total returns of the lines (raw.prices), from the companies' history in `market`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.base import PRICES_COLUMNS
from smallcap.sources.sample.calendar import FIRST_PRICE_MONTH, MONTH_COUNT, last_sessions
from smallcap.sources.sample.columns import spread, whole
from smallcap.sources.sample.lines import SOURCE, Lines
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.randomness import Flags, Floats, stream
from smallcap.sources.sample.universe import Companies

MISSING_SHARE: Final = 0.003
"""Share of the months that are missing from the price feed."""

CLASS_GAP: Final = 0.008
"""Standard deviation of the gap between a second line's price and the first's, as a fraction."""


@dataclass(frozen=True)
class LinePrices:
    """Matrices of lines by month.

    Attributes
    ----------
    close
        Price as traded, USD, rounded to cents (to hundredths of a cent under one dollar).
    total_return
        Return of the month.
    is_traded
        Whether the line is listed in the month.
    """

    close: Floats
    total_return: Floats
    is_traded: Flags


def price_lines(lines: Lines, market: Market, seed: int) -> LinePrices:
    """Price the lines: a second line follows the first with a small gap.

    Leftovers of mergers have no price.
    """
    rng = stream(seed, "line prices")
    gap = np.where(
        (lines.class_letter == "B")[:, None], CLASS_GAP * rng.standard_normal((len(lines), MONTH_COUNT)), 0.0
    )
    traded = market.traded_price[lines.company] * np.exp(gap)
    change = np.concatenate([np.zeros((len(lines), 1)), np.diff(gap, axis=1)], axis=1)
    total_return = (1 + market.total_return[lines.company]) * np.exp(change) - 1
    months = np.arange(MONTH_COUNT)[None, :]
    is_traded = (
        (months >= lines.first_month[:, None])
        & (months <= lines.last_month[:, None])
        & ~lines.is_leftover[:, None]
    )
    close = np.where(traded < 1, np.maximum(np.round(traded, 4), 0.0001), np.round(traded, 2))
    return LinePrices(close, total_return, is_traded)


def prices_frame(lines: Lines, market: Market, prices: LinePrices, volume: Floats, seed: int) -> pl.DataFrame:
    """Return one row per line and month that the feed delivers, in the columns of `PRICES_COLUMNS`."""
    delivered = prices.is_traded & ~_left_out(prices.is_traded, seed)
    delivered[:, :FIRST_PRICE_MONTH] = False
    line, month = np.nonzero(delivered)
    is_first = month == lines.first_month[line]
    returns = np.where(is_first, np.nan, np.round(prices.total_return[line, month], 8))
    return (
        pl.DataFrame(
            {
                "source_id": spread(lines.source_id, line),
                "date": last_sessions()[month],
                "close_usd": prices.close[line, month],
                "adjusted_close_usd": np.round(_adjusted(lines, prices)[line, month], 6),
                "split_ratio": market.split_ratio[lines.company[line], month],
                "total_return": returns,
                "median_dollar_volume_usd": volume[line, month],
            }
        )
        .with_columns(pl.col("total_return", "median_dollar_volume_usd").fill_nan(None))
        .with_columns(source=pl.lit(SOURCE))
        .select(*PRICES_COLUMNS)
        .cast(PRICES_COLUMNS)  # type: ignore[arg-type]
    )


def loadings_frame(companies: Companies, lines: Lines) -> pl.DataFrame:
    """Return the loadings that the returns were generated from, one row per line with prices."""
    company = lines.company[~lines.is_leftover]
    is_second = (lines.class_letter == "B")[~lines.is_leftover]
    own = companies.residual_volatility[company]
    names = ("mkt_rf", "smb", "hml", "rmw", "cma")
    return pl.DataFrame(
        {
            "source_id": whole(lines.source_id[~lines.is_leftover]),
            **{name: companies.loadings[company, position] for position, name in enumerate(names)},
            "alpha": companies.alpha[company],
            "residual_volatility": np.where(is_second, np.sqrt(own**2 + 2 * CLASS_GAP**2), own),
        }
    )


def _left_out(is_traded: Flags, seed: int) -> Flags:
    """Choose the months that are missing from the feed: never a line's first or last."""
    drawn = stream(seed, "missing months").random(is_traded.shape) < MISSING_SHARE
    has_before = np.concatenate([np.zeros((len(is_traded), 1), dtype=np.bool_), is_traded[:, :-1]], axis=1)
    has_after = np.concatenate([is_traded[:, 1:], np.zeros((len(is_traded), 1), dtype=np.bool_)], axis=1)
    return np.asarray(drawn & has_before & has_after)


def _adjusted(lines: Lines, prices: LinePrices) -> Floats:
    """Compute adjusted closes backwards from the last close, by the total returns."""
    log_index = np.cumsum(np.where(prices.is_traded, np.log1p(prices.total_return), 0.0), axis=1)
    last = np.minimum(lines.last_month, MONTH_COUNT - 1)[:, None]
    last_close = np.take_along_axis(prices.close, last, axis=1)
    last_index = np.take_along_axis(log_index, last, axis=1)
    return np.asarray(last_close * np.exp(log_index - last_index))
