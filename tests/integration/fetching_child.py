"""A process that fetches the figures of companies from an address into a folder, and may be killed."""

from __future__ import annotations

import sys
from pathlib import Path

from smallcap.settings import load_settings
from smallcap.sources.live_public import open_public
from smallcap.sources.payloads import SnapshotStore

COMPANIES = [f"{9_000_001 + number:010d}" for number in range(24)]


def main(url: str, home: str, rates: str, per_second: str) -> None:
    """Fetch what is not at hand."""
    settings = load_settings(
        home=Path(home),
        preset="public",
        sec_contact="Jane Doe jane.doe@research.example",
        sec_www_url=url,
        sec_data_url=url,
        sec_search_url=url,
        sec_requests_per_second=float(per_second),
        rate_dir=Path(rates),
    )
    open_public(settings, SnapshotStore(settings.snapshots_dir)).files.provide(COMPANIES)


if __name__ == "__main__":
    main(*sys.argv[1:])
