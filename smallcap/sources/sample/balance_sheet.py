"""Balance sheets of the sample: assets that follow the market value, debt, other assets and liabilities."""

from __future__ import annotations

from typing import Final

import numpy as np

from smallcap.sources.sample.matrices import YEARS, Items, by_group, thousands
from smallcap.sources.sample.randomness import Floats, persistent, stream
from smallcap.sources.sample.universe import GROWTH, SCIENCE, STEADY, STRAINED, Companies

DEBT_RATIO: Final = {
    STEADY: (0.20, 0.15),
    GROWTH: (0.16, 0.15),
    SCIENCE: (0.34, 0.24),
    STRAINED: (0.60, 0.26),
}
DEBT_FREE_SHARE: Final = {STEADY: 0.22, GROWTH: 0.28, SCIENCE: 0.14, STRAINED: 0.0}
"""Total debt over assets by group: mean and spread; and the share of companies that never borrow."""

CAP_TO_ASSETS: Final = {STEADY: 1.15, GROWTH: 1.9, SCIENCE: 2.6, STRAINED: 0.55}
CAP_TO_ASSETS_OF_KIND: Final = {"bank": 0.13, "insurer": 0.35, "property": 0.60}
"""Median market capitalisation over assets."""

LEAST_ASSETS_USD: Final = 2e6
PULL: Final = 0.35
"""Share of the gap between assets and the assets implied by the market value that closes in a year."""


def draw_assets(companies: Companies, cap: Floats, seed: int) -> Floats:
    """Draw total assets: they follow the market value at each fiscal year end with a lag."""
    rng = stream(seed, "assets")
    typical = np.array([CAP_TO_ASSETS[group] for group in range(len(CAP_TO_ASSETS))])[companies.group]
    for kind, ratio in CAP_TO_ASSETS_OF_KIND.items():
        typical = np.where(
            companies.is_kind(kind), ratio * np.where(companies.group == STRAINED, 0.7, 1.0), typical
        )
    own = np.log(typical) + rng.normal(0, 0.40, len(companies))
    implied = np.log(cap) - own[:, None]
    surprise = rng.normal(0, 0.08, cap.shape)
    level = np.empty(cap.shape)
    level[:, 0] = implied[:, 0] + rng.normal(0, 0.3, len(companies))
    # Each year depends on the year before, so this loops over years, vectorised over companies.
    for year in range(1, cap.shape[1]):
        level[:, year] = (
            level[:, year - 1] + PULL * (implied[:, year] - level[:, year - 1]) + surprise[:, year]
        )
    return np.exp(level)


def draw_debt(companies: Companies, assets: Floats, seed: int) -> Items:
    """Draw debt due within and after a year; some companies never borrow."""
    rng = stream(seed, "debt")
    count = len(companies)
    is_financial = companies.is_kind("bank", "insurer")
    is_property = companies.is_kind("property")
    own = by_group(companies, DEBT_RATIO, 0)[:, 0] + by_group(companies, DEBT_RATIO, 1)[
        :, 0
    ] * rng.standard_normal(count)
    own = np.where(is_property, 0.38 + 0.10 * rng.standard_normal(count), own)
    own = np.where(is_financial, np.exp(rng.normal(np.log(0.04), 0.9, count)), own)
    shares = np.array([DEBT_FREE_SHARE[group] for group in range(len(DEBT_FREE_SHARE))])[companies.group]
    is_debt_free = (rng.random(count) < shares) & ~is_property & ~is_financial
    drift = np.where(is_financial, 0.01, 0.07)[:, None] * persistent(rng, assets.shape, 0.8)
    ratio = np.clip(np.maximum(own, 0.01)[:, None] + drift, 0.002, 1.25)
    total = np.where(is_debt_free[:, None], 0.0, ratio * assets)
    short_share = np.clip(rng.beta(1.2, 6.0, assets.shape), 0.0, 0.9)
    short = thousands(total * short_share)
    return {"short_term_debt_usd": short, "long_term_debt_usd": thousands(total) - short}


def draw_balance_sheet(companies: Companies, items: Items, seed: int) -> Items:
    """Draw the parts of assets and the liabilities; equity is the remainder."""
    rng = stream(seed, "balance sheet")
    assets = items["total_assets_usd"]
    left = assets - items["cash_and_short_term_investments_usd"]
    own = _shares_of_assets(companies, rng)
    receivables, inventories, other_current, plant, goodwill = (
        thousands(left * own[:, part, None] * np.exp(0.05 * rng.standard_normal(left.shape) - 0.05))
        for part in range(5)
    )
    current_assets = items["cash_and_short_term_investments_usd"] + receivables + inventories + other_current
    payables = thousands(assets * _other_liabilities(companies, rng, current=True))
    current_liabilities = payables + items["short_term_debt_usd"]
    other = thousands(assets * _other_liabilities(companies, rng, current=False))
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


def _shares_of_assets(companies: Companies, rng: np.random.Generator) -> Floats:
    """Draw each company's shares of receivables, inventories, other current, plant, goodwill and other."""
    parts = np.array([0.22, 0.16, 0.05, 0.34, 0.16, 0.07])
    own: Floats = parts * np.exp(0.6 * rng.standard_normal((len(companies), 6)))
    own[companies.is_kind("bank", "insurer"), :] = [0.70, 0.0, 0.05, 0.03, 0.04, 0.18]
    own[companies.is_kind("property"), :] = [0.03, 0.01, 0.02, 0.82, 0.04, 0.08]
    own[rng.random(len(companies)) < 0.28, 4] = 0.0
    own /= own.sum(axis=1, keepdims=True)
    return own


def _other_liabilities(companies: Companies, rng: np.random.Generator, *, current: bool) -> Floats:
    """Draw liabilities other than debt, over assets; for a bank these are its deposits."""
    count = len(companies)
    median = np.full(count, 0.14 if current else 0.08)
    if current:
        median = np.where(
            companies.is_kind("bank"), 0.80, np.where(companies.is_kind("insurer"), 0.45, median)
        )
        median = np.where(companies.is_kind("property"), 0.05, median)
    is_financial = companies.is_kind("bank", "insurer")
    own = median * np.exp(np.where(is_financial, 0.03, 0.35) * rng.standard_normal(count))
    moving = own[:, None] * np.exp(
        np.where(is_financial, 0.01, 0.10)[:, None] * persistent(rng, (count, YEARS), 0.7)
    )
    return np.asarray(
        np.where(companies.is_kind("bank")[:, None], np.minimum(moving, 0.88 if current else 0.02), moving)
    )
