"""The real files through the real command: both dates in both orders, the counts, the known defects by name,
one company by hand.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.oracle.quality_agreement import assert_agreement, both
from tests.real.conftest import CLOCK, LONG_LIMIT, MAY, NOVEMBER, REAL, SHORT_LIMIT, RealHome
from tests.tolerances import BY_HAND, EXACT, NEAR_A_CRUDE_COUNT, SUM_OF_ROUNDED

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")

NOTE_BUT_STALE = "nullif(replace('; ' || note, '; stale record', ''), '')"
"""The note says in words what is_stale says; the rest of it has nothing to do with the limit."""


def coverage(home: RealHome, as_of: dt.date) -> pd.Series:
    return home.rows(f"SELECT * FROM marts.coverage WHERE as_of = DATE '{as_of}'").iloc[0]


class TestBothOrders:
    def test_may_then_november_serves_both(self, long_limit: RealHome) -> None:
        assert long_limit.served == [[MAY], [MAY, NOVEMBER]]

    def test_november_then_may_serves_both(self, short_limit: RealHome) -> None:
        # The end of May is a month end of the year that November's run makes, so both are there from the
        # start.
        assert short_limit.served == [[MAY, NOVEMBER], [MAY, NOVEMBER]]

    def test_each_home_has_one_limit(self, long_limit: RealHome, short_limit: RealHome) -> None:
        query = "SELECT DISTINCT stale_months FROM marts.coverage"
        assert long_limit.rows(query)["stale_months"].to_list() == [LONG_LIMIT]
        assert short_limit.rows(query)["stale_months"].to_list() == [SHORT_LIMIT]

    @pytest.mark.parametrize(
        ("table", "columns"),
        [
            ("raw.securities", "*"),
            ("raw.constituents", "*"),
            ("raw.fundamentals", "*"),
            ("raw.prices", "*"),
            ("raw.factors", "*"),
            ("core.members", "*"),
            ("core.annual_fundamentals", "*"),
            ("core.annual_metrics", "*"),
            ("core.rejects", "*"),
            ("core.metrics_as_of", f"* EXCLUDE (is_stale) REPLACE ({NOTE_BUT_STALE} AS note)"),
        ],
    )
    def test_what_no_stale_limit_touches_is_equal(
        self, long_limit: RealHome, short_limit: RealHome, table: str, columns: str
    ) -> None:
        assert rows_of_one_alone(long_limit, short_limit, f"SELECT {columns} FROM {{home}}.{table}") == 0

    def test_the_basis_with_a_limit_of_its_own_is_equal(
        self, long_limit: RealHome, short_limit: RealHome
    ) -> None:
        query = "SELECT * FROM {home}.marts.quality_scores WHERE basis = 'as_published'"
        assert rows_of_one_alone(long_limit, short_limit, query) == 0
        dates = "SELECT DISTINCT as_of FROM marts.quality_scores WHERE basis = 'as_published'"
        # 163 days after the end of November lie beyond the last day that the files know.
        assert [day.date() for day in long_limit.rows(dates)["as_of"]] == [MAY]

    def test_at_as_of_the_same_members_have_the_same_inputs_and_only_staleness_differs(
        self, long_limit: RealHome, short_limit: RealHome
    ) -> None:
        inputs = (
            "as_of, entity_id, ticker, method, period_end, roe, fcf_margin, debt_to_assets, "
            "interest_coverage, market_cap_usd"
        )
        query = f"SELECT {inputs} FROM {{home}}.marts.quality_scores WHERE basis = 'point_in_time'"
        assert rows_of_one_alone(long_limit, short_limit, query) == 0
        reasons = (
            "SELECT as_of, entity_id, method FROM marts.quality_scores WHERE basis = 'point_in_time' "
            "AND exclusion_reason = 'stale'"
        )
        stale_long, stale_short = (
            set(home.rows(reasons).itertuples(index=False, name=None)) for home in (long_limit, short_limit)
        )
        assert stale_long < stale_short


def rows_of_one_alone(one: RealHome, other: RealHome, query: str) -> int:
    """Count the rows that only one of two warehouses has; both must have some."""
    with duckdb.connect() as connection:
        for name, home in (("one", one), ("other", other)):
            connection.execute(
                f"ATTACH '{home.home / 'warehouse' / 'warehouse.duckdb'}' AS {name} (READ_ONLY)"
            )
        ours, theirs = query.format(home="one"), query.format(home="other")
        counts = (
            f"SELECT (SELECT count(*) FROM ({ours})), (SELECT count(*) FROM ({ours} EXCEPT ALL {theirs}))"
        )
        rows, alone = connection.execute(counts).fetchall()[0]
        missing = connection.execute(f"SELECT count(*) FROM ({theirs} EXCEPT ALL {ours})").fetchall()[0][0]
    assert rows > 0
    return int(alone + missing)


class TestParity:
    def test_both_dates_agree_with_pandas_under_the_long_limit(self, long_limit: RealHome) -> None:
        assert_agreement(both(long_limit.home, CLOCK, LONG_LIMIT))

    def test_both_dates_agree_with_pandas_under_the_short_limit(self, short_limit: RealHome) -> None:
        assert_agreement(both(short_limit.home, CLOCK, SHORT_LIMIT))


class TestCounts:
    @pytest.mark.parametrize(
        ("as_of", "equity_rows", "refused", "members"), [(MAY, 1939, 13, 1919), (NOVEMBER, 1962, 11, 1945)]
    )
    def test_members(
        self, long_limit: RealHome, as_of: dt.date, equity_rows: int, refused: int, members: int
    ) -> None:
        # The files' README counts the equity rows; rights, escrows and delisted rows are refused; share
        # classes are lines of one company.
        row = coverage(long_limit, as_of)
        assert (row["lines"], row["members"]) == (equity_rows - refused, members)
        assert row["lines"] - row["members"] == {MAY: 7, NOVEMBER: 6}[as_of]

    def test_fresh_records_are_about_as_many_as_the_readme_counts(
        self, long_limit: RealHome, short_limit: RealHome
    ) -> None:
        # The README says: 1,170 of 1,929 members at the end of May; in November only 57, and 1,194 with a
        # limit of 30 months.
        fresh = {
            (MAY, SHORT_LIMIT): coverage(short_limit, MAY)["fresh_fundamentals"],
            (NOVEMBER, SHORT_LIMIT): coverage(short_limit, NOVEMBER)["fresh_fundamentals"],
            (NOVEMBER, LONG_LIMIT): coverage(long_limit, NOVEMBER)["fresh_fundamentals"],
        }
        counted = {(MAY, SHORT_LIMIT): 1170, (NOVEMBER, SHORT_LIMIT): 57, (NOVEMBER, LONG_LIMIT): 1194}
        assert fresh == pytest.approx(counted, abs=NEAR_A_CRUDE_COUNT)

    def test_november_with_the_default_limit_shows_its_stale_members_and_is_published(
        self, short_limit: RealHome
    ) -> None:
        row = coverage(short_limit, NOVEMBER)
        # README: 57 fresh under 18 months against 1,194 under 30, so 1,137 turn stale; those older than 30
        # months come on top.
        assert 1194 - 57 - NEAR_A_CRUDE_COUNT <= row["stale_fundamentals"] <= 1350
        assert (
            row["stale_fundamentals"]
            == row["excluded_stale"]
            == row["with_fundamentals"] - row["fresh_fundamentals"]
        )
        shown = short_limit.rows(
            f"SELECT count(*) AS stale, count(period_end) AS dated FROM marts.quality_scores"
            f" WHERE as_of = DATE '{NOVEMBER}' AND method = 'published' AND exclusion_reason = 'stale'"
        ).iloc[0]
        assert shown["stale"] == shown["dated"] == row["excluded_stale"]

    def test_the_summary_prints_the_counts_that_sql_gives(self, long_limit: RealHome) -> None:
        counts = long_limit.rows(
            f"SELECT members, usable_tickers, with_record, complete_records, "
            f"records_after_controls FROM marts.quality_summary"
            f" WHERE as_of = DATE '{NOVEMBER}' AND method = 'published' AND basis = "
            f"'point_in_time' AND variant = 'base' AND quintile = 0"
        ).iloc[0]
        printed = long_limit.printed[-1]
        assert f"Quality screen of {NOVEMBER}\nfiles in real: " in printed
        lines = (
            "members",
            "with a usable ticker",
            "with a fresh annual record",
            "complete records",
            "records after controls",
        )
        for words, number in zip(lines, counts, strict=True):
            assert [line.split()[-1] for line in printed.splitlines() if line.startswith(f"{words} ")] == [
                f"{number:,}"
            ]


class TestNamedDefects:
    def test_rows_filed_before_their_period_ended_are_all_in_the_rejects(self, long_limit: RealHome) -> None:
        refused = long_limit.rows(
            "SELECT row_json ->> '$.ticker' AS ticker, CAST(row_json ->> '$.fiscal_year' AS "
            "INTEGER) AS fiscal_year FROM core.rejects"
            " WHERE table_name = 'core.annual_fundamentals' AND rule = 'filing_before_period_end' "
            "ORDER BY ALL"
        )
        assert len(refused) == 30  # the files' README
        # LAND's filing dates lie eleven years before the periods' ends, in years that no screen looks back
        # to.
        assert refused.loc[refused["ticker"] == "LAND", "fiscal_year"].to_list() == [2019, 2020]

    def test_every_row_of_the_file_is_kept_or_refused(self, long_limit: RealHome) -> None:
        rows = pd.read_parquet(REAL / "fundamentals" / "annual.parquet", columns=["ticker"])
        kept = long_limit.rows("SELECT count(*) AS n FROM core.annual_fundamentals")["n"].item()
        refused = long_limit.rows(
            "SELECT count(*) AS n FROM core.rejects WHERE table_name = 'core.annual_fundamentals'"
        )["n"].item()
        assert kept + refused == len(rows)

    @pytest.mark.parametrize("ticker", ["PTEN", "HUBG", "CYTK", "BLBD", "LQDT", "RPAY", "RICK"])
    def test_share_counts_a_thousand_times_off_keep_a_company_out(
        self, long_limit: RealHome, ticker: str
    ) -> None:
        rows = long_limit.rows(
            "SELECT exclusion_reason, market_cap_reason, is_scale_suspect FROM marts.quality_scores AS scores"
            f" JOIN core.metrics_as_of USING (as_of, entity_id) WHERE scores.ticker = '{ticker}'"
        )
        # Two methods, May on both bases and November on one; the method `trailing` on one basis.
        assert len(rows) == 6 + 2
        assert rows["is_scale_suspect"].all()
        assert set(rows["market_cap_reason"]) == {"scale_suspect"}
        assert rows["exclusion_reason"].str.contains("market_cap_usd").all()

    def test_a_first_record_in_thousands_is_caught_by_the_funds_own_holding(
        self, long_limit: RealHome
    ) -> None:
        # MSEX has a single record, so nothing jumps; but the fund alone holds more shares than the company is
        # said to have.
        rows = long_limit.rows(
            "SELECT exclusion_reason, market_cap_reason, shares, list_quantity FROM "
            "marts.quality_scores AS scores"
            " JOIN core.metrics_as_of USING (as_of, entity_id) JOIN core.members USING (as_of, entity_id)"
            " WHERE scores.ticker = 'MSEX' AND method = 'published'"
        )
        assert (rows["list_quantity"] > rows["shares"]).all()
        assert set(rows["market_cap_reason"]) == {"shares_basis_doubtful"}
        assert set(rows["exclusion_reason"]) == {"missing:market_cap_usd"}

    def test_controlled_companies_keep_their_market_values(self, long_limit: RealHome) -> None:
        rows = long_limit.rows(
            "SELECT ticker, market_cap_usd, holding_ratio FROM core.metrics_as_of"
            " JOIN core.members USING (as_of, entity_id) WHERE ticker IN ('LVWR', 'ARL', 'VALU', "
            "'VHI', 'INNV')"
        )
        assert set(rows["ticker"]) == {"LVWR", "ARL", "VALU", "VHI", "INNV"}
        assert (rows["market_cap_usd"] > 0).all()
        assert rows["holding_ratio"].between(0.02, 0.4).all()

    def test_both_dates_vote_that_share_counts_are_as_filed(self, long_limit: RealHome) -> None:
        rows = long_limit.rows(
            "SELECT as_of, shares_footing, shares_footing_basis, footing_votes_splits_for AS splits,"
            " footing_votes_consolidations_for AS consolidations, inferred_share_counts AS inferred"
            " FROM marts.coverage WHERE has_membership ORDER BY as_of"
        )
        assert rows.drop(columns="as_of").to_numpy().tolist() == [
            ["as_filed", "vote", 0, 6, 0],
            ["as_filed", "vote", 0, 2, 0],
        ]

    def test_the_loss_of_thirty_seven_billion_is_kept_and_used_for_nothing(
        self, short_limit: RealHome
    ) -> None:
        refused = short_limit.rows(
            "SELECT rule, CAST(row_json ->> '$.net_income_usd' AS DOUBLE) AS net_income FROM core.rejects"
            " WHERE row_json ->> '$.ticker' = 'SKYE' AND table_name = 'core.annual_fundamentals'"
        )
        assert refused.empty
        seen = short_limit.rows(
            "SELECT period_end, exclusion_reason FROM marts.quality_scores"
            " WHERE ticker = 'SKYE' AND method = 'published' AND basis = 'point_in_time'"
        )
        assert [(day.date(), reason) for day, reason in seen.itertuples(index=False)] == [
            (dt.date(2023, 12, 31), "missing:roe,fcf_margin,interest_coverage")
        ]

    def test_rows_of_the_holdings_files_that_are_no_stock_are_refused_by_name(
        self, long_limit: RealHome
    ) -> None:
        refused = long_limit.rows(
            "SELECT DISTINCT rule, row_json ->> '$.name' AS name FROM core.rejects WHERE "
            "table_name = 'raw.constituents'"
        )
        assert {rule: sorted(names) for rule, names in refused.groupby("rule")["name"]} == {
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
            "not_equity": [
                "BLK CSH FND TREASURY SL AGENCY",
                "CAD CASH",
                "CASH COLLATERAL MSFUT USD",
                "RUSSELL 2000 EMINI CME DEC 25",
                "RUSSELL 2000 EMINI CME JUN 25",
                "USD CASH",
            ],
            "price_too_low": ["PDL BIOPHARMA INC", "STERLING BANCORP INC", "THIRD HARMONIC BIO INC"],
        }
        rows = long_limit.rows(
            "SELECT count(*) AS n FROM core.rejects WHERE table_name = 'raw.constituents'"
        )["n"].item()
        assert rows == (13 + 5) + (
            11 + 5
        )  # refused equity rows, and cash, collateral and futures, of each file


@pytest.fixture(scope="module")
def metrics(long_limit: RealHome) -> pd.Series:
    """What is known of POWL at the end of May."""
    return long_limit.rows(
        "SELECT metrics.*, list_quantity FROM core.metrics_as_of AS metrics JOIN core.members "
        "USING (as_of, entity_id)"
        f" WHERE ticker = 'POWL' AND as_of = DATE '{MAY}'"
    ).iloc[0]


@pytest.fixture(scope="module")
def scored(long_limit: RealHome) -> pd.DataFrame:
    """The whole cross-section that POWL is compared in."""
    return long_limit.rows(
        f"SELECT * FROM marts.quality_scores WHERE as_of = DATE '{MAY}' AND method = 'debt_free_aware'"
        " AND basis = 'point_in_time' AND status = 'scored'"
    ).set_index("ticker")


class TestPowellByHand:
    """POWL at 2025-05-31, from the rows of the files, typed in: fiscal 2023, to 30 September 2023, filed on 6
    December 2023.
    """

    NET_INCOME, EQUITY = 54_525_000, 354_171_000
    REVENUE, OPERATING_CASH_FLOW, CAPITAL_EXPENDITURES = 699_308_000, 182_553_000, 7_807_000
    TOTAL_ASSETS, OPERATING_INCOME = 752_242_000, 62_520_000
    PRICE, QUANTITY, SHARES = (
        194.88,
        238_414,
        11_879_000,
    )  # the fund's list of 13 May 2025; the fiscal year's basic average

    def test_the_record_is_that_of_fiscal_2023_known_since_the_session_after_its_filing(
        self, metrics: pd.Series
    ) -> None:
        assert metrics["period_end"].date() == dt.date(2023, 9, 30)
        assert metrics["available_date"].date() == dt.date(2023, 12, 7)
        assert metrics["is_value_restated"]  # in November 2024, served under its first filing date

    def test_it_is_twenty_months_old_so_stale_under_the_default_limit_alone(
        self, metrics: pd.Series, short_limit: RealHome
    ) -> None:
        assert not metrics["is_stale"]
        # Eighteen months before the end of May 2025 is 30 November 2023, thirty months 30 November 2022.
        rows = short_limit.rows(
            f"SELECT DISTINCT exclusion_reason FROM marts.quality_scores"
            f" WHERE ticker = 'POWL' AND as_of = DATE '{MAY}' AND basis = 'point_in_time'"
        )
        assert rows["exclusion_reason"].to_list() == ["stale"]

    def test_the_statement_is_the_files(self, metrics: pd.Series) -> None:
        assert (metrics["net_income_usd"], metrics["shareholders_equity_usd"]) == (
            self.NET_INCOME,
            self.EQUITY,
        )
        assert (metrics["revenue_usd"], metrics["total_assets_usd"]) == (self.REVENUE, self.TOTAL_ASSETS)
        assert (
            metrics["free_cash_flow_usd"]
            == self.OPERATING_CASH_FLOW - self.CAPITAL_EXPENDITURES
            == 174_746_000
        )
        # Both parts of debt are blank and interest is earned, not paid: a blank means none.
        assert (metrics["total_debt_usd"], metrics["is_debt_assumed_zero"]) == (0, True)

    def test_the_inputs(self, metrics: pd.Series) -> None:
        assert metrics["roe"] == pytest.approx(self.NET_INCOME / self.EQUITY, rel=EXACT)
        assert metrics["roe"] == pytest.approx(0.1539510, rel=BY_HAND)
        assert metrics["fcf_margin"] == pytest.approx(174_746_000 / self.REVENUE, rel=EXACT)
        assert metrics["fcf_margin"] == pytest.approx(0.2498842, rel=BY_HAND)
        assert metrics["debt_to_assets"] == 0
        # Net interest of -6,430,000: income, so there is nothing to cover.
        assert (metrics["interest_coverage_reason"], pd.isna(metrics["interest_coverage"])) == (
            "net_interest_income",
            True,
        )

    def test_the_market_value_is_the_lists_price_times_shares(self, metrics: pd.Series) -> None:
        assert (metrics["price_usd"], metrics["price_basis"]) == (self.PRICE, "holdings_file")
        assert metrics["price_date"].date() == dt.date(2025, 5, 13)
        assert (metrics["shares"], metrics["shares_basis"]) == (self.SHARES, "basic_average")
        assert metrics["list_quantity"] == self.QUANTITY  # 2.0% of the shares: plausible for this fund
        assert metrics["market_cap_usd"] == pytest.approx(2_314_979_520, rel=EXACT)  # 194.88 x 11,879,000

    def test_method_published_leaves_it_out_for_want_of_coverage(self, long_limit: RealHome) -> None:
        rows = long_limit.rows(
            "SELECT DISTINCT exclusion_reason FROM marts.quality_scores"
            f" WHERE ticker = 'POWL' AND as_of = DATE '{MAY}' AND method = 'published'"
        )
        assert rows["exclusion_reason"].to_list() == ["missing:interest_coverage"]

    def test_method_debt_free_aware_gives_it_the_cap_because_it_earns(self, scored: pd.DataFrame) -> None:
        assert self.OPERATING_INCOME > 0
        assert scored.loc["POWL", "interest_coverage"] == 50

    def test_each_z_score_is_the_distance_from_the_mean_of_the_winsorized_inputs(
        self, scored: pd.DataFrame
    ) -> None:
        for name in ("roe", "fcf_margin", "debt_to_assets", "interest_coverage"):
            clipped = scored[name].clip(-10, 50) if name == "interest_coverage" else scored[name]
            winsorized = clipped.clip(*np.quantile(clipped, [0.05, 0.95]))
            z_score = (winsorized["POWL"] - winsorized.mean()) / winsorized.std(ddof=0)
            assert scored.loc["POWL", f"{name}_winsorized"] == pytest.approx(winsorized["POWL"], rel=EXACT)
            assert scored.loc["POWL", f"{name}_z"] == pytest.approx(z_score, rel=EXACT)

    def test_the_score_adds_them_up_and_is_in_the_best_fifth(self, scored: pd.DataFrame) -> None:
        row = scored.loc["POWL"]
        total = row["roe_z"] + row["fcf_margin_z"] - row["debt_to_assets_z"] + row["interest_coverage_z"]
        assert row["score"] == pytest.approx(total, rel=EXACT)
        # Worked in a spreadsheet's way from the four means and deviations: 0.693 + 1.320 + 1.222 + 1.907.
        assert row["score"] == pytest.approx(0.693 + 1.320 + 1.222 + 1.907, abs=SUM_OF_ROUNDED)
        assert row["quintile"] == 5
        assert row["score"] > np.quantile(scored["score"], 0.8)


class TestAgainstTheStudy:
    """Orientation only: the study screened another date and another vendor's figures."""

    NAMES = REAL.parent / "published" / "quality_screen_names.csv"

    @pytest.mark.parametrize(("group", "quintile"), [("top", 5), ("bottom", 1)])
    def test_its_names_stand_at_the_same_end_where_the_files_know_them(
        self, long_limit: RealHome, group: str, quintile: int
    ) -> None:
        names = pd.read_csv(self.NAMES).query("group == @group")["ticker"]
        quintiles = long_limit.rows(
            "SELECT ticker, quintile FROM marts.quality_scores WHERE method = 'published' AND "
            "basis = 'point_in_time' AND status = 'scored'"
        )
        found = quintiles[quintiles["ticker"].isin(names)]
        # The files hold no banks, and of the others most lack an interest expense or are newer than the
        # files.
        assert set(found["ticker"]) == {"top": {"APAM"}, "bottom": {"ARDX", "BHR", "BKSY", "TKNO"}}[group]
        assert set(found["quintile"]) == {quintile}


class TestCostOfExcludingFinance:
    """The lists are of May and November: no book of a June is formed, so no return can be compared."""

    def test_every_comparison_is_insufficient_and_says_why(self, short_limit: RealHome) -> None:
        rows = short_limit.rows(
            "SELECT DISTINCT comparison, status, reason, names_lost FROM marts.cost_of_business_filter"
        )
        assert len(rows) == 3
        assert set(rows["status"]) == {"insufficient"}
        assert set(rows["reason"]) == {
            "no list of members of the end of a June is known, so no book was formed"
        }
        assert rows["names_lost"].isna().all()

    def test_financials_among_the_cheap_companies_can_be_counted(self, short_limit: RealHome) -> None:
        (counts,) = short_limit.rows(
            "SELECT count(*) AS cheap, count(*) FILTER (is_financial) AS financials"
            " FROM marts.funnel_outcomes JOIN core.members USING (as_of, entity_id)"
            f" WHERE as_of = DATE '{MAY}' AND filter_number = 6 AND stand_alone_status = 'pass'"
        ).to_dict("records")
        assert (counts["cheap"], counts["financials"]) == (709, 48)
