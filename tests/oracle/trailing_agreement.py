"""Trailing rows of two implementations side by side, and the columns in which they differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.tolerances import BATCHED

KEY = ["entity_id", "available_date"]


def beside(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Put rows of core.trailing_metrics (`_ours`) beside those of the second opinion (`_theirs`)."""
    dated = [rows.assign(available_date=pd.to_datetime(rows["available_date"])) for rows in (ours, theirs)]
    return dated[0].merge(
        dated[1], on=KEY, how="outer", suffixes=("_ours", "_theirs"), indicator="found", validate="1:1"
    )


def differences(rows: pd.DataFrame) -> dict[str, int]:
    """Count by column the rows that differ: numbers beyond rounding, everything else at all."""
    names = [name.removesuffix("_theirs") for name in rows.columns if name.endswith("_theirs")]
    differ = {"rows": int((rows["found"] != "both").sum())}
    for name in names:
        ours, theirs = rows[f"{name}_ours"], rows[f"{name}_theirs"]
        if name.endswith(("_date", "_end")):
            ours, theirs = pd.to_datetime(ours), pd.to_datetime(theirs)
        if pd.api.types.is_float_dtype(ours):
            same = np.isclose(ours, theirs.astype(float), rtol=BATCHED, atol=BATCHED, equal_nan=True)
        else:
            same = (ours == theirs) | (ours.isna() & theirs.isna())
        differ[name] = int((~same).sum())
    return {name: count for name, count in differ.items() if count}
