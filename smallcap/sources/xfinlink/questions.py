"""What must be asked for: which company-years are at hand, which are not, and how those become requests that fill one page each."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from smallcap.rules.types.plans import Plan

MOST_IDS: Final = 500
"""Ids of one request, whatever the plan allows: more make an address that servers refuse."""

CELLS_SCHEMA: Final[dict[str, type[pl.DataType]]] = {"id": pl.Int64, "year": pl.Int32}


@dataclass(frozen=True)
class Dataset:
    """How a dataset is asked for.

    Attributes
    ----------
    name
        Its name, also of its folder of payloads.
    page_rows
        Rows of a page.
    rows_per_year
        Rows that one id has in a year, as far as one can expect.
    settles_after
        How long after the end of a calendar year its rows may still change; what is fetched later never
        expires.
    """

    name: str
    page_rows: int
    rows_per_year: float
    settles_after: dt.timedelta

    def pages(self, ids: int, years: int) -> int:
        """Pages that one request of so many ids and years is expected to have."""
        return max(1, math.ceil(ids * years * self.rows_per_year / self.page_rows))


@dataclass(frozen=True)
class Question:
    """One request for data: some ids in whole calendar years."""

    ids: tuple[int, ...]
    first_year: int
    last_year: int

    @property
    def start(self) -> dt.date:
        """The first day that is asked for."""
        return dt.date(self.first_year, 1, 1)

    @property
    def end(self) -> dt.date:
        """The last day that is asked for."""
        return dt.date(self.last_year, 12, 31)

    @property
    def request(self) -> dict[str, object]:
        """The question as the key of a payload."""
        return {"entity_id": list(self.ids), "start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def of_request(cls, request: dict[str, object]) -> Question:
        """Read the key of a payload back."""
        ids, start, end = request["entity_id"], str(request["start"]), str(request["end"])
        assert isinstance(ids, list)
        return cls(tuple(ids), int(start[:4]), int(end[:4]))

    def halves(self) -> tuple[Question, Question] | None:
        """Split by ids, else by years; None where there is nothing to split."""
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
    """Find the newest answer that is still good for each id and year.

    Parameters
    ----------
    questions, received
        What was asked before, and when the answer last came (UTC).
    now
        The present moment.
    max_age
        How old an answer may be while the year it speaks of has not settled.

    Returns
    -------
    pl.DataFrame
        id, year, and `question`: the position of the question whose answer serves.
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
    """Make as few requests as will have the missing company-years, each expected to fill at most one page.

    Companies that lack the same years go together, in order of their ids, so that the same gap makes the same
    requests.
    """
    runs = (
        missing.sort("id", "year")
        .with_columns(run=(pl.col("year").diff().over("id").fill_null(1) != 1).cum_sum().over("id"))
        .group_by("id", "run", maintain_order=True)
        .agg(first=pl.col("year").min(), last=pl.col("year").max())
        .group_by("first", "last", maintain_order=True)
        .agg("id")
        .sort("first", "last")
    )
    return [
        question
        for first, last, ids in runs.iter_rows()
        for question in _cut(sorted(ids), first, last, dataset, plan)
    ]


def unexplained_silence(answered: pl.DataFrame, seen: pl.DataFrame, together: dt.timedelta) -> pl.DataFrame:
    """Find who was left out of an answer without a reason in the company's life.

    Silent is who has no row in any year of an answer. It is explained when all rows that were known then lie
    before, or all lie after, those years: the company was listed later or is gone.

    Parameters
    ----------
    answered
        id, year, answer, received: the years for which an answer speaks of an id; `answer` numbers the
        answers.
    seen
        id, year, received: with a row, and since when.
    together
        Rows that came at most so much later than an answer still explain it: they are of the same run.

    Returns
    -------
    pl.DataFrame
        id, year.
    """
    silent = (
        answered.join(seen.select("id", "year", is_seen=pl.lit(True)), on=["id", "year"], how="left")
        .group_by("id", "answer")
        .agg(
            "year",
            pl.col("received").max(),
            first=pl.col("year").min(),
            last=pl.col("year").max(),
            is_seen=pl.col("is_seen").any(),
        )
        .filter(~pl.col("is_seen"))
    )
    known = seen.select("id", seen_year="year", seen_at="received")
    explained = (
        silent.join(known, on="id")
        .filter(pl.col("seen_at") <= pl.col("received") + together)
        .group_by("id", "answer", "first", "last")
        .agg(born=pl.col("seen_year").min(), died=pl.col("seen_year").max())
        .filter((pl.col("born") > pl.col("last")) | (pl.col("died") < pl.col("first")))
    )
    return (
        silent.join(explained, on=["id", "answer"], how="anti")
        .explode("year")
        .select("id", "year")
        .unique()
        .sort("id", "year")
    )


def _cut(ids: list[int], first: int, last: int, dataset: Dataset, plan: Plan) -> list[Question]:
    years = last - first + 1

    def ids_for(span: int) -> int:
        return max(
            1,
            min(
                plan.tickers_per_call,
                MOST_IDS,
                math.floor(dataset.page_rows / (span * dataset.rows_per_year)),
            ),
        )

    def pages(span: int) -> int:
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
