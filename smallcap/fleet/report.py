"""The report of a sweep: how many variants were tried, what each showed, the best beside the median one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.inference.sweep import compare_variants, median_variant
from smallcap.fleet.questions import ask
from smallcap.reference import ReferenceDir
from smallcap.rules.files import read_rules
from smallcap.rules.types.inference import InferenceRules


@dataclass(frozen=True)
class SweepReport:
    """What a sweep showed.

    Attributes
    ----------
    book
        The book whose returns were compared.
    variants
        One row per variant, the highest Sharpe ratio first.
    tried, judged
        How many variants were tried, and how many have enough months.
    best, median
        The rows of the highest and of the median Sharpe ratio; None where no variant has one.
    """

    book: str
    variants: pl.DataFrame
    tried: int
    judged: int
    best: dict[str, Any] | None
    median: dict[str, Any] | None

    def claim(self) -> str:
        """Say in one or two sentences what can be claimed."""
        told = f"{self.tried} variants were tried; {self.judged} have enough months of the book {self.book}."
        if self.best is None or self.median is None:
            return f"{told} None can be judged."
        best, median, deflated = self.best, self.median, self.best["deflated_sharpe"]
        chance = "unknown" if deflated is None else f"{deflated:.2f}"
        return (
            f"{told} The best, {best['home']}, has a Sharpe ratio of {best['sharpe_annual']:.2f} a year, the "
            f"median one, {median['home']}, {median['sharpe_annual']:.2f}. The probability that the best is "
            f"above what so many trials without skill would show is {chance}; its p value is "
            f"{best['p_value']:.3f}, and {best['p_holm']:.3f} after Holm's correction."
        )


def report_of(root: Path, homes: list[str], book: str, reference: ReferenceDir) -> SweepReport:
    """Judge the variants of a fleet by the returns of one book.

    Parameters
    ----------
    root
        The fleet's folder, with ``fleet.duckdb``.
    homes
        Every home of the fleet file: a variant that failed was tried too.
    book
        The book.
    reference
        The rule sets.

    Raises
    ------
    InputError
        When the homes publish other books only; the message lists them.
    """
    known = ask(root, "books")["book"].to_list()
    if known and book not in known:
        raise InputError(
            f"no home of the fleet publishes the book '{book}'; --book takes: {', '.join(known)}"
        )
    rules = read_rules(reference, "inference.toml", InferenceRules)
    compared = compare_variants(ask(root, "sweep_returns", book=book), homes, rules)
    judged = compared.drop_nulls("sharpe_annual")
    best = None if judged.is_empty() else judged.row(0, named=True)
    return SweepReport(book, compared, len(homes), judged.height, best, median_variant(compared))
