"""What `doctor --online` says of companies of which another number at the SEC may be missing."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.lake import Home, Lake
from smallcap.pipelines.command.findings import Finding, explained
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.cik_successions import SUCCESSIONS_FILE, CikSuccession
from smallcap.rules.types.cusip_identity import CUSIP_IDENTITY_FILE, CusipIdentity
from smallcap.settings import Settings
from smallcap.sources.live_public import open_public
from smallcap.sources.payloads import SnapshotStore
from smallcap.sources.public.adapter import NAME
from smallcap.sources.whois.named import BY_TICKER
from smallcap.sources.whois.succession_signs import (
    later_numbers,
    succession_candidates,
    successor_filings,
)

SHOWN: Final = 20
"""Companies that are named; of more the count is told."""
WHAT: Final = "companies that may have another number at the SEC"
ADVICE: Final = (
    "Where two numbers are one company, years are missing: add both to a copy of "
    f"{SUCCESSIONS_FILE} in a folder of its own, `smallcap config set rules FOLDER`, and run again; "
    "a company that only began to report lacks nothing"
)


def numbers_finding(settings: Settings) -> Finding:
    """Name the companies of the home that may have filed, or may file, under another number too.

    It is told and no fault: whether two numbers are one company only their filings say.
    """
    return explained(lambda: _told(settings), WHAT)


def _told(settings: Settings) -> str:
    """Ask for today's tickers, and for the filings of the companies found."""
    rules = read_rules(settings.reference, CUSIP_IDENTITY_FILE, CusipIdentity)
    known = read_rows(settings.reference, SUCCESSIONS_FILE, CikSuccession)
    identifier = open_public(settings, SnapshotStore(settings.snapshots_dir)).source.identifier
    listed, anchored = listed_and_anchored(Home(settings).lake)
    late = succession_candidates(listed, anchored, known, rules)
    later = later_numbers(listed, identifier.tickers(), known)
    both = pl.concat(
        [
            late.select("cik", "name", "reason", new_cik="cik"),
            later.select("cik", "name", "reason", "new_cik"),
        ]
    ).unique(["cik", "new_cik"], maintain_order=True)
    if both.is_empty():
        return f"{WHAT}: none"
    shown = both.head(SHOWN)
    found = identifier.submissions(shown["new_cik"].to_list())
    filed = {cik: successor_filings(one.filings.with_columns(cik=pl.lit(cik))) for cik, one in found.items()}
    told = [
        f"{row['name']} (CIK {row['cik']}) {row['reason']}{_evidence(filed.get(row['new_cik']))}"
        for row in shown.iter_rows(named=True)
    ]
    more = [f"and {both.height - SHOWN} more"] if both.height > SHOWN else []
    return f"{WHAT}: {'; '.join([*told, *more])}. {ADVICE}"


def _evidence(filings: pl.DataFrame | None) -> str:
    if filings is None or filings.is_empty():
        return ""
    first = filings.row(0, named=True)
    return f" (by its filing {first['accession']} of {first['date']} it took over a registration)"


def listed_and_anchored(lake: Lake) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return companies with a first day in lists, and the fiscal years whose own annual filing is known.

    The lines of a home's lists are described from all lists of the index, so their first day is that of the
    first list also where the home has members at later dates alone.
    """
    columns = [
        *("entity_id", "source", "source_entity_id", "name", "ticker"),
        *("valid_from", "is_resolved", "resolved_by"),
    ]
    lines = lake.read("raw.securities", columns=columns).filter(
        "is_resolved", pl.col("source") == NAME, pl.col("resolved_by").ne_missing(BY_TICKER)
    )
    listed = lines.sort("valid_from").select("name", "ticker", cik="source_entity_id", list_date="valid_from")
    companies = lines.select("entity_id", cik="source_entity_id").unique()
    ends = lake.read("raw.fundamentals", columns=["entity_id", "period_end"])
    return listed, ends.join(companies, on="entity_id").select("cik", "period_end")
