"""The command `regress`: a published book on the factors."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import polars as pl
from rich.console import Console

from smallcap.errors import InputError
from smallcap.finance.factors.book_regressions import FULL
from smallcap.finance.factors.fit import COVARIANCES
from smallcap.finance.factors.regression import regress
from smallcap.finance.factors.series import Factors, factors_of, vintages_of
from smallcap.finance.factors.validations import book_validations
from smallcap.hints import command_hint
from smallcap.pipelines.command.reading import label_of
from smallcap.questions import Publication, open_publication
from smallcap.reports.evidence_lines import evidence_lines
from smallcap.reports.regression_table import regression_sheet
from smallcap.rules.files import read_rules
from smallcap.rules.types.books import first_day
from smallcap.rules.types.factors import FIVE_FACTORS, FactorRules
from smallcap.settings import Settings
from smallcap.tables import TABLES

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)


def show_regression(
    settings: Settings,
    name: str,
    model: str,
    first: str | None,
    last: str | None,
    vintage: str | None,
    covariance: str,
    out: Console,
) -> None:
    """Regress a book on the factors over the requested months, and show the result.

    Parameters
    ----------
    settings
        The settings.
    name
        The book.
    model, covariance
        As marts.factor_regressions names them.
    first, last
        First and last month, YYYY-MM; None for all.
    vintage
        YYYYMM of the factors; None for the newest that all files of the model share.
    out
        Where it is shown.

    Raises
    ------
    InputError
        When a book, model, covariance, vintage or month is unknown; the message lists what there is.
    """
    rules = read_rules(settings.reference, "factor_validation.toml", FactorRules)
    _require_one_of("model", model, list(rules.models))
    _require_one_of("covariance", covariance, list(COVARIANCES))
    months = {"first": _month(first, EARLIEST), "last": _month_end(last, LATEST)}
    with open_publication(settings.warehouse_dir) as publication:
        book = _book(settings, publication, name)
        returns = _typed(publication.frame("book_returns", book=name, **months), "marts.book_returns")
        stored = _typed(publication.frame("factors"), "raw.factors")
        evidence = publication.ask("book_evidence") if _is_published(model, first, last, vintage) else []
        label = label_of(publication)
    rows = regress(returns, _factors(stored, model, vintage, rules), rules).filter(
        pl.col("covariance") == covariance
    )
    named = rows.with_columns(
        book=pl.lit(name),
        window=pl.lit(FULL),
        is_vintage_later=pl.lit(False),
        is_formed_in_advance=pl.lit(book["is_formed_in_advance"], dtype=pl.Boolean),
    )
    claiming = pl.DataFrame({"book": [name], "has_claims": [bool(book["has_claims"])]})
    verdicts = book_validations(named, claiming, rules).to_dicts() if rows["status"][0] == "estimated" else []
    worth = evidence_lines([row for row in evidence if row["book"] == name])
    out.print(regression_sheet(label, book, rows.to_dicts(), verdicts, worth, _remarks(book, returns)))


def _is_published(model: str, first: str | None, last: str | None, vintage: str | None) -> bool:
    """Whether the regression is the published one, to which the published evidence belongs."""
    return model == FIVE_FACTORS and not (first or last or vintage)


def _book(settings: Settings, publication: Publication, name: str) -> dict[str, Any]:
    books = {row["book"]: row for row in publication.ask("published_books")}
    if name not in books:
        raise InputError(
            f"there is no book '{name}' among those published; they are: {', '.join(books) or 'none'}. "
            f"`{command_hint(settings, 'book', 'add')} FILE` takes one in, the next run makes it"
        )
    return books[name]


def _factors(stored: pl.DataFrame, model: str, vintage: str | None, rules: FactorRules) -> Factors:
    factors = factors_of(stored, model, rules, vintage)
    if factors is None:
        known = ", ".join(vintages_of(stored, model, rules)) or "none"
        asked = f"vintage {vintage} of the factors" if vintage else "a vintage of the factors"
        raise InputError(
            f"there is not {asked} with every file of model {model} "
            f"({', '.join(rules.models[model].files)}); there are: {known}"
        )
    return factors


def _typed(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """Give the columns of an answer the types of the table that they are of."""
    return frame.cast({name: TABLES[table].columns[name] for name in frame.columns})


def _remarks(book: dict[str, Any], returns: pl.DataFrame) -> list[str]:
    """Say what a reader of the numbers should know of the months behind them."""
    stopped, extreme, thin = returns.select(pl.col("stopped", "extreme", "is_thin").sum()).row(0)
    remarks = (
        [f"not in the book: {book['unknown']} (no line of the source carries the ticker)"]
        if book["unknown"]
        else []
    )
    remarks += (
        [f"{stopped} holding(s) left because their returns stopped; no price does not mean a loss, nor none"]
        if stopped
        else []
    )
    remarks += (
        [f"{extreme} return(s) of a month above the limit are in it; marts.book_holdings marks them"]
        if extreme
        else []
    )
    remarks += [f"in {thin} month(s) one holding was left of several"] if thin else []
    return remarks


def _require_one_of(what: str, given: str, known: list[str]) -> None:
    if given not in known:
        raise InputError(f"there is no {what} '{given}'; choose one of: {', '.join(known)}")


def _month(text: str | None, otherwise: dt.date) -> dt.date:
    try:
        return first_day(text) if text else otherwise
    except ValueError as error:
        raise InputError(str(error)) from None


def _month_end(text: str | None, otherwise: dt.date) -> dt.date:
    first = _month(text, otherwise)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
