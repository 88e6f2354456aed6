"""Lists of members: one set of rules for the fund's files of every year and for tables of your own."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.sources.base import Delivery
from tests.component.sources.crafted import (
    HEADER,
    fundamentals_frame,
    holdings,
    line,
    open_folder,
    write_folder,
)

DAY = dt.date(2025, 5, 13)
EVER = (dt.date(1990, 1, 1), dt.date(2030, 12, 31))
OWN = ["ticker", "name", "sector", "asset_class", "market_value", "quantity", "price", "location", "exchange"]


def own_table(lines: list[list[str]]) -> bytes:
    """The rows of a holdings file as a table of your own."""
    cells = [[*row[:5], row[7], row[8], row[9], row[10]] for row in lines]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(OWN, pl.String), orient="row")
    return frame.with_columns(snapshot_date=pl.lit(str(DAY))).write_csv().encode()


def listed(folder: Path, name: str, payload: bytes) -> Delivery:
    return open_folder(write_folder(folder, {name: payload})).constituents("russell2000", [DAY])


def rules_of(delivery: Delivery) -> list[tuple[str, str]]:
    names = [json.loads(row)["name"] for row in delivery.refused["row_json"]]
    return sorted(zip(names, delivery.refused["rule"], strict=True))


ROWS = [
    line("KEEP", "KEPT CO"),
    line("NA", "NANO LABS LTD CLASS A"),
    line("USD", "USD CASH", asset_class="Cash"),
    line("INH", "INHIBRX INC CVR"),
    line("CVI", "CVR ENERGY INC"),
    line("-", "NAMELESS"),
    line("ADRO", "CHINOOK", exchange="NO MARKET (E.G. UNLISTED)"),
    line("SBT", "STERLING BANCORP INC", price="0.00"),
    line("NEG", "NEGATIVE INC", price="-3.00"),
    line("TINY", "TINY INC", market_value="9,999.00"),
    line("TWO", "SMALLER", market_value="20,000.00"),
    line("TWO", "LARGER"),
    line("SECT", "SECTOR CO", sector="Communication"),
    line("NONE", "NO SECTOR CO", sector="-"),
    line("DASH", "DASHES CO", sector="--", quantity="--"),
]


def test_the_funds_file_and_a_table_of_your_own_give_the_same_members_and_the_same_refusals(
    tmp_path: Path,
) -> None:
    fund = listed(tmp_path / "fund", "ishares/a.csv", holdings(ROWS))
    own = listed(tmp_path / "own", "constituents/a.csv", own_table(ROWS))
    of_file = ["fund", "list_available_date"]
    assert own.rows.drop(of_file).equals(fund.rows.drop(of_file))
    # A list of your own is known on its date, Tuesday 13 May 2025; the fund's file on the next session.
    assert own.rows["list_available_date"].unique().to_list() == [dt.date(2025, 5, 13)]
    assert fund.rows["list_available_date"].unique().to_list() == [dt.date(2025, 5, 14)]
    # The fund's file says whose holdings it lists; the table has no such column.
    assert (own.rows["fund"].n_unique(), own.rows["fund"][0]) == (1, None)
    assert fund.rows["fund"].unique().to_list() == ["iShares Russell 2000 ETF"]
    assert rules_of(own) == rules_of(fund)
    assert fund.rows["ticker"].to_list() == ["CVI", "DASH", "KEEP", "NA", "NONE", "SECT", "TWO"]
    assert len(rules_of(fund)) == len(ROWS) - fund.rows.height


def test_a_table_of_your_own_names_one_fund_per_list(tmp_path: Path) -> None:
    header, first = b"snapshot_date,ticker,name,price,fund\n", b"2025-05-13,AAA,ALPHA,2.5,Fund A\n"
    named = listed(tmp_path / "one", "constituents/a.csv", header + first)
    assert named.rows["fund"].to_list() == ["Fund A"]
    two = header + first + b"2025-05-13,BBB,BETA,2.5,Fund B\n"
    with pytest.raises(InputError, match="of 2025-05-13 names more than one fund"):
        listed(tmp_path / "two", "constituents/a.csv", two)


def test_what_a_table_of_your_own_leaves_out_refuses_no_row(tmp_path: Path) -> None:
    table = b"snapshot_date,ticker,name,price,exchange\n2025-05-13,AAA,ALPHA,,\n2025-05-13,BBB,,2.5,NASDAQ\n"
    assert listed(tmp_path, "constituents/a.csv", table).rows["ticker"].to_list() == ["AAA", "BBB"]


@pytest.mark.some_cases(3)
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [line(price="abc"), line(price="x")],
            r"a\.csv, (line 11|row 1 .*line 2).*'abc' is not a number.*1 more",
        ),
        ([line(market_value="1e400")], "'1e400' is not a number"),
        ([line(quantity="9e99")], "'9e99' is (not a number|implausible)"),
        ([line("-", "ONLY")], "has 0 members; between 1 and 5000"),
    ],
)
@pytest.mark.parametrize("kind", ["ishares", "constituents"])
def test_both_are_refused_for_the_same_reasons(
    tmp_path: Path, kind: str, rows: list[list[str]], message: str
) -> None:
    payload = holdings(rows) if kind == "ishares" else own_table(rows)
    with pytest.raises(InputError, match=rf"(?s){message}"):
        listed(tmp_path, f"{kind}/a.csv", payload)


@pytest.mark.some_cases(2)
@pytest.mark.parametrize("written", ["1,250,000.00", "1250000", "1.25e6", " 1,250,000 ", "+1,250,000"])
def test_numbers_with_thousands_separators_are_read(tmp_path: Path, written: str) -> None:
    found = listed(tmp_path, "constituents/a.csv", own_table([line(market_value=written)]))
    assert found.rows["market_value_usd"].to_list() == [1_250_000.0]


@pytest.mark.parametrize("written", ["1,25", "12,50,000", "1,2500", ",100"])
def test_a_misplaced_separator_is_not_read_as_a_number(tmp_path: Path, written: str) -> None:
    with pytest.raises(InputError, match=f"'{written}' is not a number"):
        listed(tmp_path, "constituents/a.csv", own_table([line(market_value=written)]))


# layouts of the fund's file
# -------------------------------------------------------------------------------------------------


def test_the_layout_of_2023_is_read(tmp_path: Path) -> None:
    header = HEADER.replace("Quantity", "Shares").replace("Price,", "CUSIP,Price,")
    rows = [
        [*line("AAA")[:8], "--", *line()[8:]],
        [*line("BBB", quantity="--", sector="--")[:8], "--", *line()[8:]],
    ]
    payload = holdings(rows, header=header).replace(b'"-"', b'"--"')
    found = listed(tmp_path, "ishares/a.csv", payload).rows
    assert found.select("ticker", "quantity", "sector").rows() == [
        ("AAA", 50_000.0, "Industrials"),
        ("BBB", None, None),
    ]


NO_PREAMBLE = holdings([line()]).decode("utf-8-sig").split("\n", 9)[9]


@pytest.mark.some_cases(2)
@pytest.mark.parametrize(
    "payload",
    [
        NO_PREAMBLE,
        "\ufeff" + NO_PREAMBLE,
        "\n\n" + NO_PREAMBLE,
        ",,,\n" + NO_PREAMBLE,
        NO_PREAMBLE.replace("\n", "\r\n"),
    ],
)
def test_a_copy_without_the_preamble_is_refused_with_what_is_missing(tmp_path: Path, payload: str) -> None:
    with pytest.raises(
        InputError, match=r"has no preamble.*as-of date.*Download.*or .*snapshot_date, in constituents/"
    ):
        listed(tmp_path, "ishares/a.csv", payload.encode())


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (HEADER.replace("Notional Value", "Price"), "Price"),
        (HEADER.replace("Accrual Date", "Ticker"), "Ticker"),
        (HEADER.replace("Notional Value", "Quantity"), "Quantity"),
    ],
)
def test_a_column_that_is_in_the_header_twice_is_named(tmp_path: Path, header: str, named: str) -> None:
    with pytest.raises(InputError, match=rf"a\.csv, line 10: {named} is in the header more than once"):
        listed(tmp_path, "ishares/a.csv", holdings([line()], header=header))


def test_a_column_that_is_not_read_may_be_there_twice_or_have_no_name(tmp_path: Path) -> None:
    header = HEADER.replace("FX Rate,Market Currency", "Currency,")
    assert listed(tmp_path, "ishares/a.csv", holdings([line()], header=header)).rows.height == 1


def test_the_line_of_a_wrong_cell_is_that_on_which_its_row_begins(tmp_path: Path) -> None:
    rows = [line("AAA", "TWO\nLINES"), line("BBB", "THREE\nMORE\nLINES", price="x"), line("CCC", price="y")]
    with pytest.raises(InputError, match=r"a\.csv, line 13, column 'Price': 'x'"):
        listed(tmp_path, "ishares/a.csv", holdings(rows))


# Nano Labs
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_ticker_na_is_a_company_in_every_table(tmp_path: Path, suffix: str) -> None:
    tables = {
        "fundamentals/a": fundamentals_frame({"ticker": "NA", "entity_id": "NA", "name": "NANO LABS"}),
        "prices/a": pl.DataFrame({"ticker": ["NA"], "date": ["2025-04-30"], "adj_close": [3.5]}),
        "constituents/a": pl.DataFrame(
            {"ticker": ["NA"], "name": ["NANO LABS"], "sector": ["NA"], "snapshot_date": [str(DAY)]}
        ),
    }
    write_folder(tmp_path, {f"{name}.{suffix}": frame for name, frame in tables.items()})
    source = open_folder(tmp_path)
    [member] = source.constituents("russell2000", [DAY]).rows.iter_rows(named=True)
    assert (member["ticker"], member["sector"]) == ("NA", None)
    assert source.fundamentals(*EVER).rows["source_entity_id"].to_list() == ["NA"]
    assert source.prices(*EVER).rows.height == 1
    assert source.securities().rows["is_resolved"].to_list() == [True]


# columns of the wrong kind, and numbers that no company has
# -------------------------------------------------------------------------------------------------


def as_parquet(frame: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


TYPED = fundamentals_frame({}).with_columns(pl.col("^.*(_date|_end)$").str.to_date())


@pytest.mark.some_cases(4)
@pytest.mark.parametrize("column", ["revenue", "ticker", "entity_id", "filing_date", "name"])
@pytest.mark.parametrize(
    "value",
    [
        pl.Series([[1.0, 2.0]]),
        pl.Series([{"a": 1}]),
        pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2)),
        pl.Series([b"\xff\xfe"]),
    ],
)
def test_a_column_of_lists_or_structures_is_refused_by_name(
    tmp_path: Path, column: str, value: pl.Series
) -> None:
    write_folder(
        tmp_path,
        {
            "ishares/a.csv": holdings([line()]),
            "fundamentals/a.parquet": as_parquet(TYPED.with_columns(value.alias(column))),
        },
    )
    with pytest.raises(
        InputError, match=rf"fundamentals/a\.parquet, column '{column}': every cell contains "
    ):
        open_folder(tmp_path).securities()


@pytest.mark.some_cases(4)
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("revenue", 1e300, r"'1e\+300' is implausible: larger than 1e\+15"),
        ("total_assets", -1e16, "is implausible"),
        ("shares_basic", 10**17, "is implausible"),
        ("fiscal_year", 1e300, "is not a whole number from 1900 to 2200"),
        ("fiscal_year", 24, "'24' is not a whole number"),
        ("fiscal_year", 2023.5, "'2023.5' is not a whole number"),
        ("period_days", -5, "is not a whole number"),
        ("revenue", dt.date(2024, 1, 1), "'2024-01-01' is not a number"),
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_impossible_number_is_refused_with_its_place(
    tmp_path: Path, column: str, value: object, message: str, suffix: str
) -> None:
    frame = TYPED.with_columns(pl.lit(value).alias(column))
    payload = as_parquet(frame) if suffix == "parquet" else frame.write_csv().encode()
    write_folder(tmp_path, {"ishares/a.csv": holdings([line()]), f"fundamentals/a.{suffix}": payload})
    with pytest.raises(
        InputError, match=rf"fundamentals/a\.{suffix}, row 1 .*column '{column}': .*({message})"
    ):
        open_folder(tmp_path).securities()


def test_a_price_that_is_too_large_goes_to_the_rejects_alone(tmp_path: Path) -> None:
    prices = b"ticker,date,adj_close\nABCD,2025-03-31,1e200\nABCD,2025-04-30,1\n"
    source = open_folder(
        write_folder(tmp_path, {"ishares/a.csv": holdings([line()]), "prices/p.csv": prices})
    )
    assert source.prices(*EVER).refused["rule"].to_list() == ["price_too_large"]
    assert source.prices(*EVER).rows.height == 1


def test_columns_that_the_table_does_not_know_may_contain_anything(tmp_path: Path) -> None:
    frame = TYPED.with_columns(extra=pl.Series([[1, 2]]), other=pl.Series([{"a": b"\xff"}]))
    write_folder(tmp_path, {"ishares/a.csv": holdings([line()]), "fundamentals/a.parquet": as_parquet(frame)})
    assert open_folder(tmp_path).fundamentals(*EVER).rows.height == 1
