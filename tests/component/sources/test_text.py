"""Text from outside is cleaned where it is first read: every column of text, of every adapter."""

from __future__ import annotations

import io
import string

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.sources.files.canonical_tables import CONSTITUENTS, FUNDAMENTALS, PRICES
from smallcap.sources.files.table_reader import count_removed, read_table
from smallcap.sources.ishares.holdings import read_holdings
from smallcap.sources.text import LONGEST, cleaned, cleaned_frame
from tests.component.sources.crafted import RULES, fundamentals_frame, holdings, line
from tests.unit.test_characters import is_forbidden

TEXTS = st.lists(st.none() | st.text(), max_size=5)


def clean(*texts: str | None, longest: int | None = LONGEST) -> list[str | None]:
    return cleaned(pl.Series("name", texts, dtype=pl.String), longest).to_list()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("ACME\x00 CORP", "ACME CORP"),
        ("\x1b[31mACME\x1b[0m", "[31mACME[0m"),
        ("ACME\x85CORP", "ACME CORP"),
        ("ACME\u2028CORP", "ACME CORP"),
        ("ACME\r\n\tCORP ", "ACME CORP"),
        ("  ACME \u00a0 CORP", "ACME CORP"),
        ("\u202eACME\u202c", "ACME"),
        ("AC\u200bME\ufeff", "ACME"),
        ("ACME\uffff\ufffe", "ACME"),
        ("\x00", ""),
        ("Société Générale", "Société Générale"),
        ("東京 \U0001f600", "東京 \U0001f600"),
        (None, None),
    ],
)
def test_what_is_no_text_is_left_out(given, expected):
    assert clean(given) == [expected]


@given(TEXTS)
@example(["a" * LONGEST + " b"])
@example(["a" * (LONGEST - 1) + "  b"])
def test_any_text_comes_out_clean_and_stays_as_it_is_when_cleaned_again(texts):
    once = clean(*texts)
    assert [text is None for text in once] == [text is None for text in texts]
    assert not [character for text in once if text for character in text if is_forbidden(character)]
    assert all(text == " ".join(text.split()) and len(text) <= LONGEST for text in once if text)
    assert clean(*once) == once


@given(
    st.lists(
        st.text(string.ascii_letters + string.digits + string.punctuation, min_size=1, max_size=20),
        min_size=1,
        max_size=8,
    )
)
def test_plain_names_are_unchanged(words):
    name = " ".join(words)
    assert clean(name) == [name]


def test_a_long_text_is_cut_and_a_long_id_is_not():
    assert clean("x" * 100_000) == ["x" * LONGEST]
    ids = ["x" * 300 + "1", "x" * 300 + "2\x00"]
    assert clean(*ids, longest=None) == ["x" * 300 + "1", "x" * 300 + "2"]


def test_every_column_of_text_of_a_frame_is_cleaned_and_no_other():
    frame = pl.DataFrame({"name": ["A\x00"], "sector": ["B\x1b"], "value": [1.5]})
    assert cleaned_frame(frame).rows() == [("A", "B", 1.5)]


@pytest.mark.parametrize("is_parquet", [False, True])
def test_a_canonical_table_is_read_clean(is_parquet):
    frame = fundamentals_frame(
        {"ticker": "AB\u200eCD", "entity_id": "id\x00 7", "name": "ALPHA\x1b[2J CO", "sector": "\x07"}
    )
    payload = io.BytesIO()
    write = frame.write_parquet if is_parquet else frame.write_csv
    write(payload)
    rows = read_table(payload.getvalue(), "annual", FUNDAMENTALS)
    assert rows.select("ticker", "entity_id", "name", "sector").rows() == [
        ("ABCD", "id 7", "ALPHA[2J CO", None)
    ]
    assert count_removed(payload.getvalue(), "t", FUNDAMENTALS, InputLimits()) == 4


def test_a_ticker_of_which_nothing_is_left_is_refused_as_a_blank_one():
    payload = "date,ticker,adj_close\n2025-05-13,AAA,1\n2025-05-13,\u200b\x00,2\n".encode()
    with pytest.raises(InputError, match=r"row 2\b.*'ticker': blank"):
        read_table(payload, "prices.csv", PRICES)


def test_a_number_with_a_control_character_is_no_number():
    payload = b"snapshot_date,ticker,name,market_value\n2025-05-13,AAA,ALPHA,1\x002\n"
    with pytest.raises(InputError, match="'market_value'"):
        read_table(payload, "members.csv", CONSTITUENTS)


def test_holdings_are_read_clean():
    rows = [
        line("AB\x00CD", "ALPHA\u2028 CO", sector="Indus\x1btrials", exchange="NAS\u202eDAQ"),
        line("\x00", "GONE CO"),
    ]
    payload = holdings(rows)
    read = read_holdings(payload, "IWM.csv", RULES)
    assert read.rows.select("ticker", "name", "sector", "exchange").rows() == [
        ("ABCD", "ALPHA CO", "Industrials", "NASDAQ")
    ]
    assert read.refused.select("rule", "name").rows() == [("ticker_missing", "GONE CO")]
    assert count_removed(payload, "t.csv", None, InputLimits()) == 4


def test_two_spellings_that_look_alike_are_one_ticker():
    read = read_holdings(
        holdings([line("ABCD"), line("AB\u200bCD", market_value="900,000.00")]), "IWM.csv", RULES
    )
    assert read.rows["ticker"].to_list() == ["ABCD"]
    assert read.refused["rule"].to_list() == ["duplicate_ticker"]
