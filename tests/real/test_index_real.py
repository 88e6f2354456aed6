"""The index on the real files: weights, holdings, sectors, valuation with and without losses, and the June
2025 reconstitution.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from tests.real.conftest import MAY, NOVEMBER, REAL, RealHome
from tests.tolerances import EXACT

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")

LISTS = {MAY: dt.date(2025, 5, 13), NOVEMBER: dt.date(2025, 11, 5)}
"""The day of the list that serves each date."""
MEMBERS = {MAY: 1919, NOVEMBER: 1945}
DATES = (MAY, NOVEMBER)
OTHER = {MAY: {"CMDB"}, NOVEMBER: {"FUBO", "ULH"}}
"""Names whose sector the list of a date prints as Other."""
WITHOUT_SECTOR = {MAY: {"CMDB"}, NOVEMBER: set()}
"""Names without a sector: FUBO and ULH keep that of May in November, but November says nothing about May."""
LEFT_FOR_THE_RUSSELL_1000 = ("SFM", "INSM", "RKLB")
"""Three of the largest of May 2025: no longer in the fund after June."""


def holdings_file(as_of: dt.date) -> list[dict[str, str]]:
    """Read the equity rows of the file as printed, without the project's reader."""
    path = Path(REAL) / "ishares" / f"IWM_holdings_asof_{LISTS[as_of]}.csv"
    lines = [row for row in csv.reader(path.open(encoding="utf-8-sig")) if len(row) == 15]
    rows = [dict(zip(lines[0], row, strict=True)) for row in lines[1:]]
    return [row for row in rows if row["Asset Class"] == "Equity"]


def profile(home: RealHome, as_of: dt.date) -> pd.Series:
    """Return the one row of marts.index_profile."""
    return home.rows(f"SELECT * FROM marts.index_profile WHERE as_of = DATE '{as_of}'").iloc[0]


@pytest.mark.parametrize("as_of", DATES)
class TestHoldings:
    def test_weights_sum_to_one_over_all_members(self, long_limit: RealHome, as_of: dt.date) -> None:
        rows = long_limit.rows(f"SELECT weight, rank FROM marts.index_holdings WHERE as_of = DATE '{as_of}'")
        assert len(rows) == MEMBERS[as_of]
        assert rows["weight"].sum() == pytest.approx(1, rel=EXACT)
        assert sorted(rows["rank"]) == list(range(1, MEMBERS[as_of] + 1))

    def test_the_heaviest_are_those_of_the_file(self, long_limit: RealHome, as_of: dt.date) -> None:
        values = sorted(
            ((float(row["Market Value"].replace(",", "")), row["Ticker"]) for row in holdings_file(as_of)),
            reverse=True,
        )[:10]
        ours = long_limit.rows(
            f"SELECT ticker, weight FROM marts.index_holdings WHERE as_of = DATE '{as_of}' AND "
            f"rank <= 10 ORDER BY rank"
        )
        assert ours["ticker"].to_list() == [ticker for _, ticker in values]
        # Weights are in the ratio of the market values.
        assert (ours["weight"] / ours["weight"].iloc[0]).to_list() == pytest.approx(
            [value / values[0][0] for value, _ in values], rel=EXACT
        )

    def test_there_are_eleven_sectors_and_names_without_one(
        self, long_limit: RealHome, as_of: dt.date
    ) -> None:
        sectors = long_limit.rows(
            f"SELECT sector, members, weight FROM marts.index_sectors WHERE as_of = DATE '{as_of}'"
        ).set_index("sector")
        unknown = WITHOUT_SECTOR[as_of]
        assert len(sectors.drop("unknown", errors="ignore")) == 11
        assert "Communication Services" in sectors.index
        assert (sectors.loc["unknown", "members"] if "unknown" in sectors.index else 0) == len(unknown)
        assert sectors["weight"].sum() == pytest.approx(1, rel=EXACT)
        assert {row["Ticker"] for row in holdings_file(as_of) if row["Sector"] == "Other"} == OTHER[as_of]


class TestValuation:
    @pytest.fixture
    def profiles(self, short_limit: RealHome, long_limit: RealHome) -> dict[dt.date, pd.Series]:
        """Each date under the limit that leaves it fresh records."""
        return {MAY: profile(short_limit, MAY), NOVEMBER: profile(long_limit, NOVEMBER)}

    @pytest.mark.parametrize("as_of", DATES)
    def test_without_losses_the_index_is_priced_as_published(
        self, profiles: dict[dt.date, pd.Series], as_of: dt.date
    ) -> None:
        row = profiles[as_of]
        assert 12 < row["pe_excluding_losses"] < 25
        assert 0.35 < row["pe_excluding_losses_weight"] < row["market_cap_weight"] < 1

    @pytest.mark.parametrize("as_of", DATES)
    def test_with_them_it_has_no_price_of_earnings_and_says_why(
        self, profiles: dict[dt.date, pd.Series], as_of: dt.date
    ) -> None:
        row = profiles[as_of]
        assert (pd.isna(row["pe_including_losses"]), row["pe_including_losses_reason"]) == (
            True,
            "earnings_not_positive",
        )
        assert row["pe_including_losses_members"] > row["pe_excluding_losses_members"] > 500
        assert 0.6 < row["pe_including_losses_weight"] < 1

    @pytest.mark.parametrize("as_of", DATES)
    def test_a_third_to_a_half_of_the_companies_lose_money(
        self, profiles: dict[dt.date, pd.Series], as_of: dt.date
    ) -> None:
        row = profiles[as_of]
        assert 0.20 < row["unprofitable_weight_share"] < row["unprofitable_share"] < 0.55
        assert row["unprofitable_members"] == round(row["unprofitable_share"] * row["earnings_members"])

    @pytest.mark.parametrize("as_of", DATES)
    def test_book_and_dividends_are_near_the_published_ones(
        self, profiles: dict[dt.date, pd.Series], as_of: dt.date
    ) -> None:
        published = (
            pd.read_csv(REAL.parent / "published" / "index_profile.csv")
            .set_index("measure")["value"]
            .drop("unprofitable_share_pct")
        )
        row = profiles[as_of]
        # Another snapshot, other accounts, and no banks among ours: the same order of size is all that can be
        # asked.
        assert row["pb"] == pytest.approx(float(published["price_to_book"]), rel=0.25)
        assert 100 * row["dividend_yield"] == pytest.approx(float(published["dividend_yield_pct"]), rel=0.25)

    def test_under_the_default_limit_november_has_hardly_a_fresh_record(self, short_limit: RealHome) -> None:
        row = profile(short_limit, NOVEMBER)
        assert row["market_cap_weight"] < 0.1
        stale = short_limit.rows(
            f"SELECT count(*) AS n FROM marts.index_holdings WHERE as_of = DATE '{NOVEMBER}' AND "
            f"market_cap_reason = 'stale'"
        )
        assert stale["n"].item() > 1000


class TestReconstitutionOfJune2025:
    def test_it_shows_between_the_dates(self, long_limit: RealHome) -> None:
        row = profile(long_limit, NOVEMBER)
        assert row["previous_as_of"].date() == MAY
        assert (bool(row["is_reconstitution"]), row["expected_event"]) == (True, "june_2025")
        assert row["additions"] - row["removals"] == MEMBERS[NOVEMBER] - MEMBERS[MAY]
        assert min(row["additions"], row["removals"]) > 200
        assert pd.isna(profile(long_limit, MAY)["is_reconstitution"])

    def test_changes_name_their_cause_and_evidence(self, long_limit: RealHome) -> None:
        rows = long_limit.rows("SELECT * FROM marts.index_changes")
        assert set(rows["as_of"].dt.date) == {NOVEMBER}
        assert rows["evidence"].str.len().min() > 0
        causes = rows.groupby(["change", "cause"]).size()
        # The prices hold nobody who died, so that who was acquired cannot be told from who is missing.
        assert set(causes.index) == {
            ("added", "demoted_in"),
            ("added", "ipo"),
            ("added", "other"),
            ("removed", "below_minimum"),
            ("removed", "graduated"),
            ("removed", "other"),
        }
        assert causes["removed", "graduated"] >= 15
        assert causes["removed", "below_minimum"] > 100

    @pytest.mark.parametrize("ticker", LEFT_FOR_THE_RUSSELL_1000)
    def test_well_known_graduates_are_found(self, long_limit: RealHome, ticker: str) -> None:
        rows = long_limit.rows(f"SELECT change, cause FROM marts.index_changes WHERE ticker = '{ticker}'")
        assert rows.to_dict("records") == [{"change": "removed", "cause": "graduated"}]

    def test_its_effect_cannot_be_measured_from_two_lists(self, long_limit: RealHome) -> None:
        rows = long_limit.rows(
            "SELECT status, reason FROM marts.reconstitution_effects WHERE event = 'june_2025'"
        )
        assert rows["status"].to_list() == ["insufficient"] * 2
        assert rows["reason"].str.contains("45 days apart").all()


@pytest.mark.parametrize("as_of", DATES)
def test_eligibility_is_to_be_verified_where_the_rank_day_is_not_at_hand(
    long_limit: RealHome, as_of: dt.date
) -> None:
    rows = long_limit.rows(f"SELECT * FROM marts.index_eligibility WHERE as_of = DATE '{as_of}'")
    assert len(rows) == MEMBERS[as_of]
    assert set(rows["rank_date"].dt.date) == {dt.date(2025, 4, 30)}
    # Prices are adjusted for later dividends and splits: no price as traded, and no list of April.
    assert set(rows["price_status"]) == set(rows["market_cap_status"]) == {"verify"}
    assert set(rows["exchange_status"]) == {"pass"}
    foreign = rows[rows["country_status"] == "fail"]
    assert 20 < len(foreign) < 60
    assert set(foreign["status"]) == {"fail"}
