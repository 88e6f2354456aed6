"""The companies and their constant traits: industry, kind, factor loadings, first month, fiscal year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from smallcap.sources.sample.calendar import MONTH_COUNT, Integers, month_index
from smallcap.sources.sample.industries import GROUP_SHARES, INDUSTRIES
from smallcap.sources.sample.names import Texts, company_names
from smallcap.sources.sample.randomness import Flags, Floats, pick, stream

STEADY, GROWTH, SCIENCE, STRAINED = range(4)
SMB: Final = 1

LISTED_LATER: Final = 1.35
"""Companies that are listed later, for each that exists from the start: at a uniform rate.

About as many disappear, so that the universe keeps its size.
"""

FIRST_LISTING: Final = month_index(2003, 7)
LARGE_SHARE: Final = 0.10
"""Share of the companies that are large when they are first listed."""

FISCAL_MONTH_SHARES: Final = (0.02, 0.01, 0.04, 0.01, 0.01, 0.08, 0.02, 0.01, 0.07, 0.02, 0.01, 0.70)
"""Month in which the fiscal year ends, January to December."""

TYPICAL_FIRST_PRICE_USD: Final = 16.0
UNRESOLVED_SHARE: Final = 0.010
TWO_LINES_SHARE: Final = 0.025
WEEK_YEAR_SHARE: Final = 0.06

LOADING_MEANS: Final = {
    "ordinary": (1.02, 0.80, 0.15, 0.10, 0.05),
    "cyclical": (1.15, 0.85, 0.45, 0.05, 0.10),
    "growth": (1.08, 0.85, -0.35, -0.20, -0.20),
    "science": (0.95, 1.00, -0.40, -0.75, -0.05),
    "bank": (0.90, 0.60, 0.60, 0.00, 0.00),
    "insurer": (1.00, 0.65, 0.45, 0.10, -0.05),
    "property": (0.85, 0.50, 0.35, 0.20, 0.10),
}
LOADING_SPREADS: Final = (0.25, 0.35, 0.30, 0.35, 0.30)
"""Mean loadings on Mkt-RF, SMB, HML, RMW and CMA by kind of industry, and their standard deviations."""

RESIDUAL_VOLATILITY: Final = (0.070, 0.105, 0.150, 0.125)
"""Median monthly residual volatility by group."""

LOG_CAP_USD: Final = (np.log(0.17e9), 1.4)
LOG_CAP_AT_LISTING_USD: Final = (np.log(0.085e9), 1.15)
LOG_CAP_OF_LARGE_USD: Final = (np.log(4e9), 0.8)
"""Mean and standard deviation of the logarithm of the first market capitalisation."""

SIZE_LOADING_OF_LARGE: Final = (-0.10, 0.20)
CALM_OF_LARGE: Final = 0.75
YIELD_OF_LARGE: Final = (0.03, 0.06)
"""Of a large company: mean and standard deviation of its loading on SMB; its residual volatility over a small
one's; its lowest and highest dividend yield, as it pays out what it cannot invest."""


@dataclass(frozen=True)
class Companies:
    """Traits of the companies, one entry each, in order of `source_entity_id`."""

    name: Texts
    industry: Integers
    kind: Texts
    group: Integers
    loadings: Floats
    alpha: Floats
    residual_volatility: Floats
    first_month: Integers
    first_cap_usd: Floats
    first_price_usd: Floats
    fiscal_month: Integers
    is_week_year: Flags
    is_resolved: Flags
    has_two_lines: Flags
    dividend_yield: Floats

    def __len__(self) -> int:
        return len(self.industry)

    def is_kind(self, *kinds: str) -> Flags:
        """Return which companies belong to one of the kinds of industry."""
        return np.isin(self.kind, kinds)


def found(count: int, seed: int) -> Companies:
    """Draw the traits of `count` companies that exist from the start, and of those that are listed later."""
    total = count + round(count * LISTED_LATER)
    return _with_large(_draw_traits(count, total, seed), stream(seed, "large companies"))


def _draw_traits(initial: int, count: int, seed: int) -> Companies:
    rng = stream(seed, "companies")
    weights = np.array([industry.weight for industry in INDUSTRIES])
    industry = rng.choice(len(INDUSTRIES), count, p=weights / weights.sum()).astype(np.int64)
    kind = np.array([industry_.kind for industry_ in INDUSTRIES], dtype=object)[industry]
    group = _groups(rng, kind)
    is_payer = (group == STEADY) & (
        rng.random(count) < np.where(np.isin(kind, ["bank", "property", "insurer"]), 0.85, 0.40)
    )
    first_month = _first_months(rng, initial, count)
    volatility = np.array(RESIDUAL_VOLATILITY)[group] * np.exp(rng.normal(0, 0.18, count))
    means = np.array([LOADING_MEANS[name] for name in kind])
    return Companies(
        name=company_names(stream(seed, "names"), industry),
        industry=industry,
        kind=kind,
        group=group,
        loadings=np.round(means + rng.standard_normal((count, 5)) * np.array(LOADING_SPREADS), 3),
        alpha=np.round(rng.normal(0, 0.001, count), 5),
        residual_volatility=np.round(volatility, 4),
        first_month=first_month,
        first_cap_usd=_first_caps(rng, first_month),
        first_price_usd=np.round(TYPICAL_FIRST_PRICE_USD * np.exp(0.5 * rng.standard_normal(count)), 2),
        fiscal_month=1 + rng.choice(12, count, p=FISCAL_MONTH_SHARES).astype(np.int64),
        is_week_year=rng.random(count) < WEEK_YEAR_SHARE,
        is_resolved=~_marked(rng, count, UNRESOLVED_SHARE),
        has_two_lines=_marked(rng, count, TWO_LINES_SHARE),
        dividend_yield=np.where(is_payer, np.round(rng.uniform(0.005, 0.04, count), 4), 0.0),
    )


def _with_large(companies: Companies, rng: np.random.Generator) -> Companies:
    """Make some companies large from their first month on: in size, loading on SMB, volatility and payout."""
    large = pick(rng, len(companies), LARGE_SHARE, least=8)
    cap, volatility = companies.first_cap_usd.copy(), companies.residual_volatility.copy()
    loadings, dividend_yield = companies.loadings.copy(), companies.dividend_yield.copy()
    mean, deviation = LOG_CAP_OF_LARGE_USD
    cap[large] = np.exp(mean + deviation * rng.standard_normal(len(large)))
    mean, deviation = SIZE_LOADING_OF_LARGE
    loadings[large, SMB] = np.round(mean + deviation * rng.standard_normal(len(large)), 3)
    volatility[large] = np.round(CALM_OF_LARGE * volatility[large], 4)
    dividend_yield[large] = np.round(rng.uniform(*YIELD_OF_LARGE, len(large)), 4)
    return replace(
        companies,
        first_cap_usd=cap,
        loadings=loadings,
        residual_volatility=volatility,
        dividend_yield=dividend_yield,
    )


def _groups(rng: np.random.Generator, kind: Texts) -> Integers:
    shares = np.array([GROUP_SHARES[name] for name in kind]).cumsum(axis=1)
    draws = rng.random((len(kind), 1))
    return np.asarray(np.minimum((draws > shares).sum(axis=1), STRAINED), dtype=np.int64)


def _first_months(rng: np.random.Generator, initial: int, count: int) -> Integers:
    listed = rng.integers(FIRST_LISTING, MONTH_COUNT - 2, count - initial)
    months = np.concatenate([np.zeros(initial, dtype=np.int64), listed])
    return months[rng.permutation(count)]


def _first_caps(rng: np.random.Generator, first_month: Integers) -> Floats:
    is_listed_later = first_month > 0
    mean = np.where(is_listed_later, LOG_CAP_AT_LISTING_USD[0], LOG_CAP_USD[0])
    deviation = np.where(is_listed_later, LOG_CAP_AT_LISTING_USD[1], LOG_CAP_USD[1])
    return np.asarray(np.exp(mean + deviation * rng.standard_normal(len(first_month))))


def _marked(rng: np.random.Generator, count: int, share: float) -> Flags:
    marks = np.zeros(count, dtype=np.bool_)
    marks[pick(rng, count, share, least=2)] = True
    return marks
