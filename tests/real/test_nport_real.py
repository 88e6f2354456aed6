"""Form N-PORT documents as EDGAR serves them: three funds, none of which follows the Russell 2000.

Expected sums come from another parser, in decimal arithmetic; counts and dates were read in the files.
"""

from __future__ import annotations

import datetime as dt
import gzip
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from xml.etree import ElementTree

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.nport.document import FundReport, read_report
from smallcap.sources.nport.members import constituents
from tests.component.sources.crafted import RULES
from tests.real.conftest import REAL
from tests.tolerances import EXACT, SUM_OF_PERCENTS

NPORT = REAL / "sec" / "nport"
pytestmark = pytest.mark.skipif(not NPORT.is_dir(), reason=f"real files are not here ({NPORT})")
BOND_FUND, TAX_FREE, CLOSED = "NPORT_Sample_7", "NPORT.Dupree", "NPORT.AdvancedSeries"
NAMESPACE = "{http://www.sec.gov/edgar/nport}"


@cache
def payload(name: str) -> bytes:
    """The document."""
    return gzip.decompress((NPORT / f"{name}.xml.gz").read_bytes())


@cache
def report(name: str) -> FundReport:
    """The document, read."""
    return read_report(payload(name))


@dataclass(frozen=True)
class Totals:
    """What another parser adds up."""

    positions: int
    value: Decimal
    percent: Decimal


def totals(name: str) -> Totals:
    """Add up the positions of a document in decimal arithmetic."""
    root = ElementTree.fromstring(payload(name).strip())
    positions = root.findall(f".//{NAMESPACE}invstOrSecs/{NAMESPACE}invstOrSec")
    sums = [
        sum(Decimal(one.findtext(f"{NAMESPACE}{tag}") or "0") for one in positions)
        for tag in ("valUSD", "pctVal")
    ]
    return Totals(len(positions), Decimal(sums[0]), Decimal(sums[1]))


@pytest.mark.parametrize(
    ("name", "series", "cik", "list_date", "fiscal_year_end", "net_assets"),
    [
        (BOND_FUND, "S000013795", "0000822977", dt.date(2023, 3, 31), dt.date(2023, 3, 31), 361898455.93),
        (TAX_FREE, "S000012000", "0000311101", dt.date(2022, 12, 31), dt.date(2023, 6, 30), 41349926.01),
        (CLOSED, "S000030880", "0000814679", dt.date(2022, 12, 30), dt.date(2022, 12, 31), 1389080.74),
    ],
)
def test_a_document_names_its_fund_and_dates(name, series, cik, list_date, fiscal_year_end, net_assets):
    found = report(name)
    assert (found.series_id, found.cik, found.submission_type) == (series, cik, "NPORT-P")
    assert (found.list_date, found.fiscal_year_end) == (list_date, fiscal_year_end)
    assert found.net_assets_usd == net_assets


@pytest.mark.parametrize(("name", "count"), [(BOND_FUND, 1685), (TAX_FREE, 55), (CLOSED, 0)])
def test_every_position_is_read_and_the_sums_agree(name, count):
    found, expected = report(name), totals(name)
    assert found.positions.height == expected.positions == count
    assert found.positions["value_usd"].sum() == pytest.approx(float(expected.value), rel=EXACT)
    assert found.positions["weight_percent"].sum() == pytest.approx(float(expected.percent), rel=EXACT)


@pytest.mark.parametrize("name", [BOND_FUND, TAX_FREE])
def test_values_and_percentages_agree_with_the_funds_own_net_assets(name):
    found = report(name)
    share = found.positions["value_usd"].sum() / found.net_assets_usd
    assert 100 * share == pytest.approx(found.positions["weight_percent"].sum(), abs=SUM_OF_PERCENTS)


def test_positions_inside_derivatives_are_not_counted():
    counts = dict(report(BOND_FUND).positions["payoff"].fill_null("N/A").value_counts().iter_rows())
    assert counts == {"Long": 902, "N/A": 774, "Short": 9}
    assert dict(report(BOND_FUND).positions["fair_value_level"].value_counts().iter_rows()) == {
        1: 16,
        2: 1669,
    }


def test_a_foreign_currency_and_a_placeholder_are_read():
    row = report(BOND_FUND).positions.row(1, named=True)
    assert (row["title"], row["currency"], row["cusip"]) == ("PURCHASED JPY / SOLD USD", "JPY", None)
    assert (row["other_ids"], row["issuer_category"]) == ("23CJKBB56P4", "OTHER")


def test_funds_that_a_fund_holds_are_common_equity_and_no_members():
    held = report(BOND_FUND).positions.filter(pl.col("asset_category") == "EC")
    assert sorted(held["issuer_category"].to_list()) == ["RF", "RF"]
    fund = FundRow(
        fund="BONDS",
        series_id="S000013795",
        index="none",
        months="3",
        kind="samples",
        status="known",
        source="-",
    )
    with pytest.raises(InputError, match="has 0 members"):
        constituents(report(BOND_FUND), dt.date(2023, 5, 30), fund, RULES, pl.Series([dt.date(2023, 5, 31)]))
