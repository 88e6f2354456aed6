"""The summary that a run ends with, read from the published warehouse as any analyst would."""

from __future__ import annotations

import datetime as dt

from rich.console import Console
from rich.markup import escape

from smallcap.hints import command_hint
from smallcap.pipelines.command.reading import claims_of
from smallcap.questions import open_publication, question
from smallcap.reports.study_block import study_block
from smallcap.settings import Settings


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
    with open_publication(settings.warehouse_dir) as publication:
        date = as_of or publication.ask("latest_quality_date")[0]["as_of"]
        summary = publication.ask("quality_summary", as_of=date)
        names = publication.ask("best_and_worst_scores", as_of=date)
        warnings = publication.ask("warnings")
        claims = claims_of(publication, date)
    counts = [row for row in summary if row["quintile"] == 0]
    quintiles = [row for row in summary if row["quintile"] > 0]
    out.print(study_block(claims.told, counts, quintiles, names, claims.empty))
    for warning in warnings:
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
    hint = command_hint(settings, "sql", question("example").sql)
    err.print(f"query it:  {escape(hint)}", highlight=False, soft_wrap=True)
