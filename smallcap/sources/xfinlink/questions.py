"""Plans requests: which company-years are kept, which are missing, and how to split those into requests."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from smallcap.rules.types.plans import Plan

MOST_IDS: Final = 500
"""Maximum ids per request, whatever the plan allows: with more, servers refuse the long address."""

CELLS_SCHEMA: Final[dict[str, type[pl.DataType]]] = {"id": pl.Int64, "year": pl.Int32}


@dataclass(frozen=True)
class Dataset:
    """How a dataset is requested.

    Attributes
    ----------
    name
        Its name, also that of its payload folder.
    page_rows
        Rows per page.
    rows_per_year
        Expected rows per id and year.
    settles_after
        How long after the end of a calendar year its rows may still change; a response received later never
        expires.
    """

    name: str
    page_rows: int
    rows_per_year: float
    settles_after: dt.timedelta

    def pages(self, ids: int, years: int) -> int:
        """Return the expected number of pages of one request for this many ids and years."""
        return max(1, math.ceil(ids * years * self.rows_per_year / self.page_rows))


@dataclass(frozen=True)
class Question:
    """One request: some ids in complete calendar years."""

    ids: tuple[int, ...]
    first_year: int
    last_year: int

    @property
    def start(self) -> dt.date:
        """The first requested day."""
        return dt.date(self.first_year, 1, 1)

    @property
    def end(self) -> dt.date:
        """The last requested day."""
        return dt.date(self.last_year, 12, 31)

    @property
    def request(self) -> dict[str, object]:
        """The key of the payload."""
        return {"entity_id": list(self.ids), "start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def of_request(cls, request: dict[str, object]) -> Question:
        """Convert the key of a payload back."""
        ids, start, end = request["entity_id"], str(request["start"]), str(request["end"])
        assert isinstance(ids, list)
        return cls(tuple(ids), int(start[:4]), int(end[:4]))

    def halves(self) -> tuple[Question, Question] | None:
        """Split by ids, else by years; None for a single id and year."""
        if len(self.ids) > 1:
            middle = len(self.ids) // 2
            return replace(self, ids=self.ids[:middle]), replace(self, ids=self.ids[middle:])
        if self.last_year > self.first_year:
            year = (self.first_year + self.last_year) // 2
            return replace(self, last_year=year), replace(self, first_year=year + 1)
        return None


def cells(ids: Iterable[int], first_year: int, last_year: int) -> pl.DataFrame:
    """List every id in every year."""
    years = pl.DataFrame({"year": range(first_year, last_year + 1)}, schema={"year": CELLS_SCHEMA["year"]})
    return pl.DataFrame({"id": sorted(set(ids))}, schema={"id": CELLS_SCHEMA["id"]}).join(years, how="cross")


def kept_cells(
    questions: Sequence[Question],
    received: Sequence[dt.datetime],
    dataset: Dataset,
    now: dt.datetime,
    max_age: dt.timedelta,
) -> pl.DataFrame:
    """Find the newest response that is still valid for each id and year.

    Parameters
    ----------
    questions, received
        Earlier requests, and when each response was last received (UTC).
    now
        The current time.
    max_age
        How old a response may be for a year that has not settled.

    Returns
    -------
    pl.DataFrame
        id, year, and `question`: the position of the request whose response is used.
    """
    asked = pl.DataFrame(
        {
            "question": range(len(questions)),
            "id": [list(question.ids) for question in questions],
            "year": [list(range(question.first_year, question.last_year + 1)) for question in questions],
            "received": [moment.replace(tzinfo=None) for moment in received],
        },
        schema={
            "question": pl.Int64,
            "id": pl.List(pl.Int64),
            "year": pl.List(pl.Int32),
            "received": pl.Datetime("us"),
        },
    )
    settled = pl.datetime(pl.col("year") + 1, 1, 1) + dataset.settles_after
    is_good = (pl.col("received") >= settled) | (pl.col("received") >= now.replace(tzinfo=None) - max_age)
    return (
        asked.explode("id")
        .explode("year")
        .filter(is_good)
        .sort("received", "question", descending=True)
        .unique(["id", "year"], keep="first", maintain_order=True)
        .select("id", "year", "question")
    )


def plan_questions(missing: pl.DataFrame, dataset: Dataset, plan: Plan) -> list[Question]:
    """Plan the fewest requests for the missing company-years, each expected to fill at most one page.

    Companies with the same missing years are requested together, in order of their ids, so that the same gap
    gives the same requests.
    """
    runs = (
        missing.sort("id", "year")
        # A run of years begins with another company or after a gap; sorted rows show both without windows.
        .with_columns(
            run=((pl.col("id").diff() != 0) | (pl.col("year").diff() != 1)).fill_null(True).cum_sum()
        )
        .group_by("run", maintain_order=True)
        .agg(pl.col("id").first(), first=pl.col("year").min(), last=pl.col("year").max())
        .group_by("first", "last", maintain_order=True)
        .agg("id")
        .sort("first", "last")
    )
    return [
        question
        for first, last, ids in runs.iter_rows()
        for question in _cut(sorted(ids), first, last, dataset, plan)
    ]


def _cut(ids: list[int], first: int, last: int, dataset: Dataset, plan: Plan) -> list[Question]:
    years = last - first + 1

    def ids_for(span: int) -> int:
        """Return how many ids fit a page when each has `span` years."""
        a_page = math.floor(dataset.page_rows / (span * dataset.rows_per_year))
        return max(1, min(plan.tickers_per_call, MOST_IDS, a_page))

    def pages(span: int) -> int:
        """Count the pages that all questions take when each has `span` years."""
        return (
            math.ceil(len(ids) / ids_for(span)) * math.ceil(years / span) * dataset.pages(ids_for(span), span)
        )

    spans = [
        span for span in range(1, years + 1) if dataset.pages(ids_for(span), span) <= plan.pages_per_call
    ] or [1]
    span = min(spans, key=lambda one: (pages(one), -one))
    size = ids_for(span)
    return [
        Question(tuple(ids[at : at + size]), year, min(year + span - 1, last))
        for year in range(first, last + 1, span)
        for at in range(0, len(ids), size)
    ]
