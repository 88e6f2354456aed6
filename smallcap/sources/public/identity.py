"""Fetches the SEC's records by which a fund's lines are identified, and identifies them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from smallcap.finance.tickers import normalised
from smallcap.rules.types.cik_successions import CikSuccession
from smallcap.rules.types.cusip_identity import CusipIdentity
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.edgar import SecRecords
from smallcap.sources.fails.file import FAILS_SCHEMA, closes, read_fails
from smallcap.sources.nport.members import FundList
from smallcap.sources.public.filers import FilerTables
from smallcap.sources.sec_index.company_index import INDEX_SCHEMA, read_company_index
from smallcap.sources.sec_index.submissions import NAMES_SCHEMA, Submissions, read_submissions
from smallcap.sources.sec_index.tickers import (
    COMPANIES_SCHEMA,
    FUNDS_SCHEMA,
    read_company_tickers,
    read_fund_tickers,
)
from smallcap.sources.whois.lines import listed_lines, with_line_id
from smallcap.sources.whois.resolve import Records, resolve
from smallcap.sources.whois.symbols import with_symbol

FAILS, INDEX, SUBMISSIONS, TICKERS = "fails", "company_index", "submissions", "company_tickers"
FUND_TICKERS: Final = "fund_tickers"
SUBMISSIONS_MAX_AGE: Final = dt.timedelta(days=365)
"""A company's name and industry change seldom."""
NOT_YET: Final = dt.timedelta(days=1)
"""The newest files are published two weeks late: one that was not there is asked for again after a day."""
_SECOND_HALF: Final = 16


class Identifier:
    """Identifies the lines of lists.

    Parameters
    ----------
    records
        The SEC's files.
    rules
        How far evidence reaches.
    names
        How names are compared.
    successions
        Companies whose registration number changed.
    aliases
        Dated aliases of tickers.
    filers
        Who filed in each year, as of the filing.
    max_age
        An older list of today's tickers is asked for again.
    """

    def __init__(
        self,
        records: SecRecords,
        rules: CusipIdentity,
        names: HoldingsRules,
        successions: Sequence[CikSuccession],
        aliases: pl.DataFrame,
        filers: FilerTables,
        *,
        max_age: dt.timedelta,
    ) -> None:
        self._filers = filers
        self._records, self._rules, self._names = records, rules, names
        self._successions, self._aliases = successions, aliases
        self._max_age = max_age
        self._known: dict[tuple[tuple[str, dt.date], ...], pl.DataFrame] = {}
        self._submissions: dict[str, Submissions | None] = {}
        self._read_fails: dict[tuple[dt.date, ...], pl.DataFrame] = {}

    def identified(self, lists: Sequence[FundList]) -> pl.DataFrame:
        """Return the lines of lists with ticker, company, way and line id (`with_line_id`)."""
        key = tuple((one.fund, one.list_date) for one in lists)
        if key not in self._known:
            self._known[key] = self._identify(lists)
        return self._known[key]

    def closes(self, lists: Sequence[FundList]) -> pl.DataFrame:
        """Return `cusip`, `date` and `close_usd` of the fails-to-deliver files around the lists."""
        return closes(self._fails(sorted({one.list_date for one in lists})))

    def filings(self, lists: Sequence[FundList]) -> pl.DataFrame:
        """Return what filings of the lists' years say of their filers (`read_filers`)."""
        return self._filers.of_years({one.list_date.year for one in lists})

    def industries(self, companies: Collection[str]) -> pl.DataFrame:
        """Return `source_entity_id` and `sic` of companies, as the SEC has them today."""
        found = self.submissions(companies)
        rows = [(cik, one.sic) for cik, one in sorted(found.items()) if one.sic is not None]
        return pl.DataFrame(rows, schema={"source_entity_id": pl.String, "sic": pl.String}, orient="row")

    def submissions(self, companies: Collection[str]) -> dict[str, Submissions]:
        """Return what the SEC says of companies today, those aside of which it says nothing."""
        asked = sorted(set(companies))
        self._records.fetch_all(SUBMISSIONS, [{"cik": cik} for cik in asked], SUBMISSIONS_MAX_AGE)
        for cik in asked:
            if cik not in self._submissions:
                payload = self._records.fetch(SUBMISSIONS, {"cik": cik}, SUBMISSIONS_MAX_AGE)
                self._submissions[cik] = (
                    None if payload is None else read_submissions(payload, f"submissions of CIK {cik}")
                )
        return {cik: one for cik in asked if (one := self._submissions[cik]) is not None}

    def _identify(self, lists: Sequence[FundList]) -> pl.DataFrame:
        lines = listed_lines(lists)
        days = sorted({one.list_date for one in lists})
        fails = self._fails(days)
        tickers = self.tickers()
        submitted = self.submissions(self._holders(lines, fails, tickers))
        names = [one.names for one in submitted.values()]
        found = Records(
            fails=fails,
            tickers=tickers,
            submitted=pl.concat([pl.DataFrame(schema=NAMES_SCHEMA), *names]),
            filed=self.filings(lists).select("name", "former", "changed", "filed", cik="source_entity_id"),
            indexed=self._indexed(days),
            successions=self._successions,
            aliases=self._aliases,
        )
        return with_line_id(resolve(lines, found, self._rules, self._names))

    def _holders(self, lines: pl.DataFrame, fails: pl.DataFrame, tickers: pl.DataFrame) -> list[str]:
        """Return who has the lines' tickers today: their former names are asked for."""
        seen = with_symbol(lines, fails, self._rules)
        symbols = pl.concat([seen["symbol"], normalised(seen["reported_ticker"])]).drop_nulls().unique()
        held = tickers.filter(normalised(pl.col("ticker")).is_in(symbols.implode()))
        return held["cik"].unique().sort().to_list()

    def tickers(self) -> pl.DataFrame:
        """Return today's holders of tickers (`COMPANIES_SCHEMA`)."""
        payload = self._records.fetch(TICKERS, {}, self._max_age)
        return pl.DataFrame(schema=COMPANIES_SCHEMA) if payload is None else read_company_tickers(payload)

    def fund_tickers(self) -> pl.DataFrame:
        """Return today's tickers of funds (`FUNDS_SCHEMA`)."""
        payload = self._records.fetch(FUND_TICKERS, {}, self._max_age)
        return pl.DataFrame(schema=FUNDS_SCHEMA) if payload is None else read_fund_tickers(payload)

    def _fails(self, days: Sequence[dt.date]) -> pl.DataFrame:
        """Return the rows of the files around some days; read once."""
        key = tuple(days)
        if key not in self._read_fails:
            self._read_fails = {key: self._read_half_months(days)}
        return self._read_fails[key]

    def _read_half_months(self, days: Sequence[dt.date]) -> pl.DataFrame:
        halves = sorted({half for day in days for half in half_months(day)})
        requests = [{"half_month": half} for half in halves]
        self._records.fetch_all(FAILS, requests, absent_max_age=NOT_YET)
        frames = [pl.DataFrame(schema=FAILS_SCHEMA)]
        for request in requests:
            payload = self._records.fetch(FAILS, request, absent_max_age=NOT_YET)
            if payload is not None:
                frames.append(read_fails(payload, f"fails-to-deliver file {request['half_month']}"))
        return pl.concat(frames)

    def _indexed(self, days: Sequence[dt.date]) -> pl.DataFrame:
        """Return the filers of each year's first quarter, in which whoever reports files something."""
        frames = [pl.DataFrame(schema=INDEX_SCHEMA)]
        for year in sorted({day.year for day in days}):
            payload = self._records.fetch(INDEX, {"year": str(year), "quarter": "1"}, absent_max_age=NOT_YET)
            if payload is not None:
                rows = read_company_index(payload, f"EDGAR's index of {year} QTR1")
                frames.append(rows.filter(pl.col("form").is_in(self._rules.periodic_forms)))
        return pl.concat(frames)


def half_months(day: dt.date) -> tuple[str, str, str]:
    """Return the half months whose files show the tickers of a day: its own and the next two."""
    is_first = day.day < _SECOND_HALF
    own = f"{day:%Y%m}a" if is_first else f"{day:%Y%m}b"
    following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    second = f"{day:%Y%m}b" if is_first else f"{following:%Y%m}a"
    third = f"{following:%Y%m}a" if is_first else f"{following:%Y%m}b"
    return own, second, third
