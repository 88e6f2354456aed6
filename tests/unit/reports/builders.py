"""Reports in memory: every question answered from tables without rows, so that a test fills in only the rows
that it is about.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from smallcap.questions import Publication
from smallcap.reports.files import parameters_of
from smallcap.reports.page.companies import company_files
from smallcap.reports.page.data import Report, read_report
from smallcap.reports.page.filter_names import filter_names
from smallcap.reports.page.health import HealthNote
from smallcap.reports.page.render import render_companies, render_pages, render_single
from smallcap.reports.page.sheets import everyone, sheets_of
from smallcap.tables import META_TABLES, TABLES
from smallcap.tables.views import read_views
from smallcap.warehouse.catalogue import create_macros
from tests.paths import PROJECT_ROOT

AS_OF = dt.date(2025, 12, 31)
VIEWS_DIR = PROJECT_ROOT / "sql" / "views"
HOSTILE = "<img src=x onerror=alert(1)>\"'&"
"""A name that would do harm if it were not escaped, in text and in attributes alike."""
SYNTHETIC = "synthetic sample universe (made-up companies)"


@cache
def empty_warehouse() -> duckdb.DuckDBPyConnection:
    """Every published table without rows, but for one date of coverage and what the catalogue says of
    itself.
    """
    connection = duckdb.connect()
    for name, table in {**TABLES, **META_TABLES}.items():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.layer}")
        connection.register("no_rows", table.empty())
        connection.execute(f"CREATE TABLE {name} AS FROM no_rows")
    create_macros(connection, TABLES)
    for view in read_views(VIEWS_DIR):
        connection.execute(f"CREATE VIEW {view.name} AS {view.select}")
    coverage = {name: 0 for name, kind in TABLES["marts.coverage"].columns.items() if kind.is_integer()}
    given = {**coverage, "year": AS_OF.year, "as_of": AS_OF, "has_membership": True, "stale_months": 18}
    connection.execute(
        f"INSERT INTO marts.coverage ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})",
        list(given.values()),
    )
    connection.execute(
        "INSERT INTO meta.catalogue VALUES ('home', 'run-1', '1.0', ?, TIMESTAMP '2026-01-02 03:04:05')",
        [SYNTHETIC],
    )
    return connection


def answer(question: str) -> pl.DataFrame:
    """Answer a question of the report from the empty warehouse."""
    publication = Publication(empty_warehouse(), Path("in memory"))
    return publication.frame(question, **parameters_of(question, AS_OF))


@cache
def empty_report() -> Report:
    """A report of a date on which nothing came out."""
    return read_report(AS_OF, answer)


def report_with(**rows: list[dict[str, object]]) -> Report:
    """A report with these rows; columns that a row does not name are null."""
    report = empty_report()
    filled = {
        name: pl.DataFrame(given, schema=getattr(report.data, name).schema) for name, given in rows.items()
    }
    return replace(report, data=replace(report.data, **filled))


def pages_of(report: Report, health: HealthNote | None = None) -> dict[str, str]:
    """Every HTML file of a report by its name, and the edition in one file."""
    companies = {f"company/{name}": page for name, page in render_companies(report).items()}
    return {**render_pages(report, health), **companies, "single.html": render_single(report, health)}


def whole(report: Report) -> str:
    """All pages of the folder of a report, as one text."""
    return "\n".join(page for name, page in pages_of(report).items() if name != "single.html")


def data_files(report: Report) -> dict[str, str]:
    """The data files of every member."""
    sheets = sheets_of(report.data, everyone(report.data))
    return company_files(sheets, filter_names(report.data.sheet_path))
