"""Small frames for the tests of books: a year or two of returns, a June's outcomes, made-up factors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from smallcap.rules.files import read_rules
from smallcap.rules.types.books import BookSet
from smallcap.rules.types.factors import FactorRules

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
RULES = read_rules(REFERENCE, "factor_validation.toml", FactorRules)
BOOKS = read_rules(REFERENCE, "books.toml", BookSet).books

SOURCE = "test"
PASS = dict.fromkeys(range(1, 7), "pass")
BOOK_ROW = {"weighting": "equal", "description": "made up", "source": SOURCE}

Returns = Mapping[int, Sequence[float | None]]


def month_end(year: int, month: int, later: int = 0) -> dt.date:
    """Last day of a month, or of one some months later."""
    ahead = year * 12 + month + later
    return dt.date(ahead // 12, ahead % 12 + 1, 1) - dt.timedelta(days=1)


def books(**kinds: Mapping[str, object]) -> pl.DataFrame:
    """Rows of core.books by name.

    `chosen_on` decides whether a list was formed in advance, as the rules do.
    """
    schema = {
        "book": pl.String,
        "kind": pl.String,
        "weighting": pl.String,
        "first_month": pl.Date,
        "last_month": pl.Date,
        "is_formed_in_advance": pl.Boolean,
        "passed_over": pl.String,
        "without_kinds": pl.String,
        "description": pl.String,
        "source": pl.String,
    }
    return pl.DataFrame(
        [{**dict.fromkeys(schema), **BOOK_ROW, "book": book, **row} for book, row in kinds.items()],
        schema=schema,
    )


def a_list(first_month: dt.date, **values: object) -> dict[str, object]:
    """A fixed list that is chosen with hindsight."""
    return {"kind": "list", "first_month": first_month, "is_formed_in_advance": False, **values}


def the_survivors(**values: object) -> dict[str, object]:
    return {"kind": "survivors", "is_formed_in_advance": True, **values}


def lines(book: str, weights: Mapping[int, float | None], unresolved: Sequence[str] = ()) -> pl.DataFrame:
    """Rows of core.book_lines: line n is of company 10 n and carries the ticker Tn."""
    rows = [(book, f"T{line}", line, 10 * line, weight, True) for line, weight in weights.items()]
    rows += [(book, ticker, None, None, None, False) for ticker in unresolved]
    schema = {
        "book": pl.String,
        "ticker": pl.String,
        "security_id": pl.Int64,
        "entity_id": pl.Int64,
        "weight": pl.Float64,
        "is_resolved": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def returns(first: dt.date, by_line: Returns) -> pl.DataFrame:
    """Rows of core.monthly_returns: each line's returns from the month of `first` on, None where there is
    none.
    """
    rows = [
        (month_end(first.year, first.month, later), line, value, value > RULES.extreme_return)
        for line, values in by_line.items()
        for later, value in enumerate(values)
        if value is not None
    ]
    schema = {"month": pl.Date, "security_id": pl.Int64, "total_return": pl.Float64, "is_extreme": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def outcomes(as_of: dt.date, by_line: Mapping[int, Mapping[int, str]]) -> pl.DataFrame:
    """Rows of marts.funnel_outcomes of one date: what each line's company makes of filters, those not named
    are passed.
    """
    rows = [
        (as_of, 10 * line, f"T{line}", number, verdict)
        for line, verdicts in by_line.items()
        for number, verdict in {**PASS, **verdicts}.items()
    ]
    schema = {
        "as_of": pl.Date,
        "entity_id": pl.Int64,
        "ticker": pl.String,
        "filter_number": pl.Int64,
        "stand_alone_status": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def members(as_of: dt.date, *of_lines: int, kinds: Mapping[int, str] | None = None) -> pl.DataFrame:
    """Rows of core.members of one date; `kinds` names the lines of other than ordinary companies."""
    rows = [(as_of, 10 * line, line, (kinds or {}).get(line, "other")) for line in of_lines]
    schema = {
        "as_of": pl.Date,
        "entity_id": pl.Int64,
        "security_id": pl.Int64,
        "company_kind": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


NO_MEMBERS = members(dt.date(2020, 1, 31))
NO_OUTCOMES = outcomes(dt.date(2020, 6, 30), {})


def raw_factors(first: dt.date, months: int, seed: int = 7) -> pl.DataFrame:
    """Five factors of one vintage, made up: independent, 4% a month."""
    drawn = np.random.default_rng(seed).normal(0, 0.04, (months, 5))
    named = dict(zip(("mkt_rf", "smb", "hml", "rmw", "cma"), drawn.T, strict=True))
    dates = [month_end(first.year, first.month, later) for later in range(months)]
    return pl.DataFrame({"month": dates, **named}).with_columns(
        pl.lit("202501").alias("vintage"),
        pl.lit("FF5").alias("model"),
        pl.lit(0.001).alias("rf"),
        pl.lit(None, dtype=pl.Float64).alias("mom"),
    )
