"""Reads the monthly table of Kenneth French's factor files, zip or CSV, in each of their layouts."""

from __future__ import annotations

import hashlib
import math
import re

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.archives import is_hidden, unzip
from smallcap.sources.base import FACTORS_COLUMNS
from smallcap.sources.french.plausible import last_year, require_contiguous, require_newest, require_range

FRENCH_COLUMNS = {name: dtype for name, dtype in FACTORS_COLUMNS.items() if name != "source"}

_NAMES = {
    "Mkt-RF": "mkt_rf",
    "SMB": "smb",
    "HML": "hml",
    "RMW": "rmw",
    "CMA": "cma",
    "RF": "rf",
    "Mom": "mom",
    "MOM": "mom",
    "WML": "mom",
}
MODELS = {
    "FF5": {"mkt_rf", "smb", "hml", "rmw", "cma", "rf"},
    "FF3": {"mkt_rf", "smb", "hml", "rf"},
    "MOM": {"mom"},
}
"""The models, by the factors that their files contain."""
_VINTAGE = re.compile(r"\b(\d{6})\s+CRSP\s+database", re.IGNORECASE)
_HEADER = re.compile(r"(?:Date)?\s*,")
_MONTH_ROW = re.compile(r"^\s*(\d{6})\s*,")
_DAY_ROW = re.compile(r"^\s*\d{8}\s*,")
MISSING_AT_OR_BELOW = -99.0
"""Missing months are written as -99.99 or -999 (per cent)."""
LONGEST_LINE = 10_000
"""Characters of a line; the longest in the published files has 170."""
MOST_UNPACKED_BYTES = 64_000_000
_MOST_MEMBERS = 100
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")


class NotFactorsError(InputError):
    """The file has no monthly factors: other portfolios, daily factors, or no factors at all."""


def read_french(payload: bytes, file_name: str, served: bytes | None = None) -> pl.DataFrame:
    """Read the monthly factors of one file.

    Parameters
    ----------
    payload
        The zip or the CSV.
    file_name
        For messages.
    served
        The bytes as served, perhaps packed, whose sha256 is added to every row; None: the payload, which is
        unpacked if it is a zip.

    Returns
    -------
    pl.DataFrame
        Columns `FRENCH_COLUMNS`: returns as fractions, missing values null, `month` the last calendar day,
        sorted by month.

    Raises
    ------
    NotFactorsError
        When the file has no monthly factors.
    InputError
        When the first line names no vintage, or the monthly table is missing, damaged, incomplete, not
        contiguous or implausible.
    """
    content = _unzip(payload, file_name) if served is None else payload
    lines = _lines(_decode(content, file_name), file_name)
    start, names = _header(lines, file_name)
    vintage = _vintage(lines, file_name)
    months, values = _monthly_block(lines, start, names, file_name)
    model = next(model for model, columns in MODELS.items() if columns == set(names))
    frame = pl.DataFrame(values, schema=dict.fromkeys(names, pl.Float64), orient="row").with_columns(
        month=pl.Series(months, dtype=pl.String).str.to_date("%Y%m%d").dt.month_end()
    )
    require_contiguous(frame, file_name)
    require_newest(frame["month"][-1], vintage, last_year(lines, start + len(months)), file_name)
    frame = frame.with_columns(
        pl.when(pl.col(name) > MISSING_AT_OR_BELOW).then(pl.col(name)).alias(name) for name in names
    )
    require_range(frame, names, file_name)
    absent = [name for name in set(_NAMES.values()) if name not in names]
    return frame.with_columns(
        pl.col(names) / 100.0,
        *[pl.lit(None, dtype=pl.Float64).alias(name) for name in absent],
        vintage=pl.lit(vintage),
        model=pl.lit(model),
        sha256=pl.lit(hashlib.sha256(payload if served is None else served).hexdigest()),
    ).select(*FRENCH_COLUMNS)


def column_of(name: str) -> str | None:
    """Return our name of a factor, given the files' spelling; None where it is not a factor."""
    return _NAMES.get(name.strip())


def _unzip(payload: bytes, file_name: str) -> bytes:
    """Return the factors of a zip: of several CSV files the one with monthly factors."""
    if payload[:2] != b"PK" and not file_name.lower().endswith(".zip"):
        return payload
    what = f"factor file {file_name}"
    members = unzip(payload, what, MOST_UNPACKED_BYTES, _MOST_MEMBERS, _is_table)
    if not members:
        raise InputError(f"{what}: the zip contains no CSV. Download it again")
    if len(members) == 1:
        return members[0].payload
    found = [member for member in members if _has_monthly_header(member.payload)]
    if len(found) != 1:
        names = ", ".join(member.name for member in (found or members))
        raise InputError(
            f"{what}: the zip contains {len(found)} files with monthly factors, expected one "
            f"({names}). Unpack it"
        )
    return found[0].payload


def _is_table(name: str) -> bool:
    return name.lower().endswith((".csv", ".txt")) and not is_hidden(name)


def _has_monthly_header(content: bytes) -> bool:
    try:
        _header(_lines(_decode(content, ""), ""), "")
    except InputError:
        return False
    return True


def _decode(content: bytes, file_name: str) -> str:
    if content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html")):
        raise InputError(f"factor file {file_name} is a web page, not factors. Download it again")
    return content.decode("utf-8-sig", errors="replace")


def _lines(text: str, file_name: str) -> list[str]:
    """Split into lines; a line end at the end of the file begins no line."""
    lines = re.split(r"\r\n|\r|\n", text)
    longest = max(map(len, lines))
    if longest > LONGEST_LINE:
        raise InputError(
            f"factor file {file_name} has a line of {longest:,} characters; it is not a factor "
            f"file as published"
        )
    return lines if lines[-1] else lines[:-1]


def _vintage(lines: list[str], file_name: str) -> str:
    first = next((line for line in lines if line.strip(' ,"')), "")
    match = _VINTAGE.search(first)
    if match is None:
        raise InputError(
            f"factor file {file_name}: its first line names no vintage ('... using the YYYYMM CRSP "
            f"database'); it says '{first[:80]}'. "
            "Use the file as downloaded, with its first line"
        )
    return match[1]


def _header(lines: list[str], file_name: str) -> tuple[int, list[str]]:
    """Return the position of the header of the monthly table and the factors that it names."""
    for number, line in enumerate(lines):
        if not _HEADER.match(line.strip()):
            continue
        cells = _cells(line)
        names = [_NAMES[cell] for cell in cells if cell in _NAMES]
        if len(names) == len(cells) and set(names) in MODELS.values():
            return number, names
    if not any(line.strip(' ,"') for line in lines):
        raise InputError(f"factor file {file_name}: its first line names no vintage; the file is empty")
    raise NotFactorsError(
        f"factor file {file_name}: there is no monthly table; expected a header "
        "',Mkt-RF,SMB,HML,RMW,CMA,RF', ',Mkt-RF,SMB,HML,RF' or ',Mom'"
    )


def _cells(line: str) -> list[str]:
    """Return the cells after the month, without the blank ones that spreadsheets add at the end."""
    return [cell.strip() for cell in line.rstrip(", \t").split(",")[1:]]


def _monthly_block(
    lines: list[str], start: int, names: list[str], file_name: str
) -> tuple[list[str], list[list[float]]]:
    months: list[str] = []
    values: list[list[float]] = []
    is_ended = False
    for number, line in enumerate(lines[start + 1 :], start=start + 2):
        if not line.strip(" ,\t"):
            is_ended = True
            continue
        match = _MONTH_ROW.match(line)
        if match is None:
            if _DAY_ROW.match(line):
                raise NotFactorsError(
                    f"factor file {file_name}, line {number}: daily factors; the monthly file is needed"
                )
            is_ended = not line.lstrip()[:1].isdigit()
            break
        months.append(_first_day(match[1], file_name, number))
        values.append(_numbers(_cells(line), names, file_name, number))
        is_ended = False
    if not months:
        raise InputError(
            f"factor file {file_name}: the monthly table is missing or empty (no YYYYMM rows after "
            f"the header in line {start + 1})"
        )
    if not is_ended:
        raise InputError(
            f"factor file {file_name} is cut off in line {len(lines)}: after the months, a blank "
            f"line, the annual "
            f"table or the copyright line is expected. Download it again"
        )
    return months, values


def _first_day(month: str, file_name: str, number: int) -> str:
    if not "01" <= month[4:] <= "12" or month < "1900":
        raise InputError(f"factor file {file_name}, line {number}: '{month}' is not a month (YYYYMM)")
    return f"{month}01"


def _numbers(cells: list[str], names: list[str], file_name: str, number: int) -> list[float]:
    # float() alone would read "0." of a number that is cut off.
    numbers = [float(cell) if _NUMBER.fullmatch(cell) else math.nan for cell in cells]
    if not all(map(math.isfinite, numbers)):
        raise InputError(
            f"factor file {file_name}, line {number}: not a number in {cells[:20]}; the file is cut off or "
            "damaged. Download it again"
        )
    if len(numbers) != len(names):
        raise InputError(
            f"factor file {file_name}, line {number}: {len(numbers)} values instead of "
            f"{len(names)}; the file is cut off or damaged. "
            "Download it again"
        )
    return numbers
