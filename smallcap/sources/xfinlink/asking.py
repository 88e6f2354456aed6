"""Company-years asked of the vendor: what is kept and good is read, the rest is asked for, and who stays silent is named.

How requests are cut is in `questions`; what a dataset's rows are is in its own module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final

import polars as pl

from smallcap.errors import SmallcapError
from smallcap.rules.types.plans import Plan
from smallcap.sources.fetching import Fetcher, RefusedError, TransientError
from smallcap.sources.xfinlink.answers import Answers, Topic
from smallcap.sources.xfinlink.client import NAME, EmptyAnswerError, UnknownNameError
from smallcap.sources.xfinlink.frames import from_payload, no_rows, to_payload, typed
from smallcap.sources.xfinlink.questions import (
    Question,
    cells,
    kept_cells,
    plan_questions,
    unexplained_silence,
)
from smallcap.sources.xfinlink.reconcile import require_asked
from smallcap.sources.xfinlink.wire import TooManyPagesError

SILENCE_IS_BELIEVED: Final = dt.timedelta(days=1)
"""Who had no row without good reason is asked for again after so long."""

FEWEST_TO_DOUBT: Final = 10
"""So many companies do not all have nothing in years that are over: such an answer is no answer."""

FAILURES_IN_A_ROW: Final = 3
"""After so many failed requests in a row the vendor is not asked further."""

MOST_UNKNOWN: Final = 8
"""More ids than this that the vendor says not to know were renumbered, not withdrawn."""

_ASK_ANYWAY: Final = dt.timedelta(microseconds=-1)


class Asker:
    """Asks for company-years within a plan.

    Parameters
    ----------
    fetcher
        Keeps what came.
    plan
        The plan's limits.
    refresh_after
        Age at which an answer about years that have not settled is asked for again.
    """

    def __init__(self, fetcher: Fetcher, plan: Plan, refresh_after: dt.timedelta) -> None:
        self._fetcher = fetcher
        self._plan = plan
        least = dt.timedelta(hours=plan.least_refresh_hours)
        self._refresh_after = max(refresh_after, least)
        self._silence_believed = max(SILENCE_IS_BELIEVED, least)

    def answers(self, topic: Topic, ids: Collection[int], first_year: int, last_year: int) -> Answers:
        """Have the rows of some ids in some years.

        Raises
        ------
        RefusedError
            When an answer does not count, or nobody has a row.
        TransientError
            When requests failed; what the others brought is kept.
        QuotaError
            When the quota is used up.
        """
        wanted = cells(ids, first_year, last_year)
        answers = self._kept(topic, wanted)
        never = wanted.join(answers.answered(), on=["id", "year"], how="anti")
        self._ask_all(topic, plan_questions(never, topic.dataset, self._plan), answers)
        self._require_somebody(topic, wanted, answers)
        again = unexplained_silence(
            answers.answered().filter("is_doubted"), answers.seen(), self._silence_believed
        )
        self._ask_all(topic, plan_questions(again, topic.dataset, self._plan), answers)
        return answers

    def requests_needed(self, topic: Topic, ids: Collection[int], first_year: int, last_year: int) -> int:
        """Count the requests that `answers` would begin with.

        Pages beyond the first and repeats come on top.
        """
        wanted = cells(ids, first_year, last_year)
        never = wanted.join(self._kept(topic, wanted).answered(), on=["id", "year"], how="anti")
        return len(plan_questions(never, topic.dataset, self._plan))

    def _kept(self, topic: Topic, wanted: pl.DataFrame) -> Answers:
        """Read what is at hand."""
        received = [
            (Question.of_request(request), moment)
            for request, moment in self._fetcher.snapshots.received(NAME, topic.name)
            if request.get("columns") == list(topic.columns)
        ]
        questions, moments = [question for question, _ in received], [moment for _, moment in received]
        good = kept_cells(questions, moments, topic.dataset, self._fetcher.clock(), self._refresh_after)
        horizon = self._fetcher.clock() - self._silence_believed
        answers = Answers(topic)
        for (at,), own in wanted.join(good, on=["id", "year"]).group_by("question", maintain_order=True):
            position = int(str(at))
            payload = self._fetcher.kept(NAME, topic.name, topic.request(questions[position]))
            if payload is not None:
                rows = from_payload(payload, topic.columns)[1]
                answers.add(rows, own, moments[position], is_doubted=moments[position] < horizon)
        # silence all around is not believed: whoever emptied those answers may have recovered
        return Answers(topic) if self._is_doubtful(answers.answered(), answers) else answers

    def _ask_all(self, topic: Topic, questions: Iterable[Question], answers: Answers) -> None:
        """Ask one question after the other; one that fails does not keep the others from being asked."""
        waiting = list(questions)
        count, failures, in_a_row, unknown = len(waiting), list[SmallcapError](), 0, 0
        while waiting and in_a_row < FAILURES_IN_A_ROW:
            question = waiting.pop(0)
            try:
                rows = self._fetch(topic, question)
            except (TooManyPagesError, UnknownNameError) as error:
                unknown += isinstance(error, UnknownNameError)
                halves = question.halves()
                if halves is None or unknown > MOST_UNKNOWN:
                    raise
                waiting = [*halves, *waiting]
                continue
            except TransientError as error:
                failures.append(error)
                in_a_row += 1
                continue
            in_a_row = 0
            own = cells(question.ids, question.first_year, question.last_year)
            # who is left out of an answer about several is asked for once more; one that was asked for alone
            # is taken at its word
            answers.add(rows, own, self._fetcher.clock(), is_doubted=len(question.ids) > 1)
        if failures:
            left = f", {len(waiting)} were not asked" if waiting else ""
            raise TransientError(
                f"{len(failures)} of {count} requests for {topic.name} failed{left}; the first: {failures[0]}"
            )

    def _fetch(self, topic: Topic, question: Question) -> pl.DataFrame:
        """Ask one question and keep the answer; the vendor's not knowing a single id is an answer too."""
        request = topic.request(question)
        came: list[pl.DataFrame] = []

        def ask() -> bytes:
            rows = self._received(topic, question)
            came.append(rows)
            return to_payload(request, {}, rows)

        self._fetcher.fetch(NAME, topic.name, request, ask, _ASK_ANYWAY)
        return came[-1]

    def _received(self, topic: Topic, question: Question) -> pl.DataFrame:
        try:
            received = topic.ask(question.ids, question.start, question.end)
        except EmptyAnswerError:
            return no_rows(topic.columns)
        except UnknownNameError:
            if len(question.ids) > 1:
                raise
            return no_rows(topic.columns)
        rows = typed(received, topic.columns)
        require_asked(rows, question.ids, received.asked)
        return rows

    def _require_somebody(self, topic: Topic, wanted: pl.DataFrame, answers: Answers) -> None:
        if self._is_doubtful(wanted, answers):
            years = wanted["year"].unique().sort().to_list()
            raise RefusedError(
                f"{NAME} has no {topic.name} for any of {wanted['id'].n_unique()} ids from "
                f"{years[0]} to {years[-1]}. "
                "An empty answer is never taken for a market without companies: ask again later"
            )

    def _is_doubtful(self, asked: pl.DataFrame, answers: Answers) -> bool:
        """Whether many were asked for in years that are over, and nobody has a row."""
        is_over = asked.filter(pl.col("year") < self._fetcher.clock().year)
        return answers.seen().is_empty() and is_over["id"].n_unique() >= FEWEST_TO_DOUBT
