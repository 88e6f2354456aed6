"""The excerpts of real files in data/examples: figures of filings, read by eye, and how they are shown."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from pathlib import Path

import polars as pl
import pytest
from rich.cells import cell_len
from rich.console import Console

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.pipelines.command.explain import explain_filing
from smallcap.sources.sec.company import CompanyFacts, read_company
from tests.component.sources.sec.builders import CONCEPTS, Company, filed
from tests.paths import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "data" / "examples"
APPLE, SNOWFLAKE, MARVELL = (FOLDER / f"CIK{cik:010}.json.gz" for cik in (320193, 1640147, 1835632))
REFERENCE = PROJECT_ROOT / "data" / "reference"
NUMBER = re.compile(r"-?\d[\d,]*\.\d{3}")


def read(path: Path) -> CompanyFacts:
    return read_company(path.read_bytes(), CONCEPTS)


def shown(path: Path, width: int = 200, year: int | None = None) -> str:
    out = io.StringIO()
    explain_filing(path, REFERENCE, InputLimits(), year, "table", Console(file=out, width=width))
    return out.getvalue()


@pytest.mark.parametrize(
    ("path", "end", "version", "accession", "figures"),
    [
        (
            APPLE,
            dt.date(2009, 9, 26),
            "original",
            "0001193125-09-214859",
            {"revenue_usd": 36_537e6, "net_income_usd": 5_704e6, "total_assets_usd": 53_851e6},
        ),
        (
            APPLE,
            dt.date(2014, 9, 27),
            "original",
            "0001193125-14-383437",
            {"short_term_debt_usd": 6_308e6, "net_share_repurchases_usd": 44_270e6, "goodwill_usd": 4_616e6},
        ),
        (
            SNOWFLAKE,
            dt.date(2025, 1, 31),
            "original",
            "0001640147-25-000052",
            {"long_term_debt_usd": 2_271_529_000, "operating_cash_flow_usd": 959_764_000},
        ),
        (
            MARVELL,
            dt.date(2025, 2, 1),
            "original",
            "0001835632-25-000057",
            {"short_term_debt_usd": 129.5e6, "net_income_usd": -885e6, "dividends_paid_usd": 207.5e6},
        ),
    ],
)
def test_figures_are_those_of_the_filings(
    path: Path, end: dt.date, version: str, accession: str, figures: dict[str, float]
) -> None:
    found = read(path)
    row = found.annual.filter(period_end=end, version=version).row(0, named=True)
    assert {item: row[item] for item in figures} == figures
    assert found.tags.filter(period_end=end, version=version)["accession"].unique().to_list() == [accession]


def test_the_excerpts_are_small_and_say_their_filings() -> None:
    files = list(FOLDER.glob("*.gz"))
    assert len(files) == 3
    assert sum(path.stat().st_size for path in files) < 150_000


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_every_number_is_whole_at_every_width(width: int) -> None:
    wide, narrow = shown(APPLE, 1_000), shown(APPLE, width)
    assert set(NUMBER.findall(wide)) == set(NUMBER.findall(narrow))
    assert max(map(cell_len, narrow.splitlines())) <= width


def test_a_year_is_shown_with_its_versions_and_what_it_lacks() -> None:
    text = shown(APPLE, 1_000, 2009)
    assert "Fiscal year 2009, to 2009-09-26 (364 days)" in text
    assert re.search(r"revenue +36,537\.000 +SalesRevenueNet +0001193125-09-214859", text)
    assert "restated in 10-K/A 0001193125-10-012091 and 10-Q 0001193125-10-012085 filed 2010-01-25" in text
    assert re.search(r"revenue +36,537\.000 +42,905\.000 +SalesRevenueNet", text)
    assert "short-term debt, long-term debt (no concept of the chain in the filing" in text
    assert "Fiscal year 2010" not in text


def test_json_has_every_figure_unrounded(capsys: pytest.CaptureFixture[str]) -> None:
    explain_filing(MARVELL, REFERENCE, InputLimits(), 2025, "json", Console(file=io.StringIO()))
    document = json.loads(capsys.readouterr().out)
    ((version,),) = [year["versions"] for year in document["years"]]
    assert version["figures"]["net_income"]["value"] == -885_000_000
    assert version["figures"]["net_income"]["concepts"][0]["tag"] == "NetIncomeLoss"
    assert version["filing_date"] == "2025-03-12"


def test_a_year_that_is_not_there_is_an_error_that_names_those_that_are() -> None:
    with pytest.raises(InputError, match="has no fiscal year 1999; it has: 2022, 2023, 2024, 2025, 2026"):
        shown(MARVELL, year=1999)


def test_files_that_are_not_there_or_are_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        shown(tmp_path / "CIK.json")
    with pytest.raises(InputError, match="is a folder"):
        shown(tmp_path)


def test_a_file_that_gives_nothing_says_why(tmp_path: Path) -> None:
    path = tmp_path / "CIK0000001234.json"
    path.write_bytes(Company().add(filed(2020), "2020-12-31", **{"ifrs-full__Assets": 1.0}).payload())
    text = shown(path)
    assert "No annual statement can be made from this file." in text
    assert "an IFRS filer" in text


def test_what_a_filing_changes_is_not_known_before_it() -> None:
    whole = read(APPLE).annual
    known = whole.filter(pl.col("filing_date") < dt.date(2010, 1, 25))
    assert known.filter(fiscal_year=2009)["revenue_usd"].to_list() == [36_537e6]
