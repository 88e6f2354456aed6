"""Consistent annual statements by company and fiscal year, without filing dates, errors or gaps.

Every money item is a whole number of thousands of dollars, so the accounting identities hold exactly. Income
and balance sheets are drawn in `earnings` and `balance_sheet`; this module adds shares, cash flows and
retained earnings.
"""

from __future__ import annotations

import numpy as np

from smallcap.sources.sample.balance_sheet import LEAST_ASSETS_USD, draw_assets, draw_balance_sheet, draw_debt
from smallcap.sources.sample.calendar import MONTH_COUNT, Integers
from smallcap.sources.sample.earnings import draw_income
from smallcap.sources.sample.market import Market, share_counts
from smallcap.sources.sample.matrices import YEARS, Items, thousands
from smallcap.sources.sample.randomness import Floats, stream
from smallcap.sources.sample.universe import GROWTH, SCIENCE, STEADY, Companies


def fiscal_month_index(companies: Companies) -> Integers:
    """Return the month index in which each fiscal year ends: companies by fiscal year."""
    return (companies.fiscal_month - 1)[:, None] + 12 * np.arange(YEARS)[None, :]


def compile_statements(companies: Companies, market: Market, seed: int) -> Items:
    """Draw all statement items: companies by the fiscal years 2002 to 2026."""
    month = np.minimum(fiscal_month_index(companies), MONTH_COUNT - 1)
    cap = np.take_along_axis(market.market_cap, month, axis=1)
    assets = np.maximum(thousands(draw_assets(companies, cap, seed)), LEAST_ASSETS_USD)
    items: Items = {"total_assets_usd": assets, "market_cap_period_end_usd": cap}
    items |= draw_debt(companies, assets, seed)
    items |= draw_income(companies, items, seed)
    items |= draw_balance_sheet(companies, items, seed)
    items |= _shares(companies, market, month, seed)
    items |= _cash_flow(companies, items, seed)
    items["retained_earnings_usd"] = _retained_earnings(companies, items, seed)
    return items


def _shares(companies: Companies, market: Market, month: Integers, seed: int) -> Items:
    counts = share_counts(companies, seed)[:, :YEARS]
    before = np.concatenate([counts[:, :1], counts[:, :-1]], axis=1)
    price = np.take_along_axis(market.price, month, axis=1)
    earlier = np.take_along_axis(market.price, np.maximum(month - 12, 0), axis=1)
    factor = np.take_along_axis(market.split_factor, month, axis=1)
    basic = np.round((counts + before) / 2 * factor)
    diluted = np.round(basic * (1.0 + np.array([0.012, 0.03, 0.0, 0.01])[companies.group])[:, None])
    mean_cap = (counts * price + before * earlier) / 2
    return {
        "shares_basic": basic,
        "shares_diluted": diluted,
        "net_share_repurchases_usd": thousands((before - counts) * (price + earlier) / 2),
        "dividends_paid_usd": thousands(companies.dividend_yield[:, None] * mean_cap),
    }


def _cash_flow(companies: Companies, items: Items, seed: int) -> Items:
    rng = stream(seed, "cash flow")
    assets, income = items["total_assets_usd"], items["net_income_usd"]
    is_light = [companies.is_kind("bank", "insurer"), companies.group == SCIENCE]
    heavy = np.select(is_light, [0.10, 0.3], 1.0)[:, None]
    depreciation_rate = 0.038 * np.exp(0.35 * rng.standard_normal((len(companies), 1)))
    depreciation = thousands(assets * heavy * depreciation_rate)
    pay_rate = np.array([0.008, 0.05, 0.05, 0.004])[companies.group][:, None]
    stock_pay = assets * pay_rate * np.where(heavy < 0.2, 0.1, 1.0)
    accruals = assets * np.where(heavy < 0.2, 0.004, 0.025) * rng.standard_normal(assets.shape)
    noise = 0.25 * rng.standard_normal((len(companies), 1)) + 0.25 * rng.standard_normal(assets.shape)
    capital_rate = depreciation_rate * np.exp(noise)
    capital = np.where(rng.random(assets.shape) < 0.012, -0.2, 1.0) * assets * heavy * capital_rate
    return {
        "depreciation_amortization_usd": depreciation,
        "operating_cash_flow_usd": thousands(income + depreciation + stock_pay + accruals),
        "capital_expenditures_usd": thousands(capital),
    }


def _retained_earnings(companies: Companies, items: Items, seed: int) -> Floats:
    """Roll retained earnings forward: last year's, plus net income, less dividends."""
    rng = stream(seed, "retained earnings")
    start = np.clip((companies.first_month - (companies.fiscal_month - 1)) // 12, 0, YEARS - 1)[:, None]
    kept = np.cumsum(items["net_income_usd"] - items["dividends_paid_usd"], axis=1)
    at_start = np.take_along_axis(kept, start, axis=1)
    equity = np.take_along_axis(items["shareholders_equity_usd"], start, axis=1)
    assets = np.take_along_axis(items["total_assets_usd"], start, axis=1)
    share = rng.uniform(0.3, 0.9, (len(companies), 1))
    group = companies.group[:, None]
    before = np.where(group == STEADY, share * np.maximum(equity, 0.1 * assets), -share * assets)
    before = np.where(group == GROWTH, -0.5 * share * assets, before)
    return np.asarray(thousands(before) + kept - at_start)
