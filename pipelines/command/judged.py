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
from smallcap.settings import Settings

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]

MEMBER: Final = "member"
WATCHED: Final = "watched"
JUDGED_NOW: Final = "judged now"


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
    members = publication.ask("member_by_symbol", symbol=symbol, as_of=date)
    if members:
        asked = {"as_of": date, "entity": members[0]["entity_id"]}
        return Judged(
            MEMBER,
            members[0],
            publication.ask("sheet_path", **asked),
            publication.ask("sheet_lenses", **asked),
            publication.ask("sheet_scores", **asked, method=method, basis=None),
        )
    return _watched(publication, symbol, date, method) or _at_once(
        settings, publication, symbol, date, method
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
        publication.ask("watched_scores", **asked, method=method),
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


def _rows(frames: Any, method: str) -> tuple[Row, list[Row], list[Row], list[Row]]:
    """Turn the frames of a company into the rows that the questions give of a published one."""
    import polars as pl

    footing = ("statement_footing", "balance_sheet_date", "balance_sheet_filing_date", "flows_end")
    latest = frames.trailing.select(*footing, pl.col("debt_to_equity").alias("latest_debt_to_equity"))
    identity = {
        **frames.names.row(0, named=True),
        **frames.metrics.row(0, named=True),
        **latest.row(0, named=True),
    }
    statement = pl.Enum(["balance_sheet", "income", "cash_flow"])
    lenses: pl.DataFrame = frames.lenses.sort(pl.col("statement").cast(statement), "item")
    scores: pl.DataFrame = frames.scores.filter(pl.col("method") == method).sort("basis", descending=True)
    return identity, frames.outcomes.to_dicts(), lenses.to_dicts(), scores.to_dicts()
