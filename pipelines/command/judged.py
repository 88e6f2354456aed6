"""One company at a date as `why` and `screen` show it: a member, a watched name, or one judged at once.

Members and watched names are published. Another company whose line the publication knows is judged from the
published tables by the same rules; nothing is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from smallcap.questions import OlderPublicationError, Publication
from smallcap.questions.typed import require_symbol_or_name
from smallcap.settings import Settings

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]

MEMBER: Final = "member"
WATCHED: Final = "watched"
JUDGED_NOW: Final = "judged now"
DEBT_ITEM: Final = "debt_to_equity"
FOOTING: Final = ("statement_footing", "balance_sheet_date", "flows_end")
ON_FOOTING: Final = (
    *("market_cap_usd", "market_cap_reason", "pe", "pb", "p_fcf", "debt_to_equity", "net_cash_usd"),
    *("altman_z", "altman_z_zone", "dividends_paid_usd", "dividend_yield", "note"),
)
"""Figures that the filters take from the latest quarter, where the home is on that footing."""


@dataclass(frozen=True)
class Judged:
    """A company at a date.

    Attributes
    ----------
    basis
        member, watched, or judged now.
    identity
        Its row of core.members or core.watched_names with its metrics.
    path
        Its filters in order.
    lenses
        The items of its statements.
    scores
        Its quality scores by basis, of one method.
    """

    basis: str
    identity: Row
    path: Sequence[Row]
    lenses: Sequence[Row]
    scores: Sequence[Row]

    @property
    def is_member(self) -> bool:
        """Whether it is a member of the index at the date."""
        return self.basis == MEMBER


def judged_company(
    settings: Settings, publication: Publication, symbol: str, date: dt.date, method: str
) -> Judged | None:
    """Find a company by its symbol, and how it is judged at a date; None if no line ever carried the symbol.

    Parameters
    ----------
    settings, publication
        The settings: rules and limits for a company that is judged at once; and what is published.
    symbol, date, method
        The symbol, the date, and the method of the quality score.
    """
    require_symbol_or_name(symbol)
    members = publication.ask("member_by_symbol", symbol=symbol, entity=None, as_of=date)
    if members:
        return judged_member(publication, members[0], date, method)
    return _watched(publication, symbol, date, method) or _at_once(
        settings, publication, symbol, date, method
    )


def judged_member(publication: Publication, identity: Row, date: dt.date, method: str) -> Judged:
    """Read how a member is judged at a date; `identity` is its row of the question ``member_by_symbol``."""
    asked = {"as_of": date, "entity": identity["entity_id"]}
    return Judged(
        MEMBER,
        identity,
        publication.ask("sheet_path", **asked),
        publication.ask("sheet_lenses", **asked),
        publication.ask("sheet_scores", **asked, method=method, basis=None),
    )


def _watched(publication: Publication, symbol: str, date: dt.date, method: str) -> Judged | None:
    try:
        found = publication.ask("watched_by_symbol", symbol=symbol, as_of=date)
    except OlderPublicationError:
        return None
    if not found:
        return None
    asked = {"as_of": date, "ticker": found[0]["ticker"]}
    return Judged(
        WATCHED,
        found[0],
        publication.ask("watched_path", **asked),
        publication.ask("watched_lenses", **asked),
        publication.ask("watched_scores", **asked, method=method, basis=None),
    )


def _at_once(
    settings: Settings, publication: Publication, symbol: str, date: dt.date, method: str
) -> Judged | None:
    """Judge a company that is neither a member nor watched, from what is published of it."""
    from smallcap.pipelines.command.judging import Frames, judged_frames

    securities = publication.frame("lines_by_symbol", symbol=symbol)
    if securities.is_empty():
        return None
    frames = judged_frames(settings, publication, symbol, date, securities)
    if isinstance(frames, str):
        return judged_company(settings, publication, frames, date, method)
    return Judged(JUDGED_NOW, *_rows(frames, method)) if isinstance(frames, Frames) else None


def on_verdicts(metrics: Row, trailing: Row, lenses: Sequence[Row]) -> Row:
    """Put the figures together that the verdicts on a company use.

    Parameters
    ----------
    metrics, trailing
        Its rows of core.watched_metrics and core.watched_trailing.
    lenses
        Its rows of marts.watched_lenses, which name their footing.
    """
    used = next(({name: row[name] for name in FOOTING} for row in lenses if row["item"] == DEBT_ITEM), {})
    is_quarter = used.get("statement_footing") == "quarter"
    latest = {
        "latest_footing": trailing["statement_footing"],
        "latest_balance_sheet_date": trailing["balance_sheet_date"],
        "latest_flows_end": trailing["flows_end"],
        "balance_sheet_filing_date": trailing["balance_sheet_filing_date"],
        "latest_debt_to_equity": trailing["debt_to_equity"],
        "annual_debt_to_equity": metrics["debt_to_equity"],
    }
    return {
        **metrics,
        **({name: trailing[name] for name in ON_FOOTING} if is_quarter else {}),
        **used,
        **latest,
    }


def _rows(frames: Any, method: str) -> tuple[Row, list[Row], list[Row], list[Row]]:
    """Turn the frames of a company into the rows that the questions give of a published one."""
    import polars as pl

    statement = pl.Enum(["balance_sheet", "income", "cash_flow"])
    lenses: pl.DataFrame = frames.lenses.sort(pl.col("statement").cast(statement), "item")
    identity = {
        **frames.names.row(0, named=True),
        **on_verdicts(
            frames.metrics.row(0, named=True), frames.trailing.row(0, named=True), lenses.to_dicts()
        ),
    }
    scores: pl.DataFrame = frames.scores.filter(pl.col("method") == method).sort("basis", descending=True)
    return identity, frames.outcomes.to_dicts(), lenses.to_dicts(), scores.to_dicts()
