"""Factor files: one content in every physical layout, and the files that are refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile

import pytest

from smallcap.errors import InputError
from smallcap.sources.french.files import FRENCH_COLUMNS, NotFactorsError, read_french
from tests.component.sources.crafted import ANNUAL, FF5_HEADER, FF5_ROWS, FIRST_LINE, french, zipped
from tests.tolerances import EXACT


def with_members(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


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
    "a Mac's zip": with_members({"__MACOSX/._F-F.csv": b"\0\5", "F-F.csv": french()}),
    "a zip with another file": with_members({"A_first.csv": b"see the library\n", "F-F.csv": french()}),
    "no line end after the copyright": french().rstrip(),
    "a blank line of spaces": french(blank="   "),
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


# files that are cut off
# -------------------------------------------------------------------------------------------------

COMPLETE = french()
END_OF_MONTHS = COMPLETE.index(b"\r\n\r\n", COMPLETE.index(b"202303")) + 2


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_a_file_that_is_cut_anywhere_before_the_end_of_the_months_is_refused(line_end: str) -> None:
    complete = french(end=line_end)
    end = complete.index((line_end * 2).encode(), complete.index(b"202303")) + len(line_end)
    start = complete.index(b"202301")
    accepted = []
    for length in range(start, end + 1):
        try:
            read_french(complete[:length], "ff5.csv")
        except InputError:
            continue
        accepted.append(complete[start:length])
    assert accepted == []


def test_a_file_that_is_cut_after_the_months_has_all_of_them() -> None:
    for length in range(END_OF_MONTHS + 2, len(COMPLETE) + 1):
        assert read_french(COMPLETE[:length], "ff5.csv").height == 3


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (COMPLETE[: COMPLETE.index(b"202303")], "is cut off in line 6: after the months"),
        (COMPLETE[: COMPLETE.index(b"0.36") + 2], r"line 7: not a number in .*'0\.'.* cut off or damaged"),
        (COMPLETE[: COMPLETE.index(b"0.36") + 3], "is cut off in line 7"),
        (
            french(first=FIRST_LINE.replace("202306", "202310")),
            "end with 202303, 7 months before its vintage 202310",
        ),
        (
            french([*FF5_ROWS, "", *[f"2023{month:02},1,1,1,1,1,0.3" for month in range(5, 7)]]),
            "not contiguous: 202305",
        ),
        (
            COMPLETE.replace(b"2022,-21.58", b"2023,-21.58"),
            "its months end with 202303, its annual table with 2023",
        ),
        (french(["202301,1.,1,1,1,1,1"]), r"not a number in \['1\.'"),
        (french(["202301,1_0,1,1,1,1,1"]), "not a number"),
        (french() + b"x" * 20_000, "has a line of 20,000 characters"),
        (with_members({"a.csv": french(), "b.csv": french()}), "contains 2 files with monthly factors"),
    ],
)
def test_what_shows_that_months_are_missing_is_named(payload: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^factor file ff5\.csv.*({message})"):
        read_french(payload, "ff5.csv")


@pytest.mark.parametrize(
    "payload",
    [
        french(header=",SMALL LoBM,BIG HiBM", annual=False),
        french(["20230103,0.1,0.1,0.1,0.1,0.1,0.1"]),
        b"Book-to-market breakpoints, 202306 CRSP database\n\n192607,1,2\n",
        b"just a note",
    ],
)
def test_a_file_of_other_contents_is_told_apart_from_a_damaged_one(payload: bytes) -> None:
    with pytest.raises(NotFactorsError):
        read_french(payload, "other.csv")


@pytest.mark.parametrize(
    "line", [" " * 9000 + "x", "," * 9000, "Date" + " " * 9000, "1" * 9000, "202301" + " " * 9000]
)
def test_long_lines_take_linear_time(line: str) -> None:
    # 400 lines of a quadratic pattern would take minutes.
    payload = "\n".join([FIRST_LINE, *[line] * 400, ""]).encode()
    with pytest.raises(InputError):
        read_french(payload, "ff5.csv")
