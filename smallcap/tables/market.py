"""The raw tables of prices and of factor returns."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import key_date, key_id, key_text, number, ratio, text, usd, year
from smallcap.tables.raw import MISSING_SINCE, SOURCE_ID


class Prices(dy.Schema):
    """One row per line and month, at the month's last session."""

    year = year("calendar year of date; the partition")
    security_id = key_id("our id of the line (share class)")
    date = key_date("the last session of the month that was observed")
    close_usd = number("unadjusted close as traded", "USD per share", min=0)
    adjusted_close_usd = number(
        "close adjusted for later splits, in some sources also for dividends; used only for returns",
        "USD per share",
        min=0,
    )
    split_ratio = number(
        "new shares per old share for the splits in the month; null if unknown to the source",
        "ratio",
        min_exclusive=0,
    )
    total_return = ratio("return of the month with dividends", min=-1)
    median_dollar_volume_usd = usd(
        "median over the month's sessions of close times shares traded; null where the volume is not known",
        min=0,
    )
    source = text("source of the row", nullable=False)
    source_id = text(SOURCE_ID)
    missing_since = dy.Date(nullable=True, description=MISSING_SINCE)


class Factors(dy.Schema):
    """One row per vintage, model and month: Kenneth French's factors as fractions."""

    vintage = key_text("YYYYMM of the returns database named in the file's first line")
    model = key_text("FF5, FF3 or MOM: the file the row comes from")
    month = key_date("last calendar day of the month")
    mkt_rf = ratio("market return over the risk-free rate")
    smb = ratio("small minus big")
    hml = ratio("high minus low book-to-market")
    rmw = ratio("robust minus weak profitability")
    cma = ratio("conservative minus aggressive investment")
    mom = ratio("winners minus losers")
    rf = ratio("risk-free rate of the month")
    sha256 = text("checksum of the file", nullable=False)
    source = text("source of the file", nullable=False)
