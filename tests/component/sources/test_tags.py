"""Concepts of figures belong to the stored records of their filing, and stay as long as the record does."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.sources.base import TAGS_COLUMNS
from smallcap.sources.tags import RECORD_KEY, TABLE, tags_of_records

END, FILED, KNOWN = dt.date(2023, 12, 31), dt.date(2024, 2, 20), dt.date(2024, 2, 21)
APPLE = "0000320193"


def record(**changed: object) -> dict[str, object]:
    """A stored record."""
    own = {"source": "public", "source_entity_id": APPLE, "period_end": END, "version": "original"}
    stored = {"filing_date": FILED, "year": 2024, "entity_id": 7, "available_date": KNOWN}
    return own | stored | changed


def records(
    *annual: dict[str, object], quarterly: tuple[dict[str, object], ...] = ()
) -> dict[str, pl.DataFrame]:
    schema = {name: TABLE.columns.get(name, pl.Date()) for name in RECORD_KEY}
    return {
        "annual": pl.DataFrame(list(annual), schema=schema),
        "quarterly": pl.DataFrame(list(quarterly), schema=schema),
    }


def tag(**changed: object) -> dict[str, object]:
    """A concept as a source delivers it."""
    named = {name: value for name, value in record().items() if name in TAGS_COLUMNS}
    filing = {"accession": "0000320193-24-000006", "form": "10-K", "filed_date": FILED, "cik": APPLE}
    own = {"record": "annual", "item": "revenue_usd", "part": 1, "tag": "Revenues", "taxonomy": "us-gaap"}
    return named | filing | own | {"amount": 5.0} | changed


def served(*tags: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(tags), schema=TAGS_COLUMNS)


def test_a_figure_has_the_key_and_the_day_of_its_record():
    row = tags_of_records(served(tag()), records(record()), None).row(0, named=True)
    assert (row["year"], row["entity_id"], row["available_date"]) == (2024, 7, KNOWN)
    assert (row["record"], row["tag"], row["accession"]) == ("annual", "Revenues", "0000320193-24-000006")


def test_a_quarter_and_a_year_that_end_on_one_day_keep_their_own_figures():
    both = served(tag(), tag(record="quarterly", amount=2.0))
    made = tags_of_records(both, records(record(), quarterly=(record(),)), None)
    assert made.select("record", "amount").rows() == [("annual", 5.0), ("quarterly", 2.0)]


def test_a_filing_whose_record_is_not_stored_names_nothing():
    refused = served(tag(filing_date=FILED - dt.timedelta(days=1)), tag(version="restated"))
    assert tags_of_records(refused, records(record()), None).is_empty()


def test_concepts_of_a_record_that_is_no_longer_delivered_stay():
    before = tags_of_records(served(tag()), records(record()), None)
    assert tags_of_records(served(), records(record()), before).equals(before)


def test_a_delivered_record_replaces_what_was_stored_of_it():
    before = tags_of_records(served(tag(), tag(item="net_income_usd")), records(record()), None)
    after = tags_of_records(served(tag(tag="SalesRevenueNet")), records(record()), before)
    assert after["tag"].to_list() == ["SalesRevenueNet"]


def test_concepts_leave_with_their_record():
    before = tags_of_records(served(tag()), records(record()), None)
    assert tags_of_records(served(), records(), before).is_empty()
