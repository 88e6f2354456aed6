"""Quarterly rows of two implementations side by side, and the columns in which they differ."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from tests.tolerances import BATCHED

KEY: Final = ["entity_id", "period_end", "version", "available_date", "source"]
NAMED: Final = ("scale_suspect_fields", "inherited_fields", "amended_fields", "restated_basis_fields")
LISTS: Final = (*NAMED, "year_to_date_refused_fields")
PLAIN: Final = (
    *("fiscal_quarter", "period_days", "income_basis", "cash_flow_basis", "has_balance_sheet"),
    *("is_difference_basis_mixed", "is_computed_anew", "is_scale_suspect", "is_loss_extreme"),
    *("is_amendment_partial", "is_available_date_assumed", "currency"),
)
DAYS: Final = ("filing_date", "fiscal_year_start", "shares_outstanding_date")


def beside(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Put rows of core.quarterly_fundamentals (`_ours`) beside those of the second opinion (`_theirs`)."""
    dated = [
        rows.assign(**{name: pd.to_datetime(rows[name]) for name in ("period_end", "available_date")})
        for rows in (ours, theirs)
    ]
    return dated[0].merge(
        dated[1], on=KEY, how="outer", suffixes=("_ours", "_theirs"), indicator="found", validate="1:1"
    )


def differences(rows: pd.DataFrame) -> dict[str, int]:
    """Count by column the rows that differ: numbers beyond rounding, everything else at all."""
    figures = [
        name.removesuffix("_ours")
        for name in rows.columns
        if name.endswith("_usd_ours") or (name.startswith("shares_") and name.endswith("_ours"))
    ]
    differ = {"rows": int((rows["found"] != "both").sum())}
    for name in (*figures, *PLAIN, *DAYS, *LISTS):
        ours, theirs = rows[f"{name}_ours"], rows[f"{name}_theirs"]
        if name in DAYS:
            ours, theirs = pd.to_datetime(ours), pd.to_datetime(theirs)
        if name in LISTS:
            ours, theirs = ours.map(_sorted), theirs.map(_sorted)
        if name in figures and pd.api.types.is_float_dtype(ours):
            same = np.isclose(ours, theirs.astype(float), rtol=BATCHED, atol=BATCHED, equal_nan=True)
        else:
            same = (ours == theirs) | (ours.isna() & theirs.isna())
        differ[name] = int((~same).sum())
    return {name: count for name, count in differ.items() if count}


def _sorted(names: object) -> str | None:
    return ", ".join(sorted(names.split(", "))) if isinstance(names, str) else None
