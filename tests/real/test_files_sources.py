"""The preset `files` on real files, as their publishers lay them out. Counts and values were read from the
files by eye.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

from smallcap.rules.files import read_rules
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources import ingest
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.files.dates import load_date_limits
from smallcap.sources.files.source import FilesSource
from smallcap.sources.french.files import read_french
from smallcap.sources.identity.aliases import load_ticker_aliases
from smallcap.sources.identity.ids import mint
from smallcap.tables import table
from tests.paths import PROJECT_ROOT
from tests.tolerances import EXACT

REAL = PROJECT_ROOT.parent / "shared" / "real"
REFERENCE = PROJECT_ROOT / "data" / "reference"
MAY, NOVEMBER = dt.date(2025, 5, 31), dt.date(2025, 11, 30)
EVER = (dt.date(1990, 1, 1), dt.date(2030, 12, 31))

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")


def open_real(folder: Path = REAL) -> FilesSource:
    limits = load_date_limits(REFERENCE, NOVEMBER)
    rules = read_rules(REFERENCE, "ishares.toml", HoldingsRules)
    return FilesSource(folder, rules=rules, aliases=load_ticker_aliases(REFERENCE), limits=limits)


@pytest.fixture(scope="module")
def source() -> FilesSource:
    return open_real()


@pytest.fixture(scope="module")
def securities(source: FilesSource) -> pl.DataFrame:
    return mint(source.securities().rows, table("raw.securities").empty())


def members(source: FilesSource, as_of: dt.date) -> pl.DataFrame:
    return source.constituents("russell2000", [as_of]).rows


def test_the_folder_says_what_it_knows(source: FilesSource) -> None:
    assert source.membership_dates("russell2000") == [dt.date(2025, 5, 13), dt.date(2025, 11, 5)]
    assert source.clock == dt.date(2025, 12, 31)


@pytest.mark.parametrize(
    ("as_of", "equity_rows", "refused_equity_rows"), [(MAY, 1939, 13), (NOVEMBER, 1962, 11)]
)
def test_every_equity_row_is_a_member_or_refused(
    source: FilesSource, as_of: dt.date, equity_rows: int, refused_equity_rows: int
) -> None:
    delivered = source.constituents("russell2000", [as_of])
    others = delivered.refused.filter(pl.col("rule") == "not_equity")
    assert (
        others.height == 5
    )  # dollars, Canadian dollars, the money market fund, futures collateral and the future
    assert delivered.refused.height - others.height == refused_equity_rows
    assert delivered.rows.height == equity_rows - refused_equity_rows
    assert delivered.rows["ticker"].n_unique() == delivered.rows.height


def test_the_refused_rows_are_those_that_are_no_stock(source: FilesSource) -> None:
    refused = source.constituents("russell2000", [MAY]).refused
    names = refused.with_columns(name=pl.col("row_json").str.json_path_match("$.name")).filter(
        pl.col("rule") != "not_equity"
    )
    assert dict(names.group_by("rule", maintain_order=True).agg(pl.col("name").sort()).rows()) == {
        "exchange_not_listed": ["CHINOOK THERAPEUTICS INC"],
        "not_common_stock": [
            "CHINOOK THERAPEUTICS INC CVR",
            "CHORD ENERGY EQUITY WARRANTS SERIE",
            "GTXI INC - CVR",
            "INHIBRX INC CVR",
            "NEXPOINT STRATEGIC CASH ACCRUAL",
            "OMNIAB INC $12.50 VESTING Prvt",
            "OMNIAB INC $15.00 VESTING Prvt",
            "PULSE BIOSCIENCE INC WARRANTS",
            "Petrocorp Inc Escrow",
            "SCILEX HOLDING Prvt",
        ],
        "price_too_low": ["PDL BIOPHARMA INC", "STERLING BANCORP INC"],
    }


@pytest.mark.parametrize(
    "ticker", ["CVI", "CVRX", "BTSG", "BV", "PRKS", "XHR", "NOTE", "LYRA", "CLSKW", "METCV"]
)
def test_companies_that_only_look_doubtful_stay(source: FilesSource, ticker: str) -> None:
    assert ticker in members(source, MAY)["ticker"].to_list()


def test_values_of_one_row(source: FilesSource) -> None:
    row = members(source, MAY).filter(pl.col("ticker") == "SFM").row(0, named=True)
    assert (row["name"], row["sector"], row["exchange"]) == (
        "SPROUTS FARMERS MARKET INC",
        "Consumer Staples",
        "NASDAQ",
    )
    assert (row["market_value_usd"], row["quantity"], row["price_usd"]) == (
        409_233_878.82,
        2_582_406.0,
        158.47,
    )


def test_the_sectors_are_the_eleven_or_unknown(source: FilesSource) -> None:
    rows = members(source, NOVEMBER)
    assert rows["sector"].drop_nulls().n_unique() == 11
    assert rows.filter(pl.col("sector").is_null())["ticker"].sort().to_list() == ["FUBO", "ULH"]
    assert "Communication" not in rows["sector"].to_list()


def test_lists_do_not_serve_later_than_31_days(source: FilesSource) -> None:
    assert members(source, dt.date(2025, 6, 30)).height == 0
    assert members(source, dt.date(2025, 12, 31)).height == 0


@pytest.mark.parametrize(("as_of", "resolved"), [(MAY, 1415), (NOVEMBER, 1352)])
def test_members_resolve_to_the_companies_of_the_fundamentals(
    source: FilesSource, securities: pl.DataFrame, as_of: dt.date, resolved: int
) -> None:
    lines = ingest.constituents(source.constituents("russell2000", [as_of]), securities, "russell2000").rows
    known = lines.join(securities.select("security_id", "is_resolved"), on="security_id")
    assert known.height == lines.height
    assert known["is_resolved"].sum() == resolved


def test_share_classes_are_lines_of_one_company(securities: pl.DataFrame) -> None:
    classes = (
        securities.group_by("entity_id").agg(pl.col("ticker").sort()).filter(pl.col("ticker").list.len() > 1)
    )
    assert sorted(classes["ticker"].to_list()) == [
        ["BATRA", "BATRK"],
        ["BELFA", "BELFB"],
        ["CENT", "CENTA"],
        ["GEF", "GEFB"],
        ["LILA", "LILAK"],
        ["METC", "METCB"],
        ["RUSHA", "RUSHB"],
    ]


def test_companies_that_changed_name_or_ticker_between_the_lists_stay_one(
    source: FilesSource, securities: pl.DataFrame
) -> None:
    assert securities["ticker"].is_unique().all()  # nothing was taken for a recycled ticker
    both = source.constituents("russell2000", [MAY, NOVEMBER]).rows.filter(
        pl.col("ticker").is_in(["CSWI", "CSW", "BIGC", "CMRC", "CLSKW", "CLSK"])
    )
    assert both.group_by("source_id").agg(pl.col("ticker").sort()).sort("source_id")["ticker"].to_list() == [
        ["BIGC", "CMRC"],
        ["CLSK", "CLSKW"],
        ["CSW", "CSWI"],
    ]


def test_the_fundamentals_are_all_there(source: FilesSource, securities: pl.DataFrame) -> None:
    sessions = nyse_sessions(dt.date(2008, 1, 1), dt.date(2026, 6, 30))
    made = ingest.fundamentals(source.fundamentals(*EVER), securities, sessions, assumed_lag_days=90)
    assert (made.rows.height, made.refused.height) == (6680, 0)
    assert made.rows["entity_id"].n_unique() == 1528
    assert dict(made.rows["version"].value_counts().rows()) == {"restated": 6549, "original": 131}
    assert made.rows["is_available_date_assumed"].sum() == 6
    assert (made.rows["available_date"] > made.rows["filing_date"]).sum() == 6674
    assert (
        made.rows.filter(pl.col("filing_date") < pl.col("period_end")).height == 30
    )  # the vendor's errors, for core to refuse
    assert table("raw.fundamentals").schema.validate(made.rows).height == 6680


def test_a_record_by_eye(source: FilesSource) -> None:
    rows = source.fundamentals(*EVER).rows.filter(
        (pl.col("ticker") == "AAOI") & (pl.col("fiscal_year") == 2019)
    )
    row = rows.row(0, named=True)
    assert (row["source_entity_id"], row["period_end"], row["currency"]) == (
        "671827",
        dt.date(2019, 12, 31),
        "USD",
    )
    assert (
        row["operating_cash_flow_usd"],
        row["capital_expenditures_usd"],
        row["net_share_repurchases_usd"],
    ) == (
        -1_754_000.0,
        29_428_000.0,
        -14_000.0,
    )


def test_every_month_has_a_price_and_every_second_one_a_return(
    source: FilesSource, securities: pl.DataFrame
) -> None:
    made = ingest.prices(source.prices(*EVER), securities)
    assert (made.rows.height, made.refused.height) == (163_411, 0)
    assert (
        made.rows["total_return"].null_count() == 1951
    )  # the first month of each ticker; no month is missing later
    assert made.rows["close_usd"].null_count() == made.rows.height
    assert table("raw.prices").schema.validate(made.rows).height == made.rows.height


def test_a_return_by_eye(source: FilesSource) -> None:
    lines = source.securities().rows.filter(pl.col("ticker") == "AAMI").select("source_id")
    january = source.prices(dt.date(2018, 1, 1), dt.date(2018, 1, 31)).rows.join(lines, on="source_id")
    assert january["total_return"].to_list() == pytest.approx([16.381927 / 15.338029 - 1], rel=EXACT)


@pytest.mark.parametrize(
    ("file_name", "model", "vintage", "first", "last", "months"),
    [
        ("FF5_monthly_vintage202407.csv", "FF5", "202407", dt.date(1963, 7, 31), dt.date(2024, 7, 31), 733),
        (
            "FF5_monthly_vintage202506_original.zip",
            "FF5",
            "202506",
            dt.date(1963, 7, 31),
            dt.date(2025, 6, 30),
            744,
        ),
        (
            "FF5_monthly_vintage202510_original.zip",
            "FF5",
            "202510",
            dt.date(1963, 7, 31),
            dt.date(2025, 10, 31),
            748,
        ),
        ("FF5_monthly_vintage202511.csv", "FF5", "202511", dt.date(1963, 7, 31), dt.date(2025, 11, 30), 749),
        (
            "Momentum_monthly_vintage202510_original.zip",
            "MOM",
            "202510",
            dt.date(1927, 1, 31),
            dt.date(2025, 10, 31),
            1186,
        ),
    ],
)
def test_factor_files_say_their_vintage_and_months(
    file_name: str, model: str, vintage: str, first: dt.date, last: dt.date, months: int
) -> None:
    frame = read_french((REAL / "french" / file_name).read_bytes(), file_name)
    assert frame.select("model", "vintage").unique().rows() == [(model, vintage)]
    assert (frame["month"].min(), frame["month"].max(), frame.height) == (first, last, months)


# Mkt-RF of 2010 in per cent, as the data library printed it then; vintages have since moved months by up to
# 0.2
PUBLISHED_2010 = [-3.35, 3.39, 6.30, 1.99, -7.90, -5.56, 6.92, -4.78, 9.55, 3.87, 0.59, 6.82]
VINTAGE_REVISION = 0.2 / 100


@pytest.mark.parametrize("vintage", ["202407", "202506", "202510", "202511"])
def test_the_market_of_2010_is_as_published_up_to_revisions(source: FilesSource, vintage: str) -> None:
    rows = source.factors().rows.filter(
        (pl.col("vintage") == vintage) & (pl.col("model") == "FF5") & (pl.col("month").dt.year() == 2010)
    )
    assert rows["mkt_rf"].to_list() == pytest.approx(
        [value / 100 for value in PUBLISHED_2010], abs=VINTAGE_REVISION
    )


def test_factors_by_eye(source: FilesSource) -> None:
    factors = source.factors().rows
    july_1963 = factors.filter(
        (pl.col("month") == dt.date(1963, 7, 31)) & (pl.col("vintage").is_in(["202407", "202511"]))
    )
    assert july_1963.select("mkt_rf", "smb", "hml", "rmw", "cma", "rf").rows() == [
        pytest.approx((-0.0039, -0.0041, -0.0097, 0.0068, -0.0118, 0.0027), rel=EXACT),
        pytest.approx((-0.0039, -0.0048, -0.0081, 0.0064, -0.0115, 0.0027), rel=EXACT),
    ]
    momentum = factors.filter((pl.col("model") == "MOM") & (pl.col("month") == dt.date(1927, 2, 28)))
    assert momentum["mom"].to_list() == pytest.approx([-0.015], rel=EXACT)
    assert (
        table("raw.factors").schema.validate(ingest.factors(source.factors()).rows).height
        == 733 + 744 + 748 + 749 + 1186
    )


def test_fundamentals_and_prices_saved_as_csv_give_the_same(source: FilesSource, tmp_path: Path) -> None:
    for name in ("fundamentals/annual", "prices/month_end"):
        (tmp_path / name).parent.mkdir()
        pl.read_parquet(REAL / f"{name}.parquet").write_csv(tmp_path / f"{name}.csv")
    shutil.copytree(REAL / "ishares", tmp_path / "ishares")
    again = open_real(tmp_path)
    assert again.fundamentals(*EVER).rows.equals(source.fundamentals(*EVER).rows)
    assert again.prices(*EVER).rows.equals(source.prices(*EVER).rows)
    assert again.securities().rows.equals(source.securities().rows)
