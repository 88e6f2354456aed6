"""Simulates the market by company: monthly returns, deaths, share counts, splits, market values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import MONTH_COUNT, Integers
from smallcap.sources.sample.deaths import draw_deaths, with_last_returns
from smallcap.sources.sample.factors import draw, market_months
from smallcap.sources.sample.randomness import Flags, Floats, stream
from smallcap.sources.sample.universe import GROWTH, SCIENCE, STEADY, STRAINED, Companies

LOWEST_RETURN: Final = -0.90

FISCAL_YEARS: Final = np.arange(2002, 2028)
"""Fiscal years for which share counts are drawn.

The last ends after the clock, so that every month can be interpolated.
"""

ISSUANCE: Final = {
    STEADY: (0.000, 0.015),
    GROWTH: (0.035, 0.03),
    SCIENCE: (0.13, 0.08),
    STRAINED: (0.03, 0.04),
}
"""Mean and standard deviation of the yearly growth of the share count, by group."""


@dataclass(frozen=True)
class Market:
    """The market history: matrices of companies by month of `calendar.MONTHS`.

    Attributes
    ----------
    total_return
        Return of the month with dividends; valid only for months in which the company is listed.
    price
        Price of one original (never split) share, USD.
    split_ratio
        New shares per old share in the month; 1 without a split.
    split_factor
        Shares per original share: the product of the split ratios up to the month.
    first_shares
        Shares outstanding, in original shares.
    death_month
        Month of the last price, or `NEVER`.
    is_acquired
        Whether the death was an acquisition; else a failure.
    """

    total_return: Floats
    price: Floats
    split_ratio: Floats
    split_factor: Floats
    first_shares: Floats
    death_month: Integers
    is_acquired: Flags

    @property
    def market_cap(self) -> Floats:
        """Market capitalisation of the company, USD."""
        return self.price * self.first_shares

    @property
    def traded_price(self) -> Floats:
        """Price of one share as traded, USD."""
        return self.price / self.split_factor


def simulate(companies: Companies, seed: int) -> Market:
    """Draw the market history from the companies' loadings on the latest vintage of the factors."""
    total_return = _returns(companies, seed)
    shares = first_shares_by_month(companies, share_counts(companies, seed))
    price = _price_index(companies, total_return)
    death_month, is_acquired = draw_deaths(companies, price, seed)
    total_return = with_last_returns(total_return, death_month, is_acquired, stream(seed, "last returns"))
    price = _price_index(companies, total_return)
    split_ratio, split_factor = _splits(price, companies.first_month, stream(seed, "splits"))
    return Market(total_return, price, split_ratio, split_factor, shares, death_month, is_acquired)


def share_counts(companies: Companies, seed: int) -> Floats:
    """Return shares outstanding at each fiscal year end, in original shares: companies by `FISCAL_YEARS`."""
    rng = stream(seed, "issuance")
    mean = np.array([ISSUANCE[group][0] for group in range(len(ISSUANCE))])[companies.group]
    deviation = np.array([ISSUANCE[group][1] for group in range(len(ISSUANCE))])[companies.group]
    habit = mean + deviation * 0.6 * rng.standard_normal(len(companies))
    growth = habit[:, None] + deviation[:, None] * rng.standard_normal((len(companies), len(FISCAL_YEARS)))
    level = np.cumsum(np.log1p(np.clip(growth, -0.08, 0.6)), axis=1)
    start = np.take_along_axis(level, _first_fiscal_year(companies)[:, None], axis=1)
    first_shares = companies.first_cap_usd / companies.first_price_usd
    return np.asarray(np.round(first_shares[:, None] * np.exp(level - start), -2))


def first_shares_by_month(companies: Companies, counts: Floats) -> Floats:
    """Interpolate the yearly counts to months."""
    position = np.arange(MONTH_COUNT)[None, :] - (companies.fiscal_month[:, None] - 1)
    year = np.clip(position // 12, 0, len(FISCAL_YEARS) - 2)
    fraction = np.clip(position - 12 * year, 0, 12) / 12
    before = np.take_along_axis(counts, year, axis=1)
    after = np.take_along_axis(counts, year + 1, axis=1)
    return np.asarray(before + fraction * (after - before))


def _first_fiscal_year(companies: Companies) -> Integers:
    return np.asarray(
        np.clip((companies.first_month - (companies.fiscal_month - 1)) // 12, 0, len(FISCAL_YEARS) - 1)
    )


def _returns(companies: Companies, seed: int) -> Floats:
    factors, risk_free = market_months(draw(seed))
    noise = (
        stream(seed, "residuals").standard_normal((len(companies), MONTH_COUNT))
        * companies.residual_volatility[:, None]
    )
    returns = risk_free + companies.alpha[:, None] + companies.loadings @ factors.T + noise
    return np.asarray(np.maximum(returns, LOWEST_RETURN))


def _price_index(companies: Companies, total_return: Floats) -> Floats:
    log_price = np.log1p(total_return) - np.log1p(companies.dividend_yield / 12)[:, None]
    log_price[np.arange(MONTH_COUNT)[None, :] <= companies.first_month[:, None]] = 0.0
    return np.asarray(companies.first_price_usd[:, None] * np.exp(np.cumsum(log_price, axis=1)))


def _splits(price: Floats, first_month: Integers, rng: np.random.Generator) -> tuple[Floats, Floats]:
    draws = rng.random(price.shape)
    ratios = np.ones(price.shape)
    factors = np.ones(price.shape)
    factor = np.ones(len(price))
    # A share's price depends on earlier splits, so this loops over months, vectorised over companies.
    for month in range(1, MONTH_COUNT):
        traded = price[:, month] / factor
        is_listed = month > first_month
        ratio = np.ones(len(price))
        ratio[is_listed & (traded > 90) & (draws[:, month] < 0.06)] = 2.0
        ratio[is_listed & (traded > 200) & (draws[:, month] < 0.15)] = 3.0
        ratio[is_listed & (traded < 1.5) & (draws[:, month] < 0.10)] = 0.1
        ratio[is_listed & (traded < 0.4) & (draws[:, month] < 0.25)] = 0.05
        factor = factor * ratio
        ratios[:, month] = ratio
        factors[:, month] = factor
    return ratios, factors
