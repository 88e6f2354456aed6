"""The input folder: which files are read, which are named as not read, and which are refused unread."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import socket
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.sources.archives import gunzip, unzip
from smallcap.sources.base import Delivery
from smallcap.sources.files.folder import find_inputs
from smallcap.sources.files.source import FilesSource
from tests.component.sources.crafted import (
    ALIASES,
    FIRST_LINE,
    HEADER,
    LIMITS,
    RULES,
    french,
    fundamentals_frame,
    holdings,
    line,
    open_folder,
    write_folder,
)
from tests.component.sources.workbooks import workbook

EVER = (dt.date(1990, 1, 1), dt.date(2030, 12, 31))
LISTED: dict[str, bytes | pl.DataFrame] = {"ishares/a.csv": holdings([line()])}
PRICES = b"ticker,date,adj_close\nABCD,2025-03-31,10\nABCD,2025-04-30,11\n"


def parquet(frame: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def zip_of(**members: bytes) -> bytes:
    return zip_with({name.replace("__", "/"): content for name, content in members.items()})


def zip_with(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def encrypted(payload: bytes) -> bytes:
    """Set the flag of encryption in the first local header and directory entry of a zip."""
    changed = bytearray(payload)
    changed[6] |= 1
    changed[payload.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def small(folder: Path, **limits: int) -> FilesSource:
    return FilesSource(folder, rules=RULES, aliases=ALIASES, limits=LIMITS, sizes=InputLimits(**limits))


def unread(delivery: Delivery) -> str:
    return " ".join(notice for notice in delivery.notices if "that are not used" in notice)


PACKED: dict[str, Callable[[], bytes]] = {
    "prices/month_end.csv.gz": lambda: gzip.compress(PRICES),
    "prices/closes_2025.04.gz": lambda: gzip.compress(PRICES),
    "prices/month_end.gz": lambda: gzip.compress(PRICES),
    "month_end.csv.gz": lambda: gzip.compress(PRICES),
    "prices/month_end.parquet.gz": lambda: gzip.compress(parquet(pl.read_csv(PRICES))),
    "prices/two_members.csv.gz": lambda: gzip.compress(PRICES[:40]) + gzip.compress(PRICES[40:]),
    "prices/month_end.zip": lambda: zip_of(**{"export.csv": PRICES}),
    "data.zip": lambda: zip_of(prices__month_end=b"", **{"prices__x.csv": PRICES}),
    "prices.zip": lambda: zip_of(**{"x.csv": PRICES, "__MACOSX__._x.csv": b"\0\1"}),
    "prices/month_end.pq": lambda: parquet(pl.read_csv(PRICES)),
    "prices/MONTH_END.PARQUET": lambda: parquet(pl.read_csv(PRICES)),
    "prices/carriage_returns.csv": lambda: PRICES.replace(b"\n", b"\r"),
    "prices/month_end.xlsx": lambda: workbook(
        [
            ["ticker", "date", "adj_close"],
            ["ABCD", dt.date(2025, 3, 31), 10.0],
            ["ABCD", "2025-04-30", 11],
        ]
    ),
}


@pytest.fixture(scope="module")
def plain_prices(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The rows of a table that is not packed."""
    folder = write_folder(tmp_path_factory.mktemp("plain"), {**LISTED, "prices/p.csv": PRICES})
    return open_folder(folder).prices(*EVER).rows


@pytest.mark.some_cases(4)
@pytest.mark.parametrize("name", PACKED)
def test_a_table_is_read_however_it_is_packed(tmp_path: Path, plain_prices: pl.DataFrame, name: str) -> None:
    packed = open_folder(write_folder(tmp_path, {**LISTED, name: PACKED[name]()})).prices(*EVER).rows
    assert packed.equals(plain_prices)
    assert packed.height == 2


def test_the_funds_list_is_read_from_a_workbook_that_a_spreadsheet_saved(tmp_path: Path) -> None:
    rows = [
        ["iShares Russell 2000 ETF"],
        ["Fund Holdings as of", dt.date(2025, 5, 13)],
        [None],
        HEADER.split(","),
    ]
    rows += [
        [*line()[:4], 1250000.0, 0.1, 1250000.0, 50000, 25, *line()[10:]],
        [None],
        ["The content contained herein"],
    ]
    source = open_folder(write_folder(tmp_path, {"ishares/IWM.xlsx": workbook(rows)}))
    [row] = source.constituents("russell2000", [dt.date(2025, 5, 13)]).rows.iter_rows(named=True)
    assert (row["ticker"], row["market_value_usd"], row["quantity"], row["price_usd"]) == (
        "ABCD",
        1.25e6,
        5e4,
        25.0,
    )


def test_a_wrong_cell_of_a_workbook_is_named_by_the_row_of_its_sheet(tmp_path: Path) -> None:
    book = workbook(
        [[None], ["ticker", "date", "adj_close"], ["A", "2025-03-31", 1], [None], ["B", "2025-03-31", "x"]]
    )
    source = open_folder(write_folder(tmp_path, {**LISTED, "prices/p.xlsx": book}))
    with pytest.raises(InputError, match=r"prices/p\.xlsx, row 2 .*, line 5, column 'adj_close': 'x'"):
        source.securities()


def test_without_the_package_a_workbook_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fastexcel", None)
    source = open_folder(write_folder(tmp_path, {**LISTED, "prices/p.xlsx": workbook([["a"]])}))
    with pytest.raises(InputError, match=r"prices/p\.xlsx: .*pip install 'smallcap\[xlsx\]'"):
        source.securities()


NOT_READ = {
    "prices/old.xls": (b"\xd0\xcf\x11\xe0", ".xls is not read"),
    "prices/notes.txt": (b"x", "prices are not read from .txt"),
    "prices/archive.7z": (b"7z", ".7z is not read"),
    "prices/closes": (PRICES, "this kind of file is not read"),
    "prices/all.tar.gz": (gzip.compress(b"x"), "a tar archive: unpack it"),
    "prices/answer.json.gz": (gzip.compress(b'{"adj_close": 1}'), ".json is not read"),
    "prices/nested.zip": (zip_with({"in.zip": b"PK", "p.csv": PRICES}), "an archive in an archive"),
    "ishares/list.parquet": (b"PAR1", "holdings are read from CSV"),
    "export.tsv": (b"a\tb", ".tsv is not read"),
    "mystery.csv": (b"a,b\n1,2\n", "not recognised"),
    "mystery.parquet": (parquet(pl.DataFrame({"a": [1]})), "not recognised"),
    "photos.zip": (zip_with({"a.jpg": b"x"}), "the zip contains no table"),
    "prices/headers.csv": (b"ticker,date,adj_close\r", "a header and no rows"),
    "fundamentals/headers.csv": (fundamentals_frame({}).clear().write_csv().encode(), "a header and no rows"),
    "french/25_portfolios.csv": (
        b"Created using the 202306 CRSP database\n\n,SMALL LoBM,BIG HiBM\n202301,1.0,2.0\n\n",
        "there is no monthly table",
    ),
    "french/daily.csv": (french(["20230103,0.1,0.1,0.1,0.1,0.1,0.1"]), "daily factors"),
    "french/notes.txt": (b"downloaded in June", "there is no monthly table"),
}


@pytest.mark.some_cases(4)
@pytest.mark.parametrize("name", NOT_READ)
def test_a_file_that_is_not_read_is_named_once_with_the_reason(tmp_path: Path, name: str) -> None:
    content, reason = NOT_READ[name]
    source = open_folder(write_folder(tmp_path, {**LISTED, "french/ff5.csv": french(), name: content}))
    told = unread(source.securities())
    assert name in told
    assert reason in told
    assert told.count(name) == 1
    assert source.factors().rows.height == 3


@pytest.mark.some_cases(3)
@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "LICENSE",
        ".cache/p.csv",
        "_old/p.csv",
        "prices/.p.csv",
        "prices/~$p.xlsx",
        "image.png",
        "facts.json.gz",
    ],
)
def test_files_that_are_not_data_are_not_named(tmp_path: Path, name: str) -> None:
    assert unread(open_folder(write_folder(tmp_path, {**LISTED, name: b"x"})).securities()) == ""


def test_a_folder_without_lists_names_what_it_did_not_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no holdings.*Not read: ishares/IWM\.xls "):
        open_folder(write_folder(tmp_path, {"ishares/IWM.xls": b"x"})).securities()


# factor files in a zip
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["a Mac's", "with a second CSV", "with the daily factors", "two vintages"])
def test_each_file_of_a_zip_is_evaluated_by_itself(tmp_path: Path, layout: str) -> None:
    members = {"F-F.csv": french()}
    if layout == "a Mac's":
        members = {
            "__MACOSX/._F-F.csv": b"\0\5Mac OS X",
            "._F-F.csv": b"\0\5",
            "sub/.DS_Store": b"x",
            **members,
        }
    elif layout == "with a second CSV":
        members = {"A_readme.csv": b"see the library\n", **members}
    elif layout == "with the daily factors":
        members = {"daily.csv": french(["20230103,0.1,0.1,0.1,0.1,0.1,0.1"]), **members}
    else:
        members["later.csv"] = french(first=FIRST_LINE.replace("202306", "202309"))
    source = open_folder(write_folder(tmp_path, {**LISTED, "french/all.zip": zip_with(members)}))
    assert source.factors().rows.height == (6 if layout == "two vintages" else 3)
    named = {"with a second CSV": "A_readme.csv", "with the daily factors": "daily.csv"}.get(layout)
    assert (f"french/all.zip/{named}" if named else "") in unread(source.securities())


# files that are refused
# -------------------------------------------------------------------------------------------------

DAMAGED = {
    "prices/a.zip": (encrypted(zip_with({"p.csv": PRICES})), r"is encrypted \(p\.csv\)"),
    "prices/b.zip": (zip_with({"p.csv": PRICES})[:-30], "not a readable zip"),
    "prices/c.zip": (b"<html>sorry</html>", "not a readable zip"),
    "prices/d.csv.gz": (gzip.compress(PRICES)[:-12], "is an incomplete gzip file|is incomplete"),
    "prices/e.csv.gz": (b"no gzip", "not a readable gzip file"),
    "prices/f.xlsx": (b"PK\3\4", "not a readable zip"),
    "prices/g.xlsx": (zip_with({"a.txt": b"x"}), "not a readable Excel workbook"),
    "prices/h.xlsx": (b"\xd0\xcf\x11\xe0" + b"x" * 600, "an encrypted or old Excel workbook"),
    "prices/i.xlsx": (workbook([]), "no sheet with cells|not a readable Excel workbook"),
    "prices/j.csv": (b"ticker,date,adj_close\nA,2025-03-31,\xff\n", "line 2 is not UTF-8 text"),
    "prices/k.csv": ("ticker,date,adj_close\n".encode("utf-16"), "is not UTF-8 text"),
    "prices/l.csv": (b"", "it is empty"),
    "prices/m.parquet": (b"PAR1PAR1", "not readable as Parquet"),
    "french/n.csv": (b"", "the file is empty"),
    "french/o.csv": (b"<html>sorry", "is a web page"),
    "constituents/p.csv": (b"snapshot_date,ticker,name\n", "has a header and no rows"),
}


@pytest.mark.some_cases(4)
@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    content, message = DAMAGED[name]
    with pytest.raises(InputError, match=rf"(?s){name}.*({message})"):
        open_folder(write_folder(tmp_path, {**LISTED, name: content})).securities()


def test_all_problems_of_a_folder_are_named_in_one_run(tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        {
            "ishares/a.csv": holdings([line(price="abc")]),
            "ishares/b.csv": b"<html></html>",
            "fundamentals/c.csv": fundamentals_frame({"revenue": "n.m.", "period_end": "31/12/2023"}),
            "fundamentals/d.csv": fundamentals_frame({}).drop("net_income"),
            "prices/e.csv": b"ticker,date,adj_close\nA,2025-03-31,x\nB,2025-03-31,y\n",
            "prices/f.zip": b"no zip",
            "french/g.csv": french(["202301,1,1,abc,1,1,1"]),
        },
    )
    with pytest.raises(InputError) as raised:
        open_folder(tmp_path).membership_dates("russell2000")
    told = str(raised.value)
    assert told.startswith(f"8 problems in the input folder {tmp_path} (nothing was written):\n")
    named = [
        "a.csv, line 11",
        "b.csv is a web page",
        "'revenue': 'n.m.'",
        "'period_end': '31/12/2023'",
        "net_income",
    ]
    named += ["'x' is not a number (and 1 more rows)", "f.zip is not", "g.csv, line 5"]
    assert [words for words in named if words not in told] == []


# what is not a regular file, and links
# -------------------------------------------------------------------------------------------------


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def outside_file(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def outside_relative(path: Path) -> None:
    (path.parents[2] / "secret.csv").write_bytes(PRICES)
    path.symlink_to("../../secret.csv")


def dangling(path: Path) -> None:
    path.symlink_to("nothing.csv")


def to_itself(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (fifo, "is not a regular file"),
        (unix_socket, "is not a regular file"),
        (device, "a link that leads out of the input folder"),
        (outside_file, "a link that leads out of the input folder"),
        (outside_relative, "a link that leads out of the input folder"),
        (dangling, "cannot be read"),
        (to_itself, "cannot be read"),
    ],
)
def test_what_is_no_regular_file_in_the_folder_is_refused_unread(
    tmp_path: Path, make: Callable[[Path], None], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "in", LISTED)
    (folder / "prices").mkdir()
    monkeypatch.chdir(folder)
    make(folder / "prices" / "p.csv")
    with pytest.raises(InputError, match=rf"prices/p\.csv.*{message}"):
        open_folder(folder).securities()


def test_a_linked_folder_outside_is_refused_and_the_input_folder_may_be_a_link(tmp_path: Path) -> None:
    write_folder(tmp_path / "real", LISTED)
    (tmp_path / "link").symlink_to("real")
    assert open_folder(tmp_path / "link").securities().rows.height == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ishares").symlink_to(tmp_path / "real" / "ishares")
    with pytest.raises(InputError, match="other/ishares is a link that leads out of the input folder"):
        open_folder(tmp_path / "other").securities()


def test_links_inside_the_folder_are_followed_once_and_cycles_end(tmp_path: Path) -> None:
    write_folder(tmp_path, {"lists/a.csv": holdings([line()]), "x/y/z.md": b"", "closes/m.csv": PRICES})
    (tmp_path / "ishares").symlink_to("lists")
    (tmp_path / "prices").symlink_to("closes")
    (tmp_path / "x" / "up").symlink_to("..")
    (tmp_path / "x" / "y" / "top").symlink_to(tmp_path)
    for number in range(30):
        (tmp_path / "x" / f"again{number}").symlink_to("y")
    source = open_folder(tmp_path)
    assert source.membership_dates("russell2000") == [dt.date(2025, 5, 13)]
    assert source.prices(*EVER).rows.height == 2


# sizes
# -------------------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    write_folder(tmp_path, LISTED)
    (tmp_path / "prices").mkdir()
    with (tmp_path / "prices" / "p.csv").open("wb") as sparse:
        sparse.truncate(3_000_000_000_000)
    with pytest.raises(
        InputError, match=r"prices/p\.csv has 3,000,000 MB, more than 512.*SMALLCAP_MAX_INPUT_MB"
    ):
        open_folder(tmp_path).securities()


BOMBS: dict[str, Callable[[], bytes]] = {
    "prices/a.csv.gz": lambda: gzip.compress(b"\n" * 3_000_000),
    "prices/b.csv.gz": lambda: gzip.compress(b"\n" * 3_000_000)[:-4] + struct.pack("<I", 10),
    "prices/c.zip": lambda: zip_with({"p.csv": b"\n" * 3_000_000}),
    "prices/d.zip": lambda: zip_with({f"p{n}.csv": b"\n" * 300_000 for n in range(10)}),
    "prices/e.zip": lambda: zip_with({"p.csv": b"\n" * 3_000_000}).replace(
        struct.pack("<I", 3_000_000), struct.pack("<I", 10)
    ),
    "prices/f.xlsx": lambda: workbook([["x" * 3_000_000]]),
    "prices/g.parquet": lambda: parquet(
        pl.DataFrame({"ticker": ["A"], "date": ["2025-03-31"], "adj_close": [1.0]}).sample(
            100_000, with_replacement=True
        )
    ),
}


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_folder(tmp_path, {**LISTED, name: BOMBS[name]()})
    assert (folder / name).stat().st_size < 1_000_000
    with pytest.raises(InputError, match=rf"{name} (unpacks to|is not a readable zip)"):
        small(folder, file_mb=1).securities()


def test_a_workbook_with_a_cell_far_away_is_refused_before_its_grid_is_allocated(tmp_path: Path) -> None:
    book = workbook([["ticker", "date", "adj_close"]])
    far = zip_with(
        {
            member.filename: zipfile.ZipFile(io.BytesIO(book))
            .read(member)
            .replace(b'r="C1"', b'r="XFD1048576"')
            for member in zipfile.ZipFile(io.BytesIO(book)).infolist()
        }
    )
    with pytest.raises(
        InputError, match=r"p\.xlsx: a sheet has cells as far as row 1,048,576 and column 16,384"
    ):
        open_folder(write_folder(tmp_path, {**LISTED, "prices/p.xlsx": far})).securities()


def test_the_size_of_all_files_their_number_and_their_lines_have_limits(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {**LISTED, "prices/p.csv": PRICES, "prices/q.csv": b"a\n" * 600_000})
    with pytest.raises(InputError, match=r"more than 1 MB together.*SMALLCAP_MAX_INPUT_TOTAL_MB"):
        small(folder, total_mb=1).securities()
    with pytest.raises(InputError, match=r"more than 3 files and folders.*SMALLCAP_MAX_INPUT_FILES"):
        small(folder, files=3).securities()
    write_folder(folder, {"prices/q.csv": b"ticker,date,adj_close\n" + b"x" * 5000})
    with pytest.raises(InputError, match=r"prices/q\.csv has a line of 5,000 characters, more than 2,000"):
        small(folder, line_characters=2000).securities()


def test_a_zip_with_too_many_entries_is_refused() -> None:
    payload = zip_with({f"{number}.csv": b"" for number in range(20)})
    with pytest.raises(InputError, match=r"z.zip has 20 entries, more than 10"):
        unzip(payload, "z.zip", 1000, 10, lambda name: True)


def test_a_gzip_file_at_its_limit_is_read() -> None:
    assert gunzip(gzip.compress(b"x" * 1000), "f.gz", 1000) == b"x" * 1000
    assert gunzip(gzip.compress(b""), "f.gz", 0) == b""


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("name", ["a#1", "b?c", "d[e]", "f\\g", "h%20i", "j k", "é'\""])
def test_an_input_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    source = open_folder(write_folder(tmp_path / name, {**LISTED, "prices/p.csv": PRICES}))
    assert source.prices(*EVER).rows.height == 2
    assert [found.name for found in find_inputs(tmp_path / name).files] == ["ishares/a.csv", "prices/p.csv"]
