"""The readers of files that a user brings: tables, lists, factors, archives, workbooks, complete folders."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rich.console import Console

from smallcap.input_limits import InputLimits
from smallcap.pipelines.command.explain import explain_filing
from smallcap.sources.archives import gunzip, member_names, unzip
from smallcap.sources.files.kinds import folder_dataset
from smallcap.sources.files.table_reader import read_table
from smallcap.sources.files.workbook import workbook_csv
from smallcap.sources.french.files import read_french
from smallcap.sources.ishares.holdings import read_holdings
from smallcap.sources.sec.company import read_company
from smallcap.sources.sec.data_sets import read_filers
from tests.component.sources.crafted import RULES, open_folder, write_folder
from tests.component.sources.sec.builders import CONCEPTS, Company, filed
from tests.component.sources.sec.test_data_sets import archive
from tests.paths import PROJECT_ROOT
from tests.security.fuzz.inputs import FOLDER, PACKED, TABLES, packed

MOST_BYTES: Final = 5_000_000
INDEX: Final = "russell2000"


@dataclass(frozen=True)
class Reader:
    """A reader of outside bytes.

    Attributes
    ----------
    inputs
        Makes valid inputs, by file name; the fuzz tests damage each.
    read
        Applies the reader to a payload, its file name and an empty folder that it may use.
    cost
        How much less often it is drawn than a reader that takes no time.
    """

    inputs: Callable[[], dict[str, bytes]]
    read: Callable[[bytes, str, Path], object]
    cost: int = 1


def _canonical(payload: bytes, name: str, folder: Path) -> object:
    return read_table(payload, name, TABLES[name.split(".")[0]])


def _unzipped(payload: bytes, name: str, folder: Path) -> object:
    return member_names(payload, name), unzip(payload, name, MOST_BYTES, 100, lambda _: True)


def read_folder(folder: Path) -> object:
    """Read all that a source delivers from a folder."""
    source = open_folder(folder)
    first, last = dt.date(1900, 1, 1), dt.date(2100, 1, 1)
    dates = source.membership_dates(INDEX)
    return (
        source.clock,
        source.constituents(INDEX, dates),
        source.securities(),
        source.fundamentals(first, last),
        source.prices(first, last),
        source.factors(),
        [source.fingerprint(name) for name in ("fundamentals", "securities")],
    )


def _folder(payload: bytes, name: str, folder: Path) -> object:
    kind = folder_dataset(PurePosixPath(name).parent)
    replaced = ("holdings", "constituents") if kind in ("holdings", "constituents") else (kind,)
    others = {
        path: content
        for path, content in FOLDER.items()
        if folder_dataset(PurePosixPath(path).parent) not in replaced
    }
    return read_folder(write_folder(folder, {**others, name: payload}))


def _companies() -> dict[str, bytes]:
    payload = Company().annual(2020, filed(2020)).annual(2021, filed(2021)).payload()
    return {"CIK0000001234.json": payload, "CIK0000001234.json.gz": gzip.compress(payload, mtime=0)}


def _explained(payload: bytes, name: str, folder: Path) -> object:
    path = folder / name
    path.write_bytes(payload)
    out = Console(file=io.StringIO(), width=80)
    explain_filing(path, PROJECT_ROOT / "data" / "reference", InputLimits(), None, "table", out)
    return read_company(payload, CONCEPTS, name)


FILE_READERS: Final[dict[str, Reader]] = {
    "canonical table": Reader(
        lambda: {
            "fundamentals.csv": FOLDER["fundamentals/annual.csv"],
            "fundamentals.parquet": PACKED["fundamentals/annual.parquet"],
            "prices.csv": FOLDER["prices/month_end.csv"],
            "constituents.csv": PACKED["constituents/lists.csv"],
            "constituents.parquet": PACKED["constituents/lists.parquet"],
        },
        _canonical,
    ),
    "holdings": Reader(
        lambda: {"IWM.csv": FOLDER["ishares/IWM.csv"]},
        lambda payload, name, folder: read_holdings(payload, name, RULES),
    ),
    "factors": Reader(
        lambda: {
            "FF5.csv": FOLDER["french/F-F_Research_Data_5_Factors_2x3.csv"],
            "FF5.zip": PACKED["french/F-F_Research_Data_5_Factors_2x3_CSV.zip"],
        },
        lambda payload, name, folder: read_french(payload, name),
    ),
    "company's facts": Reader(_companies, _explained),
    "quarterly data set": Reader(
        lambda: {"2021q1.zip": archive()},
        lambda payload, name, folder: read_filers(payload, name),
    ),
    "workbook": Reader(
        lambda: {"prices.xlsx": PACKED["prices/month_end.xlsx"]},
        lambda payload, name, folder: workbook_csv(payload, name, MOST_BYTES),
    ),
    "gzip": Reader(
        lambda: {"a.csv.gz": gzip.compress(b"a,b\n1,2\n" * 50, mtime=0)},
        lambda payload, name, folder: gunzip(payload, name, MOST_BYTES),
    ),
    "zip": Reader(
        lambda: {
            "two.zip": packed(b"a,b\n1,2\n" * 50, "a.csv", "folder/b.csv"),
            "nested.zip": packed(packed(b"a,b\n", "a.csv"), "inner.zip"),
            "encrypted.zip": packed(b"a,b\n", "a.csv", password=True),
        },
        _unzipped,
    ),
    "input folder": Reader(lambda: {**FOLDER, **PACKED}, _folder, cost=8),
}
