"""The commands that look around in what is published: `compare`, `tables`, `describe`, `open`."""

from __future__ import annotations

from typing import Annotated

import typer

from smallcap.pipelines.command.options import OUT, HomeOption, RowFormat, date_of, served

AsOfOption = Annotated[
    str | None,
    typer.Option(help="The date asked about, YYYY-MM-DD. [default: the latest]", show_default=False),
]
FormatOption = Annotated[RowFormat, typer.Option("--format", help="How to write the result.")]


def compare(
    names: Annotated[
        list[str], typer.Argument(help="Two symbols or more, or parts of names.", show_default=False)
    ],
    as_of: AsOfOption = None,
    method: Annotated[
        str, typer.Option(help="Method of the quality score: published, debt_free_aware or trailing.")
    ] = "published",
    output: FormatOption = RowFormat.table,
    home: HomeOption = None,
) -> None:
    """Show companies side by side: identity, multiples, filters with figure and limit, lenses, score.

    Examples: smallcap compare POWL AAON; smallcap compare powell aaon --as-of 2025-06-30 --format csv
    """
    from smallcap.pipelines.command.compare import compare_companies

    date = date_of(as_of) if as_of else None
    compare_companies(served(home), names, date, method, output.value, OUT)


def tables(output: FormatOption = RowFormat.table, home: HomeOption = None) -> None:
    """List the published tables and views by layer, with rows, years, and what a row is."""
    from smallcap.pipelines.command.describing import show_tables

    show_tables(served(home), output.value, OUT)


def describe(
    name: Annotated[
        str, typer.Argument(help="A table or view, with or without its layer.", show_default=False)
    ],
    output: FormatOption = RowFormat.table,
    home: HomeOption = None,
) -> None:
    """Describe a table or view: columns with unit, example and origin, key, lineage, joins, a query.

    Examples: smallcap describe quality_scores; smallcap describe core.members --format csv
    """
    from smallcap.pipelines.command.describing import show_table

    show_table(served(home), name, output.value, OUT)
