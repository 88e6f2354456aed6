"""Reads every table of an input folder, and reports the problems of all files in one error."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.files.dates import Dated, DateLimits
from smallcap.sources.files.folder import FolderInputs
from smallcap.sources.files.fundamentals import read_fundamentals, read_prices, read_quarterly_fundamentals
from smallcap.sources.files.lists import Lists, read_lists
from smallcap.sources.french.files import NotFactorsError, read_french
from smallcap.sources.problems import Problems


@dataclass
class FolderTables:
    """The tables of a folder.

    Attributes
    ----------
    lists, fundamentals, quarterly_fundamentals, prices
        The tables, each from all its files.
    factors
        One frame per model and vintage.
    skipped
        Files without rows, and factor files without monthly factors, each with the reason.
    filled
        Datasets with at least one row.
    """

    lists: Lists
    fundamentals: Dated
    quarterly_fundamentals: Dated
    prices: Dated
    factors: list[pl.DataFrame]
    skipped: list[tuple[str, str]] = field(default_factory=list)

    @property
    def dated(self) -> dict[str, Dated]:
        """The tables of dated rows by dataset."""
        return {
            "fundamentals": self.fundamentals,
            "quarterly_fundamentals": self.quarterly_fundamentals,
            "prices": self.prices,
        }

    @property
    def filled(self) -> frozenset[str]:
        """Names of the datasets that have rows; rows that were refused count."""
        found = {name for name, table in self.dated.items() if table.rows.height + table.refused.height}
        return frozenset(found | ({"factors"} if self.factors else set()))


def read_tables(
    inputs: FolderInputs,
    folder: Path,
    rules: HoldingsRules,
    aliases: pl.DataFrame,
    limits: DateLimits,
    sizes: InputLimits,
) -> FolderTables:
    """Read every file.

    Raises
    ------
    InputError
        When files are refused; the message names every problem, so that one run shows all of them.
    """
    problems = Problems()
    problems.messages += inputs.problems.messages
    skipped: list[tuple[str, str]] = []
    with problems.caught():
        lists = read_lists(inputs.files, rules, aliases, limits, sizes)
    with problems.caught():
        fundamentals = read_fundamentals(inputs.files, aliases, limits, sizes)
    with problems.caught():
        quarterly = read_quarterly_fundamentals(inputs.files, aliases, limits, sizes)
    with problems.caught():
        prices = read_prices(inputs.files, aliases, limits, sizes)
    factors = _read_factors(inputs, problems, skipped)
    problems.raise_any(f"the input folder {folder} (nothing was written)")
    tables = FolderTables(lists, fundamentals, quarterly, prices, factors, skipped)
    for dataset, dated in tables.dated.items():
        read = {*dated.rows["file"].unique().to_list(), *_files_of(dated.refused)}
        skipped += [
            (found.name, "a header and no rows")
            for found in inputs.files
            if found.dataset == dataset and found.name not in read
        ]
    return tables


def _files_of(refused: pl.DataFrame) -> list[str]:
    return refused["row_json"].str.json_path_match("$.file").unique().drop_nulls().to_list()


def _read_factors(
    inputs: FolderInputs, problems: Problems, skipped: list[tuple[str, str]]
) -> list[pl.DataFrame]:
    """Read every factor file by itself; a copy of a vintage is used once."""
    frames: dict[str, pl.DataFrame] = {}
    for found in inputs.files:
        if found.dataset != "factors":
            continue
        with problems.caught():
            try:
                frame = read_french(found.payload, found.name, found.original)
            except NotFactorsError as error:
                reason = str(error).removeprefix(f"factor file {found.name}").lstrip(":, ")
                skipped.append((found.name, reason))
                continue
            same = next((name for name, other in frames.items() if _is_same_vintage(frame, other)), None)
            if same is None:
                frames[found.name] = frame
            elif not frame.drop("sha256").equals(frames[same].drop("sha256")):
                raise InputError(
                    f"factor files {same} and {found.name} are of the same model and vintage but "
                    f"differ; remove one of them from the folder"
                )
    return list(frames.values())


def _is_same_vintage(frame: pl.DataFrame, other: pl.DataFrame) -> bool:
    return frame.select("model", "vintage").row(0) == other.select("model", "vintage").row(0)
