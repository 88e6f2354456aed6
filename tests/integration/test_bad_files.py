"""Wrong input files, through the command: each refusal names the file, the row or the column, ends with 2,
and changes nothing.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import string
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from smallcap.tables import TABLES
from tests.command_line import published
from tests.component.sources.crafted import fundamentals_frame, holdings, line, write_folder
from tests.integration.homes import Answer, contents, make, served

AS_OF = dt.date(2025, 5, 31)
COMPANIES = 30
TICKERS = [
    "".join(letters)
    for letters in itertools.islice(itertools.product(string.ascii_uppercase, repeat=3), COMPANIES)
]
HOLDINGS, FUNDAMENTALS, PRICES = "ishares/IWM_holdings.csv", "fundamentals/annual.csv", "prices/month_end.csv"

Smallcap = Callable[..., Answer]


AMOUNTS = {
    "revenue": 180_000_000,
    "operating_income": 18_000_000,
    "total_assets": 400_000_000,
    "short_term_debt": 20_000_000,
    "total_liabilities": 160_000_000,
    "shareholders_equity": 240_000_000,
    "operating_cash_flow": 14_000_000,
    "capital_expenditures": 4_000_000,
    "net_interest_expense": 1_800_000,
}
"""Of a company that the lists value at 250 million USD."""


def statements(**last: object) -> pl.DataFrame:
    """One fresh annual record a company, all different; `last` changes the last of them."""
    rows: list[dict[str, object]] = [
        {
            **AMOUNTS,
            "ticker": ticker,
            "entity_id": 100 + number,
            "fiscal_year": 2024,
            "period_end": "2024-12-31",
            "filing_date": "2025-03-03",
            "restated_date": "2025-03-03",
            "net_income": 10_000 * (number - 5),
            "shares_basic": 10_000_000 + number,
        }
        for number, ticker in enumerate(TICKERS)
    ]
    rows[-1] |= last
    return fundamentals_frame(*rows)


LISTED = holdings(
    [
        line(ticker, f"COMPANY {ticker}", quantity="200,000.00", market_value="5,000,000.00")
        for ticker in TICKERS
    ]
)
# One line's prices tell up to which day the folder knows: far enough for the list to be too old for
# September.
LAST_PRICES = pl.DataFrame(
    {"ticker": TICKERS[0], "date": ["2025-11-28", "2025-12-31"], "adj_close": [10.0, 11.0]}
)
GOOD: dict[str, bytes | pl.DataFrame] = {HOLDINGS: LISTED, FUNDAMENTALS: statements(), PRICES: LAST_PRICES}


UP_TO_SCORES = (
    "core.members",
    "core.annual_fundamentals",
    "core.annual_metrics",
    "core.metrics_as_of",
    "core.quarterly_fundamentals",
    "core.trailing_metrics",
    "core.trailing_as_of",
    "marts.quality_scores",
)


@pytest.fixture(scope="module")
def good_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home made from files without fault; a refused run must leave it as it is."""
    folder = write_folder(tmp_path_factory.mktemp("good"), GOOD)
    home = tmp_path_factory.mktemp("files") / "home"
    raw = [name for name in TABLES if name.startswith("raw.")]
    make(home, AS_OF, tables=[*raw, *UP_TO_SCORES, "publish.warehouse"], preset="files", input=folder)
    return home


def test_the_good_folder_is_screened(good_home: Path) -> None:
    rows = published(good_home, "SELECT status, count(*) AS n FROM marts.quality_scores GROUP BY ALL")
    # Two methods on two bases, and the method `trailing` on one.
    assert dict(rows.itertuples(index=False)) == {"scored": COMPANIES * 5}


def duplicated() -> pl.DataFrame:
    return pl.concat([statements(), statements().tail(1)])


BAD: dict[str, tuple[dict[str, bytes | pl.DataFrame], list[str]]] = {
    "no holdings": ({FUNDAMENTALS: statements()}, ["input folder", "no holdings", "ishares"]),
    "web page": (
        {**GOOD, HOLDINGS: b"<!DOCTYPE html>\n<html><body>Please accept our cookies</body></html>"},
        [HOLDINGS, "web page", "Download"],
    ),
    "no as-of date": ({**GOOD, HOLDINGS: holdings([line()], as_of="-")}, [HOLDINGS, "as-of date", "'-'"]),
    "cut inside a line": ({**GOOD, HOLDINGS: LISTED[:1500]}, [HOLDINGS, "line", "truncated", "Download"]),
    "cut after a line": (
        {**GOOD, HOLDINGS: LISTED[: LISTED.rindex(b"COMPANY AAZ") - 7]},
        [HOLDINGS, "truncated", "Download"],
    ),
    "cut before the table": ({**GOOD, HOLDINGS: LISTED[:150]}, [HOLDINGS, "truncated", "'Ticker'"]),
    "missing column": (
        {**GOOD, FUNDAMENTALS: statements().drop("net_income", "revenue")},
        [FUNDAMENTALS, "revenue", "net_income"],
    ),
    "text in a number": (
        {**GOOD, FUNDAMENTALS: statements(revenue="n. m.").with_columns(pl.col("revenue").cast(pl.String))},
        [FUNDAMENTALS, f"row {COMPANIES}", "'revenue'", "'n. m.'"],
    ),
    "cut inside a row": (
        {**GOOD, FUNDAMENTALS: statements().write_csv().rstrip().rsplit(",", 2)[0].encode()},
        [FUNDAMENTALS, f"row {COMPANIES} ", f"line {COMPANIES + 1}", "17 cells instead of 19", "cut off"],
    ),
    "a comma too many": (
        {**GOOD, PRICES: b"ticker,date,adj_close\nAAA,2025-11-28,10,5\nAAA,2025-12-31,11\n"},
        [PRICES, "row 1 ", "4 cells instead of 3", "decimals"],
    ),
    "two-digit year": (
        {**GOOD, FUNDAMENTALS: statements(filing_date="25-03-03")},
        [FUNDAMENTALS, f"row {COMPANIES}", "'filing_date'", "'25-03-03'", "YYYY-MM-DD", "four digits"],
    ),
    "holdings of a far day": (
        {**GOOD, HOLDINGS: LISTED.replace(b"May 13, 2025", b"May 13, 2205")},
        [HOLDINGS, "2205-05-13", "implausible"],
    ),
    "no date": (
        {**GOOD, FUNDAMENTALS: statements(period_end="Dec 2024")},
        [FUNDAMENTALS, f"row {COMPANIES}", "'period_end'", "'Dec 2024'"],
    ),
    "duplicate keys": (
        {**GOOD, FUNDAMENTALS: duplicated()},
        [FUNDAMENTALS, f"row {COMPANIES} ", f"row {COMPANIES + 1}", "2024-12-31"],
    ),
    "cut table": (
        {**GOOD, "fundamentals/annual.parquet": b"PAR1" + bytes(100)},
        ["fundamentals/annual.parquet", "not readable"],
    ),
}


@pytest.mark.some_cases(4)
@pytest.mark.parametrize("fault", BAD)
def test_a_bad_folder_is_refused_and_what_was_published_is_still_served(
    good_home: Path, tmp_path: Path, smallcap: Smallcap, fault: str
) -> None:
    files, words = BAD[fault]
    before = served(good_home)
    folder = write_folder(tmp_path / "input", files)
    folder.mkdir(exist_ok=True)
    answer = smallcap("run", "--preset", "files", "--input", folder, "--as-of", AS_OF, "--home", good_home)
    assert (answer.code, answer.out) == (2, "")
    message = " ".join(answer.err.split())
    assert [word for word in words if word not in message] == []
    assert "Traceback" not in message
    assert served(good_home) == before


@pytest.mark.parametrize(
    ("as_of", "words"),
    [
        ("2025-09-30", ["2025-09-30", "2025-05-13", "31 days"]),
        ("2025-04-30", ["2025-04-30", "2025-05-13"]),
        ("2031-01-31", ["2031-01-31", "after 2025-12-31", "files"]),
        ("May 2025", ["'May 2025'", "YYYY-MM-DD"]),
    ],
)
def test_a_date_without_data_is_refused(
    good_home: Path, tmp_path: Path, smallcap: Smallcap, as_of: str, words: list[str]
) -> None:
    before = served(good_home)
    folder = write_folder(tmp_path, GOOD)
    answer = smallcap("run", "--preset", "files", "--input", folder, "--as-of", as_of, "--home", good_home)
    assert answer.code == 2
    assert [word for word in words if word not in answer.err] == []
    assert served(good_home) == before


def test_a_folder_that_is_not_there_is_refused(good_home: Path, tmp_path: Path, smallcap: Smallcap) -> None:
    answer = smallcap(
        "run", "--preset", "files", "--input", tmp_path / "nowhere", "--as-of", AS_OF, "--home", good_home
    )
    assert answer.code == 2
    assert all(words in answer.err for words in ("nowhere", "--input", "SMALLCAP_INPUT"))


@pytest.mark.drill
def test_rows_filed_before_their_period_ended_are_refused_alone(tmp_path: Path) -> None:
    # One by some weeks, and one by fifteen years, in a year that no screen of 2025 looks back to.
    weeks, years = (
        statements(filing_date=day, restated_date=day).tail(1) for day in ("2024-11-20", "2009-12-31")
    )
    years = years.with_columns(ticker=pl.lit(TICKERS[-2]), entity_id=pl.lit(100 + COMPANIES - 2, pl.Int64))
    folder = write_folder(
        tmp_path / "input", {**GOOD, FUNDAMENTALS: pl.concat([statements().head(-2), years, weeks])}
    )
    home = tmp_path / "home"
    make(home, AS_OF, preset="files", input=folder)
    refused = contents(home, ["core.rejects"])["core.rejects"].sort("year")
    assert refused.select("table_name", "year", "rule").rows() == [
        (
            "core.annual_fundamentals",
            2010,
            "filing_before_period_end",
        ),  # known in the first session of the next year
        ("core.annual_fundamentals", 2024, "filing_before_period_end"),
    ]
    assert refused["row_json"].str.json_path_match("$.ticker").to_list() == [TICKERS[-2], TICKERS[-1]]
    rows = published(
        home, "SELECT ticker, exclusion_reason FROM marts.quality_scores WHERE status = 'excluded'"
    )
    assert set(rows.itertuples(index=False, name=None)) == {
        (TICKERS[-2], "no_fundamentals"),
        (TICKERS[-1], "no_fundamentals"),
    }


def with_wild_dates(folder: Path, **last: object) -> Path:
    """Write good files, but one record and one price with dates that cannot be."""
    months = pl.DataFrame({"ticker": TICKERS, "date": "2025-05-30", "adj_close": 10.0})
    far = pl.DataFrame({"ticker": TICKERS[0], "date": "2099-12-31", "adj_close": 10.0})
    return write_folder(folder, {**GOOD, FUNDAMENTALS: statements(**last), PRICES: pl.concat([months, far])})


@pytest.mark.drill
@pytest.mark.parametrize(
    ("last", "problem", "as_of"),
    [
        ({"filing_date": "9999-12-31"}, "filing_date", ()),
        ({"period_end": "2204-12-31", "filing_date": "2205-03-03"}, "period_end", ("--as-of", AS_OF)),
    ],
)
def test_a_record_and_a_price_with_wild_dates_are_refused_alone_and_the_date_is_chosen_without_them(
    tmp_path: Path, smallcap: Smallcap, last: dict[str, object], problem: str, as_of: tuple[object, ...]
) -> None:
    folder, home = with_wild_dates(tmp_path / "input", **last), tmp_path / "home"
    answer = smallcap("run", "--preset", "files", "--input", folder, "--home", home, *as_of)
    assert answer.code == 0
    assert "raw.fundamentals" in answer.out + answer.err
    rejects = contents(home, ["core.rejects"])["core.rejects"].sort("table_name")
    assert rejects.select("table_name", "year", "rule").rows() == [
        ("raw.fundamentals", 2025, "date_implausible"),
        ("raw.prices", 2025, "date_implausible"),
    ]
    shown = [json.loads(row) for row in rejects["row_json"]]
    assert [(row["file"], row["row"]) for row in shown] == [
        (FUNDAMENTALS, COMPANIES),
        (PRICES, COMPANIES + 1),
    ]
    assert [row["problem"].split()[0] for row in shown] == [problem, "date"]
    screened = published(
        home,
        "SELECT DISTINCT as_of, count(*) AS n FROM marts.quality_scores WHERE status = 'scored' GROUP BY ALL",
    )
    assert [str(day)[:10] for day in screened["as_of"]] == [str(AS_OF)]
    lake = contents(home, ["raw.fundamentals", "raw.prices"])
    assert max(lake["raw.fundamentals"]["year"].max(), lake["raw.prices"]["year"].max()) == 2025


@pytest.mark.drill
def test_a_record_whose_dates_were_repaired_takes_its_place_and_is_no_longer_reported(
    tmp_path: Path, smallcap: Smallcap
) -> None:
    folder, home = with_wild_dates(tmp_path / "input", filing_date="9999-12-31"), tmp_path / "home"
    make(home, AS_OF, preset="files", input=folder)
    assert contents(home, ["core.rejects"])["core.rejects"].height == 2
    write_folder(folder, GOOD)
    assert smallcap("run", "--home", home, "--as-of", AS_OF).code == 0
    assert contents(home, ["core.rejects"])["core.rejects"].is_empty()


@pytest.mark.drill
def test_negative_debt_is_verified_and_never_passes(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "input", {**GOOD, FUNDAMENTALS: statements(long_term_debt=-900_000, short_term_debt=None)}
    )
    home = tmp_path / "home"
    make(home, AS_OF, preset="files", input=folder)
    asked = "filter_name IN ('shariah', 'balance_sheet')"
    verdicts = published(
        home,
        (
            f"SELECT filter_name, stand_alone_status FROM marts.funnel_outcomes WHERE ticker = "
            f"'{TICKERS[-1]}' AND {asked}"
        ),
    )
    assert dict(verdicts.itertuples(index=False)) == {"shariah": "verify", "balance_sheet": "verify"}
