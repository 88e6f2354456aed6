"""Books as data: what is refused, and that the message names file, line and field."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rules
from smallcap.rules.types.books import Book, BookSet
from tests.unit.book_builders import BOOKS

HEAD = 'name = "mine"\nversion = "1"\nsource = "me"\n\n[books.mine]\n'
SOUND = {
    "kind": '"list"',
    "description": '"two names"',
    "source": '"me"',
    "tickers": '["AAA", "BBB"]',
    "first_month": '"2020-01"',
    "chosen_on": "2019-12-31",
}


def read(folder: Path, **fields: str | None) -> Book:
    """Read a book of which some fields are replaced, added or, with None, left out."""
    text = HEAD + "".join(
        f"{name} = {value}\n" for name, value in (SOUND | fields).items() if value is not None
    )
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return read_rules(folder, "mine.toml", BookSet).books["mine"]


def test_a_sound_book_is_read(tmp_path: Path) -> None:
    book = read(tmp_path, weights="[0.25, 0.75]")
    assert (book.tickers, book.weights, book.chosen_on) == (
        ("AAA", "BBB"),
        (0.25, 0.75),
        dt.date(2019, 12, 31),
    )


@pytest.mark.parametrize(
    ("fields", "line", "message"),
    [
        ({"weights": "[0.5, 0.4]"}, 12, "weights' must sum to 1, got 0.9"),
        ({"weights": "[1.0]"}, 12, r"weights' must have one entry per ticker \(2\), got 1"),
        ({"weights": "[1.5, -0.5]"}, 12, "weights' must be positive"),
        ({"tickers": '["AAA", "BBB", "AAA"]'}, 9, "tickers' must not repeat, got AAA more than once"),
        ({"tickers": "[]"}, 9, "tickers' must list at least one symbol"),
        ({"kind": '"index"'}, 6, "'books.mine.kind' must be 'list' or 'survivors'; got 'index'"),
        ({"members": '["AAA"]'}, 12, r"'books\.mine\.members' is unknown"),
        ({"chosen_on": None}, 5, "chosen_on' is missing"),
        ({"chosen_on": '"2019-12-31"'}, 11, r"'books\.mine\.chosen_on' must be a date"),
        ({"last_month": '"2019-06"'}, 12, r"last_month' \(2019-06\) is before 'first_month' \(2020-01\)"),
        ({"passed_over": "[1]"}, 12, "passed_over' is only for survivors"),
        ({"without_kinds": '["bank"]'}, 12, "without_kinds' is only for survivors"),
        (
            {"kind": '"survivors"'},
            9,
            "survivors are chosen by the funnel; remove tickers, first_month, chosen_on",
        ),
    ],
)
def test_a_broken_book_is_refused(
    tmp_path: Path, fields: dict[str, str | None], line: int, message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        read(tmp_path, **fields)
    assert f"mine.toml, line {line}" in str(refused.value)


@pytest.mark.parametrize("month", ["2020-13", "2020-1", "January 2020"])
def test_a_month_is_written_in_one_way(tmp_path: Path, month: str) -> None:
    with pytest.raises(
        InputError,
        match=r"line 10: field 'books\.mine\.first_month' is not a month: write a month as YYYY-MM",
    ):
        read(tmp_path, first_month=f'"{month}"')


@pytest.mark.parametrize(
    ("chosen_on", "is_in_advance"), [("2019-12-31", True), ("2020-01-01", False), ("2026-01-31", False)]
)
def test_chosen_before_its_first_month_it_is_formed_in_advance(
    tmp_path: Path, chosen_on: str, is_in_advance: bool
) -> None:
    assert read(tmp_path, chosen_on=chosen_on).is_formed_in_advance is is_in_advance


def test_the_published_list_has_hindsight_and_the_survivors_have_not() -> None:
    assert {name: book.is_formed_in_advance for name, book in BOOKS.items()} == {
        "small_cap_value": False,
        "sample_hindsight": False,
        "funnel_survivors": True,
        "funnel_survivors_any_business": True,
        "value_unrestricted": True,
        "value_permitted": True,
        "value_nonfinancial": True,
    }
