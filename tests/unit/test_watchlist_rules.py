"""The watchlist and the published figures as files, and how errors name file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rows
from smallcap.rules.types.published_candidates import CANDIDATES_FILE, PublishedCandidate
from smallcap.rules.types.published_figures import FIGURES_FILE, PublishedFigure
from smallcap.rules.types.watchlist import WATCHLIST_FILE, WatchedName
from tests.unit.finance.builders import REFERENCE

WATCHED = "ticker,company,reason,missing_filing,not_in,source\n"
CANDIDATE = (
    "ticker,company,sector,exchange,market_cap_usd,debt_to_equity,debt_to_equity_highest,roe,operating_margin,"
    "net_cash_usd,status,note,source\n"
)
FIGURE = "topic,item,measure,value,highest,note,source\n"


def refused(folder: Path, file: str, kind: type, text: str) -> str:
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_rows(folder, file, kind)
    return str(error.value)


def test_the_thirteen_candidates_are_watched() -> None:
    watched = {name.ticker for name in read_rows(REFERENCE, WATCHLIST_FILE, WatchedName)}
    assert {one.ticker for one in read_rows(REFERENCE, CANDIDATES_FILE, PublishedCandidate)} <= watched


def test_the_canadian_names_say_which_filing_is_missing() -> None:
    missing = {name.ticker: name.missing_filing for name in read_rows(REFERENCE, WATCHLIST_FILE, WatchedName)}
    assert {ticker for ticker, filing in missing.items() if filing} == {"CLS", "CGY"}
    assert "SEDAR+" in missing["CGY"]


def test_the_published_figures_are_those_of_the_publications() -> None:
    figures = read_rows(REFERENCE, FIGURES_FILE, PublishedFigure)
    found = {(one.topic, one.item, one.measure): one.value for one in figures}
    assert found["screen", "quintile 5", "roe_median"] == 0.127
    assert found["names", "TBBK", "score"] == 7.17
    assert found["regression", "alpha", "alpha_annual"] == 0.121
    assert len({one.item for one in figures if one.topic == "names"}) == 16


@pytest.mark.parametrize(
    ("file", "kind", "rows", "problem"),
    [
        (
            WATCHLIST_FILE,
            WatchedName,
            f"{WATCHED}BRK.B,,a reason,,,a desk\nBRK-B,,a reason,,,a desk\n",
            "line 3: field 'ticker' (BRKB) is on an earlier line already",
        ),
        (WATCHLIST_FILE, WatchedName, f"{WATCHED}AAA,,,,,a desk\n", "line 2: field 'reason' is empty"),
        (
            CANDIDATES_FILE,
            PublishedCandidate,
            f"{CANDIDATE}AAA,A,,,,0.5,0.4,,,,fail,a note,a book\n",
            "field 'debt_to_equity_highest' (0.4) needs a lower 'debt_to_equity' (0.5)",
        ),
        (
            FIGURES_FILE,
            PublishedFigure,
            f"{FIGURE}index,index,pb,2,,,a study\nindex,index,pb,3,,,a study\n",
            "line 3: field 'measure' (pb of index) is on an earlier line already",
        ),
        (
            FIGURES_FILE,
            PublishedFigure,
            f"{FIGURE}index,index,pb,2,1,,a study\n",
            "field 'highest' (1.0) is below 'value' (2.0)",
        ),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_field(
    tmp_path: Path, file: str, kind: type, rows: str, problem: str
) -> None:
    assert problem in refused(tmp_path, file, kind, rows)
