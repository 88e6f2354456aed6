"""The bulk file of all companies' figures: downloaded to disk, taken apart into one kept file a company."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from smallcap.errors import InputError
from smallcap.private_files import make_private
from smallcap.sources.archives import DAMAGE
from smallcap.sources.edgar.client import NAME
from smallcap.sources.edgar.files import ABSENT, FACTS, SecRecords
from smallcap.sources.fetching.together import Progress

BULK: Final = "bulk_facts"
LARGEST_MEMBER_BYTES: Final = 200_000_000
"""Unpacked size of one company's figures; the largest known have about 10 MB."""
NOT_IN_BULK: Final = b"not in the bulk file"


@contextmanager
def downloaded_bulk(records: SecRecords, folder: Path) -> Iterator[zipfile.ZipFile]:
    """Download the bulk file within the limits, and remove it afterwards.

    A part that a failure leaves is downloaded anew: the file changes every night.

    Parameters
    ----------
    records, folder
        The SEC's files, and where the file is while it is unpacked.

    Raises
    ------
    InputError, SmallcapError
        When it cannot be read as a zip; see `Fetcher.send`.
    """
    make_private(folder)
    path = folder / "companyfacts.zip"
    file = records.rules.files.of(BULK)
    try:
        records.fetcher.send(NAME, BULK, lambda: records.client.download(file.host, file.path, path))
        with open_bulk(path) as bulk:
            yield bulk
    finally:
        path.unlink(missing_ok=True)


def open_bulk(path: Path) -> zipfile.ZipFile:
    """Open the bulk file; raise InputError when it is not a readable zip."""
    try:
        return zipfile.ZipFile(path)
    except DAMAGE as error:
        raise InputError(
            f"the SEC's bulk file is not a readable zip ({error}); run the command again"
        ) from None


def keep_from_bulk(records: SecRecords, bulk: zipfile.ZipFile, companies: Collection[str]) -> int:
    """Keep the figures of companies as if each had been asked for; return how many the file has none of.

    Raises
    ------
    InputError
        When a member is implausibly large or damaged.
    """
    progress = Progress("figures unpacked", len(companies))
    absent = 0
    for cik in sorted(companies):
        payload = member_of(bulk, cik)
        if payload is None:
            absent += 1
            records.keep(ABSENT, {"dataset": FACTS, "cik": cik}, NOT_IN_BULK)
        else:
            records.keep(FACTS, {"cik": cik}, payload)
        progress.advance()
    return absent


def member_of(bulk: zipfile.ZipFile, cik: str) -> bytes | None:
    """Return a company's figures from the bulk file; None where it has none.

    Raises
    ------
    InputError
        When they are implausibly large or damaged.
    """
    name = f"CIK{cik}.json"
    try:
        with bulk.open(name) as member:
            # The size that the archive declares is not believed.
            payload = member.read(LARGEST_MEMBER_BYTES + 1)
    except KeyError:
        return None
    except DAMAGE as error:
        raise InputError(
            f"the SEC's bulk file is damaged at {name} ({error}); run the command again"
        ) from None
    if len(payload) > LARGEST_MEMBER_BYTES:
        raise InputError(f"the SEC's bulk file has {name} of more than {LARGEST_MEMBER_BYTES:,} bytes")
    return payload
