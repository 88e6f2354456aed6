"""Results as tables for the terminal. Text that came from a vendor is shown as it is; nothing is queried or computed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from smallcap.reports.fitted import Column, FittedTable
from smallcap.reports.wrapping import visible

Row = Mapping[str, Any]

BASIS_TITLES = {"as_published": "as published (known 163 days later)", "point_in_time": "point in time (known at as_of)"}
COUNTS = (
    ("members", "members"),
    ("usable_tickers", "with a usable ticker"),
    ("with_record", "with a fresh annual record"),
    ("complete_records", "complete records"),
    ("records_after_controls", "records after controls"),
)
FIGURES = (int, float, Decimal)
WHOLE = (*FIGURES, dt.date, dt.time, dt.timedelta, UUID)
"""Types of values that are never broken over lines."""


def rows_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "", rest: str = "") -> FittedTable:
    """Lay out the rows of a query.

    Parameters
    ----------
    columns
        Names of the columns.
    rows
        The values.
    title
        A line above.
    rest
        How to see what is left out where not all fits; without it every column is shown, and every text whole.
    """
    rows = list(rows)
    laid_out = [_column(name, [row[place] for row in rows]) for place, name in enumerate(columns)]
    return FittedTable(laid_out, [[written(value) for value in row] for row in rows], title, rest)


def study_block(label: str, counts: Sequence[Row], quintiles: Sequence[Row], names: Sequence[Row]) -> RenderableType:
    """Lay out the study's summary: counts by basis, medians by quintile, best and worst names with their inputs.

    Parameters
    ----------
    label
        What the data are; shown first.
    counts
        One row of marts.quality_summary per basis, quintile 0.
    quintiles
        The rows of quintiles 1 to 5, of one basis.
    names
        Rows of marts.quality_scores, best first, with `group` best or worst.
    """
    if not counts:
        return Text("no summary for this date")
    first = counts[0]
    parts: list[RenderableType] = [
        Text(f"Quality screen of {first['as_of']}: {label}", style="bold"),
        _counts_table(counts),
    ]
    if quintiles:
        parts += [Text(""), _quintiles_table(quintiles)]
    if names:
        parts += [Text(""), _names_table(names)]
    return Group(*parts)


def _counts_table(counts: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("membership date")
    for row in counts:
        table.add_column(f"{row['as_of']}, {BASIS_TITLES.get(row['basis'], row['basis'])}", justify="right")
    for column, words in COUNTS:
        table.add_row(words, *(f"{row[column]:,}" for row in counts))
    return table


def _quintiles_table(quintiles: Sequence[Row]) -> Table:
    basis = BASIS_TITLES.get(quintiles[0]["basis"], quintiles[0]["basis"])
    table = Table(title=f"Medians by quintile, {basis}; 5 is best", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for heading in ("quintile", "companies", "ROE", "FCF margin", "debt/assets", "coverage", "cap, USD m"):
        table.add_column(heading, justify="right")
    for row in quintiles:
        table.add_row(
            str(row["quintile"]),
            f"{row['scored']:,}",
            percent(row["roe_median"]),
            percent(row["fcf_margin_median"]),
            percent(row["debt_to_assets_median"]),
            multiple(row["interest_coverage_median"]),
            millions(row["market_cap_usd_median"]),
        )
    return table


def _names_table(names: Sequence[Row]) -> Table:
    table = Table(title="Best and worst scores with their inputs", title_justify="left", box=None, pad_edge=False, header_style="bold")
    for heading in ("", "ticker", "name", "score", "ROE", "FCF margin", "debt/assets", "coverage", "cap, USD m"):
        is_text = heading in ("", "ticker", "name")
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=is_text, max_width=24 if heading == "name" else None)
    for row in names:
        table.add_row(
            row["group"],
            escape(row["ticker"]),
            escape(row["name"] or ""),
            f"{row['score']:.2f}",
            percent(row["roe"]),
            percent(row["fcf_margin"]),
            percent(row["debt_to_assets"]),
            multiple(row["interest_coverage"]),
            millions(row["market_cap_usd"]),
        )
    return table


def percent(value: float | None) -> str:
    """Write a fraction as a percentage with one decimal."""
    return "–" if value is None else f"{value:.1%}"


def multiple(value: float | None) -> str:
    """Write a multiple with one decimal."""
    return "–" if value is None else f"{value:,.1f}"


def millions(value: float | None) -> str:
    """Write US dollars in millions."""
    return "–" if value is None else f"{value / 1e6:,.0f}"


def written(value: Any) -> str:
    """Write a value of a query: a fraction with up to four decimals, a large amount without any, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if not isinstance(value, float):
        return str(value)
    size = abs(value)
    if size >= 1e16:
        return repr(value)
    if 0 < size < 0.001:
        return f"{value:.4g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".") if size < 1e6 else f"{value:,.0f}"


def _column(name: str, values: Sequence[Any]) -> Column:
    known = [value for value in values if value is not None]
    is_figure = any(isinstance(value, FIGURES) and not isinstance(value, bool) for value in known)
    is_whole = bool(known) and all(isinstance(value, WHOLE) for value in known)
    return Column(visible(name).plain.replace("\n", " "), is_figure=is_figure, is_whole=is_whole)
