"""Reading the published warehouse for the commands, as any analyst would."""

from __future__ import annotations

from typing import Any

from smallcap.settings import Settings
from smallcap.warehouse import QueryLimits, run_query


def rows_of(settings: Settings, query: str) -> list[dict[str, Any]]:
    """Run a query on the published warehouse, and return its rows by column name."""
    result = run_query(settings.warehouse_dir, query, "table")
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def limits_of(settings: Settings) -> QueryLimits:
    """Return what a query of a user may use."""
    return QueryLimits(
        timeout_seconds=settings.sql_timeout_seconds,
        memory_mb=settings.sql_memory_mb,
        threads=settings.sql_threads,
        max_rows=settings.sql_max_rows,
        max_characters=settings.sql_max_characters,
    )


def label_of(settings: Settings) -> str:
    """Return what the published data are, in words; they say so where they are synthetic."""
    return str(rows_of(settings, "SELECT label FROM meta.catalogue")[0]["label"])
