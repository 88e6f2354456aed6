"""The summary that a run ends with, read from the published warehouse as any analyst would."""

from __future__ import annotations

import datetime as dt

from rich.console import Console
from rich.markup import escape

from smallcap.hints import command_hint
from smallcap.pipelines.command.reading import claims_of, rows_of
from smallcap.reports.terminal import study_block
from smallcap.settings import Settings

SUMMARY = """
SELECT * FROM marts.quality_summary
WHERE as_of = DATE '{as_of}' AND method = 'published' AND variant = 'base'
ORDER BY basis DESC, quintile
"""
NAMES = """
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY basis ORDER BY score DESC, entity_id) AS from_best,
           row_number() OVER (PARTITION BY basis ORDER BY score, entity_id) AS from_worst
    FROM marts.quality_scores
    WHERE as_of = DATE '{as_of}' AND method = 'published' AND status = 'scored'
)
SELECT CASE WHEN from_best <= 8 THEN 'best' ELSE 'worst' END AS "group", *
FROM ranked WHERE from_best <= 8 OR from_worst <= 8
ORDER BY basis DESC, "group", CASE WHEN from_best <= 8 THEN from_best ELSE from_worst END
"""
WARNINGS = """
SELECT table_name, check_name, message FROM meta.checks
WHERE run_id = (SELECT run_id FROM meta.catalogue) AND status = 'warned' ORDER BY table_name, check_name
"""
LATEST = "SELECT max(as_of) AS as_of FROM marts.quality_summary"


def show_summary(settings: Settings, as_of: dt.date | None, out: Console, err: Console) -> None:
    """Show the study's summary block of a date, what the checks warn of, and where the warehouse is.

    Parameters
    ----------
    settings
        The settings; the warehouse is found by them.
    as_of
        The date; None shows the latest.
    out, err
        Where the block goes, and where warnings and the hint go.
    """
    date = as_of or rows_of(settings, LATEST)[0]["as_of"]
    summary = rows_of(settings, SUMMARY.format(as_of=date))
    counts = [row for row in summary if row["quintile"] == 0]
    quintiles = [row for row in summary if row["quintile"] > 0]
    claims = claims_of(settings, date)
    out.print(
        study_block(claims.told, counts, quintiles, rows_of(settings, NAMES.format(as_of=date)), claims.empty)
    )
    for warning in rows_of(settings, WARNINGS):
        told = f"{warning['table_name']} {warning['check_name']}: {warning['message']}"
        # A terminal that breaks the line itself may break it inside a number.
        err.print(f"[yellow]warning:[/] {escape(told)}", highlight=False, soft_wrap=not err.is_terminal)
    err.print(
        f"\nwarehouse: {escape(str(settings.warehouse_dir / 'warehouse.duckdb'))}",
        highlight=False,
        soft_wrap=True,
    )
    page = settings.reports_dir / f"{date}" / "index.html"
    if page.is_file():
        err.print(f"report:    {escape(str(page))}", highlight=False, soft_wrap=True)
    hint = command_hint(settings, "sql", "SELECT ticker, score FROM marts.latest_quality LIMIT 5")
    err.print(f"query it:  {escape(hint)}", highlight=False, soft_wrap=True)
