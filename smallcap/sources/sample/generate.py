"""Generates all datasets of the sample universe, in order of dependence."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.sources.sample.fundamentals import annual_records
from smallcap.sources.sample.lines import list_lines
from smallcap.sources.sample.market import simulate
from smallcap.sources.sample.membership import constituents_frame, members_by_month
from smallcap.sources.sample.prices import loadings_frame, price_lines, prices_frame
from smallcap.sources.sample.spells import name_spells, securities_frame
from smallcap.sources.sample.statements import compile_statements
from smallcap.sources.sample.true_changes import true_changes
from smallcap.sources.sample.universe import found

DATASETS: Final = ("constituents", "securities", "fundamentals", "vendor_metrics", "prices", "true_loadings")


def generate(companies: int, seed: int) -> dict[str, pl.DataFrame]:
    """Generate the sample universe.

    Parameters
    ----------
    companies
        Companies that exist at any time.
    seed
        Seed of all random streams.

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
    fundamentals, vendor_metrics = annual_records(founded, market, statements, spells, seed)
    return {
        "constituents": constituents_frame(founded, market, lines, spells, line_prices, is_member, seed),
        "securities": securities_frame(founded, lines, spells),
        "fundamentals": fundamentals,
        "vendor_metrics": vendor_metrics,
        "prices": prices_frame(lines, market, line_prices, seed),
        "true_loadings": loadings_frame(founded, lines),
    }


def changes_and_causes(companies: int, seed: int) -> pl.DataFrame:
    """Generate the universe up to its index, and return why each company joined and left.

    The rows are those of `true_changes`.
    """
    founded = found(companies, seed)
    market = simulate(founded, seed)
    return true_changes(founded, market, list_lines(founded, market, seed), members_by_month(founded, market))
