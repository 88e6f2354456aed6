"""The sample's own index funds: lines with prices that are in no list, and loadings where they are constant.

One holds the small-cap index; one a rival index that a company enters only with a profit; one the market of
large companies, of which the universe contains only the part near the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.base import PRICES_COLUMNS, SECURITIES_COLUMNS
from smallcap.sources.sample.calendar import MONTH_COUNT, Integers, last_sessions, month_index, month_starts
from smallcap.sources.sample.factors import draw, market_months
from smallcap.sources.sample.lines import SOURCE
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.matrices import YEARS, Items
from smallcap.sources.sample.randomness import Flags, Floats, stream
from smallcap.sources.sample.statements import fiscal_month_index
from smallcap.sources.sample.universe import Companies

FIRST_MONTH: Final = month_index(2004, 6)
"""Month of the funds' first price, in which the index is first reconstituted."""

NOT_A_COMPANY: Final = "an index fund, not a company"


@dataclass(frozen=True)
class Fund:
    """An index fund.

    Attributes
    ----------
    source_id
        The source's id of the line, and of its company.
    ticker, name
        As in the source; no company has a ticker of five letters that ends neither in A nor in B.
    first_price_usd
        Price in the first month.
    fee
        A year, as a fraction.
    traded_usd
        Median dollar volume of a day.
    """

    source_id: str
    ticker: str
    name: str
    first_price_usd: float
    fee: float
    traded_usd: float


SMALL: Final = Fund("Z000001", "FSMLC", "Imaginary Small Cap Index Fund", 58.0, 0.0019, 3.1e9)
RIVAL: Final = Fund("Z000002", "FPRFT", "Invented Profitable Small Cap Fund", 72.0, 0.0007, 4.5e8)
LARGE: Final = Fund("Z000003", "FLRGE", "Fictitious Large Company Fund", 114.0, 0.0009, 2.4e10)
FUNDS: Final = (SMALL, RIVAL, LARGE)

LARGE_LOADINGS: Final = (1.0, -0.14, 0.02, 0.06, 0.03)
LARGE_YIELD: Final = 0.018
LARGE_NOISE: Final = 0.0025
"""Of the market of large companies: loadings on Mkt-RF, SMB, HML, RMW and CMA, dividend yield, and standard
deviation of the month's residual."""

RIVAL_SIZE: Final = 600 / 2600
RIVAL_LARGEST_RANK: Final = 0.10
RIVAL_LEAVES_ABOVE: Final = 0.06
RIVAL_LEAVES_BELOW: Final = 0.75
"""Members of the rival index over companies existing from the start; ranks by size over all listed companies:
of the largest that may enter, and above and below which a member leaves."""

REPORTED_AFTER_MONTHS: Final = 4
"""Months after the fiscal year's end from which its profit counts."""


@dataclass(frozen=True)
class FundReturns:
    """Months by fund, in the order of `FUNDS`: return with dividends, and change of the price."""

    total: Floats
    price: Floats


def fund_returns(
    companies: Companies, market: Market, statements: Items, is_member: Flags, seed: int
) -> FundReturns:
    """Return what the funds earned in each month after their fees."""
    small = _held(companies, market, is_member)
    rival = _held(companies, market, rival_members(companies, market, statements))
    large = _large(seed)
    fees = np.array([fund.fee / 12 for fund in FUNDS])[:, None]
    total, price = (np.stack(rows) - fees for rows in zip(small, rival, large, strict=True))
    return FundReturns(total, price)


def rival_members(companies: Companies, market: Market, statements: Items) -> Flags:
    """Return the members of the rival index at each month's end: companies by month.

    Each quarter, members that died, or that became too large or too small, are replaced by the largest
    companies whose latest reported year had a profit. A member that makes a loss stays.
    """
    has_profit = _has_profit(companies, statements)
    months = np.arange(MONTH_COUNT)[None, :]
    is_alive = (months >= companies.first_month[:, None]) & (months <= market.death_month[:, None])
    size = round(RIVAL_SIZE * (companies.first_month == 0).sum())
    members = np.zeros(is_alive.shape, dtype=np.bool_)
    member = np.zeros(len(companies), dtype=np.bool_)
    # Membership depends on the quarter before, so this loops over quarters, vectorised over companies.
    for month in range(FIRST_MONTH, MONTH_COUNT, 3):
        cap = np.where(is_alive[:, month], market.market_cap[:, month], 0.0)
        order = np.argsort(-cap, kind="stable")
        rank = np.empty(len(cap))
        rank[order] = np.arange(len(cap)) / max(is_alive[:, month].sum(), 1)
        member = member & is_alive[:, month] & (rank >= RIVAL_LEAVES_ABOVE) & (rank <= RIVAL_LEAVES_BELOW)
        may_enter = is_alive[:, month] & ~member & has_profit[:, month] & (rank >= RIVAL_LARGEST_RANK)
        places = max(size - int(member.sum()), 0)
        entering = order[(may_enter & (rank <= RIVAL_LEAVES_BELOW))[order]][:places]
        member[entering] = True
        members[:, month : month + 3] = member[:, None]
    return members & is_alive


def fund_prices(returns: FundReturns, seed: int) -> pl.DataFrame:
    """Return one row per fund and month in `PRICES_COLUMNS`."""
    months = np.arange(FIRST_MONTH, MONTH_COUNT)
    noise = stream(seed, "volume of funds").normal(0.0, 0.25, (len(FUNDS), len(months)))
    frames = [
        _fund_price_rows(fund, returns.total[row, months], returns.price[row, months], noise[row])
        for row, fund in enumerate(FUNDS)
    ]
    return pl.concat(frames).select(*PRICES_COLUMNS).cast(PRICES_COLUMNS)  # type: ignore[arg-type]


def fund_securities() -> pl.DataFrame:
    """Return one row per fund in `SECURITIES_COLUMNS`."""
    rows = [
        {
            "source": SOURCE,
            "source_id": fund.source_id,
            "source_entity_id": fund.source_id,
            "ticker": fund.ticker,
            "name": fund.name,
            "valid_from": month_starts()[FIRST_MONTH].item(),
            "is_resolved": False,
            "unresolved_reason": NOT_A_COMPANY,
            "is_resolution_later": False,
            "is_resolution_corrected": False,
        }
        for fund in FUNDS
    ]
    return pl.DataFrame(
        [{**dict.fromkeys(SECURITIES_COLUMNS), **row} for row in rows], schema=SECURITIES_COLUMNS
    )


def fund_loadings() -> pl.DataFrame:
    """Return the loadings of the one fund whose loadings are constant, in the columns of `loadings_frame`."""
    names = ("mkt_rf", "smb", "hml", "rmw", "cma")
    return pl.DataFrame(
        {
            "source_id": [LARGE.source_id],
            **{name: [value] for name, value in zip(names, LARGE_LOADINGS, strict=True)},
            "alpha": [-LARGE.fee / 12],
            "residual_volatility": [LARGE_NOISE],
        }
    )


def _held(companies: Companies, market: Market, is_member: Flags) -> tuple[Floats, Floats]:
    """Weight the members of the month before by market value: return with dividends, and change of the price.

    Zero in months in which nothing is held.
    """
    still_priced = np.arange(1, MONTH_COUNT)[None, :] <= market.death_month[:, None]
    weight = np.where(is_member[:, :-1] & still_priced, market.market_cap[:, :-1], 0.0)
    weight /= np.maximum(weight.sum(axis=0), 1.0)
    total = market.total_return[:, 1:]
    price = (1 + total) / (1 + companies.dividend_yield / 12)[:, None] - 1
    return _from_second((weight * total).sum(axis=0)), _from_second((weight * price).sum(axis=0))


def _large(seed: int) -> tuple[Floats, Floats]:
    factors, risk_free = market_months(draw(seed))
    noise = LARGE_NOISE * stream(seed, "large market").standard_normal(MONTH_COUNT)
    total = risk_free + factors @ np.array(LARGE_LOADINGS) + noise
    return total, (1 + total) / (1 + LARGE_YIELD / 12) - 1


def _from_second(values: Floats) -> Floats:
    return np.concatenate([[0.0], values])


def _has_profit(companies: Companies, statements: Items) -> Flags:
    """Return whether the latest year reported by each month's end had a profit: companies by month."""
    known = fiscal_month_index(companies) + REPORTED_AFTER_MONTHS
    year = (np.arange(MONTH_COUNT)[None, :] - known[:, :1]) // 12
    profit = np.take_along_axis(statements["net_income_usd"], np.clip(year, 0, YEARS - 1), axis=1) > 0
    return np.asarray(profit & (year >= 0))


def _fund_price_rows(fund: Fund, total: Floats, price: Floats, noise: Floats) -> pl.DataFrame:
    """Price a fund from its first month on; the adjusted close ends at the last close."""
    grown = np.cumprod(np.concatenate([[1.0], 1 + price[1:]]))
    index = np.cumprod(np.concatenate([[1.0], 1 + total[1:]]))
    close = np.round(fund.first_price_usd * grown, 2)
    months: Integers = np.arange(FIRST_MONTH, MONTH_COUNT)
    return pl.DataFrame(
        {
            "source_id": fund.source_id,
            "date": last_sessions()[months],
            "close_usd": close,
            "adjusted_close_usd": np.round(close[-1] * index / index[-1], 6),
            "split_ratio": 1.0,
            "total_return": np.round(total, 8),
            "median_dollar_volume_usd": np.round(fund.traded_usd * np.exp(noise)),
            "source": SOURCE,
        }
    ).with_columns(pl.when(pl.int_range(pl.len()) > 0).then("total_return").alias("total_return"))
