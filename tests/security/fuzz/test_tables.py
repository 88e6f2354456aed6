"""Wrong cells, columns and headers of canonical tables: read as Polars itself reads them, or refused."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import SmallcapError
from smallcap.sources.files.table_reader import MISSING_TEXT, read_table
from tests.examples import examples
from tests.security.fuzz.explained import outcome
from tests.security.fuzz.inputs import TABLES, as_csv, as_parquet, dated, table
from tests.security.fuzz.mutations import CELLS, COLUMNS, column
from tests.tiers import others_in_drill

NAMES = st.sampled_from(sorted(TABLES))
KINDS = {name: {one.name: one for one in found.columns} for name, found in TABLES.items()}
CELL = (
    st.sampled_from(CELLS)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
    | st.floats().map(str)
)


def read(payload: bytes, file: str, name: str) -> pl.DataFrame | SmallcapError:
    return outcome(lambda: read_table(payload, file, TABLES[name]), file)


def number(cell: str, name: str) -> float | None:
    """What a cell means by Polars' own strict parse; raises for text that is no number."""
    text = cell.strip()
    if text in MISSING_TEXT or (text == "--" and TABLES[name].is_grouped):
        return None
    bare = text.replace(",", "") if TABLES[name].is_grouped else text
    found = pl.Series([bare]).cast(pl.Float64, strict=True)[0]
    return None if math.isnan(found) else float(found)


@examples(25)
@given(data=st.data(), name=NAMES, cell=CELL)
def test_a_cell_is_read_as_polars_reads_it_or_refused_and_no_other_changes(
    data: st.DataObject, name: str, cell: str
) -> None:
    whole = table(name).cast(pl.String)
    changed = data.draw(st.sampled_from(whole.columns))
    row = data.draw(st.integers(0, whole.height - 1))
    cells = whole[changed].to_list()
    cells[row] = cell
    found = read(as_csv(whole.with_columns(pl.Series(changed, cells))), f"{name}.csv", name)
    if isinstance(found, SmallcapError):
        return
    before = read_table(as_csv(whole), f"{name}.csv", TABLES[name])
    assert found.drop(changed, "line").equals(before.drop(changed, "line"))
    kind = KINDS[name][changed].kind
    if kind == "number":
        assert found[changed][row] == number(cell, name)
    if kind == "date" and found[changed][row] is not None:
        assert str(found[changed][row]) == "-".join(
            part.zfill(2) for part in cell.strip()[:10].rstrip("Tt ").split("-")
        )


@examples(25)
@given(data=st.data(), name=NAMES, kind=st.sampled_from(sorted(COLUMNS)))
def test_a_column_of_any_type_is_read_as_polars_casts_it_or_refused(
    data: st.DataObject, name: str, kind: str
) -> None:
    whole = dated(table(name))
    wanted = data.draw(st.sampled_from(sorted(KINDS[name])))
    given = column(wanted, kind, whole.height)
    found = read(as_parquet(whole.with_columns(given)), f"{name}.parquet", name)
    if isinstance(found, SmallcapError):
        assert wanted in str(found) or "not readable as Parquet" in str(found)
        return
    assert found.height == whole.height
    if KINDS[name][wanted].kind == "number" and given.dtype.is_numeric():
        expected = given.cast(pl.Float64).fill_nan(None)
        assert found[wanted].to_list() == expected.to_list()
    if KINDS[name][wanted].kind == "date" and given.dtype.is_temporal():
        assert found[wanted][0] == given[0] if given.dtype == pl.Date else given[0].date()


@examples(20)
@given(data=st.data(), name=NAMES)
def test_other_headers_are_read_alike_or_refused(data: st.DataObject, name: str) -> None:
    whole = table(name).cast(pl.String)
    header = list(whole.columns)
    place = data.draw(st.integers(0, len(header) - 1))
    written = data.draw(
        st.sampled_from(
            [header[0], header[-1], header[place].upper(), f" {header[place]} ", "", "\ufeff", "x\0"]
        )
        | st.text(max_size=8)
    )
    header[place] = written
    rows = as_csv(whole).split(b"\n", 1)[1]
    line = ",".join('"' + one.replace('"', '""') + '"' for one in header).encode(errors="replace")
    found = read(line + b"\n" + rows, f"{name}.csv", name)
    if not isinstance(found, SmallcapError) and whole.columns[place] in header:
        assert found.drop("line").equals(read_table(as_csv(whole), "x.csv", TABLES[name]).drop("line"))


@pytest.mark.parametrize("columns", others_in_drill([1_000, 10_000], kept=[1_000]))
def test_thousands_of_columns_are_no_obstacle(columns: int) -> None:
    extra = [pl.lit("x").alias(f"extra {number}") for number in range(columns)]
    whole = table("prices").with_columns(extra)
    for payload, file in ((as_csv(whole), "prices.csv"), (as_parquet(dated(whole)), "prices.parquet")):
        found = read(payload, file, "prices")
        assert isinstance(found, pl.DataFrame)
        assert found.height == whole.height
