"""The published quality screen again, with pandas and numpy, one as_of at a time: an independent second opinion.

It shares nothing with smallcap. Its thresholds are written out from the methods page on purpose.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

RATIOS = ["roe", "fcf_margin", "debt_to_assets", "interest_coverage"]
SIGNS = {"roe": 1, "fcf_margin": 1, "debt_to_assets": -1, "interest_coverage": 1}


def published_scores(
    members: pd.DataFrame,
    annual_metrics: pd.DataFrame,
    vendor_metrics: pd.DataFrame,
    market_caps: pd.Series,
    as_of: pd.Timestamp,
    horizon: pd.Timestamp,
    stale_months: int,
) -> pd.DataFrame:
    """Score the members of one as_of by method published.

    Parameters
    ----------
    members
        entity_id and is_ticker_usable of the members of this as_of.
    annual_metrics
        entity_id, period_end, available_date, version, source and the four ratios.
    vendor_metrics
        entity_id, period_end, available_date, source, the four ratios and market_cap_period_end_usd, as a vendor serves them.
    market_caps
        Market value at as_of in USD by entity_id.
    as_of, horizon
        The date asked about, and the last day whose filings may be used.
    stale_months
        A record whose period_end lies more than this before as_of is not used.

    Returns
    -------
    pd.DataFrame
        entity_id, score and quintile of the companies scored; empty where fewer than 25 are left.
    """
    usable = set(members.loc[members["is_ticker_usable"], "entity_id"])
    record = _latest(annual_metrics[annual_metrics["entity_id"].isin(usable)], horizon)
    record = record[record["period_end"] >= as_of - pd.DateOffset(months=stale_months)]
    data = _with_served(record, vendor_metrics, horizon)
    data["market_cap"] = data["market_cap_period_end_usd"].fillna(data["entity_id"].map(market_caps))
    data = data.dropna(subset=[*RATIOS, "market_cap"])
    data = data[
        (data["market_cap"] > 100e6)
        & (data["market_cap"] < 20_000e6)
        & data["roe"].between(-1, 1)
        & data["fcf_margin"].between(-1, 1)
        & data["debt_to_assets"].between(0, 1.5)
    ].sort_values("entity_id")
    if len(data) < 25:
        return pd.DataFrame({"entity_id": [], "score": [], "quintile": []})
    score = _score(data)
    edges = np.quantile(score, [0.2, 0.4, 0.6, 0.8])
    quintile = 1 + (edges[None, :] < score[:, None]).sum(axis=1)
    return pd.DataFrame({"entity_id": data["entity_id"].to_numpy(), "score": score, "quintile": quintile})


def _latest(records: pd.DataFrame, horizon: pd.Timestamp) -> pd.DataFrame:
    known = records[records["available_date"] <= horizon].copy()
    known["is_restated"] = known["version"] == "restated"
    order = ["period_end", "available_date", "is_restated", "version", "source"]
    return known.sort_values(order).groupby("entity_id").tail(1)


def _with_served(record: pd.DataFrame, vendor_metrics: pd.DataFrame, horizon: pd.Timestamp) -> pd.DataFrame:
    served = vendor_metrics[vendor_metrics["available_date"] <= horizon].sort_values(["available_date", "source"])
    served = served.drop_duplicates(["entity_id", "period_end"])[["entity_id", "period_end", *RATIOS, "market_cap_period_end_usd"]]
    both = record.merge(served, on=["entity_id", "period_end"], how="left", suffixes=("", "_served"), indicator="found")
    for ratio in RATIOS:
        both[ratio] = np.where(both["found"] == "both", both[f"{ratio}_served"], both[ratio]).astype(float)
    both["market_cap_period_end_usd"] = both["market_cap_period_end_usd"].astype(float)
    return both


def _score(data: pd.DataFrame) -> np.ndarray:
    score = np.zeros(len(data))
    for ratio, sign in SIGNS.items():
        values = data[ratio].to_numpy(dtype=float)
        if ratio == "interest_coverage":
            values = np.clip(values, -10, 50)
        values = np.clip(values, np.quantile(values, 0.05), np.quantile(values, 0.95))
        if values.min() < values.max():
            score += sign * (values - values.mean()) / values.std()
    return score
