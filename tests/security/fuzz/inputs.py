"""Small valid inputs, which the fuzz tests damage."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from typing import Final

import polars as pl

from smallcap.sources.files.canonical_tables import CONSTITUENTS, FUNDAMENTALS, PRICES, CanonicalTable
from tests.component.sources.crafted import french, fundamentals_frame, holdings, line
from tests.component.sources.workbooks import workbook

NAMES: Final = ("AAAA", "BBBB", "CCCC")
TABLES: Final[dict[str, CanonicalTable]] = {
    "fundamentals": FUNDAMENTALS,
    "prices": PRICES,
    "constituents": CONSTITUENTS,
}


def as_csv(frame: pl.DataFrame) -> bytes:
    """Write a frame as CSV."""
    return frame.write_csv().encode()


def as_parquet(frame: pl.DataFrame) -> bytes:
    """Write a frame as Parquet."""
    target = io.BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def table(name: str) -> pl.DataFrame:
    """A table of the kind in CSV: text and numbers, dates as text."""
    made: dict[str, Callable[[], pl.DataFrame]] = {
        "fundamentals": _fundamentals,
        "prices": _prices,
        "constituents": _constituents,
    }
    return made[name]()


def dated(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the date columns their type, as in Parquet."""
    dates = [name for name in frame.columns if name == "date" or name.endswith(("_date", "_end"))]
    return frame.with_columns(pl.col(dates).str.to_date())


def fund_list() -> bytes:
    """A fund's holdings file."""
    return holdings([line(name, f"{name} CORP") for name in NAMES])


def book(frame: pl.DataFrame | None = None) -> bytes:
    """An Excel workbook of a table."""
    given = _prices() if frame is None else frame
    return workbook([given.columns, *given.rows()])


def packed(content: bytes, *names: str, password: bool = False) -> bytes:
    """A zip of the same content under some names; with `password`, marked as encrypted."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            # The time of a member must not differ between two examples.
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content)
    made = target.getvalue()
    return _encrypted(made) if password else made


def _encrypted(archive: bytes) -> bytes:
    """Set the flag of encryption in every header of a zip."""
    content = bytearray(archive)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(signature)
        while start >= 0:
            content[start + at] |= 1
            start = content.find(signature, start + 1)
    return bytes(content)


def _fundamentals() -> pl.DataFrame:
    return fundamentals_frame(
        *(
            {"ticker": name, "entity_id": 11 + number, "name": f"{name} CORP"}
            for number, name in enumerate(NAMES)
        )
    )


def _prices() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "ticker": [name for name in NAMES for _ in range(2)],
            "date": ["2025-03-31", "2025-04-30"] * len(NAMES),
            "adj_close": [10.0, 11.0] * len(NAMES),
            "close": [10.0, 11.5] * len(NAMES),
        }
    )


def _constituents() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "snapshot_date": ["2025-05-13"] * len(NAMES),
            "ticker": NAMES,
            "name": [f"{name} CORP" for name in NAMES],
            "market_value": ["1,250,000.00"] * len(NAMES),
            "quantity": ["50,000"] * len(NAMES),
            "price": ["25.00"] * len(NAMES),
        }
    )


FOLDER: Final[dict[str, bytes]] = {
    "ishares/IWM.csv": fund_list(),
    "fundamentals/annual.csv": as_csv(table("fundamentals")),
    "prices/month_end.csv": as_csv(table("prices")),
    "french/F-F_Research_Data_5_Factors_2x3.csv": french(),
}
"""An input folder with a file of each kind."""
PACKED: Final[dict[str, bytes]] = {
    "fundamentals/annual.parquet": as_parquet(dated(table("fundamentals"))),
    "fundamentals/annual.csv.gz": gzip.compress(FOLDER["fundamentals/annual.csv"], mtime=0),
    "prices/month_end.xlsx": book(),
    "prices/month_end.zip": packed(FOLDER["prices/month_end.csv"], "month_end.csv"),
    "constituents/lists.csv": as_csv(table("constituents")),
    "constituents/lists.parquet": as_parquet(dated(table("constituents"))),
    "french/F-F_Research_Data_5_Factors_2x3_CSV.zip": packed(french(), "F-F_Research_Data_5_Factors_2x3.csv"),
}
"""Other forms of these files."""
