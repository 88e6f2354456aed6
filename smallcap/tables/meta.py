"""The meta tables: runs, checks and what is served; stored in the catalogue and the lake's records."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import count, date, key_text, text


def _time(description: str, *, nullable: bool = False) -> dy.Datetime:
    return dy.Datetime(nullable=nullable, time_unit="us", description=f"{description} (UTC)")


class PublishedTables(dy.Schema):
    """One row per table served: its exact version and the run that published it."""

    table_name = key_text("schema and table")
    version = dy.Int64(nullable=False, min=0, description="version of the Delta table that is served")
    row_count = count("rows of that version")
    file_count = count("Parquet files of that version", unit="files")
    first_year = dy.Int64(nullable=True, description="first year with rows")
    last_year = dy.Int64(nullable=True, description="last year with rows")
    run_id = text("the run that published the catalogue", nullable=False)
    published_at = _time("when the catalogue was published")


class PublishedFiles(dy.Schema):
    """One row per Parquet file behind the views."""

    table_name = key_text("schema and table")
    path = key_text("the file, relative to the home")


class KeptVersions(dy.Schema):
    """One row per table version used by a kept report; these versions are never vacuumed."""

    report = key_text("the report that needs the version")
    table_name = key_text("schema and table")
    version = dy.Int64(primary_key=True, min=0, description="version of the Delta table")


class Runs(dy.Schema):
    """One row per run that wrote to the home."""

    run_id = key_text("the run")
    command = text("the command", nullable=False)
    first_year = dy.Int64(nullable=True, description="first year of the run's range")
    last_year = dy.Int64(nullable=True, description="last year of the run's range")
    as_of = date("the requested as_of; null for complete years")
    preset = text("the sources used", nullable=False)
    status = text("published, succeeded, failed or undone", nullable=False)
    started_at = _time("when it started")
    finished_at = _time("when it finished", nullable=True)


class Checks(dy.Schema):
    """One row per check of a run: what was checked, for which years, and the result."""

    run_id = key_text("the run")
    table_name = key_text("schema and table")
    check_name = key_text("the check")
    first_year = dy.Int64(nullable=True, description="first year checked")
    last_year = dy.Int64(nullable=True, description="last year checked")
    status = text("passed, warned or failed", nullable=False)
    message = text("the result in words")
    checked_at = _time("when it was checked")


class Fetched(dy.Schema):
    """One row per dataset, source and year: what was requested from the source, and up to which day."""

    dataset = key_text("constituents, securities, fundamentals, vendor_metrics, prices or factors")
    source = key_text("the source")
    year = dy.Int64(primary_key=True, description="calendar year; 0 for data without a year")
    asked = count("companies or lines requested", nullable=True, unit="companies")
    fetched_through = date("the last day covered", nullable=False)
    fetched_at = _time("when it was fetched")


class Catalogue(dy.Schema):
    """One row: the home that the catalogue's views refer to, and the release that built it."""

    home = key_text("absolute path of the home")
    run_id = text("the run that published", nullable=False)
    release = text("version of smallcap", nullable=False)
    label = text("what the data are; states if they are synthetic", nullable=False)
    built_at = _time("when the file was built")
