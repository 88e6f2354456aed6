"""Opens the source that the settings name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from smallcap.errors import InputError
from smallcap.package_files import PACKAGE
from smallcap.settings import Settings
from smallcap.sources.base import Source
from smallcap.sources.payloads import SnapshotStore
from smallcap.sources.views import ClockedSource, LimitedSource


def open_source(settings: Settings, snapshots: SnapshotStore | None = None) -> Source:
    """Open the source that the settings name, seen through the settings `clock` and `limit`.

    Parameters
    ----------
    settings
        The settings.
    snapshots
        Where fetched payloads are kept; None keeps nothing.

    Raises
    ------
    InputError
        When the preset needs a setting that is not given.
    """
    source = _adapter(settings, snapshots)
    if settings.clock is not None:
        source = ClockedSource(source, settings.clock)
    return source if settings.limit is None else LimitedSource(source, settings.limit)


def _adapter(settings: Settings, snapshots: SnapshotStore | None) -> Source:
    # Each adapter is imported where it is opened: the others are not loaded.
    if settings.preset == "sample":
        from smallcap.sources.sample import SampleSource

        return SampleSource(settings.sample_companies, settings.sample_seed, snapshots)
    if settings.preset == "xfinlink":
        from smallcap.sources.live import open_xfinlink

        return open_xfinlink(settings, snapshots or SnapshotStore(settings.snapshots_dir))
    if settings.preset == "public":
        from smallcap.sources.live_public import open_public

        return open_public(settings, snapshots or SnapshotStore(settings.snapshots_dir)).source
    if settings.input is None:
        raise InputError(
            "the preset files reads a folder and none is given; name it with --input DIR or SMALLCAP_INPUT"
        )
    if not settings.input.is_absolute():
        raise InputError(
            f"the home {settings.home} records its input folder as '{settings.input}', which is "
            f"found neither below {Path.cwd()} nor below "
            f"{PACKAGE.parent}; name the folder once with --input DIR, and it is recorded in full"
        )
    from smallcap.rules.files import read_rules
    from smallcap.rules.types import holdings
    from smallcap.sources.files.dates import load_date_limits
    from smallcap.sources.files.source import FilesSource
    from smallcap.sources.identity.aliases import load_ticker_aliases

    return FilesSource(
        settings.input,
        rules=read_rules(settings.reference, holdings.FILE_NAME, holdings.HoldingsRules),
        aliases=load_ticker_aliases(settings.reference),
        limits=load_date_limits(settings.reference, dt.datetime.now(dt.UTC).date(), settings.clock),
        blank_debt_is_zero=settings.files_blank_debt_is_zero,
        shares_split_basis=settings.shares_split_basis,
        snapshots=snapshots,
        sizes=settings.input_limits,
    )
