"""The commands `status` and `config`: what is published and what is set."""

from __future__ import annotations

from pydantic.fields import FieldInfo
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from smallcap.engine.unchanged import is_unchanged
from smallcap.pipelines.command.findings import warn_of_open_home
from smallcap.pipelines.command.reading import claims_of
from smallcap.questions import open_publication
from smallcap.reports.terminal import rows_table
from smallcap.settings import Settings

PARTS = {"Tables": "status_tables", "Dates": "status_dates", "Checks of that run": "status_checks"}


def show_status(settings: Settings, out: Console) -> None:
    """Show tables, years and dates, versions, freshness and the last checks of the published warehouse."""
    with open_publication(settings.warehouse_dir) as publication:
        headline = publication.ask("headline")[0]
        told = claims_of(publication, headline["newest"]).told
        parts = {title: publication.table(name) for title, name in PARTS.items()}
    out.print(f"[bold]{escape(str(settings.home))}[/]", highlight=False, soft_wrap=True)
    out.print(Text(told))
    out.print(
        f"published {headline['built_at']:%Y-%m-%d %H:%M} UTC by run {headline['run_id']} "
        f"({escape(str(headline['command']))}), release {headline['release']}; "
        f"newest as_of {headline['newest']}\n",
        highlight=False,
    )
    for title, (columns, rows) in parts.items():
        out.print(rows_table(columns, rows, title))
        out.print()
    _show_out_of_date(settings, out)
    _show_unfinished(settings, out)
    warn_of_open_home(settings, out)


def _show_out_of_date(settings: Settings, out: Console) -> None:
    """Say which tables the next run would make again, and why.

    Nothing is said where a run found nothing to make and nothing changed.
    """
    if is_unchanged(settings):
        return
    from smallcap.repair.damage import find_damage

    damages = find_damage(settings, is_deep=False)
    for damage in damages:
        told = f"{damage}; the next run repairs it"
        out.print(f"[yellow]warning:[/] {escape(told)}", highlight=False, soft_wrap=True)
    if damages:
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


def in_order(kind: type[Settings]) -> dict[str, FieldInfo]:
    """Return the settings by name: first those of every home, then those of its parts (one preset, `sql`)."""
    own = {name: field for name, field in kind.model_fields.items() if name in kind.__annotations__}
    return {**own, **kind.model_fields}


def show_config(settings: Settings, out: Console) -> None:
    """Show every setting: name, value in force, variable, meaning. A secret shows as asterisks."""
    rows = [
        (name, str(getattr(settings, name)), f"SMALLCAP_{name.upper()}", field.description or "")
        for name, field in in_order(type(settings)).items()
    ]
    out.print(rows_table(["setting", "value", "variable", "meaning"], rows))
