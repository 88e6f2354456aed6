"""Requests company-years from the vendor: reads kept responses that are still valid, and requests the rest.

`questions` splits them into requests; each dataset's module converts its rows.
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
from smallcap.sources.xfinlink.frames import no_rows, typed
from smallcap.sources.xfinlink.payloads import from_payload, to_payload
from smallcap.sources.xfinlink.questions import Question, cells, kept_cells, plan_questions
from smallcap.sources.xfinlink.reconcile import require_asked, require_single
from smallcap.sources.xfinlink.silence import unexplained_silence
from smallcap.sources.xfinlink.wire import TooManyPagesError

SILENCE_IS_BELIEVED: Final = dt.timedelta(days=1)
"""An unexplained missing row is requested again after this time."""

FEWEST_TO_DOUBT: Final = 10
"""If this many companies all have no rows in past years, the response is not believed."""

FAILURES_IN_A_ROW: Final = 3
"""After this many consecutive failures no further requests are sent."""

MOST_UNKNOWN: Final = 8
"""If the vendor knows none of more ids than this, it has renumbered them: they are not asked for singly."""

_ASK_ANYWAY: Final = dt.timedelta(microseconds=-1)


class Asker:
    """Requests company-years within a plan.

    Parameters
    ----------
    fetcher
        Keeps responses.
    plan
        The plan's limits.
    refresh_after
        Age at which a response about years that have not settled is requested again.
    """

    def __init__(self, fetcher: Fetcher, plan: Plan, refresh_after: dt.timedelta) -> None:
        self._fetcher = fetcher
        self._plan = plan
        least = dt.timedelta(hours=plan.least_refresh_hours)
        self._refresh_after = max(refresh_after, least)
        self._silence_believed = max(SILENCE_IS_BELIEVED, least)

    def answers(self, topic: Topic, ids: Collection[int], first_year: int, last_year: int) -> Answers:
        """Return the responses for some ids and years, requesting those that are not kept.

        Raises
        ------
        RefusedError
            When a response is not usable, or no id has a row.
        TransientError
            When requests failed; the responses to the others are kept.
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
        """Count the initial requests of `answers`, without further pages and repeats."""
        wanted = cells(ids, first_year, last_year)
        never = wanted.join(self._kept(topic, wanted).answered(), on=["id", "year"], how="anti")
        return len(plan_questions(never, topic.dataset, self._plan))

    def _kept(self, topic: Topic, wanted: pl.DataFrame) -> Answers:
        """Read the kept responses that are still valid."""
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
        # Responses that are all empty are not believed: the cause may be gone by now.
        return Answers(topic) if self._is_doubtful(answers.answered(), answers) else answers

    def _ask_all(self, topic: Topic, questions: Iterable[Question], answers: Answers) -> None:
        """Send the requests one after another; a failed request does not stop the others."""
        waiting = list(questions)
        count, failures, in_a_row, unknown = len(waiting), list[SmallcapError](), 0, 0
        while waiting and in_a_row < FAILURES_IN_A_ROW:
            question = waiting.pop(0)
            try:
                rows = self._fetch(topic, question)
            except (TooManyPagesError, UnknownNameError) as error:
                is_unknown = isinstance(error, UnknownNameError)
                unknown += is_unknown
                halves = question.halves()
                if is_unknown and unknown > MOST_UNKNOWN:
                    # No response is kept, so the next run asks again. What is stored of these ids stays, and
                    # what that means for the delivery is judged with the rest of it.
                    own = cells(question.ids, question.first_year, question.last_year)
                    answers.add(no_rows(topic.columns), own, self._fetcher.clock(), is_doubted=False)
                    continue
                if halves is None:
                    raise
                waiting = [*halves, *waiting]
                continue
            except TransientError as error:
                failures.append(error)
                in_a_row += 1
                continue
            in_a_row = 0
            own = cells(question.ids, question.first_year, question.last_year)
            # An id without rows in a response about several ids is requested once more; a response about a
            # single id is believed.
            answers.add(rows, own, self._fetcher.clock(), is_doubted=len(question.ids) > 1)
        if failures:
            left = f", {len(waiting)} were not sent" if waiting else ""
            raise TransientError(
                f"{len(failures)} of {count} requests for {topic.name} failed{left}; the first: {failures[0]}"
            )

    def _fetch(self, topic: Topic, question: Question) -> pl.DataFrame:
        """Send one request and keep the response; "unknown id" for a single id is kept too, as no rows."""
        request = topic.request(question)
        came: list[pl.DataFrame] = []

        def ask() -> bytes:
            """Request the rows, which are also returned to the caller."""
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
        require_single(rows, topic.key, received.asked)
        return rows

    def _require_somebody(self, topic: Topic, wanted: pl.DataFrame, answers: Answers) -> None:
        if self._is_doubtful(wanted, answers):
            years = wanted["year"].unique().sort().to_list()
            raise RefusedError(
                f"{NAME} has no {topic.name} for any of {wanted['id'].n_unique()} ids from "
                f"{years[0]} to {years[-1]}. "
                "An empty response is never read as a market without companies: try again later"
            )

    def _is_doubtful(self, asked: pl.DataFrame, answers: Answers) -> bool:
        """Whether many ids were requested in past years, and none has a row."""
        is_over = asked.filter(pl.col("year") < self._fetcher.clock().year)
        return answers.seen().is_empty() and is_over["id"].n_unique() >= FEWEST_TO_DOUBT
