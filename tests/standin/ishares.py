"""The fund's holdings file at its two addresses, in the layout and with the unwanted rows of the true one."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any, Final

import polars as pl

from tests.standin.faults import PAGE
from tests.standin.names import bare
from tests.standin.settings import Settings
from tests.standin.universe import Universe
from tests.standin.wire import CSV, HTML, Answer, Request

PLACE: Final = ("us", "products")
FUNDS: Final = {"239710": "iShares Russell 2000 ETF", "239726": "iShares Core S&P 500 ETF"}
"""Funds by product number.

The second serves the same rows, for those who must notice that it is the wrong fund.
"""

CLASSIC: Final = "1467271812596.ajax"
NEW: Final = "latest-holdings.csv"
BLANK_LINE: Final = "\u00a0"
HEADER: Final = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Quantity,Price,"
    "Location,Exchange,Currency,FX Rate,Market Currency,Accrual Date"
)
DISCLAIMER: Final = (
    '"Holdings of a made-up fund, written by a stand-in for tests.\n\nNobody holds these securities, '
    '""quoted"" or not; they do not exist."'
)
SECTOR_WORDS: Final = {"Communication Services": "Communication"}
DERIVATIVES: Final = "Cash and/or Derivatives"

COLLATERAL: Final = "Cash Collateral and Margins"
FUTURES: Final = "Index And Options Market"
OVER_THE_COUNTER: Final = "Non-Nms Quotation Service (Nnqs)"
US: Final = "United States"
UNLISTED: Final = "NO MARKET (E.G. UNLISTED)"

# ticker, name, sector, asset class, market value, notional, quantity, price, location, exchange, accrual date
OTHER_ROWS: Final = (
    (
        "XTSLA",
        "MADE-UP CASH FUND SL AGENCY",
        DERIVATIVES,
        "Money Market",
        41_250_112.40,
        None,
        41_250_112.40,
        1.0,
        US,
        "-",
        "-",
    ),
    ("USD", "USD CASH", DERIVATIVES, "Cash", 9_801_544.12, None, 9_801_544.0, 100.0, US, "-", "-"),
    ("CAD", "CAD CASH", DERIVATIVES, "Cash", 1_204.55, None, 1_680.0, 71.70, "Canada", "-", "-"),
    (
        "MSFUT",
        "CASH COLLATERAL MSFUT USD",
        DERIVATIVES,
        COLLATERAL,
        7_120_000.0,
        None,
        7_120_000.0,
        100.0,
        US,
        "-",
        "Feb 01, 2009",
    ),
    (
        "RTYM6",
        "RUSSELL 2000 EMINI CME JUN 26",
        DERIVATIVES,
        "Futures",
        0.0,
        172_310_450.0,
        1_522.0,
        2_264.2,
        "-",
        FUTURES,
        "-",
    ),
    (
        "ZZQA",
        "PRETEND THERAPEUTICS CVR",
        "Health Care",
        "Equity",
        14_210.33,
        None,
        22_110.0,
        0.64,
        US,
        "NASDAQ",
        "-",
    ),
    ("ZZQB", "IMAGINARY BIO", "Health Care", "Equity", 9_030.75, None, 60_205.0, 0.15, US, "NASDAQ", "-"),
    ("ZZQB", "IMAGINARY BIO CVR", "Health Care", "Equity", 20_100.0, None, 60_205.0, 0.33, US, "NASDAQ", "-"),
    ("P5N994", "INVENTED CORP ESCROW", "Energy", "Equity", 0.01, None, 300.0, 0.0, US, UNLISTED, "-"),
    (
        "-",
        "FICTITIOUS INC $12.50 VESTING Prvt",
        "Health Care",
        "Equity",
        0.02,
        None,
        1_922.0,
        0.0,
        US,
        UNLISTED,
        "-",
    ),
    (
        "-",
        "FICTITIOUS INC $15.00 VESTING Prvt",
        "Health Care",
        "Equity",
        0.02,
        None,
        1_922.0,
        0.0,
        US,
        UNLISTED,
        "-",
    ),
    (
        "ZZQC RT",
        "MAKE-BELIEVE INDUSTRIES RIGHTS",
        "Industrials",
        "Equity",
        22_400.0,
        None,
        70_000.0,
        0.32,
        US,
        "-",
        "-",
    ),
    (
        "ZZQD",
        "DEFUNCT PRETEND BANCORP",
        "Financials",
        "Equity",
        0.36,
        None,
        36_120.0,
        0.0,
        US,
        OVER_THE_COUNTER,
        "-",
    ),
)


def answer(request: Request, universe: Universe, settings: Settings) -> Answer:
    """Answer the classic address, which knows `asOfDate`, or the new one, which ignores it."""
    fund = FUNDS.get(request.parts[2]) if len(request.parts) > 2 else None
    if fund is None or request.parts[-1] not in (CLASSIC, NEW):
        return Answer(404, PAGE, HTML)
    is_classic = request.parts[-1] == CLASSIC
    if is_classic and settings.ishares_classic == "html":
        return Answer(200, PAGE, HTML)
    newest = _sessions().filter(_sessions() < settings.today).max()
    asked = request.query.get("asOfDate") if is_classic else None
    as_of = _day(asked) if asked else newest
    holdings = _list_on(universe, as_of, newest)
    return Answer(
        200, _file(fund, as_of, holdings, is_classic).encode("utf-8-sig"), CSV, rows=holdings.height
    )


@lru_cache(maxsize=1)
def _sessions() -> pl.Series:
    from smallcap.sources.calendar import nyse_sessions

    return nyse_sessions(dt.date(2004, 1, 1), dt.date(2026, 12, 31))


def _day(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def _list_on(universe: Universe, as_of: Any, newest: Any) -> pl.DataFrame:
    """Return the members on a session: of the newest list whose month had its last session by then.

    None on other days.

    The file of a day is out on the next day.
    """
    if as_of is None or as_of > newest or as_of not in _sessions():
        return universe.lists.clear()
    dates = universe.lists.select(pl.col("list_date").unique().sort())
    dated = dates.join_asof(_sessions().to_frame(), left_on="list_date", right_on="session")
    known = dated.filter(pl.col("session") <= as_of)["list_date"].max()
    return universe.lists.filter(pl.col("list_date") == pl.lit(known, dtype=pl.Date))


def _file(fund: str, as_of: dt.date | None, holdings: pl.DataFrame, is_classic: bool) -> str:
    day = f"{as_of:%b %d, %Y}" if as_of is not None and holdings.height else "-"
    preamble = [
        fund,
        f'Fund Holdings as of,"{day}"',
        'Inception Date,"May 22, 2000"',
        'Shares Outstanding,"278,750,000.00"',
        *(f'{part},"-"' for part in ("Stock", "Bond", "Cash", "Other")),
        BLANK_LINE,
        HEADER,
    ]
    rows = _rows(holdings, is_classic) if holdings.height else []
    return "\n".join([*preamble, *rows, BLANK_LINE, DISCLAIMER]) + "\n"


def _rows(holdings: pl.DataFrame, is_classic: bool) -> list[str]:
    """Write the rows by falling market value; those that are no members stand among them."""
    equities = [
        (
            _symbol(row["ticker"], row["name"], is_classic),
            row["name"],
            SECTOR_WORDS.get(row["sector"], row["sector"] or "-"),
            "Equity",
            row["market_value_usd"] or 0.0,
            None,
            row["quantity"] or 0.0,
            row["price_usd"] or _price(row),
            row["location"] or "-",
            row["exchange"] or "-",
            "-",
        )
        for row in holdings.iter_rows(named=True)
    ]
    everything = sorted([*equities, *OTHER_ROWS], key=lambda row: (-row[4], row[0], row[1]))
    total = sum(row[4] for row in everything)
    return [_line(row, total) for row in everything]


def _price(row: dict[str, Any]) -> float:
    return row["market_value_usd"] / row["quantity"] if row["quantity"] else 0.0


def _symbol(ticker: str, name: str, is_classic: bool) -> str:
    """Glue the letter of a share class to the ticker, as the classic file does; the new one sets a space."""
    glued = bare(ticker)
    if glued == "" or ticker.endswith((" RTS", " RT")):
        return ticker
    is_class = name.endswith((" Class A", " Class B"))
    return f"{glued[:-1]} {glued[-1]}" if is_class and not is_classic else glued


def _line(row: tuple[Any, ...], total: float) -> str:
    ticker, name, sector, kind, value, notional, quantity, price, location, exchange, accrued = row
    cells = (
        ticker, name, sector, kind, _number(value), _number(100 * value / total),
        _number(value if notional is None else notional),
        _number(quantity), _number(price), location, exchange, "USD", "1.00", "USD", accrued,
    )  # fmt: skip
    return ",".join('"' + str(cell).replace('"', '""') + '"' for cell in cells)


def _number(value: float) -> str:
    return f"{value:,.2f}"
