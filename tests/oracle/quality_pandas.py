"""The quality screen with pandas and numpy, one as_of at a time: an independent implementation.

It shares nothing with smallcap. Its thresholds are written out from the methods page on purpose. Where its
inputs come from: metrics_pandas.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.oracle.kinds_python import CANNOT_BE_ASKED_OF_DEBT, kind_of

RATIOS = ["roe", "fcf_margin", "debt_to_assets", "interest_coverage"]
INPUTS = [*RATIOS, "market_cap_usd"]
SIGNS = {"roe": 1, "fcf_margin": 1, "debt_to_assets": -1, "interest_coverage": 1}
LEAST_RECORDS = 25


def screen(
    members: pd.DataFrame, records: pd.DataFrame, market_caps: pd.Series, oldest: pd.Timestamp, method: str
) -> pd.DataFrame:
    """Screen the members of one as_of.

    Parameters
    ----------
    members
        entity_id and is_ticker_usable of the members of this as_of; method debt_free_aware also asks for
        sic, gics and sector.
    records
        What `visible_records` returns for the basis' horizon; method debt_free_aware also asks for
        total_debt_usd, is_debt_partial, ebit_usd, is_without_interest and is_net_creditor.
    market_caps
        Market value at as_of in USD by entity_id.
    oldest
        A record whose period_end, or balance_sheet_date where there is one, lies before this day is not used.
    method
        published, debt_free_aware or trailing, which treats its records like debt_free_aware.

    Returns
    -------
    pd.DataFrame
        Every member once, by entity_id: the five inputs, period_end, the reason why it has no score (else
        None), score and quintile.
    """
    data = members.merge(records, on="entity_id", how="left").sort_values("entity_id", ignore_index=True)
    data["market_cap_usd"] = data["market_cap_period_end_usd"].fillna(
        data["entity_id"].map(market_caps).astype(float)
    )
    if method in ("debt_free_aware", "trailing"):
        data = _debt_free_aware(data)
    reasons = _reasons(data, oldest)
    is_left = reasons == ""
    if is_left.sum() < LEAST_RECORDS:
        reasons[is_left] = "insufficient_records"
        is_left[:] = False
    data["reason"] = np.where(is_left, None, reasons)
    data["score"], data["quintile"] = np.nan, np.nan
    if is_left.any():
        score = _score(data[is_left])
        edges = np.quantile(score, [0.2, 0.4, 0.6, 0.8])
        data.loc[is_left, "score"] = score
        data.loc[is_left, "quintile"] = 1 + (edges[None, :] < score[:, None]).sum(axis=1)
    return data[["entity_id", "period_end", *INPUTS, "reason", "score", "quintile"]]


def in_order(records: pd.DataFrame) -> pd.DataFrame:
    """Sort annual records so that of those known at a day each company's last one is the one to use.

    By period_end, then available_date: a late restatement of an old year stays behind the newer year. A
    restated version comes after another of the same day; version and source make the order total.
    """
    order = ["period_end", "available_date", "is_restated", "version", "source"]
    return (
        records.assign(is_restated=records["version"] == "restated")
        .sort_values(order, ignore_index=True)
        .drop(columns=order[2:])
    )


def visible_records(
    ordered: pd.DataFrame, vendor_metrics: pd.DataFrame, horizon: pd.Timestamp
) -> pd.DataFrame:
    """Take each company's record visible at the horizon, with the ratios that a vendor served of it by then.

    A served ratio replaces ours even where it is blank.

    Parameters
    ----------
    ordered
        What `in_order` returns of annual records: entity_id, period_end, available_date and the four ratios.
    vendor_metrics
        entity_id, period_end, available_date, source, the four ratios and market_cap_period_end_usd, as a
        vendor serves them.
    horizon
        The last day whose filings may be used.
    """
    record = latest(ordered, horizon)
    served = vendor_metrics[vendor_metrics["available_date"] <= horizon].sort_values(
        ["available_date", "source"]
    )
    served = served.drop_duplicates(["entity_id", "period_end"])[
        ["entity_id", "period_end", *RATIOS, "market_cap_period_end_usd"]
    ]
    found = record.merge(
        served, on=["entity_id", "period_end"], how="left", suffixes=("", "_served"), indicator="found"
    )
    is_served = found["found"] == "both"
    ratios = {
        name: np.where(is_served, found[f"{name}_served"], found[name]).astype(float) for name in RATIOS
    }
    return record.assign(
        **ratios, market_cap_period_end_usd=found["market_cap_period_end_usd"].to_numpy(dtype=float)
    )


def latest(ordered: pd.DataFrame, horizon: pd.Timestamp) -> pd.DataFrame:
    """Of ordered records, each company's last one known at the horizon."""
    return (
        ordered[ordered["available_date"] <= horizon]
        .drop_duplicates("entity_id", keep="last")
        .reset_index(drop=True)
    )


def _debt_free_aware(data: pd.DataFrame) -> pd.DataFrame:
    """No debt and no interest, or more interest earned than paid: the cap where EBIT is positive, else 0.

    A bank, insurer, broker or lender is not asked its debt and its coverage.
    """
    is_debt_free = (
        (data["total_debt_usd"] == 0)
        & ~data["is_debt_partial"].eq(True)
        & data["is_without_interest"].eq(True)
        & data["interest_coverage"].isna()
    )
    is_creditor = (
        data["is_net_creditor"].eq(True) & data["total_debt_usd"].notna() & data["interest_coverage"].isna()
    )
    is_unasked = np.array(
        [
            kind_of(row) in CANNOT_BE_ASKED_OF_DEBT
            for row in data[["sic", "gics", "sector"]].to_dict("records")
        ]
    )
    stand_in = np.where(data["ebit_usd"] > 0, 50.0, 0.0)
    return data.assign(
        interest_coverage=data["interest_coverage"]
        .where(~(is_debt_free | is_creditor), stand_in)
        .mask(is_unasked),
        debt_to_assets=data["debt_to_assets"].mask(is_unasked),
    )


def _reasons(data: pd.DataFrame, oldest: pd.Timestamp) -> np.ndarray:
    """Say of each member at which step it drops out and why; an empty text where it does not."""
    reasons = np.full(len(data), "", dtype=object)
    dated = data["balance_sheet_date"] if "balance_sheet_date" in data else data["period_end"]
    steps = [
        (~data["is_ticker_usable"].to_numpy(dtype=bool), "unusable_ticker"),
        (data["period_end"].isna(), "no_fundamentals"),
        (dated < oldest, "stale"),
    ]
    for is_out, reason in steps:
        reasons[(reasons == "") & is_out] = reason
    absent = data[INPUTS].isna().to_numpy()
    for number in np.flatnonzero((reasons == "") & absent.any(axis=1)):
        reasons[number] = "missing:" + ",".join(
            name for name, is_absent in zip(INPUTS, absent[number], strict=True) if is_absent
        )
    controls = {
        "market_cap_usd": (data["market_cap_usd"] > 100e6) & (data["market_cap_usd"] < 20_000e6),
        "roe": data["roe"].between(-1, 1),
        "fcf_margin": data["fcf_margin"].between(-1, 1),
        "debt_to_assets": data["debt_to_assets"].between(0, 1.5),
    }
    for name, is_inside in controls.items():
        reasons[(reasons == "") & ~is_inside] = f"out_of_range:{name}"
    return reasons


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
