"""The fill of an item is the share of visible records that have it, of the visible version alone."""

from __future__ import annotations

import datetime as dt

from smallcap.finance.fill import ITEMS, filled
from tests.unit.finance.builders import table

AS_OF, EARLIER = dt.date(2024, 12, 31), dt.date(2024, 6, 30)
END, KNOWN, LATER = dt.date(2023, 12, 31), dt.date(2024, 2, 21), dt.date(2024, 8, 1)


def record(
    entity: int, version: str = "original", known: dt.date = KNOWN, **figures: float
) -> dict[str, object]:
    return {"entity_id": entity, "period_end": END, "version": version, "available_date": known} | figures


def seen(entity: int, as_of: dt.date = AS_OF, **changed: object) -> dict[str, object]:
    return {"as_of": as_of} | record(entity) | changed


def test_the_fill_is_the_share_of_records_that_have_the_item() -> None:
    records = [record(1, revenue_usd=5.0), record(2, revenue_usd=0.0), record(3), record(4)]
    metrics = table("core.metrics_as_of", [seen(entity) for entity in (1, 2, 3, 4)])
    row = filled(metrics, table("core.annual_fundamentals", records)).row(0, named=True)
    assert row["filled_revenue"] == 0.5
    assert row["filled_total_assets"] == 0.0
    assert set(row) == {"as_of", *(f"filled_{item.removesuffix('_usd')}" for item in ITEMS)}


def test_a_date_counts_the_version_that_was_visible_on_it() -> None:
    records = [record(1), record(1, "restated", LATER, goodwill_usd=7.0)]
    later = seen(1, version="restated", available_date=LATER)
    metrics = table("core.metrics_as_of", [seen(1, EARLIER), later])
    rows = filled(metrics, table("core.annual_fundamentals", records)).sort("as_of")
    assert rows.select("as_of", "filled_goodwill").rows() == [(EARLIER, 0.0), (AS_OF, 1.0)]


def test_a_member_without_a_record_counts_for_nothing() -> None:
    none = {"as_of": AS_OF, "entity_id": 2}
    metrics = table("core.metrics_as_of", [seen(1), none])
    rows = filled(metrics, table("core.annual_fundamentals", [record(1, revenue_usd=5.0)]))
    assert rows["filled_revenue"].to_list() == [1.0]
    assert filled(table("core.metrics_as_of", [none]), table("core.annual_fundamentals", [])).is_empty()
