"""The data dictionary: docs/data-dictionary.md, written from the schemas. Run as a module it prints the page."""

from __future__ import annotations

from collections.abc import Iterator

import dataframely as dy

from smallcap.tables import META_TABLES, TABLES, Table

HEADER = """# Data dictionary

Written from the schemas in `smallcap/tables/` by `make docs`; a test fails when this page is older than they are.
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
    parts = [HEADER]
    for found in [*TABLES.values(), *META_TABLES.values()]:
        parts.append("\n".join(_section(found)))
    return "\n".join(parts).rstrip() + "\n"


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
        yield f"| {shown} | {_type(column)} | {unit} | {_limits(column)} | {_cell(column.description or '')} |"


def _row_rules(found: Table) -> Iterator[tuple[str, str]]:
    for base in reversed(found.schema.__mro__):
        for name, member in vars(base).items():
            function = getattr(member, "validation_fn", None)
            if function is not None:
                yield name, " ".join(str(function.__doc__).split())


def _type(column: dy.Column) -> str:
    return str(column.dtype).replace("time_unit='us', time_zone=None", "us")


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
