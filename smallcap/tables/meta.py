"""The meta tables: runs, checks and what is served; stored in the catalogue and the lake's records."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import count, date, flag, key_text, ratio, text


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

    dataset = key_text(
        "constituents, securities, fundamentals, quarterly_fundamentals, fundamental_tags, vendor_metrics, "
        "prices or factors"
    )
    source = key_text("the source")
    year = dy.Int64(primary_key=True, description="calendar year; 0 for data without a year")
    asked = count("companies or lines requested", nullable=True, unit="companies")
    fetched_through = date("the last day covered", nullable=False)
    fetched_at = _time("when it was fetched")


class Deliveries(dy.Schema):
    """One row per run and dataset of a live source: what was asked, what came, and how it was judged."""

    run_id = key_text("the run")
    dataset = key_text("fundamentals, quarterly_fundamentals, vendor_metrics or prices")
    source = text("the source", nullable=False)
    clock = date("the source's day", nullable=False)
    first_day = date("first day that was asked for", nullable=False)
    last_day = date("last day that was asked for", nullable=False)
    asked = count(
        "companies or lines that the source knows and that were listed in these days", unit="companies"
    )
    answered = count("those of them with at least one row", unit="companies")
    row_count = count("rows delivered")
    non_null_share = ratio(
        "share of the figures stored before, in rows that came again, that did not come as null", min=0, max=1
    )
    answered_share = ratio("answered over asked", min=0, max=1)
    lost_share = ratio(
        "the largest share that is missing, of companies, rows, figures or answers", min=0, max=1
    )
    silent = count("companies or lines that had rows and have none now", unit="companies")
    silent_ids = text("the source's ids of these, separated by spaces; at most 2,000")
    status = text("accepted, warned, refused, partial or overruled", nullable=False)
    reason = text("the judgement in words, or why a person overruled it", nullable=False)
    is_accepted_by_person = flag("a person had accepted a refused delivery that lacked as much")
    delivered_at = _time("when it was delivered")


class Catalogue(dy.Schema):
    """One row: the home that the catalogue's views refer to, and the release that built it."""

    home = key_text("absolute path of the home")
    run_id = text("the run that published", nullable=False)
    release = text("version of smallcap", nullable=False)
    label = text("what the data are; states if they are synthetic", nullable=False)
    built_at = _time("when the file was built")
