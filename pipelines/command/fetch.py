"""The command `fetch`: request from the sources what a run needs, or count requests and the quota left."""

from __future__ import annotations

import datetime as dt
import sys
from typing import NamedTuple

from rich.console import Console
from rich.markup import escape

from smallcap.engine.asked import YEARS_RESTATED, known_companies, known_lines
from smallcap.engine.context import Run
from smallcap.engine.lineage import READS
from smallcap.engine.plan import plan_run
from smallcap.hints import command_hint
from smallcap.lake import Home
from smallcap.pipelines.command.fetch_public import show_public_requests
from smallcap.pipelines.command.progress import show_progress
from smallcap.pipelines.command.repair import repair_stored
from smallcap.pipelines.command.run import choose_range
from smallcap.redaction import command_line
from smallcap.reports.terminal import rows_table
from smallcap.settings import Settings
from smallcap.sources.live import LiveSources, open_live
from smallcap.sources.open import open_source
from smallcap.sources.payloads import SnapshotStore

RAW_TABLES = [name for name in READS if name.startswith("raw.")]
FACTOR_FILES = 3


class Planned(NamedTuple):
    """Requests that a run would begin with: for what, how many, and what is uncertain about the number."""

    source: str
    dataset: str
    requests: int
    remark: str


def fetch(
    settings: Settings,
    first: int | None,
    last: int | None,
    as_of: dt.date | None,
    *,
    is_dry: bool,
    out: Console,
    err: Console,
) -> None:
    """Make the raw tables of a date or a range of years, or show what that would ask for.

    Parameters
    ----------
    settings
        The settings.
    first, last, as_of
        As for `run`.
    is_dry
        Ask for nothing; count.
    out, err
        Where the counts and where progress go.
    """
    if is_dry and settings.preset == "public":
        show_public_requests(settings, first, last, as_of, out)
        return
    if not is_dry:
        repair_stored(settings, err)
    source = open_source(settings, None)
    first, last, as_of = choose_range(settings, source, first, last, as_of)
    if is_dry:
        show_requests(settings, plan_run(settings, source, first, last, as_of), out)
        return
    from smallcap.pipelines.execute import run_years

    Home(settings).prepare()
    with show_progress(len(RAW_TABLES), err):
        run_years(settings, first, last, as_of, tables=RAW_TABLES, command=command_line(sys.argv[1:]))
    told = (
        f"the raw tables are here; `{command_hint(settings, 'run')}` computes and publishes what "
        f"follows from them"
    )
    err.print(escape(told), highlight=False, soft_wrap=True)


def show_requests(settings: Settings, run: Run, out: Console) -> None:
    """Show how many requests a plan would begin with, by source, beside what is left of each quota."""
    if settings.preset != "xfinlink":
        out.print(f"preset {settings.preset} asks nobody: no request, no quota")
        return
    live = open_live(settings, SnapshotStore(settings.snapshots_dir))
    planned = planned_requests(live, run)
    out.print(rows_table(Planned._fields, planned))
    for source in dict.fromkeys(line.source for line in planned):
        left = live.fetcher.quota.left(source)
        needed = sum(line.requests for line in planned if line.source == source)
        today = "no limit" if left.today is None else f"{left.today} left today"
        hour = "" if left.this_hour is None else f", {left.this_hour} left this hour"
        out.print(f"{escape(source)}: {needed} requests, {today}{hour}", highlight=False)
    out.print("pages beyond a first one, and names that only the lists will show, come on top", style="dim")


def planned_requests(live: LiveSources, run: Run) -> list[Planned]:
    """Count the requests that a plan would begin with; what is available is not requested again."""
    securities = run.home.lake.read("raw.securities")
    asked = {
        "fundamentals": known_companies(securities),
        "quarterly_fundamentals": known_companies(securities),
        "vendor_metrics": known_companies(securities),
        "prices": known_lines(securities),
    }
    at_hand = {
        request["as_of"] for request, _ in live.fetcher.snapshots.received(live.xfinlink.name, "index")
    }
    lists = [date for date in run.dates.of(run.asked) if date.isoformat() not in at_hand]
    planned = [
        Planned(live.xfinlink.name, "constituents", len(lists), "one a list and page of a thousand names")
    ]
    for dataset, names in asked.items():
        years = run.years.of(f"raw.{dataset}")
        back = 0 if dataset == "prices" else YEARS_RESTATED
        if not years:
            continue
        start, end = dt.date(min(years) - back, 1, 1), dt.date(max(years), 12, 31)
        requests = live.xfinlink.requests_needed(dataset, names, start, end)
        planned.append(
            Planned(
                live.xfinlink.name,
                dataset,
                requests,
                f"{len(names)} known names" if names else "no name is known before the first list",
            )
        )
    planned.append(
        Planned(live.french.name, "factors", FACTOR_FILES, "one a file, unless it is young enough")
    )
    return planned
