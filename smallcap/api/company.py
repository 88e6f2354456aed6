"""One company of the index at a date: who it is, what it reported, and how it is judged."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from smallcap.errors import InputError
from smallcap.questions import Publication
from smallcap.questions.dates import nearest_dates
from smallcap.questions.typed import require_method, require_symbol_or_name
from smallcap.reports.wrapping import visible

if TYPE_CHECKING:
    import polars as pl

POINT_IN_TIME: Final = "point_in_time"
MILLION: Final = 1e6
MULTIPLES: Final = {"pe": "P/E", "pb": "P/B", "p_fcf": "P/FCF"}
MONEY_BY_YEAR: Final = {
    "revenue_usd": "revenue",
    "net_income_usd": "net income",
    "free_cash_flow_usd": "free cash flow",
    "total_debt_usd": "debt",
}
SHARES_BY_YEAR: Final = {"roe": "return on equity", "operating_margin": "operating margin"}


@dataclass(frozen=True)
class Company:
    """A company at a date.

    Attributes
    ----------
    symbol, name, as_of
        Its ticker and name on the date, and the date.
    identity
        Its rows of core.members and core.metrics_as_of: sector, market value, multiples, dates.
    years
        Up to five fiscal years as visible on the date, the latest first; `available_date` says when each
        became known.
    filters
        Its six filters in order.
    lenses
        The items of its statements, each judged.
    scores
        Its quality scores by method and basis.
    method
        The method of `score`.
    """

    symbol: str
    name: str
    as_of: dt.date
    identity: Mapping[str, Any] = field(repr=False)
    years: pl.DataFrame = field(repr=False)
    filters: pl.DataFrame = field(repr=False)
    lenses: pl.DataFrame = field(repr=False)
    scores: pl.DataFrame = field(repr=False)
    method: str = field(default="published", repr=False)

    @property
    def outcome(self) -> str | None:
        """The outcome of the funnel: survivor, survivor_unverified, undetermined or failed."""
        return self.filters["outcome"][0] if self.filters.height else None

    @property
    def score(self) -> Mapping[str, Any] | None:
        """The quality score on basis point_in_time, or why there is none: a row of `scores`."""
        found = self.scores.filter(method=self.method, basis=POINT_IN_TIME)
        return found.row(0, named=True) if found.height else None

    def __repr__(self) -> str:
        """Describe the company in a few lines."""
        return visible("\n".join((_head(self), _quality(self), *_funnel(self), *_years(self.years)))).plain

    def _repr_html_(self) -> str:
        """Describe it in a notebook."""
        return f"<pre>{html.escape(repr(self))}</pre>"


def found_company(publication: Publication, symbol: str, as_of: dt.date | None, method: str) -> Company:
    """Find a company by its symbol at a date.

    Raises
    ------
    InputError
        When there is no such method, no funnel of the date, or no member with the symbol on it.
    """
    require_symbol_or_name(symbol)
    require_method(method)
    dates = [row["as_of"] for row in publication.ask("funnel_dates")]
    date = as_of or (dates[-1] if dates else None)
    if date is None or date not in dates:
        nearest = nearest_dates(date or dt.date.max, dates)
        raise InputError(f"there is no funnel of {date or 'any date'}; {nearest}")
    members = publication.ask("member_by_symbol", symbol=symbol, entity=None, as_of=date)
    if not members:
        raise _not_found(publication, symbol, date)
    asked = {"as_of": date, "entity": members[0]["entity_id"]}
    return Company(
        symbol=members[0]["ticker"],
        name=members[0]["name"] or "",
        as_of=date,
        identity=members[0],
        years=publication.frame("sheet_years", **asked),
        filters=publication.frame("sheet_path", **asked),
        lenses=publication.frame("sheet_lenses", **asked),
        scores=publication.frame("sheet_scores", **asked, method=None, basis=None),
        method=method,
    )


def _not_found(publication: Publication, symbol: str, date: dt.date) -> InputError:
    """Say when a member carried the symbol, or which symbols look like it."""
    dates = ", ".join(str(row["as_of"]) for row in publication.ask("dates_of_symbol", symbol=symbol))
    if dates:
        return InputError(f"no member carried the symbol '{symbol}' on {date}; one did on {dates}")
    import difflib

    known = [str(row["ticker"]) for row in publication.ask("known_symbols")]
    near = ", ".join(difflib.get_close_matches(symbol.upper(), known, 3))
    told = f"; nearest: {near}" if near else ""
    return InputError(f"no member ever carried the symbol '{symbol}'{told}")


def _head(company: Company) -> str:
    identity = company.identity
    cap = identity["market_cap_usd"]
    worth = "market value unknown" if cap is None else f"market value USD {cap / MILLION:,.0f} m"
    multiples = [
        f"{name} {identity[key]:.1f}" for key, name in MULTIPLES.items() if identity[key] is not None
    ]
    sector = identity["sector"] or "no sector known"
    return f"{company.symbol}  {company.name} ({sector}) on {company.as_of}\n{', '.join((worth, *multiples))}"


def _quality(company: Company) -> str:
    found = company.score
    if found is None:
        return f"quality, {company.method}: not judged"
    if found["score"] is None:
        return f"quality, {company.method}: excluded, {found['exclusion_reason']}"
    return f"quality, {company.method}: score {found['score']:+.2f}, quintile {found['quintile']} of 5"


def _funnel(company: Company) -> list[str]:
    """Say the outcome, and each filter that is not passed, with its reason."""
    rows = company.filters.filter(company.filters["status"].is_in(["fail", "verify", "not_applicable"]))
    open_ones = [
        f"  {row['filter_number']} {row['filter_name']}: {row['status']}, {row['reason']}"
        for row in rows.iter_rows(named=True)
    ]
    return [f"funnel: {company.outcome or 'not judged'}", *open_ones]


def _years(years: pl.DataFrame) -> list[str]:
    """Lay out the fiscal years as columns, the earliest first."""
    if not years.height:
        return ["no annual record was visible"]
    rows = years.reverse().to_dicts()
    money = [
        _line(f"{words}, USD m", [_in(row[name], MILLION) for row in rows])
        for name, words in MONEY_BY_YEAR.items()
    ]
    shares = [_line(words, [_percent(row[name]) for row in rows]) for name, words in SHARES_BY_YEAR.items()]
    known = _line("known from", [str(row["available_date"]) for row in rows])
    return [_line("fiscal year to", [str(row["period_end"]) for row in rows]), *money, *shares, known]


def _line(words: str, cells: Sequence[str]) -> str:
    return f"{words:<22}" + "".join(f"{cell:>12}" for cell in cells)


def _in(amount: float | None, unit: float) -> str:
    return "-" if amount is None else f"{amount / unit:,.1f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
