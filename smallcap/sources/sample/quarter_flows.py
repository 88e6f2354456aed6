"""Flows and balance sheets of the sample's quarters; with the fourth they add up to the annual statements."""

from __future__ import annotations

from typing import Final

import numpy as np

from smallcap.sources.sample.matrices import Items, thousands
from smallcap.sources.sample.quarter_ends import QUARTERS
from smallcap.sources.sample.randomness import Flags, Floats, stream

SEASON: Final = 0.12
UNEVEN: Final = 0.25
"""How much a company's quarters differ: its season, the same in each year, and the profit of a quarter."""

DRAWN_WITH_REVENUE: Final = (
    "revenue_usd",
    "gross_profit_usd",
    "depreciation_amortization_usd",
    "dividends_paid_usd",
)
DRAWN_BY_THEMSELVES: Final = (
    "operating_income_usd",
    "interest_expense_usd",
    "net_interest_expense_usd",
    "pretax_income_usd",
    "income_tax_usd",
    "operating_cash_flow_usd",
    "capital_expenditures_usd",
    "net_share_repurchases_usd",
)
AT_END: Final = (
    "cash_and_short_term_investments_usd",
    "receivables_usd",
    "inventories_usd",
    "current_assets_usd",
    "property_plant_equipment_usd",
    "goodwill_usd",
    "total_assets_usd",
    "short_term_debt_usd",
    "current_liabilities_usd",
    "long_term_debt_usd",
    "total_liabilities_usd",
    "retained_earnings_usd",
)

LOW_DEBT, HIGH_DEBT = 0.25, 0.35
"""A company whose debt over equity rises from below the first to above the second within a year borrowed it
for an acquisition in one of the first three quarters."""

ACQUIRER_SHARE: Final = 0.5
DEBT_RISE: Final = 0.10
"""Of the companies whose debt rises by more than this share of assets, so many borrowed it at once, too."""

DRIFT: Final = 0.04
"""Share of a year's change that every quarter of such a year brings besides the acquisition."""


def quarter_flows(statements: Items, seed: int) -> Items:
    """Return the flows of the first three quarters: companies by years by quarters.

    A quarter's share of the year is a quarter, the company's season and, for profits and cash flows, a draw.
    """
    rng = stream(seed, "quarter flows")
    count, years = statements["revenue_usd"].shape
    season = SEASON * rng.standard_normal((count, 1, QUARTERS + 1))
    share = _shares(season + 0.02 * rng.standard_normal((count, years, QUARTERS + 1)))
    flows = {name: _parts(statements[name], share) for name in DRAWN_WITH_REVENUE}
    for name in DRAWN_BY_THEMSELVES:
        uneven = UNEVEN * rng.standard_normal((count, years, QUARTERS + 1))
        flows[name] = _parts(statements[name], _shares(season + uneven))
    flows["cost_of_revenue_usd"] = flows["revenue_usd"] - flows["gross_profit_usd"]
    flows["net_income_usd"] = flows["pretax_income_usd"] - flows["income_tax_usd"]
    return flows


def acquisitions(statements: Items, seed: int) -> Floats:
    """Return in which quarter a company bought another with borrowed money: 1 to 3; 0 for none."""
    rng = stream(seed, "debt-funded acquisitions")
    debt = statements["short_term_debt_usd"] + statements["long_term_debt_usd"]
    equity, assets = statements["shareholders_equity_usd"], statements["total_assets_usd"]
    ratio = np.divide(debt, equity, out=np.full(debt.shape, np.nan), where=equity > 0)
    passes_the_bound = (_year_before(ratio) < LOW_DEBT) & (ratio > HIGH_DEBT)
    rises = debt - _year_before(debt) > DEBT_RISE * _year_before(assets)
    is_acquirer: Flags = passes_the_bound | (rises & (rng.random(debt.shape) < ACQUIRER_SHARE))
    is_acquirer[:, 0] = False
    return np.where(is_acquirer, rng.integers(1, QUARTERS + 1, debt.shape), 0).astype(np.float64)


def quarter_balances(statements: Items, bought: Floats) -> Items:
    """Return balance sheet items at the end of the first three quarters: companies by years by quarters.

    They move evenly from one year's end to the next; in the year of an acquisition, in the quarter of it.
    """
    number = np.arange(1, QUARTERS + 1)[None, None, :]
    even = number / (QUARTERS + 1) * np.ones((*bought.shape, 1))
    at_once = DRIFT * number + (1 - DRIFT * (QUARTERS + 1)) * (number >= bought[:, :, None])
    weight = np.where(bought[:, :, None] > 0, at_once, even)
    items = {}
    for name in AT_END:
        before, after = _year_before(statements[name])[:, :, None], statements[name][:, :, None]
        items[name] = thousands(before + weight * (after - before))
    items["shareholders_equity_usd"] = items["total_assets_usd"] - items["total_liabilities_usd"]
    return items


def _shares(differences: Floats) -> Floats:
    """Turn differences into positive shares of the year that sum to one."""
    raised = np.exp(differences)
    return np.asarray(raised / raised.sum(axis=2, keepdims=True))


def _parts(annual: Floats, share: Floats) -> Floats:
    return thousands(annual[:, :, None] * share[:, :, :QUARTERS])


def _year_before(values: Floats) -> Floats:
    return np.concatenate([values[:, :1], values[:, :-1]], axis=1)
