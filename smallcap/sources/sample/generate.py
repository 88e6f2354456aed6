"""Generates all datasets of the sample universe, in order of dependence."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.sources.sample.constituents import constituents_frame, exchanges
from smallcap.sources.sample.delistings import delistings_frame, known_causes
from smallcap.sources.sample.fundamentals import annual_records
from smallcap.sources.sample.funds import fund_loadings, fund_prices, fund_returns, fund_securities
from smallcap.sources.sample.lines import list_lines
from smallcap.sources.sample.market import simulate
from smallcap.sources.sample.membership import members_by_month
from smallcap.sources.sample.prices import loadings_frame, price_lines, prices_frame
from smallcap.sources.sample.quarterly import quarterly_records
from smallcap.sources.sample.second_fund import first_fund_months, with_second_fund
from smallcap.sources.sample.securities import securities_frame
from smallcap.sources.sample.spells import name_spells
from smallcap.sources.sample.statements import compile_statements
from smallcap.sources.sample.true_acquisitions import acquisitions_frame
from smallcap.sources.sample.true_changes import true_changes
from smallcap.sources.sample.universe import found
from smallcap.sources.sample.volume import median_dollar_volumes

DATASETS: Final = (
    "constituents",
    "securities",
    "fundamentals",
    "quarterly_fundamentals",
    "vendor_metrics",
    "prices",
    "true_loadings",
)


def generate(companies: int, seed: int) -> dict[str, pl.DataFrame]:
    """Generate the sample universe.

    Parameters
    ----------
    companies, seed
        Companies that exist at any time, and the seed of all random streams.

    Returns
    -------
    dict
        One frame per name in `DATASETS`; factor files are made by `smallcap.sources.sample.factors`.
    """
    founded = found(companies, seed)
    market = simulate(founded, seed)
    lines = list_lines(founded, market, seed)
    spells = name_spells(founded, lines, market, seed)
    line_prices = price_lines(lines, market, seed)
    is_member = members_by_month(founded, market).is_member
    statements = compile_statements(founded, market, seed)
    of_funds = fund_returns(founded, market, statements, is_member, seed)
    volume = median_dollar_volumes(lines, market, seed)
    of_lines = securities_frame(founded, lines, spells, known_causes(lines, market, seed))
    fundamentals, vendor_metrics = annual_records(founded, market, statements, spells, seed)
    lists = constituents_frame(founded, market, lines, spells, line_prices, is_member, seed)
    prices = prices_frame(lines, market, line_prices, volume, seed)
    return {
        "constituents": with_second_fund(lists, seed),
        "securities": pl.concat([of_lines, fund_securities()]),
        "fundamentals": fundamentals,
        "quarterly_fundamentals": quarterly_records(founded, market, statements, spells, seed),
        "vendor_metrics": vendor_metrics,
        "prices": pl.concat([prices, fund_prices(of_funds, seed)]),
        "true_loadings": pl.concat([loadings_frame(founded, lines), fund_loadings()]),
    }


def changes_and_causes(companies: int, seed: int) -> pl.DataFrame:
    """Generate the universe up to its index, and return `true_changes`: why each company joined and left."""
    founded = found(companies, seed)
    market = simulate(founded, seed)
    lines, membership = list_lines(founded, market, seed), members_by_month(founded, market)
    return true_changes(founded, market, lines, membership, first_fund_months(seed))


def true_acquisitions(companies: int, seed: int) -> pl.DataFrame:
    """Generate the universe's statements, and return `acquisitions_frame`: who bought with borrowed money."""
    founded = found(companies, seed)
    market = simulate(founded, seed)
    return acquisitions_frame(founded, market, compile_statements(founded, market, seed), seed)


def true_delistings(companies: int, seed: int) -> pl.DataFrame:
    """Generate the lines of the universe, and return how those ended that did: `delistings_frame`."""
    founded = found(companies, seed)
    market = simulate(founded, seed)
    lines = list_lines(founded, market, seed)
    return delistings_frame(lines, market, exchanges(lines, seed), seed)
