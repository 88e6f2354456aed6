"""The preset `files` as a source: which files it finds, what it delivers, and which inputs stop it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.settings import Settings
from smallcap.sources.base import (
    CONSTITUENTS_COLUMNS,
    FACTORS_COLUMNS,
    FUNDAMENTALS_COLUMNS,
    PRICES_COLUMNS,
    SECURITIES_COLUMNS,
    VENDOR_METRICS_COLUMNS,
    Source,
)
from smallcap.sources.open import open_source
from smallcap.sources.payloads import SnapshotStore
from tests.component.sources.crafted import (
    FIRST_LINE,
    french,
    fundamentals_frame,
    holdings,
    line,
    open_folder,
    write_folder,
    zipped,
)
from tests.tolerances import EXACT

EVER = (dt.date(1990, 1, 1), dt.date(2030, 12, 31))
MAY = dt.date(2025, 5, 13)


def prices(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["ticker", "date", "adj_close"], orient="row")


MONTHS = prices(
    ("ABCD", "2025-03-31", 10.0),
    ("ABCD", "2025-04-30", 11.0),
    ("ABCD", "2025-06-30", 12.0),
    ("SPY", "2025-04-30", 500.0),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(
        tmp_path / "my data",
        {
            "README.md": b"# notes",
            "ishares/IWM_2025-05-13.csv": holdings(
                [line(), line("XY.A", "XYLO CORP CLASS A"), line("-", "GONE INC Prvt")]
            ),
            "ishares/notes.txt": b"nothing",
            "fundamentals/annual.csv": fundamentals_frame({}, {"ticker": "ZZZ", "entity_id": 12}),
            "prices/month_end.csv": MONTHS,
            "french/ff5.csv": french(),
            "french/ff5_copy.zip": zipped(french()),
            ".cache/junk.csv": b"x",
        },
    )


ONLY_HOLDINGS: dict[str, bytes | pl.DataFrame] = {"ishares/a.csv": holdings([line()])}


def test_every_method_speaks_the_ports_columns(folder: Path) -> None:
    source: Source = open_folder(folder)
    assert source.constituents("russell2000", [MAY]).rows.schema == CONSTITUENTS_COLUMNS
    assert source.securities().rows.schema == SECURITIES_COLUMNS
    assert source.fundamentals(*EVER).rows.schema == FUNDAMENTALS_COLUMNS
    assert source.vendor_metrics(*EVER).rows.schema == VENDOR_METRICS_COLUMNS
    assert source.prices(*EVER).rows.schema == PRICES_COLUMNS
    assert source.factors().rows.schema == FACTORS_COLUMNS
    assert (source.name, source.label, source.clock) == ("files", "files in my data", dt.date(2025, 6, 30))


def test_the_same_files_are_found_in_a_flat_folder(folder: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    names = {
        "ishares/IWM_2025-05-13.csv": "IWM_holdings.csv",
        "fundamentals/annual.csv": "fundamentals.csv",
        "prices/month_end.csv": "prices_month_end.csv",
        "french/ff5.csv": "F-F_Research_Data_5_Factors_2x3.csv",
    }
    write_folder(flat, {name: (folder / path).read_bytes() for path, name in names.items()})
    assert open_folder(flat).securities().rows.equals(open_folder(folder).securities().rows)
    assert open_folder(flat).prices(*EVER).rows.equals(open_folder(folder).prices(*EVER).rows)
    assert open_folder(flat).factors().rows.height == 3


def test_a_csv_is_told_by_its_content_where_no_name_tells(folder: Path, tmp_path: Path) -> None:
    write_folder(
        tmp_path / "odd",
        {
            "download (1).csv": holdings([line()]),
            "export.csv": fundamentals_frame({}),
            "closes.csv": MONTHS,
            "library.csv": french(),
        },
    )
    source = open_folder(tmp_path / "odd")
    assert source.membership_dates("russell2000") == [MAY]
    assert [
        source.fundamentals(*EVER).rows.height,
        source.prices(*EVER).rows.height,
        source.factors().rows.height,
    ] == [1, 4, 3]


# lists
# -------------------------------------------------------------------------------------------------------


@pytest.mark.some_cases(3)
@pytest.mark.parametrize(
    ("as_of", "used"),
    [
        (dt.date(2025, 5, 12), None),
        (MAY, MAY),
        (dt.date(2025, 5, 31), MAY),
        (dt.date(2025, 6, 13), MAY),
        (dt.date(2025, 6, 14), None),
        (dt.date(2025, 11, 30), dt.date(2025, 11, 5)),
    ],
)
def test_an_as_of_is_served_by_the_newest_list_at_most_31_days_old(
    tmp_path: Path, as_of: dt.date, used: dt.date | None
) -> None:
    files = {
        "ishares/a.csv": holdings([line()]),
        "ishares/b.csv": holdings([line()], as_of="Nov 05, 2025"),
        "ishares/c.csv": holdings([line()], as_of="Nov 04, 2025"),
    }
    rows = open_folder(write_folder(tmp_path, files)).constituents("russell2000", [as_of]).rows
    assert rows["snapshot_date"].to_list() == ([] if used is None else [used])


def test_refused_rows_are_delivered_with_every_as_of_that_used_their_list(folder: Path) -> None:
    refused = (
        open_folder(folder)
        .constituents("russell2000", [MAY, dt.date(2025, 5, 31), dt.date(2024, 1, 31)])
        .refused
    )
    assert refused.select("year", "rule").rows() == [(2025, "not_common_stock")] * 2
    assert [json.loads(row)["as_of"] for row in refused["row_json"]] == ["2025-05-13", "2025-05-31"]
    assert json.loads(refused["row_json"][0])["name"] == "GONE INC Prvt"


def test_another_index_has_no_lists(folder: Path) -> None:
    assert open_folder(folder).membership_dates("sp500") == []
    assert open_folder(folder).constituents("sp500", [MAY]).rows.height == 0


def test_a_copy_of_a_list_is_read_once_and_another_list_of_the_day_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"ishares/a.csv": holdings([line()]), "ishares/copy of a.csv": holdings([line()])})
    assert open_folder(tmp_path).constituents("russell2000", [MAY]).rows.height == 1
    write_folder(tmp_path, {"ishares/b.csv": holdings([line("OTHR")])})
    with pytest.raises(
        InputError,
        match=r"ishares/b\.csv and ishares/a\.csv are two different lists of russell2000 of 2025-05-13",
    ):
        open_folder(tmp_path).membership_dates("russell2000")


def test_a_canonical_list_stands_in_for_holdings(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {
            "snapshot_date": ["2025-05-30"] * 2,
            "ticker": ["ABCD", "WXYZ"],
            "name": ["A", "W"],
            "market_value": [3e6, 1e6],
            "price": [9.5, None],
        }
    )
    rows = (
        open_folder(write_folder(tmp_path, {"constituents/list.csv": table}))
        .constituents("russell2000", [dt.date(2025, 5, 31)])
        .rows
    )
    assert rows.select("ticker", "market_value_usd", "price_usd").rows() == [
        ("ABCD", 3e6, 9.5),
        ("WXYZ", 1e6, None),
    ]


# fundamentals
# -------------------------------------------------------------------------------------------------------


def test_values_restated_under_their_first_filing_date_are_flagged_and_stay_visible_by_it(
    tmp_path: Path,
) -> None:
    rows = fundamentals_frame(
        {}, {"entity_id": 12, "restated_date": "2025-01-31"}, {"entity_id": 13, "restated_date": None}
    )
    read = (
        open_folder(write_folder(tmp_path, {**ONLY_HOLDINGS, "fundamentals/a.csv": rows}))
        .fundamentals(*EVER)
        .rows
    )
    assert read.select("source_entity_id", "version", "is_value_restated", "filing_date").rows() == [
        ("11", "original", False, dt.date(2024, 2, 20)),
        ("12", "restated", True, dt.date(2024, 2, 20)),
        ("13", "original", False, dt.date(2024, 2, 20)),
    ]


def test_money_is_named_in_dollars_and_absent_columns_are_null(folder: Path) -> None:
    row = open_folder(folder).fundamentals(*EVER).rows.row(0, named=True)
    assert (row["revenue_usd"], row["net_interest_expense_usd"], row["interest_expense_usd"]) == (
        900_000.0,
        9_000.0,
        None,
    )
    assert (row["shares_basic"], row["goodwill_usd"], row["fiscal_year"], row["is_blank_debt_zero"]) == (
        1_000_000.0,
        None,
        2023,
        True,
    )


def test_a_table_without_a_currency_is_in_dollars_and_a_blank_one_stays_blank(tmp_path: Path) -> None:
    both = fundamentals_frame({}, {"entity_id": 12, "currency": None})
    write_folder(tmp_path, {**ONLY_HOLDINGS, "fundamentals/a.csv": both})
    assert open_folder(tmp_path).fundamentals(*EVER).rows["currency"].to_list() == ["USD", None]
    write_folder(tmp_path, {"fundamentals/a.csv": both.drop("currency")})
    assert open_folder(tmp_path).fundamentals(*EVER).rows["currency"].to_list() == ["USD", "USD"]


def test_periods_outside_the_range_are_left_out(folder: Path) -> None:
    assert open_folder(folder).fundamentals(dt.date(2024, 1, 1), dt.date(2030, 1, 1)).rows.height == 0


def test_duplicate_keys_are_named(tmp_path: Path) -> None:
    write_folder(
        tmp_path,
        {
            **ONLY_HOLDINGS,
            "fundamentals/a.csv": fundamentals_frame({}),
            "fundamentals/b.csv": fundamentals_frame({"entity_id": 12}, {}),
        },
    )
    expected = (
        r"fundamentals table has the same key more than once: entity_id 11, period_end 2023-12-31 "
        r"\(fundamentals/a\.csv row 1 \(line 2\) and fundamentals/b\.csv row 2 \(line 3\)\)"
    )
    with pytest.raises(InputError, match=expected):
        open_folder(tmp_path).fundamentals(*EVER)


def test_versions_of_one_period_are_told_apart_where_the_table_names_them(tmp_path: Path) -> None:
    rows = fundamentals_frame({"version": "original"}, {"version": "restated", "filing_date": "2025-02-20"})
    write_folder(tmp_path, {**ONLY_HOLDINGS, "fundamentals/a.csv": rows})
    assert open_folder(tmp_path).fundamentals(*EVER).rows.select("version", "is_value_restated").rows() == [
        ("original", False),
        ("restated", False),
    ]
    write_folder(tmp_path, {"fundamentals/a.csv": fundamentals_frame({"version": "final"})})
    with pytest.raises(
        InputError,
        match=r"fundamentals/a\.csv, row 1 .*, line 2, column 'version': 'final' is not original or restated",
    ):
        open_folder(tmp_path).fundamentals(*EVER)


# prices
# -------------------------------------------------------------------------------------------------------


def returns(folder: Path) -> dict[tuple[str, dt.date], float | None]:
    source = open_folder(folder)
    rows = source.prices(*EVER).rows.join(
        source.securities().rows.select("source_id", "ticker"), on="source_id"
    )
    return {
        (ticker, date): value for ticker, date, value in rows.select("ticker", "date", "total_return").rows()
    }


def test_returns_are_ratios_of_adjusted_closes_of_consecutive_months(folder: Path) -> None:
    found = returns(folder)
    assert found["ABCD", dt.date(2025, 4, 30)] == pytest.approx(0.1, rel=EXACT)
    assert found["ABCD", dt.date(2025, 3, 31)] is None
    assert found["ABCD", dt.date(2025, 6, 30)] is None  # May is missing
    assert found["SPY", dt.date(2025, 4, 30)] is None


def test_a_return_looks_back_beyond_the_range_that_is_asked(folder: Path) -> None:
    april = open_folder(folder).prices(dt.date(2025, 4, 1), dt.date(2025, 4, 30)).rows
    assert april.filter(pl.col("total_return").is_not_null())["total_return"].to_list() == pytest.approx(
        [0.1], rel=EXACT
    )


def test_of_several_sessions_of_a_month_the_last_is_used_and_splits_compound(tmp_path: Path) -> None:
    days = pl.DataFrame(
        {
            "ticker": "ABCD",
            "date": ["2025-03-31", "2025-04-10", "2025-04-30"],
            "adj_close": [10.0, 99.0, 12.0],
            "close": [40.0, 99.0, 12.0],
            "split_ratio": [1, 2, 2],
        }
    )
    rows = open_folder(write_folder(tmp_path, {**ONLY_HOLDINGS, "prices/a.csv": days})).prices(*EVER).rows
    assert rows.select("date", "close_usd", "split_ratio").rows() == [
        (dt.date(2025, 3, 31), 40.0, 1.0),
        (dt.date(2025, 4, 30), 12.0, 4.0),
    ]
    assert rows["total_return"][1] == pytest.approx(0.2, rel=EXACT)


def test_dollar_volume_is_the_median_of_the_sessions_that_have_it(tmp_path: Path) -> None:
    """Of 10 x 3, 20 x 1 and 50 x 2 dollars; sessions without a volume, or a negative one, are left out."""
    days = pl.DataFrame(
        {
            "ticker": "ABCD",
            "date": ["2025-04-01", "2025-04-02", "2025-04-03", "2025-04-10", "2025-04-30", "2025-05-30"],
            "adj_close": [10.0, 20.0, 50.0, 60.0, 70.0, 70.0],
            "close": [10.0, 20.0, 50.0, 60.0, 70.0, 70.0],
            "volume": [3, 1, 2, None, -1, None],
        }
    )
    rows = open_folder(write_folder(tmp_path, {**ONLY_HOLDINGS, "prices/a.csv": days})).prices(*EVER).rows
    assert rows.select("date", "median_dollar_volume_usd").rows() == [
        (dt.date(2025, 4, 30), 30.0),
        (dt.date(2025, 5, 30), None),
    ]


def test_given_returns_are_kept_and_refused_for_days(tmp_path: Path) -> None:
    months = MONTHS.with_columns(total_return=pl.Series([0.5, None, 0.25, -1.5]))
    source = open_folder(write_folder(tmp_path, {**ONLY_HOLDINGS, "prices/a.csv": months}))
    assert source.prices(*EVER).rows["total_return"].to_list() == [0.5, pytest.approx(0.1, rel=EXACT), 0.25]
    assert source.prices(*EVER).refused["rule"].to_list() == ["return_below_total_loss"]
    write_folder(
        tmp_path,
        {"prices/a.csv": pl.concat([months, months.head(1).with_columns(date=pl.lit("2025-03-28"))])},
    )
    with pytest.raises(InputError, match="several rows of ABCD in 2025-03 and a total_return"):
        open_folder(tmp_path).prices(*EVER)


def test_a_price_that_is_not_positive_is_refused_with_its_row(tmp_path: Path) -> None:
    bad = pl.concat([MONTHS, prices(("ABCD", "2025-07-31", 0.0))])
    delivered = open_folder(write_folder(tmp_path, {**ONLY_HOLDINGS, "prices/a.csv": bad})).prices(*EVER)
    assert delivered.rows.height == MONTHS.height
    assert delivered.refused.select("year", "rule").rows() == [(2025, "price_not_positive")]
    assert json.loads(delivered.refused["row_json"][0])["row"] == 5


def test_duplicate_prices_are_named_whatever_the_spelling(tmp_path: Path) -> None:
    twice = prices(("MOG.A", "2025-04-30", 1.0), ("MOGA", "2025-04-30", 2.0))
    with pytest.raises(
        InputError,
        match=r"prices table has the same key more than once: ticker MOGA, date 2025-04-30 "
        r"\(prices/a\.csv row 1 \(line 2\) and prices/a\.csv row 2 \(line 3\)\)",
    ):
        open_folder(write_folder(tmp_path, {**ONLY_HOLDINGS, "prices/a.csv": twice})).prices(*EVER)


# factors
# -------------------------------------------------------------------------------------------------------


def test_the_same_vintage_twice_is_one_and_two_that_differ_are_refused(folder: Path) -> None:
    assert open_folder(folder).factors().rows.height == 3
    write_folder(folder, {"french/other.csv": french(["202301,1,1,1,1,1,1"])})
    with pytest.raises(
        InputError,
        match=r"factor files french/ff5\.csv and french/other\.csv are of the same model and vintage "
        r"but differ",
    ):
        open_folder(folder).factors()


def test_vintages_stand_side_by_side(folder: Path) -> None:
    write_folder(folder, {"french/later.csv": french(first=FIRST_LINE.replace("202306", "202309"))})
    assert open_folder(folder).factors().rows["vintage"].unique().sort().to_list() == ["202306", "202309"]


# what stops the source
# -----------------------------------------------------------------------------------------------


def test_a_folder_without_holdings_is_named(tmp_path: Path) -> None:
    write_folder(tmp_path, {"fundamentals/annual.csv": fundamentals_frame({}), "README.md": b"x"})
    with pytest.raises(InputError, match=f"the input folder {tmp_path} has no holdings"):
        open_folder(tmp_path).membership_dates("russell2000")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="nowhere does not exist or is not a folder; give another with --input"
    ):
        open_folder(tmp_path / "nowhere").securities()


def test_a_web_page_named_csv_is_refused_in_a_flat_folder_too(tmp_path: Path) -> None:
    write_folder(tmp_path, {"IWM_holdings.csv": b"<!DOCTYPE html><html></html>"})
    with pytest.raises(InputError, match=r"holdings file IWM_holdings\.csv is a web page"):
        open_folder(tmp_path).membership_dates("russell2000")


def test_holdings_alone_are_enough_and_the_rest_is_empty(tmp_path: Path) -> None:
    source = open_folder(write_folder(tmp_path, ONLY_HOLDINGS))
    assert source.clock == MAY + dt.timedelta(days=31)  # the last day that the list serves
    assert source.constituents("russell2000", [MAY]).rows.height == 1
    assert [
        source.fundamentals(*EVER).rows.height,
        source.prices(*EVER).rows.height,
        source.factors().rows.height,
    ] == [0, 0, 0]
    assert source.securities().rows["is_resolved"].to_list() == [False]


# opening
# -------------------------------------------------------------------------------------------------------


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, preset="files", **given)  # type: ignore[arg-type,call-arg]


def test_the_preset_needs_a_folder() -> None:
    with pytest.raises(InputError, match="--input DIR or SMALLCAP_INPUT"):
        open_source(settings(input=None))


def test_the_limit_takes_the_first_lines_by_ticker(folder: Path) -> None:
    limited = open_source(settings(input=folder, limit=1))
    assert limited.constituents("russell2000", [MAY, dt.date(2025, 5, 31)]).rows["ticker"].to_list() == [
        "ABCD",
        "ABCD",
    ]
    assert limited.securities().rows.equals(open_folder(folder).securities().rows)


def test_a_clock_hides_what_came_later(folder: Path) -> None:
    clocked = open_source(settings(input=folder, clock=dt.date(2025, 4, 30)))
    assert clocked.clock == dt.date(2025, 4, 30)
    assert clocked.membership_dates("russell2000") == []
    assert clocked.prices(*EVER).rows["date"].max() == dt.date(2025, 4, 30)
    assert clocked.fundamentals(*EVER).rows.height == 2
    assert (
        open_source(settings(input=folder, clock=dt.date(2024, 2, 19))).fundamentals(*EVER).rows.height == 0
    )
    assert open_source(settings(input=folder, clock=dt.date(2023, 5, 31))).factors().rows.height == 0


def test_every_input_is_kept_as_it_was(folder: Path, tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "home" / "snapshots")
    open_source(settings(input=folder), store).securities()
    assert store.frame()["dataset"].value_counts().sort("dataset").rows() == [
        ("factors", 2),
        ("fundamentals", 1),
        ("holdings", 1),
        ("prices", 1),
    ]
    kept = store.find("files", "holdings", {"file": "ishares/IWM_2025-05-13.csv"})
    assert kept == (folder / "ishares" / "IWM_2025-05-13.csv").read_bytes()
