"""Kenneth French's factors as served: every downloaded file adds a vintage, and a file that does not count leaves the others standing.

`french.read_french` says what a file holds; the library's own reader asks for the file, and its result must
agree: it loses short tables and cannot read every layout, so it is the check and not the truth.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from dataclasses import dataclass

import polars as pl

from smallcap.errors import SmallcapError
from smallcap.sources.base import FACTORS_COLUMNS, Delivery
from smallcap.sources.fetching import Fetcher, RefusedError
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.french.files import MISSING_AT_OR_BELOW, MODELS, column_of, read_french

FILES = {
    "F-F_Research_Data_5_Factors_2x3": "FF5",
    "F-F_Research_Data_Factors": "FF3",
    "F-F_Momentum_Factor": "MOM",
}
"""The monthly files, and the model that each must hold."""
DATASET = "factors"
LEAST_MONTHS = 120
"""No file was ever shorter than several decades: one of less than ten years was cut off."""
AGREEMENT = 1e-9
"""Per cent a month: both readings parse the same decimals, of four digits after the point at most."""
_LOG = logging.getLogger(__name__)


class FrenchFactors:
    """The factor files of the data library.

    Parameters
    ----------
    fetcher
        Asks, and keeps what was served.
    limits
        Of one answer.
    base_url
        The folder above ``ftp/``.
    max_age
        A file that was fetched longer ago is asked for again.
    """

    name = "french"

    def __init__(self, fetcher: Fetcher, limits: HttpLimits, *, base_url: str, max_age: dt.timedelta) -> None:
        self._fetcher = fetcher
        self._limits = limits
        self._base_url = base_url.rstrip("/")
        self._max_age = max_age

    def factors(self) -> Delivery:
        """Factor returns of every vintage that was ever downloaded, after asking for newer ones.

        Of two files of one model and vintage the first stands. A file that cannot be had or does not count is
        told in the notices, and what was downloaded before stands.

        Raises
        ------
        SmallcapError
            When nothing can be had and nothing was downloaded before.
        """
        notices: list[str] = []
        for file_name in FILES:
            notices += self._refresh(file_name)
        vintages: list[_Vintage] = []
        for file_name in FILES:
            chosen, told = _first_of_each(self._kept(file_name))
            vintages += chosen
            notices += told
        if not vintages:
            raise SmallcapError(f"no factors: {'; '.join(notices)}")
        for notice in notices:
            _LOG.warning("%s", notice)
        rows = pl.concat([vintage.frame for vintage in vintages]).with_columns(source=pl.lit(self.name))
        return Delivery(
            rows.select(*FACTORS_COLUMNS).sort("vintage", "model", "month"), notices=tuple(notices)
        )

    def _refresh(self, file_name: str) -> list[str]:
        """Ask for a file if the kept one is too old; say what speaks against it."""
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
                f"the vintage {before[-1].vintage}, downloaded before, stands"
                if before
                else "there is none from before"
            )
            return [*told, f"{FILES[file_name]} factors were not renewed, {stands}: {error}"]
        return told

    def _download(self, file_name: str, told: list[str]) -> bytes:
        # loading pandas takes most of a second, so only those who ask for a file pay
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

    def _kept(self, file_name: str) -> list[_Vintage]:
        """List the good files downloaded from the same address, in the order of their first download."""
        request = self._request(file_name)
        kept = self._fetcher.snapshots.every(self.name, DATASET)
        return [_Vintage.of(one.payload, file_name) for one in kept if one.request == request]

    def _request(self, file_name: str) -> dict[str, object]:
        return {"file": file_name, "base_url": self._base_url}


@dataclass(frozen=True)
class _Vintage:
    vintage: str
    sha256: str
    frame: pl.DataFrame

    @classmethod
    def of(cls, payload: bytes, file_name: str) -> _Vintage:
        frame = read_french(payload, f"{file_name}_CSV.zip")
        return cls(frame["vintage"][0], hashlib.sha256(payload).hexdigest(), frame)


def _first_of_each(downloads: list[_Vintage]) -> tuple[list[_Vintage], list[str]]:
    """Choose the first download of each vintage; tell where a later one says something else."""
    first: dict[str, _Vintage] = {}
    notices = []
    for download in downloads:
        stands = first.setdefault(download.vintage, download)
        if not download.frame.drop("sha256").equals(stands.frame.drop("sha256")):
            notices.append(
                f"{download.frame['model'][0]} factors of vintage {download.vintage} were served "
                f"again with other figures "
                f"(sha256 {download.sha256[:12]}); the first download ({stands.sha256[:12]}) stands"
            )
    return list(first.values()), notices


def _require_whole(frame: pl.DataFrame, file_name: str, before: list[_Vintage]) -> None:
    model = frame["model"][0]
    if model != FILES[file_name]:
        raise RefusedError(f"factor file {file_name} holds the factors of {model}, not of {FILES[file_name]}")
    if frame.height < LEAST_MONTHS:
        raise RefusedError(
            f"factor file {file_name} has {frame.height} months, fewer than {LEAST_MONTHS}: the "
            f"table is cut off"
        )
    if before:
        months, known = frame["month"], before[-1].frame["month"]
        if months[0] > known[0] or months[-1] < known[-1]:
            raise RefusedError(
                f"factor file {file_name} runs from {months[0]:%Y%m} to {months[-1]:%Y%m}, shorter "
                f"than the vintage "
                f"{before[-1].vintage} from before ({known[0]:%Y%m} to {known[-1]:%Y%m})"
            )


def _require_agreement(frame: pl.DataFrame, table: pl.DataFrame, file_name: str) -> None:
    """Compare with the library's reader: the same months, the same factors, the same figures."""
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
            f"{different.height} months, "
            f"first {different['month'][0]:%Y%m}"
        )
