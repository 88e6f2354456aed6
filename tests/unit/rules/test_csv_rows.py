"""Rows of CSV rule files: what an empty cell means, on which line a row is, and the aliases of tickers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.business import OVERRIDES_FILE, Override
from smallcap.rules.types.sanity import SanityRules
from smallcap.rules.types.tickers import ALIASES_FILE, TickerAlias
from tests.paths import PROJECT_ROOT

ALIASES_HEADER = "ticker,canonical_ticker,relation,valid_from,valid_to,source"
OVERRIDES_HEADER = "ticker,company,valid_from,valid_to,verdict,reason,source"


def aliases(folder: Path, rows: str, encoding: str = "utf-8") -> tuple[TickerAlias, ...]:
    (folder / ALIASES_FILE).write_text(f"{ALIASES_HEADER}\n{rows}\n", encoding=encoding)
    return read_rows(folder, ALIASES_FILE, TickerAlias)


def test_tickers_are_spelled_in_one_way_and_empty_cells_take_defaults(tmp_path: Path) -> None:
    (alias,) = aliases(tmp_path, "brk.b,BRK B,same_line,,,me")
    assert (alias.ticker, alias.canonical_ticker) == ("BRKB", "BRKB")
    assert (alias.valid_from, alias.valid_to) == (dt.date(1900, 1, 1), None)


def test_a_renaming_needs_no_other_ticker(tmp_path: Path) -> None:
    (alias,) = aliases(tmp_path, "GSY,,renamed,2020-01-01,,me")
    assert alias.canonical_ticker is None


@pytest.mark.parametrize(
    ("rows", "line", "problem"),
    [
        (
            "A,,same_line,,,me",
            2,
            "field 'canonical_ticker' is empty; an alias of relation 'same_line' needs the canonical ticker",
        ),
        (
            "A,B,same_line,2020-02-01,2020-01-01,me",
            2,
            "field 'valid_to' (2020-01-01) is before 'valid_from' (2020-02-01)",
        ),
        ("A,B,same_line,,,", 2, "field 'source' is empty"),
        (
            "A,B,same_line,1577836800,,me",
            2,
            "field 'valid_from' must be a date like 2025-05-31; got '1577836800'",
        ),
        (
            'A,B,same_line,,,"said\nby me"\n\nA,B,cousin,,,me',
            5,
            "field 'relation' must be 'same_line', 'same_company', 'renamed', 'recycled' or 'figures_of'; "
            "got 'cousin'",
        ),
        ('A,B,same_line,,,"me', 2, "the row is not valid CSV: unexpected end of data"),
    ],
)
def test_a_wrong_alias_is_named(tmp_path: Path, rows: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as error:
        aliases(tmp_path, rows)
    assert str(error.value) == f"rule set {tmp_path / ALIASES_FILE}, line {line}: {problem}"


def test_the_mark_that_some_editors_put_first_is_no_part_of_a_file(tmp_path: Path) -> None:
    assert len(aliases(tmp_path, "A,B,same_line,,,me", encoding="utf-8-sig")) == 1
    text = (PROJECT_ROOT / "data" / "reference" / "sanity.toml").read_text(encoding="utf-8")
    (tmp_path / "sanity.toml").write_text(text, encoding="utf-8-sig")
    assert read_rules(tmp_path, "sanity.toml", SanityRules).currency == "USD"


def test_a_company_is_compared_by_its_letters_and_digits(tmp_path: Path) -> None:
    rows = "SWBI,Smith & Wesson,,,fail,guns,me\n"
    (tmp_path / OVERRIDES_FILE).write_text(f"{OVERRIDES_HEADER}\n{rows}", encoding="utf-8")
    (override,) = read_rows(tmp_path, OVERRIDES_FILE, Override)
    assert override.company == "SMITHWESSON"
