"""The data dictionary: docs/data-dictionary.md, written from the schemas and the views. Run as a module it prints the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import dataframely as dy
import polars as pl

from smallcap.errors import SmallcapError
from smallcap.tables import META_TABLES, TABLES, Table
from smallcap.tables.views import View, column_types, read_views

VIEWS_DIR = Path(__file__).resolve().parent.parent.parent / "sql" / "views"

HEADER = """# Data dictionary

Written from the schemas in `smallcap/tables/` and the files of `sql/views/` by `make docs`; a test fails when this page is older.
Money is in US dollars, ratios are fractions (0.15 is 15%), dates are DATE. Key columns are in bold.
"""
KINDS = {
    "snapshot": "one cross-section per as_of; partitioned by the year of as_of",
    "flow": "what happened or became known; partitioned by that year",
    "reference": "not partitioned",
}


def dictionary() -> str:
    """Write the page.

    Returns
    -------
    str
        The whole page as Markdown.
    """
    views = read_views(VIEWS_DIR)
    types = column_types(views)
    parts = [HEADER, "\n".join(_contents(views))]
    parts += ["\n".join(_section(found)) for found in TABLES.values()]
    parts += ["\n".join(_view_section(view, types[view.name])) for view in views]
    parts += ["\n".join(_section(found)) for found in META_TABLES.values()]
    return "\n".join(parts).rstrip() + "\n"


def _contents(views: list[View]) -> Iterator[str]:
    yield "| layer | tables |"
    yield "|---|---|"
    for layer in dict.fromkeys(found.layer for found in TABLES.values()):
        yield f"| {layer} | {_links(found.name for found in TABLES.values() if found.layer == layer)} |"
    yield f"| marts, views | {_links(view.name for view in views)} |"
    yield f"| meta | {_links(META_TABLES)} |"


def _links(names: Iterable[str]) -> str:
    """Link to the sections; the address of a heading has no dots."""
    return ", ".join(f"[{name.split('.')[1]}](#{name.replace('.', '')})" for name in names)


def _section(found: Table) -> Iterator[str]:
    yield f"\n## {found.name}\n"
    yield f"{found.description} ({KINDS[found.kind]})\n"
    rules = list(_row_rules(found))
    if rules:
        yield from (f"- rule `{name}`: {text}" for name, text in rules)
        yield ""
    yield "| column | type | unit | rules | meaning |"
    yield "|---|---|---|---|---|"
    for name, column in found.schema.columns().items():
        shown = f"**{name}**" if name in found.key else name
        unit = (column.metadata or {}).get("unit", "")
        yield (
            f"| {shown} | {_type(column.dtype)} | {unit} | {_limits(column)} | "
            f"{_cell(column.description or '')} |"
        )


def _view_section(view: View, columns: Mapping[str, pl.DataType]) -> Iterator[str]:
    unknown = sorted(set(view.described) - set(columns))
    if unknown:
        raise SmallcapError(
            f"sql/views: {view.name} describes columns that it does not have: {', '.join(unknown)}"
        )
    yield f"\n## {view.name}\n"
    yield f"{view.description} (view over {' and '.join(f'`{name}`' for name in view.sources)})\n"
    yield "| column | type | unit | meaning |"
    yield "|---|---|---|---|"
    for name, dtype in columns.items():
        meaning = view.meaning(name)
        if meaning is None:
            raise SmallcapError(
                f"sql/views: {view.name} has a column {name} without a meaning; add a line '-- "
                f"{name} [unit]: meaning'"
            )
        yield f"| {name} | {_type(dtype)} | {meaning.unit} | {_cell(meaning.text)} |"


def _row_rules(found: Table) -> Iterator[tuple[str, str]]:
    for base in reversed(found.schema.__mro__):
        for name, member in vars(base).items():
            function = getattr(member, "validation_fn", None)
            if function is not None:
                yield name, " ".join(str(function.__doc__).split())


def _type(dtype: pl.DataType) -> str:
    return str(dtype).replace("time_unit='us', time_zone=None", "us")


def _limits(column: dy.Column) -> str:
    limits = [] if column.nullable else ["not null"]
    for attribute, words in (("min", "≥"), ("min_exclusive", ">"), ("max", "≤"), ("max_exclusive", "<")):
        value = getattr(column, attribute, None)
        if value is not None:
            limits.append(f"{words} {value:g}")
    return ", ".join(limits)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(dictionary(), end="")
