"""The live factor files: every download adds a vintage, and what does not count leaves the others
standing.
"""

from __future__ import annotations

import datetime as dt
import math
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import SmallcapError
from smallcap.sources.base import FACTORS_COLUMNS
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.french.files import read_french
from smallcap.sources.french.live import FILES, FrenchFactors
from smallcap.sources.french.reader import ReaderAnswer, ask_reader
from tests.component.sources.crafted import FF5_HEADER, french, zipped
from tests.component.sources.fetchers import NOON, Bench
from tests.component.sources.scripted_server import Answer, scripted
from tests.tolerances import EXACT

LIMITS = HttpLimits(timeout_seconds=5.0, max_bytes=1_000_000)
FF5_FILE, FF3_FILE, MOM_FILE = FILES
HEADERS = {FF5_FILE: FF5_HEADER, FF3_FILE: ",Mkt-RF,SMB,HML,RF", MOM_FILE: ",Mom   "}
DAY = dt.timedelta(days=1)


def first_line(vintage: str) -> str:
    return f"This file was created using the {vintage} CRSP database."


def rows(file_name: str, last: str, *, first_year: int = 2000, shift: float = 0.0) -> list[str]:
    """Monthly rows up to `last` (YYYYMM); figures that repeat nowhere soon, of two decimals."""
    width = HEADERS[file_name].count(",")
    months = [f"{year}{month:02d}" for year in range(first_year, int(last[:4]) + 1) for month in range(1, 13)]
    wanted = [month for month in months if month <= last]
    return [
        ",".join(
            [
                month,
                *(f"{3 * math.sin(12.9898 * (number + 7 * column)) + shift:.2f}" for column in range(width)),
            ]
        )
        for number, month in enumerate(wanted)
    ]


def body(file_name: str, vintage: str = "202604", **options: float) -> bytes:
    return zipped(
        french(
            rows(file_name, vintage, **options),
            header=HEADERS[file_name],
            first=first_line(vintage),
            annual=False,
        )
    )


class Library:
    """The data library: what it serves for each file can be changed between requests."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self.bodies: dict[str, bytes | Answer] = {file_name: body(file_name) for file_name in FILES}

    def __call__(self, path: str, _: int) -> Answer:
        served = self.bodies[path.removeprefix("/ken.french/ftp/").removesuffix("_CSV.zip")]
        return served if isinstance(served, Answer) else Answer(served)

    def source(self, url: str) -> FrenchFactors:
        return FrenchFactors(self.bench.fetcher, LIMITS, base_url=f"{url}/ken.french/", max_age=DAY)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


def test_the_three_files_come_as_the_files_preset_reads_them(library: Library) -> None:
    with scripted(library) as server:
        delivery = library.source(server.url).factors()
        asked = len(server.asked)
    expected = [
        read_french(library.bodies[name], f"{name}.zip").with_columns(source=pl.lit("french"))
        for name in FILES
    ]
    assert delivery.rows.schema == FACTORS_COLUMNS
    assert delivery.rows.equals(
        pl.concat(expected).select(*FACTORS_COLUMNS).sort("vintage", "model", "month")
    )
    assert (asked, delivery.notices) == (3, ())


def test_the_whole_history_is_asked_for_and_sentinels_are_null_and_figures_fractions(
    library: Library,
) -> None:
    served = rows(FF5_FILE, "202604", first_year=1926)
    served[1] = "192602,-99.99,0.50,-999,0.20,0.30,0.34"
    library.bodies[FF5_FILE] = zipped(french(served, header=FF5_HEADER, first=first_line("202604")))
    with scripted(library) as server:
        ff5 = library.source(server.url).factors().rows.filter(pl.col("model") == "FF5")
    assert ff5["month"][0] == dt.date(1926, 1, 31)
    assert ff5.row(1, named=True)["mkt_rf"] is None
    assert ff5.row(1, named=True)["hml"] is None
    assert ff5["smb"][1] == pytest.approx(0.005, rel=EXACT)


def test_a_young_file_is_not_asked_for_again_and_a_new_vintage_joins_the_old(library: Library) -> None:
    with scripted(library) as server:
        library.source(server.url).factors()
        library.source(server.url).factors()
        assert len(server.asked) == 3
        library.bench.now = NOON + 2 * DAY
        library.bodies[FF5_FILE] = body(FF5_FILE, "202605", shift=0.11)
        delivery = library.source(server.url).factors()
        assert len(server.asked) == 6
    vintages = delivery.rows.select("vintage", "model").unique().sort("vintage", "model").rows()
    assert vintages == [("202604", "FF3"), ("202604", "FF5"), ("202604", "MOM"), ("202605", "FF5")]


def test_a_vintage_that_is_served_again_with_other_figures_overwrites_nothing(library: Library) -> None:
    with scripted(library) as server:
        first = library.source(server.url).factors().rows
        library.bodies[FF5_FILE] = body(FF5_FILE, shift=0.5)
        library.bench.now = NOON + 2 * DAY
        delivery = library.source(server.url).factors()
    assert delivery.rows.equals(first)
    [notice] = delivery.notices
    assert "FF5 factors of vintage 202604 were served again with other figures" in notice


def changed(change: Callable[[list[str]], list[str]]) -> bytes:
    return zipped(
        french(change(rows(FF5_FILE, "202605")), header=FF5_HEADER, first=first_line("202605"), annual=False)
    )


REFUSED = {
    "a web page": (b"<!DOCTYPE html><html>Sorry</html>", "not a readable zip"),
    "a cut zip": (body(FF5_FILE)[:-50], "not a readable zip"),
    "not contiguous": (changed(lambda lines: lines[:100] + lines[101:]), "not contiguous: 200806"),
    "implausible": (changed(lambda lines: [*lines[:-1], "202605,1.0,250.0,1.0,1.0,1.0,0.3"]), "250"),
    "not a number": (changed(lambda lines: [*lines[:-1], "202605,1.0,x,1.0,1.0,1.0,0.3"]), "not a number"),
    "cut off at its end": (changed(lambda lines: lines[:-3]), "shorter than the earlier vintage 202604"),
    "cut off long before its end": (
        changed(lambda lines: lines[:-20]),
        "20 months before its vintage 202605",
    ),
    "cut off at its start": (changed(lambda lines: lines[20:]), "shorter than the earlier vintage 202604"),
    "short": (changed(lambda lines: lines[-60:]), "fewer than 120"),
    "without a table": (
        zipped(first_line("202605").encode() + b"\r\n\r\nNothing here.\r\n"),
        "no monthly table",
    ),
    "of another model": (body(FF3_FILE, "202605"), "contains the factors of FF3, not of FF5"),
    "without a vintage": (
        zipped(french(rows(FF5_FILE, "202605"), first="Factors", annual=False)),
        "names no vintage",
    ),
    "gone": (Answer(b"", 404), "answered 404"),
    "asks who we are": (Answer(b"", 401), "answered 401"),
}


@pytest.mark.some_cases(4)
@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_does_not_count_is_told_and_the_last_good_vintage_stands(
    library: Library, case: str
) -> None:
    with scripted(library) as server:
        first = library.source(server.url).factors().rows
        good = library.bodies[FF5_FILE]
        library.bodies[FF5_FILE], message = REFUSED[case]
        library.bench.now = NOON + 2 * DAY
        delivery = library.source(server.url).factors()
        assert delivery.rows.equals(first)
        [notice] = delivery.notices
        assert message in notice
        assert "FF5 factors were not updated, the vintage 202604 from an earlier download is used" in notice
        library.bodies[FF5_FILE] = good
        assert library.source(server.url).factors().notices == ()


def test_a_server_that_stays_down_is_asked_some_times_and_then_told(library: Library) -> None:
    library.bodies[MOM_FILE] = Answer(b"", 500)
    with scripted(library) as server:
        delivery = library.source(server.url).factors()
        assert sum(MOM_FILE in path for path in server.asked) == 4
    assert set(delivery.rows["model"]) == {"FF3", "FF5"}
    [notice] = delivery.notices
    assert "MOM factors were not updated, and there is no earlier download" in notice


def test_nothing_at_all_is_an_error_that_names_every_file(library: Library) -> None:
    library.bodies = dict.fromkeys(FILES, Answer(b"", 404))
    with (
        scripted(library) as server,
        pytest.raises(SmallcapError, match=r"no factors: FF5.*404.*FF3.*404.*MOM.*404"),
    ):
        library.source(server.url).factors()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_line_ending_is_read_and_told_where_the_library_cannot_cross_check(
    library: Library, end: str
) -> None:
    content = french(rows(FF5_FILE, "202604"), header=FF5_HEADER, first=first_line("202604"), end=end)
    library.bodies[FF5_FILE] = zipped(content)
    with scripted(library) as server:
        delivery = library.source(server.url).factors()
    assert delivery.rows.filter(pl.col("model") == "FF5").height == 316
    assert ["is not cross-checked" in notice for notice in delivery.notices] == (
        [True] if end == "\n" else []
    )


def test_a_file_that_the_library_reads_otherwise_does_not_count(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_with_another_figure(file_name: str, *arguments: object) -> ReaderAnswer:
        answer = ask_reader(file_name, *arguments)  # type: ignore[arg-type]
        if file_name != FF5_FILE or answer.table is None:
            return answer
        changed_figure = (
            pl.when(pl.col("month") == dt.date(2010, 3, 31)).then(9.0).otherwise("SMB").alias("SMB")
        )
        return ReaderAnswer(answer.payload, answer.table.with_columns(changed_figure), None)

    monkeypatch.setattr("smallcap.sources.french.reader.ask_reader", ask_with_another_figure)
    with scripted(library) as server:
        delivery = library.source(server.url).factors()
    assert set(delivery.rows["model"]) == {"FF3", "MOM"}
    [notice] = delivery.notices
    assert "reader gives other figures in 1 months, first 201003" in notice


def test_a_zip_that_unpacks_to_more_than_allowed_is_refused(library: Library, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("F.csv", b"0" * (LIMITS.max_bytes + 1))
    library.bodies[FF5_FILE] = bomb.read_bytes()
    with scripted(library) as server:
        [notice] = library.source(server.url).factors().notices
    assert "unpacks to more than 1 MB" in notice
