"""marts.metric_differences: ratios of the vendor beside ours. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import KNOWN_YEAR, date, key_date, key_id, key_text, ratio, text, usd, year


class MetricDifferences(dy.Schema):
    """One row per ratio that a vendor serves and we also compute: both values, and whether they agree."""

    year = year(KNOWN_YEAR)
    entity_id = key_id("our id of the company")
    period_end = key_date("end of the fiscal year")
    source = key_text("the vendor")
    metric = key_text("roe, debt_to_assets, fcf_margin, interest_coverage or altman_z_score")
    available_date = date("when the vendor's row became known", nullable=False)
    served = ratio("the vendor's value", unit="as metric")
    computed = ratio("our value", unit="as metric")
    difference = ratio("served less computed", unit="as metric")
    tolerance = ratio("the largest difference that counts as agreement", unit="as metric")
    status = text("agrees, differs, only_served or only_computed", nullable=False)
    market_cap_usd = usd("the vendor's market value at period_end, used in altman_z_score")
    rule_set = text("name and version of the rule set", nullable=False)
