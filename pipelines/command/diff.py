"""The command `diff`: two published warehouses compared, as lines for a reader or as JSON for a program."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from smallcap.exit_codes import ExitCode
from smallcap.warehouse.diff import Choice, Diff, Source, TableDiff, compare


def show_diff(
    a: Path, b: Path, choice: Choice, *, is_strict: bool, is_json: bool, out: Console, err: Console
) -> ExitCode:
    """Compare two warehouses, show how they differ, and return the exit code: whether they are equal."""
    with err.status("comparing") as status:
        diff = compare(a, b, choice, on_table=lambda name: status.update(f"comparing {name}"))
    if is_json:
        out.print(as_json(diff, is_strict=is_strict), highlight=False, markup=False, soft_wrap=True)
    else:
        for line in as_lines(diff, is_strict=is_strict):
            out.print(escape(line), highlight=False, soft_wrap=True)
    return ExitCode.DIFFERENT if diff.different_tables(is_strict=is_strict) else ExitCode.DONE


def as_json(diff: Diff, *, is_strict: bool) -> str:
    """Write a comparison as one JSON object.

    A number that JSON cannot hold becomes text, so that NaN and null stay apart.
    """
    verdict = {
        "is_equal": not diff.different_tables(is_strict=is_strict),
        "different_tables": diff.different_tables(is_strict=is_strict),
    }
    return json.dumps(_json_value(verdict | asdict(diff)), ensure_ascii=False, allow_nan=False, indent=1)


def as_lines(diff: Diff, *, is_strict: bool) -> Iterator[str]:
    """Write a comparison as lines: both sides, one line per table that differs, the details, the verdict."""
    yield f"A: {_source(diff.a)}"
    yield f"B: {_source(diff.b)}"
    for block in _blocks(diff):
        if block:
            yield ""
            yield from block
    yield ""
    yield _verdict(diff, diff.different_tables(is_strict=is_strict))


def _blocks(diff: Diff) -> Iterator[list[str]]:
    summaries = {table.name: [*_rows(table), *_columns(table)] for table in diff.tables}
    lines = [f"{name}: {'; '.join(parts)}" for name, parts in summaries.items() if parts]
    yield [*lines, *_missing("A", diff.only_a), *_missing("B", diff.only_b)]
    yield from (list(_details(table)) for table in diff.tables if not table.has_equal_rows)


def _source(source: Source) -> str:
    return f"{source.path}, run {source.run_id}, release {source.release}, {source.label}"


def _rows(table: TableDiff) -> Iterator[str]:
    """Say how many rows differ."""
    counts = ((table.added, "added"), (table.removed, "removed"), (table.changed, "changed"))
    if not table.has_equal_rows:
        found = ", ".join(f"{_count(count)} {word}" for count, word in counts if count)
        yield f"{found} ({table.rows_a:,} in A, {table.rows_b:,} in B)"
    elif not table.has_equal_columns:
        yield "equal in the columns that both have"
    if table.within_tolerance:
        yield f"{_count(table.within_tolerance)} within the tolerance"


def _columns(table: TableDiff) -> Iterator[str]:
    """Say which columns differ in themselves."""
    if table.columns_only_a:
        yield f"only in A: {', '.join(table.columns_only_a)}"
    if table.columns_only_b:
        yield f"only in B: {', '.join(table.columns_only_b)}"
    yield from (f"{column} is {a} in A and {b} in B" for column, (a, b) in table.types.items())


def _missing(side: str, tables: Mapping[str, int]) -> Iterator[str]:
    yield from (f"{name}: only in {side}, {_count(rows)}" for name, rows in tables.items())


def _details(table: TableDiff) -> Iterator[str]:
    """Write the changes by column, and examples; the key that names a row is given first."""
    yield (
        f"{table.name}, rows matched by "
        f"{', '.join(table.key) or 'nothing, because no column is on both sides'}"
    )
    if table.repeated_keys:
        yield (
            f"  {table.repeated_keys:,} keys occur several times among these rows, which are then "
            f"paired in the order of their values"
        )
    for column, changed in table.changed_columns.items():
        yield f"  {column}: {_count(changed)} changed"
        yield from (
            f"    {_key(change.key)}: {_shown(change.a)} in A, {_shown(change.b)} in B"
            for change in table.examples[column]
        )
    for word, count, keys, flags in (
        ("added", table.added, table.added_keys, table.added_flags),
        ("removed", table.removed, table.removed_keys, {}),
    ):
        if count:
            flagged = "".join(f", {number:,} with {flag}" for flag, number in flags.items())
            yield f"  {_count(count)} {word}{flagged}"
            yield from (f"    {_key(key)}" for key in keys)


def _verdict(diff: Diff, different: list[str]) -> str:
    equal = [table for table in diff.tables if table.name not in different]
    what = f"{_count(len(equal), 'table')}, {_count(sum(table.rows_a for table in equal))}"
    return f"different: {', '.join(different)}; equal: {what}" if different else f"equal: {what}"


def _count(number: int, thing: str = "row") -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _key(key: Mapping[str, Any]) -> str:
    return ", ".join(f"{column} {_shown(value)}" for column, value in key.items())


def _shown(value: object) -> str:
    """Write a value so that different values look different: all digits, quoted text, null as a word."""
    if value is None:
        return "null"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)


def _json_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _json_value(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)
