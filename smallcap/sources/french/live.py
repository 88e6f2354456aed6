"""Downloads Kenneth French's factors: every file adds a vintage; an unusable file leaves the others as is.

Files are downloaded through pandas-datareader and read by `read_french`. The reader's own result must agree;
it is only a cross-check, because the reader loses short tables and cannot read every layout.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from dataclasses import dataclass

import polars as pl

from smallcap.errors import InputError, SmallcapError
from smallcap.sources.base import FACTORS_COLUMNS, Delivery
from smallcap.sources.fetching import Fetcher, RefusedError, TransientError
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.french.files import MISSING_AT_OR_BELOW, MODELS, column_of, read_french

FILES = {
    "F-F_Research_Data_5_Factors_2x3": "FF5",
    "F-F_Research_Data_Factors": "FF3",
    "F-F_Momentum_Factor": "MOM",
}
"""The monthly files, and the model that each must contain."""
DATASET = "factors"
LEAST_MONTHS = 120
"""All files have several decades; one of less than ten years is incomplete."""
AGREEMENT = 1e-9
"""Tolerance, per cent a month: both readers parse the same decimals, of at most four digits."""
_LOG = logging.getLogger(__name__)


class FrenchFactors:
    """The factor files of the data library.

    Parameters
    ----------
    fetcher
        Sends requests, and keeps the files.
    limits
        Limits of one response.
    base_url
        The folder above ``ftp/``.
    max_age
        A file that was fetched longer ago is requested again.
    """

    name = "french"

    def __init__(self, fetcher: Fetcher, limits: HttpLimits, *, base_url: str, max_age: dt.timedelta) -> None:
        self._fetcher = fetcher
        self._limits = limits
        self._base_url = base_url.rstrip("/")
        self._max_age = max_age

    def factors(self) -> Delivery:
        """Factor returns of every vintage that was ever downloaded, after checking for newer ones.

        Of two files of one model and vintage the first is kept. A notice names a file that cannot be
        downloaded or used; earlier downloads are then used.

        Raises
        ------
        TransientError
            When nothing can be downloaded and there is no earlier download.
        """
        notices = [notice for file_name in FILES for notice in self._refresh(file_name)]
        vintages: list[_Vintage] = []
        for file_name in FILES:
            chosen, told = _first_of_each(self._kept(file_name, notices))
            vintages += chosen
            notices += told
        if not vintages:
            raise TransientError(f"no factors: {'; '.join(notices)}")
        for notice in notices:
            _LOG.warning("%s", notice)
        rows = pl.concat([vintage.frame for vintage in vintages]).with_columns(source=pl.lit(self.name))
        return Delivery(
            rows.select(*FACTORS_COLUMNS).sort("vintage", "model", "month"), notices=tuple(notices)
        )

    def _refresh(self, file_name: str) -> list[str]:
        """Download a file if the kept one is too old; return notices of problems."""
        told: list[str] = []
        try:
            self._fetcher.fetch(
                self.name,
                DATASET,
                self._request(file_name),
                lambda: self._download(file_name, told),
                self._max_age,
            )
        except SmallcapError as error:
            before = self._kept(file_name)
            stands = (
                f"the vintage {before[-1].vintage} from an earlier download is used"
                if before
                else "and there is no earlier download"
            )
            return [*told, f"{FILES[file_name]} factors were not updated, {stands}: {error}"]
        return told

    def _download(self, file_name: str, told: list[str]) -> bytes:
        # Imported here because loading pandas takes most of a second.
        from smallcap.sources.french.reader import ask_reader

        answer = ask_reader(file_name, self._base_url, self._limits)
        frame = read_french(answer.payload, f"{file_name}_CSV.zip")
        _require_whole(frame, file_name, self._kept(file_name))
        if answer.table is None:
            told.append(
                f"factor file {file_name} is not cross-checked: pandas-datareader's reader cannot "
                f"read it ({answer.problem})"
            )
        else:
            _require_agreement(frame, answer.table, file_name)
        return answer.payload

    def _kept(self, file_name: str, told: list[str] | None = None) -> list[_Vintage]:
        """List the files downloaded from the same address, in the order of their first download.

        A kept file that the present rules refuse is not used, and `told` gets a notice.
        """
        request = self._request(file_name)
        vintages = []
        for one in self._fetcher.snapshots.every(self.name, DATASET):
            if one.request != request:
                continue
            try:
                vintages.append(_Vintage.of(one.payload, file_name))
            except InputError as error:
                if told is not None:
                    told.append(f"the download of {one.fetched_at:%Y-%m-%d} is not used: {error}")
        return vintages

    def _request(self, file_name: str) -> dict[str, object]:
        return {"file": file_name, "base_url": self._base_url}


@dataclass(frozen=True)
class _Vintage:
    vintage: str
    sha256: str
    frame: pl.DataFrame

    @classmethod
    def of(cls, payload: bytes, file_name: str) -> _Vintage:
        """Read a downloaded file."""
        frame = read_french(payload, f"{file_name}_CSV.zip")
        return cls(frame["vintage"][0], hashlib.sha256(payload).hexdigest(), frame)


def _first_of_each(downloads: list[_Vintage]) -> tuple[list[_Vintage], list[str]]:
    """Choose the first download of each vintage; return notices of later ones that differ."""
    first: dict[str, _Vintage] = {}
    notices = []
    for download in downloads:
        stands = first.setdefault(download.vintage, download)
        if not download.frame.drop("sha256").equals(stands.frame.drop("sha256")):
            notices.append(
                f"{download.frame['model'][0]} factors of vintage {download.vintage} were served "
                f"again with other figures "
                f"(sha256 {download.sha256[:12]}); the first download ({stands.sha256[:12]}) is used"
            )
    return list(first.values()), notices


def _require_whole(frame: pl.DataFrame, file_name: str, before: list[_Vintage]) -> None:
    model = frame["model"][0]
    if model != FILES[file_name]:
        raise RefusedError(
            f"factor file {file_name} contains the factors of {model}, not of {FILES[file_name]}"
        )
    if frame.height < LEAST_MONTHS:
        raise RefusedError(
            f"factor file {file_name} has {frame.height} months, fewer than {LEAST_MONTHS}: the "
            f"table is incomplete"
        )
    if before:
        months, known = frame["month"], before[-1].frame["month"]
        if months[0] > known[0] or months[-1] < known[-1]:
            raise RefusedError(
                f"factor file {file_name} runs from {months[0]:%Y%m} to {months[-1]:%Y%m}, shorter "
                f"than the earlier vintage "
                f"{before[-1].vintage} ({known[0]:%Y%m} to {known[-1]:%Y%m})"
            )


def _require_agreement(frame: pl.DataFrame, table: pl.DataFrame, file_name: str) -> None:
    """Require the same months, factors and figures as the library's reader."""
    named = table.rename({name: column_of(name) or name for name in table.columns if name != "month"})
    factors = [name for name in named.columns if name != "month"]
    in_fractions = named.with_columns(
        pl.when(pl.col(name) > MISSING_AT_OR_BELOW).then(pl.col(name)).truediv(100.0).alias(name)
        for name in factors
    )
    if set(factors) != MODELS[FILES[file_name]] or not frame["month"].equals(in_fractions["month"]):
        raise RefusedError(
            f"factor file {file_name}: pandas-datareader's reader finds other columns or months "
            f"({', '.join(factors)}; {table.height} months instead of {frame.height})"
        )
    joined = frame.join(in_fractions, on="month", suffix="_reader")
    differs = pl.any_horizontal(
        pl.col(name).is_null().ne(pl.col(f"{name}_reader").is_null())
        | ((pl.col(name) - pl.col(f"{name}_reader")).abs() > AGREEMENT / 100.0).fill_null(False)
        for name in factors
    )
    different = joined.filter(differs)
    if different.height:
        raise RefusedError(
            f"factor file {file_name}: pandas-datareader's reader gives other figures in "
            f"{different.height} months, first {different['month'][0]:%Y%m}"
        )
