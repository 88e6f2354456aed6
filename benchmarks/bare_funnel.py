"""The funnel's tables in the bare backfill: the same functions year by year, each year written as plain Parquet and let go.

Twenty years of eighteen items per member at once would measure the machine's memory, so the script too takes a year at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from smallcap.finance import funnel
from smallcap.rule_tables import read_business_rules
from smallcap.rules import read_rules
from smallcap.settings import Settings

YEARS_VISIBLE = 8
YEARS_OF_PRICES = 3
YEARS_COMPARED = 3

Frames = dict[str, pl.DataFrame]


def write_funnel(settings: Settings, tables: Frames, years: Sequence[int], write: Callable[[pl.DataFrame, str], None]) -> None:
    """Compute and write every table of the funnel.

    Parameters
    ----------
    settings
        The rules, and the standard of filter 2.
    tables
        The tables that the funnel is made from, all years of each.
    years
        The years whose dates are asked about, ascending.
    write
        Takes the rows of a year and the table's name.
    """
    for made in _years(settings, tables, years):
        for name, frame in made.items():
            write(frame, name)


def _years(settings: Settings, tables: Frames, years: Sequence[int]) -> Iterator[Frames]:
    folder = settings.reference_dir
    rules, business = read_rules(folder, "funnel.toml", funnel.FunnelRules), read_business_rules(folder)
    standard = read_rules(folder, "shariah.toml", funnel.ShariahStandards).named(settings.shariah_standard)
    reconciliation = read_rules(folder, "reconciliation.toml", funnel.ReconciliationRules)
    before: Frames = {}
    # A year after the other: its memory is given back before the next.
    for year in years:
        inputs = (
            _part(tables["core.members"], year),
            _part(tables["core.metrics_as_of"], year),
            _part(tables["core.annual_fundamentals"], year, YEARS_VISIBLE),
            _part(tables["core.annual_metrics"], year, YEARS_VISIBLE),
        )
        prices = _part(tables["raw.prices"], year, YEARS_OF_PRICES)
        evaluations = funnel.evaluate_filters(*inputs, prices, tables["raw.factors"], rules, business, standard)
        outcomes = funnel.funnel_outcomes(evaluations, inputs[0])
        now = {"outcomes": outcomes, "evaluations": evaluations, "metrics_as_of": inputs[1]}
        both = {name: pl.concat([before[name], frame]) for name, frame in now.items()} if before else now
        before = now
        yield {
            "core.filter_evaluations": evaluations,
            "marts.funnel_outcomes": outcomes,
            "marts.funnel_summary": funnel.funnel_summary(outcomes),
            "marts.statement_lenses": funnel.statement_lenses(*inputs, evaluations, rules),
            "marts.screen_changes": funnel.screen_changes(**both).filter(pl.col("year") == year),
            "marts.metric_differences": funnel.metric_differences(
                _part(tables["raw.vendor_metrics"], year), _part(tables["core.annual_metrics"], year, YEARS_COMPARED), reconciliation
            ),
        }


def _part(frame: pl.DataFrame, year: int, back: int = 0) -> pl.DataFrame:
    return frame.filter(pl.col("year").is_between(year - back, year))
