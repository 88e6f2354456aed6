"""Statements of companies from their figures at the SEC, each file read once."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.rules.types.cik_successions import CikSuccession
from smallcap.rules.types.concepts import Concepts
from smallcap.sources.base import (
    FUNDAMENTALS_COLUMNS,
    QUARTERLY_FUNDAMENTALS_COLUMNS,
    REFUSED_SCHEMA,
    TAGS_COLUMNS,
    Delivery,
)
from smallcap.sources.edgar.company_facts import CompanyFactFiles
from smallcap.sources.sec.company import CompanyFacts, read_company
from smallcap.sources.sec.rows import COLUMN_NAMES
from smallcap.sources.whois.successions import registrants_of

SOURCE: Final = "public"
NO_FACTS: Final = "no_xbrl_facts"
NO_FACTS_REASON: Final = "the SEC has no figures of it: it files no statements with XBRL"
UNREADABLE: Final = "unreadable_company_facts"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Read:
    annual: pl.DataFrame
    quarterly: pl.DataFrame
    tags: bytes
    refused: pl.DataFrame


class Statements:
    """Annual and quarterly statements.

    Parameters
    ----------
    files
        The companies' files.
    concepts
        Which concepts an item is read from.
    successions
        Companies whose registration number changed: their filings are put together.
    year
        The year of refused rows that have no day.
    """

    def __init__(
        self,
        files: CompanyFactFiles,
        concepts: Concepts,
        successions: Sequence[CikSuccession],
        *,
        year: int,
    ) -> None:
        self._files, self._concepts, self._successions = files, concepts, successions
        self._year = year
        self._read: dict[str, _Read] = {}

    def annual(self, start: dt.date, end: dt.date, companies: Collection[str]) -> Delivery:
        """Return annual rows of companies with period_end in [start, end], and what could not be used."""
        read = self._of(companies)
        rows = [one.annual for one in read]
        refused = pl.concat([pl.DataFrame(schema=REFUSED_SCHEMA), *(one.refused for one in read)])
        return Delivery(_between(rows, FUNDAMENTALS_COLUMNS, start, end), refused)

    def quarterly(self, start: dt.date, end: dt.date, companies: Collection[str]) -> Delivery:
        """Return quarterly rows of companies with period_end in [start, end]."""
        rows = [one.quarterly for one in self._of(companies)]
        return Delivery(_between(rows, QUARTERLY_FUNDAMENTALS_COLUMNS, start, end))

    def tags(self, start: dt.date, end: dt.date, companies: Collection[str]) -> Delivery:
        """Return the concepts of the figures of companies' records with filing_date in [start, end]."""
        is_asked = pl.col("filing_date").is_between(start, end)
        rows = [unpacked(one.tags).filter(is_asked) for one in self._of(companies)]
        return Delivery(pl.concat([pl.DataFrame(schema=TAGS_COLUMNS), *rows]))

    def _of(self, companies: Collection[str]) -> list[_Read]:
        wanted = sorted({company for company in companies if company.isdigit()})
        missing = [company for company in wanted if company not in self._read]
        registrants = {cik for company in missing for cik in registrants_of(company, self._successions)}
        if registrants:
            self._files.provide(registrants)
        for company in missing:
            self._read[company] = self._read_company(company)
        return [self._read[company] for company in wanted]

    def _read_company(self, company: str) -> _Read:
        facts: list[CompanyFacts] = []
        refused = []
        for cik in registrants_of(company, self._successions):
            payload = self._files.payload(cik)
            if payload is None:
                refused.append(self._refused(NO_FACTS, company, cik, NO_FACTS_REASON))
                continue
            try:
                facts.append(read_company(payload, self._concepts, f"the figures of CIK {cik}"))
            except InputError as error:
                _LOG.warning("%s", error)
                refused.append(self._refused(UNREADABLE, company, cik, str(error)))
        return _Read(
            _together([one.annual for one in facts], FUNDAMENTALS_COLUMNS, company),
            _together([one.quarterly for one in facts], QUARTERLY_FUNDAMENTALS_COLUMNS, company),
            packed(_together([_tags(one) for one in facts], TAGS_COLUMNS, company)),
            pl.concat([pl.DataFrame(schema=REFUSED_SCHEMA), *(one.refused for one in facts), *refused]),
        )

    def _refused(self, rule: str, company: str, cik: str, problem: str) -> pl.DataFrame:
        row = json.dumps({"source_entity_id": company, "cik": cik, "problem": problem}, sort_keys=True)
        return pl.DataFrame([(self._year, rule, row)], schema=REFUSED_SCHEMA, orient="row")


def _tags(facts: CompanyFacts) -> pl.DataFrame:
    """Return the concepts of a registrant's annual and quarterly figures, in the columns `TAGS_COLUMNS`."""
    frames = {"annual": facts.tags, "quarterly": facts.quarterly_tags}
    return pl.concat(
        [
            frame.select(
                "source_entity_id",
                "period_end",
                "version",
                "filing_date",
                "part",
                "tag",
                "taxonomy",
                "accession",
                "form",
                item=pl.col("item").replace_strict(COLUMN_NAMES, return_dtype=pl.String),
                amount="value",
                filed_date="filed",
                record=pl.lit(record),
                cik="source_entity_id",
                source=pl.lit(SOURCE),
            )
            for record, frame in frames.items()
        ]
    ).select(list(TAGS_COLUMNS))


def packed(frame: pl.DataFrame) -> bytes:
    """Compress a frame: the concepts of two thousand companies are kept at once."""
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpacked(payload: bytes) -> pl.DataFrame:
    """Return the frame of `packed`."""
    return pl.read_ipc(io.BytesIO(payload))


def _together(frames: Sequence[pl.DataFrame], columns: dict[str, pl.DataType], company: str) -> pl.DataFrame:
    """Put the rows of a company's registrants together; of one period the later registrant's stand."""
    if not frames:
        return pl.DataFrame(schema=columns)
    named = [
        frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items()).with_columns(
            source_entity_id=pl.lit(company), source=pl.lit(SOURCE)
        )
        for frame in frames
    ]
    kept = named[-1]
    for earlier in reversed(named[:-1]):
        kept = pl.concat([earlier.join(kept, on="period_end", how="anti"), kept])
    return kept


def _between(
    frames: Sequence[pl.DataFrame], columns: dict[str, pl.DataType], start: dt.date, end: dt.date
) -> pl.DataFrame:
    rows = pl.concat([pl.DataFrame(schema=columns), *frames])
    return rows.filter(pl.col("period_end").is_between(start, end)).sort(
        "source_entity_id", "period_end", "version", "filing_date", maintain_order=True
    )
