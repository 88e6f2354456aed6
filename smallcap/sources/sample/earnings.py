"""Income statements of the sample: earning power, revenue, margins, interest, tax."""

from __future__ import annotations

from typing import Final

import numpy as np

from smallcap.sources.sample.matrices import YEARS, Items, by_group, thousands
from smallcap.sources.sample.randomness import Floats, persistent, stream
from smallcap.sources.sample.universe import GROWTH, SCIENCE, STEADY, STRAINED, Companies

EARNING_POWER: Final = {
    STEADY: (0.085, 0.035, 0.035),
    GROWTH: (-0.03, 0.07, 0.06),
    SCIENCE: (-0.42, 0.18, 0.16),
    STRAINED: (-0.01, 0.04, 0.07),
}
"""EBIT over assets by group: mean and spread over companies, and spread over years."""

UNUSUAL_SHARE: Final = 0.15
"""Company-years with large unusual items between operating and pretax income."""


def draw_income(companies: Companies, items: Items, seed: int) -> Items:
    """Draw the income statement and cash from assets and debt; every subtotal is the sum of its parts."""
    rng = stream(seed, "income")
    assets = items["total_assets_usd"]
    debt = items["short_term_debt_usd"] + items["long_term_debt_usd"]
    return_on_assets = _return_on_assets(companies, debt / assets, rng)
    revenue = thousands(_turnover(companies, return_on_assets, rng) * assets)
    ebit = thousands(return_on_assets * assets)
    ebit = np.where(revenue > 0, np.minimum(ebit, thousands(0.55 * revenue)), np.minimum(ebit, -1e3))
    margin = _gross_margin(companies, revenue, ebit, rng)
    gross = thousands(margin * revenue)
    rate = np.clip(0.052 + 0.05 * (debt / assets) + rng.normal(0, 0.008, debt.shape), 0.015, 0.16)
    interest = thousands(rate * debt)
    cash = thousands(_cash_share(companies, rng) * assets)
    interest_income = thousands(0.012 * cash * rng.uniform(0.3, 1.7, cash.shape))
    is_unusual = rng.random(cash.shape) < UNUSUAL_SHARE
    unusual = thousands(
        assets * np.where(is_unusual, rng.normal(-0.02, 0.05, cash.shape), rng.normal(0, 0.001, cash.shape))
    )
    pretax = ebit - interest + interest_income + unusual
    tax = thousands(
        np.where(
            pretax > 0,
            pretax * rng.uniform(0.18, 0.29, pretax.shape),
            pretax * rng.uniform(-0.01, 0.06, pretax.shape),
        )
    )
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
    own = by_group(companies, EARNING_POWER, 0) + by_group(companies, EARNING_POWER, 1) * rng.standard_normal(
        (len(companies), 1)
    )
    moving = by_group(companies, EARNING_POWER, 2) * persistent(rng, debt_ratio.shape, 0.65)
    ordinary = np.clip(own + moving - 0.05 * (debt_ratio - 0.2), -1.6, 0.6)
    bank = 0.0135 + 0.0035 * rng.standard_normal((len(companies), 1)) + 0.0035 * moving / 0.035
    insurer = 0.045 + 0.02 * rng.standard_normal((len(companies), 1)) + 0.5 * moving
    is_strained = (companies.group == STRAINED)[:, None]
    bank = np.where(is_strained, bank - 0.012, bank)
    insurer = np.where(is_strained, insurer - 0.05, insurer)
    property_ = np.clip(own * 0.4 + 0.012 + 0.5 * moving, -0.3, 0.2)
    return np.asarray(
        np.select(
            [
                companies.is_kind("bank")[:, None],
                companies.is_kind("insurer")[:, None],
                companies.is_kind("property")[:, None],
            ],
            [bank, insurer, property_],
            ordinary,
        )
    )


def _turnover(companies: Companies, return_on_assets: Floats, rng: np.random.Generator) -> Floats:
    """Draw revenue over assets; some science companies have no revenue, others little."""
    count = len(companies)
    median = np.select(
        [
            companies.is_kind("bank"),
            companies.is_kind("insurer"),
            companies.is_kind("property"),
            companies.group == SCIENCE,
        ],
        [0.055, 0.22, 0.17, 0.030],
        0.80,
    )
    spread = np.select([companies.is_kind("bank"), companies.group == SCIENCE], [0.15, 1.5], 0.45)
    own = median * np.exp(spread * rng.standard_normal(count))
    turnover = own[:, None] * np.exp(0.10 * persistent(rng, return_on_assets.shape, 0.7))
    is_before_revenue = (companies.group == SCIENCE) & (rng.random(count) < 0.26)
    return np.where(is_before_revenue[:, None], 0.0, np.clip(turnover, 0.0005, 4.0))


def _gross_margin(companies: Companies, revenue: Floats, ebit: Floats, rng: np.random.Generator) -> Floats:
    own = np.where(
        companies.is_kind("growth", "science"),
        rng.uniform(0.5, 0.85, len(companies)),
        rng.uniform(0.15, 0.6, len(companies)),
    )
    margin = own[:, None] + 0.02 * persistent(rng, revenue.shape, 0.7)
    operating = np.divide(ebit, revenue, out=np.full(revenue.shape, -1.0), where=revenue > 0)
    return np.asarray(np.clip(np.maximum(margin, operating + 0.06), -0.5, 0.97))


def _cash_share(companies: Companies, rng: np.random.Generator) -> Floats:
    median = np.array([0.09, 0.28, 0.62, 0.06])[companies.group]
    median = np.where(
        companies.is_kind("bank", "insurer"), 0.06, np.where(companies.is_kind("property"), 0.02, median)
    )
    own = np.log(median / (1 - median)) + 0.5 * rng.standard_normal(len(companies))
    moving = own[:, None] + 0.35 * persistent(rng, (len(companies), YEARS), 0.7)
    return np.asarray(1 / (1 + np.exp(-moving)))
