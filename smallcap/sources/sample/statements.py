"""Annual statements that articulate, by company and fiscal year. No dates of filing, no errors, nothing missing yet.

Every money item is a whole number of thousands of dollars, so the identities hold exactly.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import MONTH_COUNT, Integers
from smallcap.sources.sample.market import FISCAL_YEARS, Market, share_counts
from smallcap.sources.sample.randomness import Floats, persistent, stream
from smallcap.sources.sample.universe import GROWTH, SCIENCE, STEADY, STRAINED, Companies

Items = dict[str, Floats]
"""Statement items by name, each a matrix of companies by fiscal year."""

YEARS: Final = len(FISCAL_YEARS) - 1

EARNING_POWER: Final = {STEADY: (0.085, 0.035, 0.035), GROWTH: (-0.03, 0.07, 0.06), SCIENCE: (-0.42, 0.18, 0.16), STRAINED: (-0.01, 0.04, 0.07)}
"""EBIT over assets by group: mean and spread over companies, and spread over years."""

DEBT_RATIO: Final = {STEADY: (0.20, 0.15), GROWTH: (0.16, 0.15), SCIENCE: (0.28, 0.22), STRAINED: (0.60, 0.26)}
DEBT_FREE_SHARE: Final = {STEADY: 0.22, GROWTH: 0.28, SCIENCE: 0.14, STRAINED: 0.0}
"""Total debt over assets by group: mean and spread; and the share of companies that never borrow."""

CAP_TO_ASSETS: Final = {STEADY: 1.15, GROWTH: 1.9, SCIENCE: 2.6, STRAINED: 0.55}
CAP_TO_ASSETS_OF_KIND: Final = {"bank": 0.13, "insurer": 0.35, "property": 0.60}
"""Median market capitalisation over assets."""

LEAST_ASSETS_USD: Final = 2e6
PULL: Final = 0.35
"""Part of the gap between assets and what the market value implies that a year closes."""


def fiscal_month_index(companies: Companies) -> Integers:
    """Return the month index in which each fiscal year ends: companies by fiscal year."""
    return (companies.fiscal_month - 1)[:, None] + 12 * np.arange(YEARS)[None, :]


def compile_statements(companies: Companies, market: Market, seed: int) -> Items:
    """Draw all statement items: companies by the fiscal years 2002 to 2026."""
    month = np.minimum(fiscal_month_index(companies), MONTH_COUNT - 1)
    cap = np.take_along_axis(market.market_cap, month, axis=1)
    assets = np.maximum(_thousands(_assets(companies, cap, seed)), LEAST_ASSETS_USD)
    items: Items = {"total_assets_usd": assets, "market_cap_period_end_usd": cap}
    items |= _debt(companies, assets, seed)
    items |= _income(companies, items, seed)
    items |= _balance_sheet(companies, items, seed)
    items |= _shares(companies, market, month, seed)
    items |= _cash_flow(companies, items, seed)
    items["retained_earnings_usd"] = _retained_earnings(companies, items, seed)
    return items


def _by_group(companies: Companies, table: dict[int, tuple[float, ...]], position: int) -> Floats:
    return np.array([table[group][position] for group in range(len(table))])[companies.group][:, None]


def _thousands(values: Floats) -> Floats:
    return np.asarray(np.round(values / 1e3) * 1e3 + 0.0)


def _assets(companies: Companies, cap: Floats, seed: int) -> Floats:
    rng = stream(seed, "assets")
    typical = np.array([CAP_TO_ASSETS[group] for group in range(len(CAP_TO_ASSETS))])[companies.group]
    for kind, ratio in CAP_TO_ASSETS_OF_KIND.items():
        typical = np.where(companies.is_kind(kind), ratio * np.where(companies.group == STRAINED, 0.7, 1.0), typical)
    own = np.log(typical) + rng.normal(0, 0.40, len(companies))
    implied = np.log(cap) - own[:, None]
    surprise = rng.normal(0, 0.08, cap.shape)
    level = np.empty(cap.shape)
    level[:, 0] = implied[:, 0] + rng.normal(0, 0.3, len(companies))
    # Assets follow the market value with a lag, year upon year: a loop over years, whole columns of companies at a time.
    for year in range(1, cap.shape[1]):
        level[:, year] = level[:, year - 1] + PULL * (implied[:, year] - level[:, year - 1]) + surprise[:, year]
    return np.exp(level)


def _debt(companies: Companies, assets: Floats, seed: int) -> Items:
    rng = stream(seed, "debt")
    count = len(companies)
    is_financial = companies.is_kind("bank", "insurer")
    is_property = companies.is_kind("property")
    own = _by_group(companies, DEBT_RATIO, 0)[:, 0] + _by_group(companies, DEBT_RATIO, 1)[:, 0] * rng.standard_normal(count)
    own = np.where(is_property, 0.38 + 0.10 * rng.standard_normal(count), own)
    own = np.where(is_financial, np.exp(rng.normal(np.log(0.04), 0.9, count)), own)
    shares = np.array([DEBT_FREE_SHARE[group] for group in range(len(DEBT_FREE_SHARE))])[companies.group]
    is_debt_free = (rng.random(count) < shares) & ~is_property & ~is_financial
    drift = np.where(is_financial, 0.01, 0.07)[:, None] * persistent(rng, assets.shape, 0.8)
    ratio = np.clip(np.maximum(own, 0.01)[:, None] + drift, 0.002, 1.25)
    total = np.where(is_debt_free[:, None], 0.0, ratio * assets)
    short_share = np.clip(rng.beta(1.2, 6.0, assets.shape), 0.0, 0.9)
    short = _thousands(total * short_share)
    return {"short_term_debt_usd": short, "long_term_debt_usd": _thousands(total) - short}


def _income(companies: Companies, items: Items, seed: int) -> Items:
    rng = stream(seed, "income")
    assets = items["total_assets_usd"]
    debt = items["short_term_debt_usd"] + items["long_term_debt_usd"]
    return_on_assets = _return_on_assets(companies, debt / assets, rng)
    revenue = _thousands(_turnover(companies, return_on_assets, rng) * assets)
    ebit = _thousands(return_on_assets * assets)
    ebit = np.where(revenue > 0, np.minimum(ebit, _thousands(0.55 * revenue)), np.minimum(ebit, -1e3))
    margin = _gross_margin(companies, revenue, ebit, rng)
    gross = _thousands(margin * revenue)
    rate = np.clip(0.052 + 0.05 * (debt / assets) + rng.normal(0, 0.008, debt.shape), 0.015, 0.16)
    interest = _thousands(rate * debt)
    cash = _thousands(_cash_share(companies, rng) * assets)
    interest_income = _thousands(0.012 * cash * rng.uniform(0.3, 1.7, cash.shape))
    unusual = _thousands(assets * np.where(rng.random(cash.shape) < 0.15, rng.normal(-0.02, 0.05, cash.shape), rng.normal(0, 0.001, cash.shape)))
    pretax = ebit - interest + interest_income + unusual
    tax = _thousands(np.where(pretax > 0, pretax * rng.uniform(0.18, 0.29, pretax.shape), pretax * rng.uniform(-0.01, 0.06, pretax.shape)))
    return {
        "revenue_usd": revenue,
        "cost_of_revenue_usd": revenue - gross,
        "gross_profit_usd": gross,
        "operating_income_usd": ebit,
        "interest_expense_usd": interest,
        "net_interest_expense_usd": interest - interest_income,
        "pretax_income_usd": pretax,
        "income_tax_usd": tax,
        "net_income_usd": pretax - tax,
        "cash_and_short_term_investments_usd": cash,
    }


def _return_on_assets(companies: Companies, debt_ratio: Floats, rng: np.random.Generator) -> Floats:
    """Draw EBIT over assets: a company's own level, persistent deviations, lower where debt is high."""
    own = _by_group(companies, EARNING_POWER, 0) + _by_group(companies, EARNING_POWER, 1) * rng.standard_normal((len(companies), 1))
    moving = _by_group(companies, EARNING_POWER, 2) * persistent(rng, debt_ratio.shape, 0.65)
    ordinary = np.clip(own + moving - 0.05 * (debt_ratio - 0.2), -1.6, 0.6)
    bank = 0.0135 + 0.0035 * rng.standard_normal((len(companies), 1)) + 0.0035 * moving / 0.035
    insurer = 0.045 + 0.02 * rng.standard_normal((len(companies), 1)) + 0.5 * moving
    is_strained = (companies.group == STRAINED)[:, None]
    bank = np.where(is_strained, bank - 0.012, bank)
    insurer = np.where(is_strained, insurer - 0.05, insurer)
    property_ = np.clip(own * 0.4 + 0.012 + 0.5 * moving, -0.3, 0.2)
    return np.asarray(
        np.select(
            [companies.is_kind("bank")[:, None], companies.is_kind("insurer")[:, None], companies.is_kind("property")[:, None]],
            [bank, insurer, property_],
            ordinary,
        )
    )


def _turnover(companies: Companies, return_on_assets: Floats, rng: np.random.Generator) -> Floats:
    """Draw revenue over assets; a part of the science companies has no revenue, another little."""
    count = len(companies)
    median = np.select(
        [companies.is_kind("bank"), companies.is_kind("insurer"), companies.is_kind("property"), companies.group == SCIENCE],
        [0.055, 0.22, 0.17, 0.045],
        0.80,
    )
    spread = np.select([companies.is_kind("bank"), companies.group == SCIENCE], [0.15, 1.5], 0.45)
    own = median * np.exp(spread * rng.standard_normal(count))
    turnover = own[:, None] * np.exp(0.10 * persistent(rng, return_on_assets.shape, 0.7))
    is_before_revenue = (companies.group == SCIENCE) & (rng.random(count) < 0.26)
    return np.where(is_before_revenue[:, None], 0.0, np.clip(turnover, 0.0005, 4.0))


def _gross_margin(companies: Companies, revenue: Floats, ebit: Floats, rng: np.random.Generator) -> Floats:
    own = np.where(companies.is_kind("growth", "science"), rng.uniform(0.5, 0.85, len(companies)), rng.uniform(0.15, 0.6, len(companies)))
    margin = own[:, None] + 0.02 * persistent(rng, revenue.shape, 0.7)
    operating = np.divide(ebit, revenue, out=np.full(revenue.shape, -1.0), where=revenue > 0)
    return np.asarray(np.clip(np.maximum(margin, operating + 0.06), -0.5, 0.97))


def _cash_share(companies: Companies, rng: np.random.Generator) -> Floats:
    median = np.array([0.09, 0.28, 0.62, 0.06])[companies.group]
    median = np.where(companies.is_kind("bank", "insurer"), 0.06, np.where(companies.is_kind("property"), 0.02, median))
    own = np.log(median / (1 - median)) + 0.5 * rng.standard_normal(len(companies))
    moving = own[:, None] + 0.35 * persistent(rng, (len(companies), YEARS), 0.7)
    return np.asarray(1 / (1 + np.exp(-moving)))


def _balance_sheet(companies: Companies, items: Items, seed: int) -> Items:
    rng = stream(seed, "balance sheet")
    assets = items["total_assets_usd"]
    left = assets - items["cash_and_short_term_investments_usd"]
    parts = np.array([0.22, 0.16, 0.05, 0.34, 0.16, 0.07])  # receivables, inventories, other current, plant, goodwill, other
    own = parts * np.exp(0.6 * rng.standard_normal((len(companies), 6)))
    own[companies.is_kind("bank", "insurer"), :] = [0.70, 0.0, 0.05, 0.03, 0.04, 0.18]
    own[companies.is_kind("property"), :] = [0.03, 0.01, 0.02, 0.82, 0.04, 0.08]
    own[rng.random(len(companies)) < 0.28, 4] = 0.0
    own /= own.sum(axis=1, keepdims=True)
    receivables, inventories, other_current, plant, goodwill = (
        _thousands(left * own[:, part, None] * np.exp(0.05 * rng.standard_normal(left.shape) - 0.05)) for part in range(5)
    )
    current_assets = items["cash_and_short_term_investments_usd"] + receivables + inventories + other_current
    payables = _thousands(assets * _other_liabilities(companies, rng, current=True))
    current_liabilities = payables + items["short_term_debt_usd"]
    other = _thousands(assets * _other_liabilities(companies, rng, current=False))
    liabilities = current_liabilities + items["long_term_debt_usd"] + other
    return {
        "receivables_usd": receivables,
        "inventories_usd": inventories,
        "current_assets_usd": np.minimum(current_assets, assets),
        "property_plant_equipment_usd": plant,
        "goodwill_usd": goodwill,
        "current_liabilities_usd": current_liabilities,
        "total_liabilities_usd": liabilities,
        "shareholders_equity_usd": assets - liabilities,
    }


def _other_liabilities(companies: Companies, rng: np.random.Generator, *, current: bool) -> Floats:
    """Draw liabilities that are no debt, over assets: a bank's are its deposits."""
    count = len(companies)
    median = np.full(count, 0.14 if current else 0.08)
    if current:
        median = np.where(companies.is_kind("bank"), 0.80, np.where(companies.is_kind("insurer"), 0.45, median))
        median = np.where(companies.is_kind("property"), 0.05, median)
    is_financial = companies.is_kind("bank", "insurer")
    own = median * np.exp(np.where(is_financial, 0.03, 0.35) * rng.standard_normal(count))
    moving = own[:, None] * np.exp(np.where(is_financial, 0.01, 0.10)[:, None] * persistent(rng, (count, YEARS), 0.7))
    return np.asarray(np.where(companies.is_kind("bank")[:, None], np.minimum(moving, 0.88 if current else 0.02), moving))


def _shares(companies: Companies, market: Market, month: Integers, seed: int) -> Items:
    counts = share_counts(companies, seed)[:, :YEARS]
    before = np.concatenate([counts[:, :1], counts[:, :-1]], axis=1)
    price = np.take_along_axis(market.price, month, axis=1)
    earlier = np.take_along_axis(market.price, np.maximum(month - 12, 0), axis=1)
    factor = np.take_along_axis(market.split_factor, month, axis=1)
    basic = np.round((counts + before) / 2 * factor)
    diluted = np.round(basic * (1.0 + np.array([0.012, 0.03, 0.0, 0.01])[companies.group])[:, None])
    return {
        "shares_basic": basic,
        "shares_diluted": diluted,
        "net_share_repurchases_usd": _thousands((before - counts) * (price + earlier) / 2),
        "dividends_paid_usd": _thousands(companies.dividend_yield[:, None] * _mean_cap(counts, before, price, earlier)),
    }


def _mean_cap(counts: Floats, before: Floats, price: Floats, earlier: Floats) -> Floats:
    """Return the year's mean market capitalisation from its ends."""
    return (counts * price + before * earlier) / 2


def _cash_flow(companies: Companies, items: Items, seed: int) -> Items:
    rng = stream(seed, "cash flow")
    assets, income = items["total_assets_usd"], items["net_income_usd"]
    heavy = np.select([companies.is_kind("bank", "insurer"), companies.group == SCIENCE], [0.10, 0.3], 1.0)[:, None]
    depreciation_rate = 0.038 * np.exp(0.35 * rng.standard_normal((len(companies), 1)))
    depreciation = _thousands(assets * heavy * depreciation_rate)
    stock_pay = assets * np.array([0.008, 0.05, 0.05, 0.004])[companies.group][:, None] * np.where(heavy < 0.2, 0.1, 1.0)
    accruals = assets * np.where(heavy < 0.2, 0.004, 0.025) * rng.standard_normal(assets.shape)
    capital_rate = depreciation_rate * np.exp(0.25 * rng.standard_normal((len(companies), 1)) + 0.25 * rng.standard_normal(assets.shape))
    capital = np.where(rng.random(assets.shape) < 0.012, -0.2, 1.0) * assets * heavy * capital_rate
    return {
        "depreciation_amortization_usd": depreciation,
        "operating_cash_flow_usd": _thousands(income + depreciation + stock_pay + accruals),
        "capital_expenditures_usd": _thousands(capital),
    }


def _retained_earnings(companies: Companies, items: Items, seed: int) -> Floats:
    """Roll retained earnings: last year's, plus net income, less dividends."""
    rng = stream(seed, "retained earnings")
    start = np.clip((companies.first_month - (companies.fiscal_month - 1)) // 12, 0, YEARS - 1)[:, None]
    kept = np.cumsum(items["net_income_usd"] - items["dividends_paid_usd"], axis=1)
    at_start = np.take_along_axis(kept, start, axis=1)
    equity = np.take_along_axis(items["shareholders_equity_usd"], start, axis=1)
    assets = np.take_along_axis(items["total_assets_usd"], start, axis=1)
    share = rng.uniform(0.3, 0.9, (len(companies), 1))
    before = np.where((companies.group == STEADY)[:, None], share * np.maximum(equity, 0.1 * assets), -share * assets)
    before = np.where((companies.group == GROWTH)[:, None], -0.5 * share * assets, before)
    return np.asarray(_thousands(before) + kept - at_start)
