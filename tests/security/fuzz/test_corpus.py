"""Committed inputs that were wrong once: each is refused in words, or read as stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.security.fuzz.explained import is_refused, outcome
from tests.security.fuzz.readers import READERS, empty_folder

CORPUS = Path(__file__).parent / "corpus"
CASES = {
    ("rule set", "sanity.toml", "nested.toml"): "nested more than 100 levels",
    ("rule set", "sanity.toml", "dotted.toml"): "nested more than 100 levels",
    ("rule set", "sanity.toml", "digits.toml"): "not valid TOML",
    ("rule set", "ticker_aliases.csv", "quote.csv"): "not valid CSV",
    ("recorded settings", "home.toml", "digits.toml"): "home.toml cannot be read",
    ("recorded settings", "home.toml", "latin.toml"): "home.toml cannot be read",
    ("recorded settings", "home.toml", "empty.txt"): "",
    ("environment file", ".env", "latin.env"): ".env cannot be read",
    ("journal of a run", "run.json", "latin.json"): "run.json cannot be read",
    ("journal of a run", "run.json", "unknown_table.json"): "'raw.nonsense' is not a table",
    ("journal of a run", "run.json", "empty.txt"): "run.json cannot be read",
    ("count of requests", "vendor.json", "text_count.json"): "not whole numbers",
    ("digests of code", "code.json", "surrogate.json"): "",
    ("record of nothing to make", "unchanged.json", "nested.json"): "",
    ("vendor's response", "resolve.json", "resolve_date.json"): "does not have the known format",
    ("vendor's response", "resolve.json", "resolve_huge_id.json"): "does not have the known format",
    ("vendor's response", "index.json", "index_end.json"): "which is not a date",
    ("canonical table", "prices.csv", "prices_nul.csv"): "prices.csv",
    ("canonical table", "prices.csv", "prices_quotes.csv"): "prices.csv",
    ("canonical table", "prices.csv", "prices_arabic_digits.csv"): "is not a number",
    ("canonical table", "constituents.parquet", "negative_count.parquet"): "not readable as Parquet",
    ("holdings", "IWM.csv", "holdings_repeated_price.csv"): "Price is in the header more than once",
    ("factors", "FF5.csv", "factors_cut_number.csv"): "line 5",
    ("gzip", "a.csv.gz", "empty.txt"): "not a readable gzip file",
    ("zip", "two.zip", "empty.txt"): "not a readable zip",
    ("workbook", "prices.xlsx", "prices_nul.csv"): "not a readable zip",
}
"""The reader, the name that it is given, the committed file, and what the message says; empty: it is read."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}")
def test_a_committed_input_gives_what_is_stated(tmp_path: Path, case: tuple[str, str, str]) -> None:
    reader, name, file = case
    payload = (CORPUS / file).read_bytes()
    found = outcome(lambda: READERS[reader].read(payload, name, empty_folder(tmp_path)), CASES[case])
    assert is_refused(found) == bool(CASES[case])


def test_every_committed_file_is_used_and_small() -> None:
    assert {path.name for path in CORPUS.iterdir()} == {file for _, _, file in CASES}
    assert max(path.stat().st_size for path in CORPUS.iterdir()) < 12_000
