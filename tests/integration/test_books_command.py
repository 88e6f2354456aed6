"""Books from the command: taken in, listed, made by the next run, regressed.

Broken ones are refused and change nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import published
from tests.integration.homes import Answer
from tests.paths import PROJECT_ROOT

pytestmark = pytest.mark.drill

Call = Callable[..., Answer]

REFERENCE = PROJECT_ROOT / "data" / "reference"
HEADER = 'name = "mine"\nversion = "1"\nsource = "my desk"\n'

MEMBER = "SELECT ticker FROM core.members WHERE as_of = '2025-12-31' ORDER BY ticker LIMIT 1"
OUTSIDER = """
    SELECT s.ticker FROM raw.securities AS s
    JOIN core.monthly_returns AS r ON r.security_id = s.security_id AND r.month = '2025-12-31'
    WHERE s.valid_to IS NULL
    AND s.entity_id NOT IN (SELECT entity_id FROM core.members WHERE as_of = '2025-12-31')
    ORDER BY s.ticker LIMIT 1
"""


def book(tickers: str, **lines: str) -> str:
    fields = {
        "kind": '"list"',
        "description": '"names I watch"',
        "tickers": tickers,
        "first_month": '"2023-01"',
        "chosen_on": "2022-12-15",
        "source": '"my desk"',
    } | lines
    return (
        HEADER
        + "\n[books.my_book]\n"
        + "".join(f"{name} = {value}\n" for name, value in fields.items() if value)
    )


def rows(home: Path, query: str) -> list[dict[str, Any]]:
    return published(home, query).to_dict("records")


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    return shutil.copytree(REFERENCE, tmp_path / "reference")


@pytest.fixture(scope="module")
def home(reported_home: Path) -> Path:
    """One year of a small universe, with the sample's own hindsight book; who changes it takes a copy."""
    return reported_home


@pytest.fixture
def called(smallcap: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command in this process, with the rule sets of a folder where one is given."""

    def call(*arguments: object, reference_dir: Path = REFERENCE) -> Answer:
        monkeypatch.setenv("SMALLCAP_REFERENCE_DIR", str(reference_dir))
        return smallcap(*arguments)

    return call


def succeed(called: Call, *arguments: object, **settings: Path) -> str:
    """Call the command and return what it printed; any other exit code than 0 fails the test."""
    answer = called(*arguments, **settings)
    assert answer.code == 0, answer.err
    return answer.out


def test_a_book_that_is_added_is_made_by_the_next_run_with_all_its_months(
    home: Path, called: Call, tmp_path: Path, reference: Path
) -> None:
    own = shutil.copytree(home, tmp_path / "home")
    member, outsider = rows(own, MEMBER)[0]["ticker"], rows(own, OUTSIDER)[0]["ticker"]
    file = tmp_path / "mine.toml"
    file.write_text(book(f'["{member}", "{outsider}", "NOSUCH"]', weights="[0.5, 0.25, 0.25]"))
    added = called("book", "add", file, "--home", own, reference_dir=reference)
    assert added.code == 0, added.err
    assert "added: my_book" in added.out
    assert "my_book" in succeed(called, "book", "list", "--home", own, reference_dir=reference)

    run = called("run", "--as-of", "2025-12-31", "--home", own, reference_dir=reference)
    assert run.code == 0, run.err
    assert "warning: core.book_lines every_ticker_known: my_book NOSUCH" in run.err
    months = rows(
        own,
        (
            "SELECT min(month) AS first, max(month) AS last, count(*) AS months FROM "
            "marts.book_returns WHERE book = 'my_book'"
        ),
    )
    assert (str(months[0]["first"].date()), months[0]["months"]) == ("2023-01-31", 36)
    told = succeed(called, "regress", "my_book", "--home", own, reference_dir=reference)
    assert "FF5 regression of the monthly excess return" in told
    assert "The names were chosen after these months" not in told
    assert "not in the book: NOSUCH" in told
    outside = succeed(
        called, "why", outsider, "--as-of", "2025-12-31", "--home", own, reference_dir=reference
    )
    assert "then: watched, against the members' universe" in outside
    assert "my_book" in outside


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (book('["A", "B"]', weights="[0.5, 0.4]"), "'books.my_book.weights' must sum to 1, got 0.9"),
        (book('["A", "A"]'), "'books.my_book.tickers' must not repeat, got A"),
        (book('["A"]', first_month='"January"'), "write a month as YYYY-MM"),
        (book('["A"]', chosen_on=""), "'books.my_book.chosen_on' is missing"),
        (book('["A"]', wieghts="[1.0]"), "wieghts"),
        (HEADER, "contains no book"),
        (
            book('["A"]').replace("my_book", "small_cap_value"),
            "a book named small_cap_value already exists",
        ),
    ],
)
def test_a_broken_book_is_refused_and_nothing_is_changed(
    home: Path, called: Call, tmp_path: Path, reference: Path, text: str, complaint: str
) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(text)
    refused = called("book", "add", file, "--home", home, reference_dir=reference)
    assert refused.code == 2
    assert complaint in " ".join(refused.err.split())
    assert not (reference / "books").exists()


def test_a_file_of_the_same_name_is_replaced_only_by_force(
    home: Path, called: Call, tmp_path: Path, reference: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(book('["A"]'))
    succeed(called, "book", "add", file, "--home", home, reference_dir=reference)
    file.write_text(book('["B"]'))
    assert called("book", "add", file, "--home", home, reference_dir=reference).code == 2
    assert '["A"]' in (reference / "books" / "mine.toml").read_text()
    succeed(called, "book", "add", file, "--force", "--home", home, reference_dir=reference)
    assert '["B"]' in (reference / "books" / "mine.toml").read_text()


def test_a_regression_names_what_there_is_when_it_is_asked_for_what_is_not(home: Path, called: Call) -> None:
    for arguments, complaint in {
        ("regress", "nobody"): "they are: funnel_survivors",
        ("regress", "sample_hindsight", "--model", "FF6"): "choose one of: FF3, FF5, FF5+MOM",
        ("regress", "sample_hindsight", "--cov", "white"): "choose one of: OLS, HAC",
        ("regress", "sample_hindsight", "--vintage", "190001"): "there are: 202406, 202512, 202604",
        ("regress", "sample_hindsight", "--from", "2020"): "write a month as YYYY-MM",
    }.items():
        refused = called(*arguments, "--home", home)
        assert refused.code == 2
        assert complaint in " ".join(refused.err.split())


def test_a_regression_of_few_months_shows_no_numbers(home: Path, called: Call) -> None:
    told = succeed(
        called, "regress", "sample_hindsight", "--from", "2023-01", "--to", "2025-11", "--home", home
    )
    assert "insufficient: 35 months have a return and all factors; 36 are needed" in told
    assert "coef" not in told


def test_the_regression_shown_is_the_one_in_the_table(home: Path, called: Call) -> None:
    told = succeed(
        called, "regress", "sample_hindsight", "--cov", "HAC", "--vintage", "202512", "--home", home
    )
    query = """
        SELECT term, estimate, std_error FROM marts.factor_regressions
        WHERE book = 'sample_hindsight' AND model = 'FF5' AND covariance = 'HAC'
        AND "window" = 'full' AND vintage = '202512'
    """
    in_table = rows(home, query)
    assert len(in_table) == 6
    for row in in_table:
        line = next(line for line in told.splitlines() if line.startswith(row["term"]))
        assert line.split()[1:3] == [f"{row['estimate']:.4f}", f"{row['std_error']:.4f}"]


def test_filter_seven_stands_below_the_six_and_counts_the_survivors_of_all(home: Path) -> None:
    summary = rows(
        home, "SELECT * FROM marts.funnel_summary WHERE as_of = '2025-12-31' ORDER BY filter_number"
    )
    assert [row["filter_number"] for row in summary] == [1, 2, 3, 4, 5, 6, 7]
    seventh = summary[-1]
    assert seventh["entered"] == seventh["outcome_survivor"] + seventh["outcome_survivor_unverified"]
    # The book is six months old here: nothing can be said of it yet.
    assert (seventh["passed"], seventh["failed"], seventh["verify"]) == (0, 0, seventh["entered"])
