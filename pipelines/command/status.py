"""The commands `status` and `config`: what is published and what is set."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from smallcap.engine.unchanged import is_unchanged
from smallcap.pipelines.command.reading import claims_of
from smallcap.reports.terminal import rows_table
from smallcap.settings import Settings
from smallcap.warehouse import run_query

TABLES_QUERY = """
SELECT table_name AS "table", version, row_count AS rows, file_count AS files, first_year AS "from", last_year AS "to"
FROM meta.published_tables ORDER BY table_name
"""
DATES_QUERY = """
SELECT year, count(*) FILTER (has_membership) AS "dates with members", min(as_of) FILTER (has_membership) AS first,
       max(as_of) FILTER (has_membership) AS last, round(avg(members) FILTER (has_membership)) AS "members, mean",
       round(avg(screened_share) FILTER (has_membership), 3) AS "screened, mean share"
FROM marts.coverage GROUP BY year ORDER BY year
"""
CHECKS_QUERY = """
SELECT table_name AS "table", check_name AS "check", status, message
FROM meta.checks WHERE run_id = (SELECT run_id FROM meta.catalogue) ORDER BY status, table_name, check_name
"""
HEADLINE = """
SELECT run_id, built_at, release, (SELECT max(as_of) FROM marts.coverage WHERE has_membership) AS newest,
       (SELECT command FROM meta.runs AS r WHERE r.run_id = c.run_id) AS command
FROM meta.catalogue AS c
"""


def show_status(settings: Settings, out: Console) -> None:
    """Show tables, years and dates, versions, freshness and the last checks of the published warehouse."""
    (run_id, built_at, release, newest, command) = run_query(settings.warehouse_dir, HEADLINE, "table").rows[
        0
    ]
    out.print(f"[bold]{escape(str(settings.home))}[/]", highlight=False, soft_wrap=True)
    out.print(Text(claims_of(settings, newest).told))
    out.print(
        (
            f"published {built_at:%Y-%m-%d %H:%M} UTC by run {run_id} ({escape(str(command))}), "
            f"release {release}; newest as_of {newest}\n"
        ),
        highlight=False,
    )
    for title, query in (
        ("Tables", TABLES_QUERY),
        ("Dates", DATES_QUERY),
        ("Checks of that run", CHECKS_QUERY),
    ):
        result = run_query(settings.warehouse_dir, query, "table")
        out.print(rows_table(result.columns, result.rows, title))
        out.print()
    _show_out_of_date(settings, out)
    _show_unfinished(settings, out)


def _show_out_of_date(settings: Settings, out: Console) -> None:
    """Say which tables the next run would make again, and why.

    Nothing is said where a run found nothing to make and nothing changed.
    """
    if is_unchanged(settings):
        return
    from smallcap.engine.context import open_run
    from smallcap.engine.guard import out_of_date
    from smallcap.lake.home import Home
    from smallcap.sources.open import open_source

    run = open_run(Home(settings), open_source(settings, None), settings, "status", "status", [])
    rows = out_of_date(run.digests)
    if rows:
        out.print(rows_table(("table", "years", "why"), rows, "Out of date: made again by the next run"))
        out.print()


def _show_unfinished(settings: Settings, out: Console) -> None:
    if (settings.home / "run.json").is_file():
        out.print(
            "[yellow]A run is going on, or one failed: the next run undoes what it left. What is "
            "shown above is what is served.[/]"
        )


def show_config(settings: Settings, out: Console) -> None:
    """Show every setting: name, value in force, variable, meaning. A secret shows as asterisks."""
    rows = [
        (name, str(getattr(settings, name)), f"SMALLCAP_{name.upper()}", field.description or "")
        for name, field in type(settings).model_fields.items()
    ]
    out.print(rows_table(["setting", "value", "variable", "meaning"], rows))
