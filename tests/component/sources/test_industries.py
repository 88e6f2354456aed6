"""A line has the industry of its company's last filing before the day, not today's."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.sources.base import SECURITIES_COLUMNS
from smallcap.sources.public.filers import FilerTables, table_of_filings
from smallcap.sources.sec.data_sets import read_filers
from smallcap.sources.whois.industries import with_industries
from tests.component.sources.edgar_case import EdgarCase
from tests.component.sources.scripted_server import Answer, scripted

ALPHA, SHELL, BIOTECH = "0000000001", "6770", "2836"
MERGED = dt.date(2021, 2, 25)
HEAD = "adsh\tcik\tname\tsic\tafs\tform\tperiod\tfiled"


def spell(start: str, end: str | None = None, **changed: object) -> dict[str, object]:
    row = {"source": "public", "source_id": "cusip:1", "source_entity_id": ALPHA, "ticker": "ABC"}
    dates = {"valid_from": dt.date.fromisoformat(start), "valid_to": end and dt.date.fromisoformat(end)}
    flags = {name: False for name in SECURITIES_COLUMNS if name.startswith("is_")}
    return dict.fromkeys(SECURITIES_COLUMNS) | row | dates | flags | changed


def filings(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Filings by day, code and status."""
    return pl.DataFrame(
        [(ALPHA, sic, afs, dt.date.fromisoformat(day)) for day, sic, afs in rows],
        schema={"source_entity_id": pl.String, "sic": pl.String, "afs": pl.String, "filed": pl.Date},
        orient="row",
    )


def described(*spells: dict[str, object], filed: pl.DataFrame, today: str | None = None) -> list[tuple]:
    schema = {"source_entity_id": pl.String, "sic": pl.String}
    codes = pl.DataFrame([(ALPHA, today)] if today else [], schema=schema, orient="row")
    rows = with_industries(pl.DataFrame(list(spells), schema=SECURITIES_COLUMNS), filed, codes)
    assert rows.columns == list(SECURITIES_COLUMNS)
    ordered = rows.sort("valid_from")
    return ordered.select(pl.col("valid_from", "valid_to").cast(pl.String), "sic", "filer_status").rows()


def test_a_shell_that_became_a_company_has_each_code_in_its_time():
    filed = filings(("2020-03-02", SHELL, "4-NON"), (str(MERGED), BIOTECH, "1-LAF"))
    assert described(spell("2020-06-30"), filed=filed, today=BIOTECH) == [
        ("2020-06-30", "2021-02-25", SHELL, "non-accelerated filer"),
        ("2021-02-26", None, BIOTECH, "large accelerated filer"),
    ]


def test_a_change_outside_a_spell_cuts_nothing():
    filed = filings(("2020-03-02", SHELL, "4-NON"), (str(MERGED), BIOTECH, "4-NON"))
    ended = spell("2020-06-30", "2021-01-31")
    assert [row[:3] for row in described(ended, filed=filed)] == [("2020-06-30", "2021-01-31", SHELL)]


def test_a_change_in_the_second_of_two_spells_leaves_the_first_whole():
    filed = filings(("2020-03-02", SHELL, "4-NON"), (str(MERGED), BIOTECH, "4-NON"))
    spells = (spell("2020-06-30", "2020-12-30"), spell("2020-12-31", ticker="XYZ"))
    assert [row[:3] for row in described(*spells, filed=filed)] == [
        ("2020-06-30", "2020-12-30", SHELL),
        ("2020-12-31", "2021-02-25", SHELL),
        ("2021-02-26", None, BIOTECH),
    ]


def test_before_the_first_filing_its_code_serves_and_no_status():
    assert described(spell("2019-09-30"), filed=filings(("2020-03-02", SHELL, "4-NON"))) == [
        ("2019-09-30", None, SHELL, None)
    ]


def test_todays_code_serves_only_where_no_filing_is_known():
    assert described(spell("2020-06-30"), filed=filings(), today=BIOTECH)[0][2] == BIOTECH
    known = filings(("2020-03-02", SHELL, "4-NON"))
    assert described(spell("2020-06-30"), filed=known, today=BIOTECH)[0][2] == SHELL


def test_the_order_of_filings_of_one_day_decides_nothing():
    rows = [("2020-03-02", SHELL, "4-NON"), ("2020-03-02", BIOTECH, "1-LAF")]
    first, second = (described(spell("2020-06-30"), filed=filings(*order)) for order in (rows, rows[::-1]))
    assert first == second


def data_set(*rows: str, name: str = "sub.txt") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "\n".join([HEAD, *rows]) + "\n")
        archive.writestr("num.txt", "adsh\n" * 1000)
    return buffer.getvalue()


ROW = "0000000001-21-000001\t1\tALPHA INC\t2836\t1-LAF\t10-K\t20201231\t20210225"


def test_of_a_data_set_the_table_of_filings_alone_is_kept(tmp_path: Path):
    with scripted(lambda path, number: Answer(data_set(ROW))) as server:
        case = EdgarCase(tmp_path, server.url)
        tables = FilerTables(case.records, tmp_path / "bulk", dt.date(2021, 12, 31))
        found = tables.of_years([2021])
        kept = case.records.kept("statement_sets", {"quarter": "2021q1"})
        assert found.select("source_entity_id", "sic").rows() == [(ALPHA, BIOTECH)]
        assert kept is not None
        with zipfile.ZipFile(io.BytesIO(kept)) as archive:
            assert archive.namelist() == ["sub.txt"]
        assert list((tmp_path / "bulk").iterdir()) == []
        again = FilerTables(case.records, tmp_path / "bulk", dt.date(2021, 2, 24))
        assert again.of_years([2021]).is_empty(), "a filing after the clock is not known"
        assert server.asked == ["/files/dera/data/financial-statement-data-sets/2021q1.zip"]


@pytest.mark.parametrize("content", [b"no zip", data_set(ROW, name="other.txt")])
def test_a_data_set_that_cannot_be_read_is_explained(tmp_path: Path, content: bytes):
    path = tmp_path / "set.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match="data set of 2021q1"):
        table_of_filings(path, "the SEC's data set of 2021q1")


def test_a_zip_with_the_table_alone_reads_as_the_whole_data_set():
    assert read_filers(data_set(ROW), "x")["name"].to_list() == ["ALPHA INC"]
