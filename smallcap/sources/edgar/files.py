"""The SEC's files by dataset: each is asked for once and kept; that a file does not exist is kept too."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from smallcap.private_files import make_private
from smallcap.rules.types.sec import SecRules
from smallcap.sources.edgar.client import NAME, NotFoundError, SecClient
from smallcap.sources.fetching import Fetcher
from smallcap.sources.fetching.together import in_parallel

ABSENT: Final = "absent"
"""Dataset of the answers that say that a file does not exist."""
FACTS: Final = "company_facts"


class SecRecords:
    """The SEC's files, as they are kept or asked for.

    Parameters
    ----------
    fetcher
        Sends requests within the limits, and keeps responses.
    client
        Knows the contact and the hosts.
    rules
        The files' addresses and limits.
    """

    def __init__(self, fetcher: Fetcher, client: SecClient, rules: SecRules) -> None:
        self.fetcher = fetcher
        self.client = client
        self.rules = rules

    def fetch(
        self,
        dataset: str,
        names: Mapping[str, str],
        max_age: dt.timedelta | None = None,
        absent_max_age: dt.timedelta | None = None,
    ) -> bytes | None:
        """Return a file; None where the SEC has none of that name.

        Parameters
        ----------
        dataset
            A name of `SecFiles`.
        names
            What its path is filled in with: the request.
        max_age
            An older answer is asked for again; None: it stays.
        absent_max_age
            An older answer that there is no such file is asked for again; None: as `max_age`.

        Raises
        ------
        SmallcapError
            See `Fetcher.fetch` and `SecClient.get`.
        """
        kept = self.kept(dataset, names, max_age)
        if kept is not None:
            return kept
        if self._is_known_absent(dataset, names, absent_max_age or max_age):
            return None
        return self._ask(dataset, names)

    def fetch_all(
        self,
        dataset: str,
        requests: Sequence[Mapping[str, str]],
        max_age: dt.timedelta | None = None,
        absent_max_age: dt.timedelta | None = None,
    ) -> None:
        """Fetch files that are not at hand over several connections, and tell how far it is."""
        missing = [
            names
            for names in requests
            if self.kept(dataset, names, max_age) is None
            and not self._is_known_absent(dataset, names, absent_max_age or max_age)
        ]
        self.ask_all(dataset, missing)

    def ask_all(self, dataset: str, requests: Sequence[Mapping[str, str]]) -> None:
        """Ask for files whatever is kept, over several connections, and tell how far it is."""
        in_parallel(dataset, requests, lambda names: self._ask(dataset, names), self.rules.connections)

    def fetch_part(
        self,
        dataset: str,
        names: Mapping[str, str],
        folder: Path,
        part_of: Callable[[Path], bytes],
        absent_max_age: dt.timedelta | None = None,
    ) -> bytes | None:
        """Return a part of a file that is too large to be kept; the part alone is kept.

        Parameters
        ----------
        dataset, names, absent_max_age
            As for `fetch`.
        folder
            Where the file is until its part is taken.
        part_of
            Takes the part from the file.

        Raises
        ------
        SmallcapError
            As `fetch`, and what `part_of` raises.
        """
        kept = self.kept(dataset, names)
        if kept is not None or self._is_known_absent(dataset, names, absent_max_age):
            return kept
        file = self.rules.files.of(dataset)
        path = folder / f"{dataset}-{os.getpid()}"
        make_private(folder)
        try:
            self.fetcher.send(
                NAME,
                dataset,
                lambda: self.client.download(file.host, file.path.format(**names), path),
            )
            part = part_of(path)
        except NotFoundError as error:
            self.keep(ABSENT, _absent(dataset, names), error.body or b"-")
            return None
        finally:
            path.unlink(missing_ok=True)
        self.keep(dataset, names, part)
        return part

    def kept(
        self, dataset: str, names: Mapping[str, str], max_age: dt.timedelta | None = None
    ) -> bytes | None:
        """Return a file without a request; None where it is not at hand."""
        return self.fetcher.kept(NAME, dataset, names, max_age)

    def keep(self, dataset: str, names: Mapping[str, str], payload: bytes) -> None:
        """Keep a file that came another way."""
        self.fetcher.snapshots.keep(NAME, dataset, names, payload, self.fetcher.clock())

    def received(
        self, dataset: str, key: str, wanted: Collection[str] | None = None
    ) -> dict[str, dt.datetime]:
        """Return when each file of a dataset was last received, or last found not to exist.

        Parameters
        ----------
        dataset
            The dataset, whose requests have one name.
        key
            That name.
        wanted
            Only files of these; None: of all.
        """
        received = self.fetcher.snapshots.received
        absent = [one for one in received(NAME, ABSENT) if one[0].get("dataset") == dataset]
        found: dict[str, dt.datetime] = {}
        for request, moment in (*received(NAME, dataset), *absent):
            name = str(request[key])
            if wanted is None or name in wanted:
                found[name] = max(moment, found.get(name, moment))
        return found

    def _ask(self, dataset: str, names: Mapping[str, str]) -> bytes | None:
        file = self.rules.files.of(dataset)
        path = file.path.format(**names)
        try:
            # An answer that is known is not wanted here: an age of nothing asks in any case.
            return self.fetcher.fetch(
                NAME, dataset, names, lambda: self.client.get(file.host, path, file.form), _NOTHING
            )
        except NotFoundError as error:
            self.keep(ABSENT, _absent(dataset, names), error.body or b"-")
            return None

    def _is_known_absent(self, dataset: str, names: Mapping[str, str], max_age: dt.timedelta | None) -> bool:
        return self.kept(ABSENT, _absent(dataset, names), max_age) is not None


_NOTHING: Final = -dt.timedelta(days=1)
"""An age that no kept answer is under, so that one is asked for."""


def _absent(dataset: str, names: Mapping[str, str]) -> dict[str, str]:
    return {"dataset": dataset, **names}
