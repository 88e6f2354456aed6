"""What `fetch --dry-run` says of the preset public: requests, bytes and minutes, before anything is asked."""

from __future__ import annotations

import datetime as dt

from rich.console import Console
from rich.markup import escape

from smallcap.engine.asked import known_companies
from smallcap.lake import Home
from smallcap.reports.terminal import rows_table
from smallcap.rules.files import read_rows
from smallcap.rules.types.index_funds import INDEX_FUNDS_FILE, FundRow
from smallcap.settings import Settings
from smallcap.sources.fetching.together import as_duration
from smallcap.sources.live_public import open_public
from smallcap.sources.payloads import SnapshotStore
from smallcap.sources.public.planned import PlannedFiles, planned_files

FACTOR_FILES = 3


def show_public_requests(
    settings: Settings, first: int | None, last: int | None, as_of: dt.date | None, out: Console
) -> None:
    """Show what a run would ask the SEC for, by kind of file, and how long the limit makes it take.

    Parameters
    ----------
    settings
        The settings; a contact is not needed.
    first, last, as_of
        As for `run`; without any, the newest date.
    out
        Where the numbers go.
    """
    public = open_public(settings, SnapshotStore(settings.snapshots_dir))
    clock = public.source.clock
    newest = last or (as_of.year if as_of else clock.year)
    years = range(first or newest, newest + 1)
    funds = read_rows(settings.reference, INDEX_FUNDS_FILE, FundRow)
    securities = Home(settings).lake.read("raw.securities")
    known = known_companies(securities)
    planned = planned_files(public.records, funds, settings.index_name, years, clock, known)
    out.print(rows_table(PlannedFiles._fields, planned))
    requests = sum(line.requests for line in planned)
    megabytes = sum(line.megabytes for line in planned)
    rate = public.rate.rate.requests / public.rate.rate.seconds
    told = (
        f"sec: about {requests:,} requests and {megabytes:,.0f} MB over the network; at {rate:g} a second at "
        f"least {as_duration(requests / rate)}. Kenneth French's library: {FACTOR_FILES} files"
    )
    out.print(escape(told), highlight=False, soft_wrap=True)
    if (until := public.rate.blocked_until()) is not None:
        out.print(f"sec: this address is shut out until {until:%Y-%m-%d %H:%M} UTC", highlight=False)
    if settings.sec_contact is None:
        out.print("no contact is set: SMALLCAP_SEC_CONTACT is needed before anything is asked", style="dim")
