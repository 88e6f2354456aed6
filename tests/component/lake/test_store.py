"""The Delta tables of a home: contract before commit, whole years, nothing dropped silently, undo."""

import datetime as dt
import errno
from types import ModuleType

import polars as pl
import pytest
from deltalake import write_deltalake

from smallcap.errors import AuditError, InputError
from smallcap.lake import Lake, cleaning, store
from smallcap.lake.contract import in_order
from smallcap.lake.spill import Spill
from smallcap.tables import TABLES

PRICES = TABLES["raw.prices"]


def prices(*rows: tuple[int, int, float]) -> pl.DataFrame:
    """Rows of raw.prices from (year, line, close)."""
    return pl.DataFrame(
        [
            {
                "year": year,
                "security_id": line,
                "date": dt.date(year, 6, 30),
                "close_usd": close,
                "adjusted_close_usd": None,
                "split_ratio": None,
                "total_return": 0.01,
                "source": "test",
            }
            for year, line, close in rows
        ],
        schema=PRICES.columns,
    )


def many_prices(year: int, lines: range) -> pl.DataFrame:
    """The same price of many lines."""
    numbered = pl.DataFrame({"security_id": lines}, schema={"security_id": pl.Int64})
    return (
        prices((year, 0, 10.0)).drop("security_id").join(numbered, how="cross").select(list(PRICES.columns))
    )


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


def test_a_table_that_was_never_written_is_empty_and_typed(lake):
    assert lake.read("raw.prices").schema == pl.Schema(PRICES.columns)
    assert lake.version("raw.prices") == -1
    assert lake.years("raw.prices") == []


def test_only_the_years_that_are_written_are_replaced(lake):
    lake.write_years("raw.prices", prices((2020, 1, 10.0), (2021, 1, 11.0)), [2020, 2021], "first")
    lake.write_years("raw.prices", prices((2021, 2, 22.0)), [2021], "second")
    assert lake.read("raw.prices").select("year", "security_id", "close_usd").rows() == [
        (2020, 1, 10.0),
        (2021, 2, 22.0),
    ]
    assert lake.read("raw.prices", [2020])["close_usd"].to_list() == [10.0]
    stamp = lake.stamp("raw.prices")
    assert (stamp.years[2020].run_id, stamp.years[2021].run_id) == ("first", "second")


def test_rows_are_stored_by_year_and_key_in_whatever_order_they_come(lake):
    lake.write_years(
        "raw.prices",
        prices((2021, 3, 1.0), (2020, 2, 1.0), (2021, 1, 1.0), (2020, 9, 1.0)),
        [2020, 2021],
        "run",
    )
    assert lake.read("raw.prices").select("year", "security_id").rows() == [
        (2020, 2),
        (2020, 9),
        (2021, 1),
        (2021, 3),
    ]


def test_each_frame_goes_to_the_writer_in_one_piece_because_it_mixes_up_the_order_of_several(tmp_path):
    frames = [
        pl.concat([many_prices(year, range(100_000)), many_prices(year, range(100_000, 300_000))])
        for year in (2020, 2021)
    ]
    with Spill(tmp_path, PRICES) as spill:
        for frame in frames:
            spill.add(in_order(PRICES, frame))
        assert [batch.num_rows for batch in spill.data()] == [300_000, 300_000]


def test_a_year_without_rows_is_emptied_and_counts_as_written(lake):
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "first")
    lake.write_years("raw.prices", prices(), [2020, 2021], "second")
    assert lake.read("raw.prices").is_empty()
    assert lake.years("raw.prices") == [2020, 2021]


def test_a_range_of_years_is_one_commit(lake):
    lake.write_years(
        "raw.prices", prices(*((year, 1, 1.0) for year in range(2005, 2025))), list(range(2005, 2025)), "run"
    )
    assert lake.version("raw.prices") == 1  # version 0 creates the table


def test_equal_contents_are_not_written_again(lake):
    rows = prices((2020, 1, 10.0), (2020, 2, 11.0))
    first = lake.write_years("raw.prices", rows, [2020], "first")
    again = lake.write_years("raw.prices", rows.reverse(), [2020], "second")
    assert not again.is_changed
    assert again.version == first.version


def test_a_row_that_breaks_a_rule_is_kept_elsewhere_with_its_reason(lake):
    written = lake.write_years("raw.prices", prices((2020, 1, 10.0), (2020, 2, -1.0)), [2020], "run")
    assert (written.rows, written.refused) == (1, 1)
    reject = lake.read("core.rejects").row(0, named=True)
    assert (reject["table_name"], reject["year"], reject["rule"]) == ("raw.prices", 2020, "close_usd|min")
    assert '"close_usd":-1.0' in reject["row_json"]


def test_rejects_are_replaced_together_with_the_rows_they_came_from(lake):
    lake.write_years("raw.prices", prices((2020, 2, -1.0), (2021, 2, -1.0)), [2020, 2021], "first")
    lake.write_years("raw.prices", prices((2020, 2, 5.0)), [2020], "second")
    assert lake.read("core.rejects")["year"].to_list() == [2021]


def test_a_refused_row_of_no_known_year_is_kept_once_whichever_years_are_written(lake):
    def write(years: list[int], refused: pl.DataFrame, undated_year: int | None = None) -> None:
        lake.write_years(
            "raw.prices",
            prices(*((year, 1, 1.0) for year in years)),
            years,
            "run",
            refused=refused,
            undated_year=undated_year,
        )

    schema = {"year": pl.Int32, "rule": pl.String, "row_json": pl.String}
    nowhen = pl.DataFrame([(None, "bad", "{1}"), (2019, "bad", "{2}")], schema=schema, orient="row")
    write([2019, 2020, 2021], nowhen, 2020)
    assert lake.read("core.rejects").select("year", "row_json").rows() == [(2019, "{2}"), (2020, "{1}")]
    write([2021], nowhen.head(1))
    assert lake.read("core.rejects").select("year", "row_json").rows() == [(2019, "{2}"), (2021, "{1}")]
    write([2021], nowhen.clear())
    assert lake.read("core.rejects").select("year", "row_json").rows() == [(2019, "{2}")]


def test_a_row_of_no_known_year_leaves_other_tables_alone(lake):
    refused = pl.DataFrame(
        {"year": [None], "rule": ["bad"], "row_json": ["{}"]}, schema_overrides={"year": pl.Int32}
    )
    lake.write_years("raw.prices", prices((2020, 1, 1.0)), [2020], "run", refused=refused)
    lake.write_years("raw.constituents", TABLES["raw.constituents"].empty(), [2021], "run", refused=refused)
    assert lake.read("core.rejects").select("year", "table_name").rows() == [
        (2020, "raw.prices"),
        (2021, "raw.constituents"),
    ]


def test_rows_that_the_caller_refuses_are_kept_even_twice_the_same(lake):
    refused = pl.DataFrame(
        {"year": [2020, 2020], "rule": ["bad", "bad"], "row_json": ["{}", "{}"]},
        schema_overrides={"year": pl.Int32},
    )
    lake.write_years("raw.prices", prices((2020, 1, 1.0)), [2020], "run", refused=refused)
    assert lake.read("core.rejects").height == 2


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (prices((2020, 1, 1.0)).drop("source"), "columns are missing: source"),
        (
            prices((2020, 1, 1.0)).with_columns(pl.col("close_usd").cast(pl.Float32)),
            "close_usd is Float32, not Float64",
        ),
        (prices((2020, 1, 1.0), (2020, 1, 2.0)), "2 rows share a key"),
        (prices((2020, 1, 1.0), (2020, 2, 1.0), (2020, 1, 2.0)), "2 rows share a key"),
        (
            prices((2020, 1, 1.0), (2021, 1, 2.0)).with_columns(date=dt.date(2020, 6, 30)),
            "2 rows share a key",
        ),
        (prices((2019, 1, 1.0)), "1 rows lie outside the years 2020 to 2020"),
    ],
    ids=["missing column", "wrong type", "duplicate key", "apart", "in two years", "row outside the years"],
)
def test_a_broken_table_rule_stops_the_write_before_anything_is_committed(lake, frame, message):
    lake.write_years("raw.prices", prices((2020, 9, 9.0)), [2020], "before")
    with pytest.raises(AuditError, match=message):
        lake.write_years("raw.prices", frame, [2020], "run")
    assert lake.version("raw.prices") == 1
    assert lake.read("raw.prices")["security_id"].to_list() == [9]


def test_restoring_brings_back_rows_and_stamp(lake):
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "first")
    lake.write_years("raw.prices", prices((2020, 1, 20.0)), [2020], "second")
    lake.restore("raw.prices", 1)
    assert lake.read("raw.prices")["close_usd"].to_list() == [10.0]
    assert lake.stamp("raw.prices").years[2020].run_id == "first"


def test_restoring_to_before_the_first_write_leaves_an_empty_table(lake):
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "first")
    lake.restore("raw.prices", -1)
    assert lake.read("raw.prices").is_empty()
    assert lake.years("raw.prices") == []


def test_a_column_that_older_files_lack_is_null_there(lake, monkeypatch):
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "old release")
    older = prices((2020, 1, 10.0)).drop("split_ratio")
    write_deltalake(lake.root / "raw" / "prices", older, mode="overwrite", schema_mode="overwrite")
    lake.write_years("raw.prices", prices((2021, 1, 11.0)), [2021], "new release")
    read = lake.read("raw.prices")
    assert read["split_ratio"].to_list() == [None, None]
    assert read.schema == pl.Schema(PRICES.columns)


def test_a_corrupt_log_is_named_with_its_remedy(lake):
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "run")
    for entry in (lake.root / "raw" / "prices" / "_delta_log").glob("*.json"):
        entry.write_text("{ not json")
    with pytest.raises(
        InputError,
        match=r"of table raw\.prices .* cannot be read .* 'smallcap run' repairs the table",
    ):
        lake.read("raw.prices")


def test_rows_only_added_to_a_reference_table_keep_what_was_made_from_it_fresh(lake):
    columns = TABLES["raw.securities"].columns
    line = dict.fromkeys(columns) | {
        "security_id": 1,
        "entity_id": 1,
        "source": "s",
        "valid_from": dt.date(2020, 1, 1),
        "ticker": "AAA",
        "is_resolved": True,
        "is_resolution_later": False,
        "is_resolution_corrected": False,
    }
    other = line | {"security_id": 2, "ticker": "BBB"}
    lake.write_whole("raw.securities", pl.DataFrame([line], schema=columns), "first", growing=("valid_to",))
    before = lake.stamp("raw.securities").contents([0])
    closed = line | {"valid_to": dt.date(2021, 1, 1)}
    lake.write_whole(
        "raw.securities", pl.DataFrame([closed, other], schema=columns), "second", growing=("valid_to",)
    )
    assert lake.stamp("raw.securities").contents([0]) == before
    renamed = line | {"ticker": "CCC"}
    lake.write_whole(
        "raw.securities", pl.DataFrame([renamed, other], schema=columns), "third", growing=("valid_to",)
    )
    assert lake.stamp("raw.securities").contents([0]) != before


def test_vacuum_keeps_the_newest_and_the_kept_versions(lake):
    for close in (1.0, 2.0, 3.0):
        lake.write_years("raw.prices", prices((2020, 1, close)), [2020], f"run {close}")
    assert lake.vacuum(0, {"raw.prices": {2: ()}}) == 1
    assert lake.read("raw.prices")["close_usd"].to_list() == [3.0]
    assert lake.stamp("raw.prices").years[2020].run_id == "run 3.0"
    lake.restore("raw.prices", 2)
    assert lake.read("raw.prices")["close_usd"].to_list() == [2.0]


def test_equal_rows_made_from_something_new_keep_their_files_and_get_the_new_stamp(lake):
    rows = prices((2020, 1, 10.0), (2021, 1, 11.0))
    lake.write_years(
        "raw.prices", rows, [2020, 2021], "first", {2020: {"code": "1:a"}, 2021: {"code": "1:a"}}
    )
    files = lake.files("raw.prices")
    again = lake.write_years(
        "raw.prices", rows, [2020, 2021], "second", {2020: {"code": "1:b"}, 2021: {"code": "1:b"}}
    )
    assert not again.is_changed
    assert lake.files("raw.prices") == files
    assert lake.stamp("raw.prices").years[2020].inputs == {"code": "1:b"}


def test_only_the_years_whose_rows_differ_are_written(lake):
    lake.write_years("raw.prices", prices((2020, 1, 10.0), (2021, 1, 11.0)), [2020, 2021], "first")
    before = {file.parent.name: file for file in lake.files("raw.prices")}
    blocks = iter([prices((2020, 1, 10.0)), prices((2021, 1, 12.0))])
    lake.write_years("raw.prices", blocks, [2020, 2021], "second")
    after = {file.parent.name: file for file in lake.files("raw.prices")}
    assert after["year=2020"] == before["year=2020"]
    assert after["year=2021"] != before["year=2021"]
    assert lake.read("raw.prices")["close_usd"].to_list() == [10.0, 12.0]


def test_a_stamp_alone_can_be_undone(lake):
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "first", {2020: {"code": "1:a"}})
    version = lake.version("raw.prices")
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "second", {2020: {"code": "1:b"}})
    assert lake.version("raw.prices") == version + 1
    lake.restore("raw.prices", version)
    assert lake.stamp("raw.prices").years[2020].inputs == {"code": "1:a"}
    assert lake.read("raw.prices")["close_usd"].to_list() == [10.0]


def test_a_closed_spell_of_a_known_line_is_written_although_no_row_was_added(lake):
    securities = TABLES["raw.securities"]
    row = dict.fromkeys(securities.columns) | {
        "security_id": 1,
        "entity_id": 1,
        "source": "test",
        "source_id": "A",
        "source_entity_id": "a",
        "ticker": "AAA",
        "is_resolved": True,
        "is_resolution_later": False,
        "is_resolution_corrected": False,
        "valid_from": dt.date(2020, 1, 1),
    }
    open_spell = pl.DataFrame([row], schema=securities.columns)
    lake.write_whole("raw.securities", open_spell, "first", growing=("valid_to",))
    content = lake.stamp("raw.securities").years[0].content
    closed = open_spell.with_columns(valid_to=pl.lit(dt.date(2021, 1, 1)))
    lake.write_whole("raw.securities", closed, "second", growing=("valid_to",))
    assert lake.read("raw.securities")["valid_to"].to_list() == [dt.date(2021, 1, 1)]
    assert lake.stamp("raw.securities").years[0].content == content


@pytest.mark.parametrize("content", [b"", b"PAR1", None])
def test_a_file_that_is_cut_off_or_gone_is_named_with_the_remedy(lake, content):
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "run")
    file = lake.files("raw.prices")[0]
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(InputError, match=rf"of table raw\.prices .*{file.name}.* 'smallcap run' repairs"):
        lake.read("raw.prices")


@pytest.mark.parametrize(
    ("module", "failing"),
    [(store, "create_delta"), (store, "restore_delta"), (cleaning, "clean_table")],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_what_cannot_be_written_is_not_taken_for_damage(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, module: ModuleType, failing: str
) -> None:
    lake.write_years("raw.prices", prices((2020, 1, 10.0)), [2020], "first")
    lake.write_years("raw.prices", prices((2020, 1, 20.0)), [2020], "second")
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(*_: object) -> None:
        raise full

    monkeypatch.setattr(module, failing, fail)
    write = {
        "create_delta": lambda: lake.write_whole("raw.snapshots", TABLES["raw.snapshots"].empty(), "run-3"),
        "restore_delta": lambda: lake.restore("raw.prices", 1),
        "clean_table": lambda: lake.vacuum(0, {}),
    }[failing]
    with pytest.raises(InputError, match=r"cannot be written .*No space left") as refused:
        write()
    assert "remove" not in str(refused.value)
