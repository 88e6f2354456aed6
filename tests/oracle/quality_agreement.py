"""A home's published scores beside those of the independent pandas implementation, for every as_of in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from tests.command_line import published
from tests.oracle.metrics_pandas import annual_ratios, is_ticker_usable, market_caps
from tests.oracle.quality_pandas import INPUTS, in_order, screen, visible_records
from tests.tolerances import EXACT, SCORE

KEY = ["as_of", "entity_id", "method", "basis"]
METHODS = ("published", "debt_free_aware")
LAG_DAYS, STALE_MONTHS_AS_PUBLISHED = 163, 36


def both(home: Path, clock: dt.date, stale_months: int) -> pd.DataFrame:
    """Join the published scores (`_ours`) and the independent implementation (`_theirs`).

    A row that only one of them has stays.

    Parameters
    ----------
    home
        A home with a published warehouse.
    clock
        The last day that its source knows: basis as_published has no rows beyond it.
    stale_months
        The stale limit that the home was made with.
    """
    columns = ", ".join([*KEY, *INPUTS, "period_end", "exclusion_reason AS reason", "score", "quintile"])
    ours = published(home, f"SELECT {columns} FROM marts.quality_scores")
    theirs = second_opinion(home, clock, stale_months)
    return ours.merge(
        theirs, on=KEY, how="outer", suffixes=("_ours", "_theirs"), indicator="found", validate="1:1"
    )


def second_opinion(home: Path, clock: dt.date, stale_months: int) -> pd.DataFrame:
    """Screen every as_of of a home by every method, from its members, statements and prices."""
    members = published(home, "SELECT * FROM core.members")
    codes = ["sic", "gics", "sector"]
    members[codes] = members[codes].astype(object).where(members[codes].notna(), None)
    members["is_ticker_usable"] = is_ticker_usable(members["ticker"])
    annual = in_order(annual_ratios(published(home, "SELECT * FROM core.annual_fundamentals")))
    served = published(home, "SELECT * FROM raw.vendor_metrics")
    caps = market_caps(members, annual, published(home, "SELECT * FROM raw.prices"))
    latest = _latest(home)
    asked = members[["as_of", "entity_id", "is_ticker_usable", *codes]]
    parts = []
    for as_of, at_date in asked.groupby("as_of"):
        own = latest[latest["as_of"] == as_of].drop(columns="as_of")
        on_it = own.set_index("entity_id")["market_cap_usd"]
        oldest = as_of - pd.DateOffset(months=stale_months)
        scored = screen(
            at_date.drop(columns="as_of"), own.drop(columns="market_cap_usd"), on_it, oldest, "trailing"
        )
        parts.append(scored.assign(as_of=as_of, basis="point_in_time", method="trailing"))
        asking_day = as_of + pd.Timedelta(days=LAG_DAYS)
        bases = {"point_in_time": (as_of, stale_months)}
        if asking_day <= pd.Timestamp(clock):
            bases["as_published"] = (asking_day, STALE_MONTHS_AS_PUBLISHED)
        for basis, (horizon, limit) in bases.items():
            records = visible_records(annual, served, horizon)
            oldest = as_of - pd.DateOffset(months=limit)
            for method in METHODS:
                scored = screen(at_date.drop(columns="as_of"), records, caps.loc[as_of], oldest, method)
                parts.append(scored.assign(as_of=as_of, basis=basis, method=method))
    return pd.concat(parts, ignore_index=True)


def _latest(home: Path) -> pd.DataFrame:
    """The figures of the latest footing, as published, with what method trailing asks of them."""
    columns = (
        "as_of, entity_id, period_end, balance_sheet_date, roe, fcf_margin, debt_to_assets, "
        "interest_coverage, interest_coverage_reason, total_debt_usd, is_debt_partial, ebit_usd, "
        "market_cap_usd"
    )
    rows = published(home, f"SELECT {columns} FROM core.trailing_as_of")
    reason = rows.pop("interest_coverage_reason")
    is_creditor = reason == "net_interest_income"
    return rows.assign(
        is_without_interest=is_creditor | (reason == "no_interest_expense"),
        is_net_creditor=is_creditor,
        market_cap_period_end_usd=np.nan,
    )


def assert_agreement(rows: pd.DataFrame) -> None:
    """Assert equal rows, reasons and quintiles, equal scores, and inputs equal to the last digits."""
    differ = {"rows": rows["found"] != "both"}
    differ |= {
        name: _differ(rows[f"{name}_ours"], rows[f"{name}_theirs"])
        for name in ("reason", "period_end", "quintile")
    }
    differ |= {name: ~_close(rows, name, relative=EXACT) for name in INPUTS}
    differ["score"] = ~_close(rows, "score", absolute=SCORE)
    first = {
        name: rows.loc[where, KEY].head(3).to_dict("records") for name, where in differ.items() if where.any()
    }
    assert not first, f"the two differ in {', '.join(first)}, first in {first}"


def _differ(ours: pd.Series, theirs: pd.Series) -> pd.Series:
    return ~((ours == theirs) | (ours.isna() & theirs.isna()))


def _close(rows: pd.DataFrame, name: str, relative: float = 0.0, absolute: float = 0.0) -> np.ndarray:
    ours, theirs = (rows[f"{name}_{whose}"].to_numpy(dtype=float) for whose in ("ours", "theirs"))
    return np.isclose(ours, theirs, rtol=relative, atol=absolute, equal_nan=True)
