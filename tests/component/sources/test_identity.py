"""Our ids: they depend on names at first sight alone, and are kept whatever the vendor does later."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import SmallcapError
from smallcap.sources.base import SECURITIES_COLUMNS
from smallcap.sources.identity import ids as identity
from smallcap.tables import table

NOTHING_KNOWN = table("raw.securities").empty()


def spell(
    source_id: str,
    company: str,
    ticker: str,
    valid_from: str = "2010-01-01",
    valid_to: str | None = None,
    *,
    is_resolved: bool = True,
) -> dict[str, object]:
    return {
        "source": "files",
        "valid_from": dt.date.fromisoformat(valid_from),
        "source_id": source_id,
        "source_entity_id": company,
        "ticker": ticker,
        "valid_to": None if valid_to is None else dt.date.fromisoformat(valid_to),
        "name": f"{ticker} INC",
        "sector": None,
        "sic": None,
        "gics": None,
        "is_resolved": is_resolved,
        "unresolved_reason": None if is_resolved else "unknown",
    }


def spells(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SECURITIES_COLUMNS)


def ids(securities: pl.DataFrame, ticker: str) -> tuple[int, int]:
    """security_id and entity_id of a ticker's latest spell."""
    return (
        securities.filter(pl.col("ticker") == ticker)
        .sort("valid_from")
        .select("security_id", "entity_id")
        .row(-1)
    )


def test_an_id_is_a_digest_of_53_bits() -> None:
    # the first 53 bits of the SHA-256 of "abc", FIPS 180-2: ba7816bf 8f01cf ea...
    assert identity.digest_id("abc") == 0xBA7816BF8F01CFEA >> 11
    assert identity.digest_id("abc") < 2**53


def test_the_result_is_raw_securities_and_passes_its_contract() -> None:
    minted = identity.mint(spells(spell("a", "1", "A"), spell("b", "1", "B")), NOTHING_KNOWN)
    assert minted.schema == table("raw.securities").columns
    assert table("raw.securities").schema.validate(minted).height == 2


def test_lines_of_one_company_share_its_id_and_keep_their_own() -> None:
    minted = identity.mint(spells(spell("a", "1", "A"), spell("b", "1", "B")), NOTHING_KNOWN)
    assert minted["entity_id"].n_unique() == 1
    assert minted["security_id"].n_unique() == 2


@given(st.permutations(range(5)), st.integers(1, 5))
def test_ids_depend_neither_on_order_nor_on_what_else_there_is(order: list[int], count: int) -> None:
    rows = [spell(f"line{i}", f"company{i // 2}", f"T{i}") for i in range(5)]
    everything = identity.mint(spells(*rows), NOTHING_KNOWN)
    some = identity.mint(spells(*[rows[i] for i in order[:count]]), NOTHING_KNOWN)
    assert some.join(everything, on=table("raw.securities").schema.primary_key(), how="semi").equals(some)


def test_minting_again_changes_nothing() -> None:
    delivered = spells(
        spell("a", "1", "A"),
        spell("b", "2", "B", "2010-01-01", "2015-06-30"),
        spell("c", "3", "B", "2015-07-01"),
    )
    once = identity.mint(delivered, NOTHING_KNOWN)
    assert identity.mint(delivered.reverse(), once).equals(once)


def test_a_line_that_the_vendor_renumbers_keeps_its_ids() -> None:
    known = identity.mint(spells(spell("old", "1", "A")), NOTHING_KNOWN)
    again = identity.mint(spells(spell("new", "77", "A")), known)
    assert ids(again, "A") == ids(known, "A")
    assert again["source_id"].to_list() == ["new"]


def test_a_company_that_becomes_resolved_keeps_its_id() -> None:
    known = identity.mint(spells(spell("a", "line:a", "A", is_resolved=False)), NOTHING_KNOWN)
    again = identity.mint(spells(spell("a", "4711", "A")), known)
    assert ids(again, "A") == ids(known, "A")
    assert again["is_resolved"].to_list() == [True]


def test_a_recycled_ticker_gets_new_ids_and_the_old_line_keeps_its_own() -> None:
    known = identity.mint(spells(spell("a", "1", "A")), NOTHING_KNOWN)
    again = identity.mint(
        spells(spell("a", "1", "A", "2010-01-01", "2018-12-31"), spell("z", "9", "A", "2019-01-01")), known
    )
    assert again.filter(pl.col("source_id") == "a").select("security_id", "entity_id").row(0) == ids(
        known, "A"
    )
    assert not set(ids(again, "A")) & set(ids(known, "A"))
    assert again.height == 2


def test_a_ticker_that_was_another_lines_before_our_time_does_not_take_its_id() -> None:
    known = identity.mint(spells(spell("new", "9", "A", "2019-01-01")), NOTHING_KNOWN)
    again = identity.mint(
        spells(spell("old", "1", "A", "2005-01-01", "2018-12-31"), spell("new", "9", "A", "2019-01-01")),
        known,
    )
    assert ids(again, "A") == ids(known, "A")
    assert again["security_id"].n_unique() == 2


def test_known_lines_never_vanish_and_first_days_never_move_forward() -> None:
    known = identity.mint(spells(spell("a", "1", "A", "2005-01-01"), spell("b", "2", "B")), NOTHING_KNOWN)
    again = identity.mint(spells(spell("a", "1", "A", "2012-01-01")), known)
    assert again.equals(known)


def test_an_earlier_first_day_replaces_the_row_that_had_the_later_one() -> None:
    known = identity.mint(spells(spell("a", "1", "A", "2012-01-01")), NOTHING_KNOWN)
    again = identity.mint(spells(spell("a", "1", "A", "2005-01-01")), known)
    assert again["valid_from"].to_list() == [dt.date(2005, 1, 1)]
    assert ids(again, "A") == ids(known, "A")


def test_a_line_that_turns_out_to_be_an_earlier_one_is_dropped() -> None:
    """A renamed company was two lines to an older release; its second line is gone from the delivery."""
    known = identity.mint(
        spells(spell("a", "1", "A", "2010-01-01", "2018-12-31"), spell("z", "9", "A", "2019-01-01")),
        NOTHING_KNOWN,
    )
    again = identity.mint(spells(spell("a", "1", "A")), known)
    assert again.select("source_id", "valid_to").rows() == [("a", None)]
    assert ids(again, "A") == known.filter(pl.col("source_id") == "a").select("security_id", "entity_id").row(
        0
    )


def test_a_row_of_an_older_release_gets_flags() -> None:
    known = identity.mint(spells(spell("a", "1", "A")), NOTHING_KNOWN)
    older = known.with_columns(pl.lit(None, pl.Boolean).alias("is_resolution_later"))
    assert identity.mint(spells(), older)["is_resolution_later"].to_list() == [False]


def test_nothing_delivered_leaves_what_is_known() -> None:
    known = identity.mint(spells(spell("a", "1", "A")), NOTHING_KNOWN)
    assert identity.mint(spells(), known).equals(known)


def test_two_names_with_one_id_stop_the_minting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "digest_id", lambda name: 5 if "|line|" in name else len(name))
    with pytest.raises(SmallcapError, match="two line names have the id 5: a, b"):
        identity.mint(spells(spell("a", "1", "A"), spell("b", "1", "B")), NOTHING_KNOWN)


def test_a_new_name_with_the_id_of_a_known_line_stops_the_minting(monkeypatch: pytest.MonkeyPatch) -> None:
    known = identity.mint(spells(spell("a", "1", "A")), NOTHING_KNOWN)
    monkeypatch.setattr(
        identity, "digest_id", lambda name: ids(known, "A")[0] if "|line|" in name else len(name)
    )
    with pytest.raises(SmallcapError, match="two line names have the id"):
        identity.mint(spells(spell("b", "2", "B")), known)


def test_a_line_cannot_start_two_spells_on_one_day() -> None:
    with pytest.raises(SmallcapError, match="line a of source files has two spells that start on 2010-01-01"):
        identity.mint(spells(spell("a", "1", "A"), spell("a", "1", "B")), NOTHING_KNOWN)
