"""Downloads a factor file through pandas-datareader: returns the raw bytes and the reader's own table."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from typing import Any

import polars as pl
import requests
from pandas_datareader.famafrench import FamaFrenchReader

from smallcap.errors import SmallcapError
from smallcap.sources.fetching.errors import RefusedError
from smallcap.sources.fetching.http import HttpLimits, open_session

FIRST_DAY = dt.date(1900, 1, 1)
LAST_DAY = dt.date(2200, 1, 1)
"""Without these dates the reader returns only the five years up to today."""


@dataclass(frozen=True)
class ReaderAnswer:
    """The result of one request.

    Attributes
    ----------
    payload
        The bytes as served.
    table
        The reader's monthly table: `month` (the last calendar day) and the factors in per cent; None where it
        finds none.
    problem
        Why `table` is None.
    """

    payload: bytes
    table: pl.DataFrame | None
    problem: str | None


class _FullHistoryReader(FamaFrenchReader):  # type: ignore[misc]
    """The library's reader with a configurable address; its own is a constant and unencrypted."""

    def __init__(self, file_name: str, base_url: str, session: requests.Session) -> None:
        # The fetcher retries, so the reader does not.
        super().__init__(file_name, start=FIRST_DAY, end=LAST_DAY, retry_count=0, pause=0.0, session=session)
        self._base_url = base_url

    @property
    def url(self) -> str:
        """Address of the factor file."""
        return factor_file_url(self._base_url, self.symbols)


def factor_file_url(base_url: str, file_name: str) -> str:
    """Return the address of a factor file; the base has no slash at its end."""
    return f"{base_url}/ftp/{file_name}_CSV.zip"


def ask_reader(file_name: str, base_url: str, limits: HttpLimits) -> ReaderAnswer:
    """Let the reader request a file once.

    Raises
    ------
    TransientError, RefusedError
        See `open_session`; also when the zip unpacks to more than the limits allow.
    """
    bodies: list[bytes] = []

    def keep_body(response: requests.Response, *_: object, **__: object) -> None:
        """Keep the body of each answer that is no redirect."""
        if not response.is_redirect:
            _require_small(response.content, file_name, limits)
            bodies.append(response.content)

    session = open_session(limits)
    session.hooks["response"].append(keep_body)
    try:
        tables = _FullHistoryReader(file_name, base_url, session).read()
        table, problem = _monthly(tables)
    except SmallcapError:
        raise
    except Exception as error:  # The reader's parsing can raise any kind of error.
        table, problem = None, f"{type(error).__name__}: {error}"
    if not bodies:
        raise RefusedError(
            f"{factor_file_url(base_url, file_name)}: {problem}. Check french_base_url "
            f"(SMALLCAP_FRENCH_BASE_URL)"
        )
    return ReaderAnswer(bodies[-1], table, problem)


def _monthly(tables: dict[Any, Any]) -> tuple[pl.DataFrame | None, str | None]:
    """Take the first table if it is monthly; the reader drops a short one, and the annual one is first."""
    frame = tables.get(0)
    frequency = getattr(getattr(frame, "index", None), "freqstr", None)
    if frame is None or frequency != "M":
        return (
            None,
            (
                f"the first of its tables is "
                f"{'missing' if frame is None else f'of frequency {frequency}'}, not monthly"
            ),
        )
    months = pl.Series("month", list(frame.index.strftime("%Y%m01")), dtype=pl.String)
    columns = {str(name).strip(): frame[name].tolist() for name in frame.columns}
    return pl.DataFrame(columns).select(months.str.to_date("%Y%m%d").dt.month_end(), pl.all()), None


def _require_small(payload: bytes, file_name: str, limits: HttpLimits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile:
        return
    if unpacked > limits.max_bytes:
        raise RefusedError(
            f"factor file {file_name} unpacks to more than {limits.max_bytes / 1e6:g} MB. "
            "Raise max_response_mb (SMALLCAP_MAX_RESPONSE_MB) if that size is expected"
        )
