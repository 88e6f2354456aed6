"""Text that is no text, from a folder to the report and the terminal: control characters, what XML forbids,
names of JavaScript's own.
"""

from __future__ import annotations

import datetime as dt
import os
import pty
import subprocess
from pathlib import Path

import polars as pl
import pytest

from tests.command_line import COMMAND, environment, must_succeed, published
from tests.component.sources.crafted import fundamentals_frame, holdings, line, write_folder
from tests.integration.homes import contents
from tests.unit.test_characters import is_forbidden

AS_OF = dt.date(2025, 5, 31)
NAMES = [
    "ALPHA\x00 CO",
    "BETA\x1b[31m CO",
    "GAMMA\x1b]0;owned\x07 CO",
    "DELTA\ufffe\uffff CO",
    "\u202eEPSILON CO",
    "ZETA\u2028CO",
]
SECTORS = ["Ener\x00gy", "Health\x07 Care", "constructor", "toString", "__proto__", "Real\u2028Estate"]
TICKERS = ["AAA", "BB\u200bB", "CCC", "DDD", "EEE", "FFF"]
SYMBOLS = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the command from a folder whose texts are dirty in all tables.

    An abort would end the command, not the tests.
    """
    listed = [
        line(ticker, name, sector=sector, quantity="200,000.00", market_value="5,000,000.00")
        for ticker, name, sector in zip(TICKERS, NAMES, SECTORS, strict=True)
    ]
    statements = fundamentals_frame(
        *(
            {
                "ticker": symbol,
                "entity_id": f"id-{number}\x1b",
                "name": name,
                "sector": sector,
                "period_end": "2024-12-31",
                "filing_date": "2025-03-03",
                "restated_date": "2025-03-03",
            }
            for number, (symbol, name, sector) in enumerate(zip(SYMBOLS, NAMES, SECTORS, strict=True))
        )
    )
    prices = pl.DataFrame({"ticker": TICKERS, "date": "2025-05-30", "adj_close": 10.0})
    folder = write_folder(
        tmp_path_factory.mktemp("dirty"),
        {
            "ishares/IWM.csv": holdings(listed),
            "fundamentals/annual.csv": statements,
            "prices/month_end.csv": prices,
        },
    )
    home = tmp_path_factory.mktemp("homes") / "home"
    must_succeed(
        "run",
        "--preset",
        "files",
        "--input",
        folder,
        "--as-of",
        AS_OF,
        "--home",
        home,
        is_report_written=True,
    )
    return home


@pytest.mark.drill
def test_the_run_publishes_every_company_and_loses_none(home: Path) -> None:
    rows = published(
        home, f"SELECT ticker, name, sector FROM core.members WHERE as_of = DATE '{AS_OF}' ORDER BY ticker"
    )
    assert list(rows["ticker"]) == SYMBOLS
    assert list(rows["name"]) == [
        "ALPHA CO",
        "BETA[31m CO",
        "GAMMA]0;owned CO",
        "DELTA CO",
        "EPSILON CO",
        "ZETA CO",
    ]
    assert list(rows["sector"]) == [
        "Energy",
        "Health Care",
        "constructor",
        "toString",
        "__proto__",
        "Real Estate",
    ]


@pytest.mark.drill
def test_every_company_has_its_statements(home: Path) -> None:
    assert published(home, "SELECT bool_and(is_resolved) AS is_known FROM raw.securities")["is_known"][0]


@pytest.mark.drill
def test_no_table_holds_a_forbidden_character(home: Path) -> None:
    for name, frame in contents(home).items():
        for column in frame.select(pl.col(pl.String)):
            dirty = [
                text
                for text in column.drop_nulls().unique()
                if any(map(is_forbidden, text.replace("\n", "")))
            ]
            assert dirty == [], f"{name}.{column.name}"


@pytest.mark.drill
def test_the_report_is_written_with_its_pictures(home: Path) -> None:
    folder = home / "reports" / str(AS_OF)
    pages = {page.name: page.read_text(encoding="utf-8") for page in folder.rglob("*.html")}
    for text in pages.values():
        assert [character for character in text if is_forbidden(character) and character != "\n"] == []
        assert "could not be drawn" not in text
    assert '<figure id="chart-sectors"' in pages["anatomy.html"]


@pytest.mark.drill
def test_what_was_left_out_is_said_and_kept(home: Path) -> None:
    told = published(
        home,
        (
            "SELECT message FROM meta.checks WHERE check_name = 'source_notices' AND table_name = "
            "'raw.securities'"
        ),
    )
    assert list(told["message"]) == [
        "characters that are not text (control or zero-width) were removed; their number by file: "
        "fundamentals/annual.csv (15), ishares/IWM.csv (10), prices/month_end.csv (1)"
    ]


@pytest.mark.drill
@pytest.mark.parametrize("output", ["table", "csv", "json"])
def test_a_terminal_obeys_nothing_that_a_query_brings(home: Path, output: str) -> None:
    query = (
        "SELECT chr(27) || ']0;owned' || chr(7) AS title, chr(27) || '[2J' AS clear, chr(155) || '2J' "
        "AS eight_bit, chr(8238) AS turned"
    )
    shown = in_a_terminal("sql", query, "--format", output, "--home", home)
    assert "owned" in shown
    assert [
        sequence for sequence in ("\x1b]", "\x07", "\x1b[2J", "\x9b", "\u202e") if sequence in shown
    ] == []


@pytest.mark.drill
def test_a_pipe_is_given_the_value_as_it_is(home: Path) -> None:
    assert (
        must_succeed("sql", "SELECT chr(27) || '[2J' AS clear", "--format", "csv", "--home", home)
        == "clear\n\x1b[2J\n"
    )


@pytest.mark.drill
def test_an_error_that_quotes_the_input_is_harmless(home: Path, tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path, {"ishares/IWM.csv": holdings([line(), line("XYZ", "XYLO", price="\x1b]0;owned\x07")])}
    )
    shown = in_a_terminal(
        "run", "--preset", "files", "--input", folder, "--as-of", AS_OF, "--home", tmp_path / "home"
    )
    assert "is not a number" in shown
    assert "\x1b]" not in shown


def in_a_terminal(*arguments: object) -> str:
    """Run the command in a terminal of its own; return all that the terminal was sent."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment(),
        close_fds=True,
    ) as process:
        os.close(theirs)
        sent = bytearray()
        while chunk := _read(ours):
            sent += chunk
        process.wait(timeout=120)
    os.close(ours)
    return sent.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other end is closed
        return b""
