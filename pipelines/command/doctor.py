"""The command `doctor`: what is missing on this machine or in this home, and how to get it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.markup import escape

from smallcap.errors import InputError, NothingPublishedError, SmallcapError
from smallcap.hints import command_hint
from smallcap.lake import Home
from smallcap.pipelines.command.findings import Finding, explained, warn_of_open_home
from smallcap.settings import Settings
from smallcap.sources.open import open_source
from smallcap.tables import TABLES

PINNED = {
    "dagster": "1.13.27",
    "duckdb": "2.0.0",
    "polars": "2.1.0",
    "deltalake": "1.6.6",
    "dataframely": "3.1.2",
}
LEAST_FREE_BYTES = 1_000_000_000


def show_findings(settings: Settings, out: Console, *, is_online: bool = False) -> bool:
    """Show what was looked at; return whether all is well."""
    looks: list[Callable[[Settings], Finding]] = [
        _python,
        _packages,
        _home,
        _disk,
        _source,
        _lake,
        _warehouse,
        _resolution,
    ]
    if settings.preset == "public":
        looks = _public_looks(looks, is_online=is_online)
    elif is_online:
        from smallcap.pipelines.command.online import ONLINE_LOOKS

        looks += ONLINE_LOOKS
    findings = [*(look(settings) for look in looks), *_damages(settings)]
    for finding in findings:
        mark = "[green]well   [/]" if finding.is_well else "[red]missing[/]"
        out.print(f"{mark} {escape(finding.what)}", highlight=False)
        if not finding.is_well:
            out.print(f"        {escape(finding.remedy)}", highlight=False)
    warn_of_open_home(settings, out)
    return all(finding.is_well for finding in findings)


def _public_looks(
    looks: list[Callable[[Settings], Finding]], *, is_online: bool
) -> list[Callable[[Settings], Finding]]:
    """Add what is looked at in public records; the source itself can be asked only over the network."""
    from smallcap.pipelines.command.online_public import LOCAL_LOOKS, ONLINE_LOOKS

    own = [*(look for look in looks if look is not _source), *LOCAL_LOOKS]
    return [*own, *ONLINE_LOOKS] if is_online else own


def _python(settings: Settings) -> Finding:
    return Finding(
        f"Python {sys.version.split()[0]}",
        (3, 11) <= sys.version_info[:2] < (3, 14),
        "use Python 3.11, 3.12 or 3.13",
    )


def _packages(settings: Settings) -> Finding:
    wrong = []
    for name, wanted in PINNED.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found != wanted:
            wrong.append(f"{name} {found}, not {wanted}")
    pinned = ", ".join(f"{name} {wanted}" for name, wanted in PINNED.items())
    return Finding("packages: " + ("; ".join(wrong) or f"{pinned}, as pinned"), not wrong, "run `make setup`")


def _home(settings: Settings) -> Finding:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    return Finding(
        f"home {settings.home}",
        folder.is_dir() and os.access(folder, os.W_OK),
        "choose a folder that you may write to: --home or SMALLCAP_HOME; only queries need not write",
    )


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    return Finding(
        f"{free / 1e9:,.1f} GB free",
        free >= LEAST_FREE_BYTES,
        "twenty years take about 1 GB: free some space",
    )


def _source(settings: Settings) -> Finding:
    def look() -> str:
        """Say which lists of members the source knows."""
        source = open_source(settings, None)
        dates = source.membership_dates(settings.index_name)
        if not dates:
            raise InputError(f"source {source.label} knows no list of members of {settings.index_name}")
        return (
            f"source {source.label}: lists of members from {min(dates)} to {max(dates)}, clock {source.clock}"
        )

    return explained(look, f"source of preset {settings.preset}")


def _lake(settings: Settings) -> Finding:
    def look() -> str:
        """Count the tables that were written."""
        written = [name for name in TABLES if Home(settings).lake.version(name) >= 0]
        return f"lake: {len(written)} of {len(TABLES)} tables written"

    return explained(look, "lake")


def _damages(settings: Settings) -> list[Finding]:
    """List what is damaged in the home, each with its repair; every data file and payload is read."""
    from smallcap.repair.steps import find_steps

    if not settings.home.is_dir():
        return []
    steps = find_steps(Home(settings))
    command = command_hint(settings, "doctor", "--repair")
    return [Finding(step.damage, False, f"`{command}`: {step.remedy}") for step in steps]


def _warehouse(settings: Settings) -> Finding:
    from smallcap.warehouse import published

    def look() -> str:
        """Say what is published, and since when."""
        try:
            served = published(settings.warehouse_dir)
        except NothingPublishedError:
            return f"warehouse: nothing is published yet; make it with: {_first_run(settings)}"
        return f"warehouse: {len(served.tables)} tables, published {served.published_at:%Y-%m-%d %H:%M} UTC"

    return explained(look, "warehouse")


def _first_run(settings: Settings) -> str:
    """Write the command that makes a home for the first time, with the source that was looked at."""
    folder = ["--input", settings.input] if settings.input is not None else []
    given = (
        [] if settings.preset == Settings.model_fields["preset"].default else ["--preset", settings.preset]
    )
    return command_hint(settings, "run", *given, *folder)


def _resolution(settings: Settings) -> Finding:
    """Say how many members are resolved, and warn where those that left the index are known worse."""
    from smallcap.questions import open_publication

    try:
        with open_publication(settings.warehouse_dir) as publication:
            rows = publication.ask("resolved_shares")
    except SmallcapError:
        return Finding("resolved members: nothing is published that tells", True, "")
    if not rows:
        return Finding("resolved members: one date alone does not tell who left the index", True, "")
    row = rows[0]
    shares = (
        f"resolved members at {row['as_of']}: {_percent(row['resolved_share'])} of {row['members']:,}; "
        f"{_percent(row['stayed_share'])} of those that are still members at {row['newest_as_of']}, "
        f"{_percent(row['left_share'])} of {row['left_members']:,} that left"
    )
    remedy = (
        "results favour survivors: names that left are known worse. `smallcap why` shows a member's reason; "
        "aliases go into ticker_aliases.csv, new registration numbers into cik_successions.csv"
    )
    return Finding(shares, not row["is_gap_large"], remedy)


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"
