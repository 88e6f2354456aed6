"""Vendors' ratios against ours."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.funnel import ReconciliationRules, metric_differences, reconciliation_warnings
from smallcap.rules.files import read_rules
from smallcap.tables.metric_differences import MetricDifferences
from tests.tolerances import BY_HAND
from tests.unit.finance.builders import REFERENCE, table
from tests.unit.finance.funnel.funnel_builders import inputs_of, sound_company, sound_year

RULES = read_rules(REFERENCE, "reconciliation.toml", ReconciliationRules)
METRICS = inputs_of(sound_company()).metrics
KNOWN = dt.date(2024, 3, 1)
# A sound company's figures of 2023: 14 / 80, 14 / 100, 8 / 120, 20 / 0.6.
OURS = {"roe": 0.175, "fcf_margin": 0.14, "debt_to_assets": 0.0666667, "interest_coverage": 33.3333333}


def served(**values: object) -> pl.DataFrame:
    row = {
        "year": 2024,
        "entity_id": 1,
        "period_end": dt.date(2023, 12, 31),
        "available_date": KNOWN,
        **OURS,
        **values,
    }
    return table("raw.vendor_metrics", [row], source="vendor")


def told(**values: object) -> dict[str, dict[str, object]]:
    found = MetricDifferences.validate(metric_differences(served(**values), METRICS, RULES))
    return {str(row["metric"]): row for row in found.to_dicts()}


def test_equal_figures_agree_to_their_last_decimal() -> None:
    rows = told()
    assert {name: row["status"] for name, row in rows.items()} == dict.fromkeys(OURS, "agrees")
    assert rows["roe"]["computed"] == pytest.approx(0.175, rel=BY_HAND)


def test_another_definition_differs() -> None:
    # Net income over mean equity: 14 / (80 x (1 + 1 / 1.05) / 2) = 0.179268, a difference of 0.0043.
    row = told(roe=0.179268)["roe"]
    assert row["status"] == "differs"
    assert row["difference"] == pytest.approx(0.004268, rel=BY_HAND)
    assert row["tolerance"] == pytest.approx(max(0.0005, 0.005 * 0.175), rel=BY_HAND)


def test_altman_takes_the_vendors_own_market_value() -> None:
    # 0.3 + 0.583333 + 0.55 + 0.6 x 160 / 48.62025 + 0.833333 = 4.241153
    row = told(altman_z_score=4.24, market_cap_period_end_usd=160e6)["altman_z_score"]
    assert (row["status"], row["market_cap_usd"]) == ("agrees", 160e6)
    assert row["computed"] == pytest.approx(4.241153, rel=BY_HAND)
    assert told(altman_z_score=4.24)["altman_z_score"]["status"] == "only_served"


def test_a_null_is_no_difference() -> None:
    rows = told(roe=None)
    assert (rows["roe"]["status"], rows["roe"]["difference"], rows["roe"]["tolerance"]) == (
        "only_computed",
        None,
        None,
    )


def test_ours_is_the_record_known_when_the_vendors_row_became_known() -> None:
    later = {
        "version": "restated",
        "filing_date": dt.date(2024, 6, 1),
        "available_date": dt.date(2024, 6, 3),
        "net_income_usd": 28.0,
    }
    restated = inputs_of([*sound_company(), sound_year(2023, **later)]).metrics
    [row] = metric_differences(served(), restated, RULES).filter(pl.col("metric") == "roe").to_dicts()
    assert row["computed"] == pytest.approx(0.175, rel=BY_HAND)


def compared(statuses: list[tuple[float, float]]) -> pl.DataFrame:
    rows = [
        {
            "entity_id": n,
            "served": one,
            "computed": other,
            "status": "agrees" if abs(one - other) <= 0.0005 else "differs",
        }
        for n, (one, other) in enumerate(statuses)
    ]
    fixed = {"source": "vendor", "metric": "roe"}
    return pl.DataFrame([{**row, **fixed} for row in rows])


def test_one_row_in_twenty_may_differ_and_more_is_a_warning() -> None:
    [quiet] = reconciliation_warnings(compared([(0.1, 0.1)] * 19 + [(0.5, 0.1)]), RULES).to_dicts()
    assert (quiet["is_warning"], quiet["differing_share"], quiet["message"]) == (False, 0.05, None)
    [loud] = reconciliation_warnings(compared([(0.1, 0.1)] * 18 + [(0.5, 0.1)] * 2), RULES).to_dicts()
    assert (loud["is_warning"], loud["is_median_different"]) == (True, False)
    assert loud["message"] == "roe of vendor: 2 of 20 rows differ from ours; median 0.1 served, 0.1 computed"


def test_a_median_that_differs_is_a_warning() -> None:
    [row] = reconciliation_warnings(compared([(0.1, 0.11), (0.2, 0.22), (0.3, 0.33)]), RULES).to_dicts()
    assert (row["is_warning"], row["is_median_different"]) == (True, True)


def test_nothing_served_nothing_told() -> None:
    none = metric_differences(served().clear(), METRICS, RULES)
    assert none.height == 0
    assert reconciliation_warnings(none, RULES).height == 0
