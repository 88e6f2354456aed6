"""Names compared by their words: the same company under two spellings, and companies that only look alike."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.sources.identity.names import compared
from tests.component.sources.crafted import RULES


def kind(a: str | None, b: str | None) -> str:
    pairs = pl.DataFrame({"name_a": [a], "name_b": [b]}, schema={"name_a": pl.String, "name_b": pl.String})
    return str(compared(pairs, RULES.identity, RULES.recycling.insignificant_words)["names"].item())


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("INTER PARFUMS INC", "Interparfums, Inc.", "equal"),
        ("ZEBRA-OAK CORP CLASS A", "Zebra Oak Corporation", "equal"),
        ("SCHNITZER STEEL INC CLA", "SCHNITZER STEEL", "equal"),  # a list cuts names off
        ("ARDENT PARTNERS INC", "ARDENT INC", "contained"),
        ("COHERUS BIOSCIENCES INC", "COHERUS ONCOLOGY INC", "shared"),
        ("MARATHON DIGITAL HOLDINGS INC", "MARA HOLDINGS INC", "prefix"),
        ("AFC GAMMA INC", "ADVANCED FLOWER CAPITAL INC", "initials"),
        ("AKTIS ONCOLOGY INC", "BORIS ONCOLOGY INC", "common"),  # a word that many names have
        ("AKTIS ONCOLOGY INC", "AKOUSTIS TECHNOLOGIES INC", "none"),  # alike to the eye only
        ("THE OAK HOLDINGS INC CLASS A", "THE ZEBRA HOLDINGS INC CLASS A", "none"),
        ("NOW INC", "DNOW INC", "none"),
        ("OAK INC", None, "unknown"),
        ("OAK INC", "HOLDINGS INC", "unknown"),
    ],
)
def test_two_names_compare_by_their_words(a: str, b: str | None, expected: str) -> None:
    assert kind(a, b) == expected
    assert kind(b, a) == expected


def test_the_words_that_both_have_are_named() -> None:
    pairs = pl.DataFrame({"name_a": ["OLD WOMBAT ZEBRA INC"], "name_b": ["ZEBRA WOMBAT GROUP"]})
    found = compared(pairs, RULES.identity, RULES.recycling.insignificant_words)
    assert found.select("names", "common_to_both").rows() == [("contained", "WOMBAT ZEBRA")]
