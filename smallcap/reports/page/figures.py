"""The six figures of the first page, each with its trend over the published dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from smallcap.reports.page.charts.lines import sparkline
from smallcap.reports.page.data import ReportData
from smallcap.reports.page.formats import integer, number, percent, words

Write = Callable[[float | None], str]


@dataclass(frozen=True)
class Figure:
    """A figure at the head of the page.

    Attributes
    ----------
    label, value, detail
        What it is, how much, and what it is compared with.
    page
        The page that explains it.
    trend
        Its line over the dates; empty where there are fewer than two.
    """

    label: str
    value: str
    detail: str
    page: str
    trend: Markup


def figures_of(data: ReportData) -> list[Figure]:
    """Make the six figures of a report."""
    coverage, survivors, prices = data.coverage, data.survivors_history, data.valuation_history
    return [
        _figure("Survivors", survivors, "survivors", integer, _unverified(survivors), "funnel"),
        _figure("Members with a score", coverage, "screened", integer, _of_members(coverage), "quality"),
        _figure(
            "P/E, losses left out",
            prices,
            "pe_excluding_losses",
            _one_decimal,
            _median(prices, "pe_excluding_losses", _one_decimal),
            "anatomy",
        ),
        _figure(
            "P/E, losses included",
            prices,
            "pe_including_losses",
            _one_decimal,
            _median(prices, "pe_including_losses", _one_decimal),
            "anatomy",
        ),
        _figure(
            "Members that lose money",
            prices,
            "unprofitable_share",
            percent,
            _median(prices, "unprofitable_share", percent),
            "anatomy",
        ),
        _figure(
            "Records restated later", coverage, "restated_share", percent, "of the annual records", "data"
        ),
    ]


def _figure(label: str, rows: pl.DataFrame, column: str, write: Write, detail: str, page: str) -> Figure:
    if not rows.height:
        return Figure(label, write(None), "not known at this date", page, Markup(""))
    values = rows[column].to_list()
    return Figure(
        label, write(values[-1]), detail, page, sparkline(label, rows["as_of"].to_list(), values, write)
    )


def _one_decimal(value: float | None) -> str:
    return number(value, 1)


def _unverified(rows: pl.DataFrame) -> str:
    return f"and {integer(rows['unverified'][-1])} not all verified" if rows.height else ""


def _of_members(rows: pl.DataFrame) -> str:
    last = rows.row(-1, named=True)
    return f"{percent(last['screened_share'])} of {integer(last['members'])} members"


def _median(rows: pl.DataFrame, column: str, write: Write) -> str:
    """Say the median of a figure's history, or why there is no figure to compare with it."""
    if not rows.height:
        return ""
    last = rows.row(-1, named=True)
    if last[column] is None and last.get(f"{column}_reason"):
        return words(last[f"{column}_reason"])
    return f"median of its history {write(last[f'{column}_median'])}"
