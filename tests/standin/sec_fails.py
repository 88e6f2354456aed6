"""Fails-to-deliver files: half a month of settlement days, with symbols and closes of the session before."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from functools import lru_cache
from typing import Final

import polars as pl

from tests.standin.sec_funds import cusip_of
from tests.standin.universe import Universe

HEADER: Final = "SETTLEMENT DATE|CUSIP|SYMBOL|QUANTITY (FAILS)|DESCRIPTION|PRICE"
PUBLISHED_AFTER_DAYS: Final = 15
SECOND_HALF: Final = 16
FIRST_DAY: Final = dt.date(2009, 7, 1)
"""Securities of every size are in the files from here on."""


def fails_file(universe: Universe, half_month: str, today: dt.date) -> bytes | None:
    """Write the zip of half a month (202401a); None where there is none yet, or never."""
    if len(half_month) != 7 or not half_month[:6].isdigit() or half_month[6] not in "ab":
        return None
    first = dt.date(int(half_month[:4]), int(half_month[4:6]), 1 if half_month[6] == "a" else SECOND_HALF)
    next_month = (first.replace(day=1) + dt.timedelta(31)).replace(day=1)
    last = first.replace(day=SECOND_HALF) if half_month[6] == "a" else next_month
    if last + dt.timedelta(PUBLISHED_AFTER_DAYS) > today:
        return None
    rows = _settled(universe).filter((pl.col("settled") >= first) & (pl.col("settled") < last))
    lines = [
        f"{row['settled']:%Y%m%d}|{cusip_of(row['entity_id'])}|{row['ticker']}|{row['quantity']}|"
        f"{row['entity_name'].upper()[:30]}|{row['close']:.2f}"
        for row in rows.iter_rows(named=True)
    ]
    # Somebody fails to deliver something in every half month.
    lines.append(f"{first:%Y%m%d}|99999W110|ZZQA|100|MADE-UP SHARES NOBODY HOLDS|.")
    trailer = [f"Trailer record count {len(lines)}", "Trailer total quantity of shares 4711"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"cnsfails{half_month}", "\n".join([HEADER, *lines, *trailer]) + "\n")
    return buffer.getvalue()


@lru_cache(maxsize=2)
def _settled(universe: Universe) -> pl.DataFrame:
    """Return every price with the session after it, on which a fail is still open, and the symbol of then."""
    from smallcap.sources.calendar import nyse_sessions

    priced = universe.prices.select("entity_id", "date", "close").filter(pl.col("date") >= FIRST_DAY)
    sessions = nyse_sessions(dt.date(2009, 6, 1), dt.date(2026, 12, 31)).to_frame().select(settled="session")
    return (
        priced.sort("date")
        .join_asof(
            sessions.sort("settled"),
            left_on="date",
            right_on="settled",
            strategy="forward",
            allow_exact_matches=False,
            coalesce=False,
        )
        .drop_nulls("settled")
        .join(universe.spells, on="entity_id")
        .filter(
            (pl.col("valid_from") <= pl.col("date"))
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("date")))
        )
        .join(universe.lines.select("entity_id", "entity_name"), on="entity_id")
        .with_columns(quantity=100 + pl.col("entity_id") % 900)
        .sort("settled", "ticker", "entity_id")
    )
