"""Factor files: one content in every physical layout, and the files that are refused."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from smallcap.errors import InputError
from smallcap.sources.french.files import FRENCH_COLUMNS, read_french
from tests.tolerances import EXACT
from tests.unit.sources.crafted import ANNUAL, FF5_HEADER, FF5_ROWS, FIRST_LINE, french, zipped

PADDED = [",".join([row.split(",")[0], *(cell.rjust(8) for cell in row.split(",")[1:])]) for row in FF5_ROWS]
EXCEL = [f"{row},," for row in FF5_ROWS]
LAYOUTS = {
    "as served": french(),
    "zip": zipped(french()),
    "zip with an upper-case suffix": zipped(french(), "F-F.CSV"),
    "line feeds only": french(end="\n"),
    "carriage returns only": french(end="\r"),
    "padded": french(PADDED),
    "byte order mark": b"\xef\xbb\xbf" + french(),
    "re-saved by a spreadsheet": french(EXCEL, header=f"{FF5_HEADER},,", blank=",,,,,,,,"),
    "monthly only": french(annual=False),
    "copyright line at once": french(annual=False).rstrip() + b"\r\nCopyright 2023 Kenneth R. French\r\n",
    "older first line": french(
        first="This file was created by CMPT_ME_BEME_OP_INV_RETS using the 202306 CRSP database."
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_factors(layout: str) -> None:
    frame = read_french(LAYOUTS[layout], "ff5.csv")
    assert frame.schema == FRENCH_COLUMNS
    assert frame.drop("sha256").equals(read_french(french(), "ff5.csv").drop("sha256"))


def test_values_are_fractions_with_missing_ones_null_and_months_ending() -> None:
    frame = read_french(french(), "ff5.csv")
    assert frame["month"].to_list() == [dt.date(2023, 1, 31), dt.date(2023, 2, 28), dt.date(2023, 3, 31)]
    assert frame["mkt_rf"].to_list() == pytest.approx([0.015, -0.02, 0.0325], rel=EXACT)
    assert frame["hml"].to_list() == [
        pytest.approx(0.0075, rel=EXACT),
        None,
        pytest.approx(0.0025, rel=EXACT),
    ]
    assert frame["cma"][0] is None
    assert frame["mom"].null_count() == 3
    assert frame.select("vintage", "model").unique().rows() == [("202306", "FF5")]


def test_the_checksum_is_that_of_the_payload_as_served() -> None:
    payload = zipped(french())
    assert read_french(payload, "a.zip")["sha256"][0] == hashlib.sha256(payload).hexdigest()


def test_the_model_is_told_by_the_columns() -> None:
    three = french(["202301,1.0,2.0,3.0,0.3"], header=",Mkt-RF,SMB,HML,RF")
    momentum = french(["202301,   1.0"], header=",Mom   ")
    assert read_french(three, "ff3.csv")["model"].to_list() == ["FF3"]
    assert read_french(momentum, "mom.csv").select("model", "mom").rows() == [
        ("MOM", pytest.approx(0.01, rel=EXACT))
    ]


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (french(first="Some factors"), "first line names no vintage.*'Some factors'"),
        (b"", "first line names no vintage"),
        (b"<html>Unauthorized</html>", "is a web page"),
        (b"PK\x03\x04 not a zip at all", "not a readable zip"),
        (zipped(b"x", "readme.md"), "the zip contains no CSV"),
        ("\r\n".join([FIRST_LINE, "", *ANNUAL]).encode(), "monthly table is missing or empty"),
        (french(header=",Alpha,Beta", annual=False), "there is no monthly table"),
        (french([]), "monthly table is missing or empty"),
        (french([FF5_ROWS[0], FF5_ROWS[2]]), "not contiguous: 202303"),
        (french([FF5_ROWS[0], FF5_ROWS[0]]), "not contiguous: 202301"),
        (french(["202313,1,1,1,1,1,1"]), "line 5: '202313' is not a month"),
        (french(["202301,1,1,abc,1,1,1"]), "line 5: not a number"),
        (french(["202301,1,1"]), "line 5: 2 values instead of 6; the file is cut off"),
        (french(["202301,1,1,1,1,1,1,1"]), "line 5: 7 values instead of 6"),
        (french(["202301,1,1,1,1,1,,1"]), "line 5: not a number"),
        (french(["202301,1,1,150,1,1,1"]), "150 per cent a month is out of range"),
        (french(["202301,1,1,nan,1,1,nan"]), "line 5: not a number"),
        (
            french([f"2023{month:02d},0.01,-0.02,0.03,0.001,0.002,0.003" for month in range(1, 13)]),
            "the factors are fractions",
        ),
        (french(["20230103,0.1,0.1,0.1,0.1,0.1,0.1"]), "daily factors"),
        (french(["202301,-99.99,-999,-99.99,-99.99,-99.99,-99.99"]), "every value is missing"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_by_name(payload: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^factor file ff5\.csv.*({message})"):
        read_french(payload, "ff5.csv")
