"""Figures are asked for again after a filing only; many companies come from the bulk file."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.sources.edgar.changes import filers
from smallcap.sources.edgar.company_facts import CompanyFactFiles
from tests.component.sources.edgar_case import EdgarCase
from tests.component.sources.fetchers import NOON
from tests.component.sources.scripted_server import Answer, scripted

HEADER = (
    "Description:           Daily Index of EDGAR Dissemination Feed\n"
    "Last Data Received:    May 06, 2026\n\n"
    "CIK|Company Name|Form Type|Date Filed|File Name\n" + "-" * 80 + "\n"
)
COMPANIES = [f"{number:010d}" for number in range(1, 31)]
WEDNESDAY = NOON.date() + dt.timedelta(days=1)


def index(*filings: tuple[int, str]) -> Answer:
    lines = (f"{cik}|SOME NAME INC|{form}|20260506|edgar/data/{cik}/x.txt\n" for cik, form in filings)
    return Answer((HEADER + "".join(lines)).encode("latin-1"))


class Sec:
    """Answers with figures, and with the indexes of some days."""

    def __init__(self, indexes: Mapping[dt.date, Answer]) -> None:
        self.indexes = {f"{day:%Y%m%d}": answer for day, answer in indexes.items()}

    def __call__(self, path: str, _: int) -> Answer:
        if "companyfacts.zip" in path:
            return Answer(bulk("0000000001", "0000000003"))
        if "/daily-index/" in path:
            return self.indexes.get(path.split(".")[-2], Answer(b"", 404))
        return Answer(b'{"cik": 1}')


def bulk(*companies: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for cik in companies:
            archive.writestr(f"CIK{cik}.json", f'{{"cik": {int(cik)}}}')
    return buffer.getvalue()


def facts_of(case: EdgarCase, folder: Path, today: dt.date, bulk_companies: int = 1000) -> CompanyFactFiles:
    return CompanyFactFiles(case.records, today=today, bulk_companies=bulk_companies, bulk_folder=folder)


def test_a_second_night_asks_for_those_who_filed_statements_and_no_other(tmp_path: Path) -> None:
    filed = index((3, "10-K"), (7, "10-Q/A"), (9, "8-K"), (11, "DEF 14A"), (12, "20-F"), (999, "10-K"))
    sec = Sec({NOON.date(): index((5, "10-Q")), WEDNESDAY: filed})
    with scripted(sec) as server:
        case = EdgarCase(tmp_path, server.url)
        facts_of(case, tmp_path, NOON.date()).provide(COMPANIES)
        first = len(server.asked)
        case.now += dt.timedelta(days=2)
        facts_of(case, tmp_path, WEDNESDAY + dt.timedelta(days=1)).provide(COMPANIES)
        again = [path for path in server.asked[first:] if "companyfacts" in path]
        assert sorted(int(path[-15:-5]) for path in again) == [3, 5, 7, 12]
        assert len(server.asked) - first == len(again) + 2
        asked = len(server.asked)
        facts_of(case, tmp_path, WEDNESDAY + dt.timedelta(days=1)).provide(COMPANIES)
        assert len(server.asked) == asked
    assert first == len(COMPANIES)


def test_a_day_whose_index_is_not_there_yet_is_asked_for_again_and_a_holiday_is_not(tmp_path: Path) -> None:
    sec = Sec({})
    with scripted(sec) as server:
        case = EdgarCase(tmp_path, server.url)
        facts_of(case, tmp_path, NOON.date()).provide(COMPANIES)
        case.now += dt.timedelta(days=1)
        assert facts_of(case, tmp_path, WEDNESDAY).needed(COMPANIES) == []
        case.now += dt.timedelta(days=1)
        sec.indexes[f"{NOON:%Y%m%d}"] = index((4, "10-K"))
        assert facts_of(case, tmp_path, WEDNESDAY + dt.timedelta(days=1)).needed(COMPANIES) == ["0000000004"]
        case.now += dt.timedelta(days=20)
        later = WEDNESDAY + dt.timedelta(days=21)
        facts_of(case, tmp_path, later).needed(COMPANIES)
        asked = len(server.asked)
        case.now += dt.timedelta(days=3)
        facts_of(case, tmp_path, later + dt.timedelta(days=3)).needed(COMPANIES)
        days_of_may_6 = [path for path in server.asked[asked:] if "20260506" in path]
    assert days_of_may_6 == []


def test_after_a_long_gap_or_for_few_companies_the_figures_are_asked_for_instead_of_the_indexes(
    tmp_path: Path,
) -> None:
    with scripted(Sec({})) as server:
        case = EdgarCase(tmp_path, server.url)
        facts_of(case, tmp_path, NOON.date()).provide(COMPANIES)
        first = len(server.asked)
        assert facts_of(case, tmp_path, NOON.date() + dt.timedelta(days=300)).needed(COMPANIES) == COMPANIES
        few = COMPANIES[:3]
        assert facts_of(case, tmp_path, NOON.date() + dt.timedelta(days=30)).needed(few) == few
        assert len(server.asked) == first


def test_many_companies_come_from_the_bulk_file_by_one_request(tmp_path: Path) -> None:
    with scripted(Sec({})) as server:
        case = EdgarCase(tmp_path, server.url)
        facts = facts_of(case, tmp_path / "bulk", NOON.date(), bulk_companies=3)
        facts.provide(COMPANIES[:3])
        assert server.asked == ["/Archives/edgar/daily-index/xbrl/companyfacts.zip"]
        assert facts.payload("0000000001") == b'{"cik": 1}'
        assert facts.payload("0000000002") is None
        assert facts.needed(COMPANIES[:3]) == []
        assert list((tmp_path / "bulk").iterdir()) == []


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"CIK|Name\n1|2\n",
        (HEADER + "1|SOME|NAME|10-K|20260506|x\n").encode(),
        b"Company Name  CIK",
    ],
)
def test_an_index_of_another_layout_is_an_error_and_not_a_day_without_filings(payload: bytes) -> None:
    with pytest.raises(InputError, match="daily index"):
        filers(payload, lambda form: True)


def test_a_look_during_the_day_asks_for_the_newest_index_alone_and_finds_who_filed(tmp_path: Path) -> None:
    sec = Sec({})
    with scripted(sec) as server:
        case = EdgarCase(tmp_path, server.url)
        facts_of(case, tmp_path, NOON.date()).provide(COMPANIES)
        case.now += dt.timedelta(days=1)
        files = facts_of(case, tmp_path, WEDNESDAY)
        assert files.needed(COMPANIES) == []
        sec.indexes[f"{NOON:%Y%m%d}"] = index((4, "10-K"))
        case.now += dt.timedelta(hours=2)
        asked = len(server.asked)
        files.look_at_newest_days(dt.timedelta(hours=1))
        assert len(server.asked) == asked + 1
        assert files.needed(files.known(COMPANIES)) == ["0000000004"]
        assert len(server.asked) == asked + 1
