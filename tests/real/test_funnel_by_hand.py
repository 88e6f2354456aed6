"""Companies of the real files worked by hand: one line by line through ratios and lenses, those that fail,
those to be verified.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.real.conftest import MAY, NOVEMBER, REAL, RealHome
from tests.real.funnel_rows import BY_ACCRUALS_ALONE, path
from tests.tolerances import BY_HAND, EXACT

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")


@pytest.fixture(scope="module")
def annual(long_limit: RealHome) -> pd.Series:
    """What is known of its fiscal 2023."""
    return long_limit.rows(
        "SELECT annual.* FROM core.annual_metrics AS annual JOIN core.members USING (entity_id)"
        f" WHERE ticker = 'POWL' AND as_of = DATE '{NOVEMBER}' AND period_end = DATE '2023-09-30'"
    ).iloc[0]


@pytest.fixture(scope="module")
def seen(long_limit: RealHome) -> pd.Series:
    """What is known of it at the end of November."""
    return long_limit.rows(
        "SELECT seen.* FROM core.metrics_as_of AS seen JOIN core.members USING (as_of, entity_id)"
        f" WHERE ticker = 'POWL' AND as_of = DATE '{NOVEMBER}'"
    ).iloc[0]


@pytest.fixture(scope="module")
def lenses(long_limit: RealHome) -> pd.DataFrame:
    """Its eighteen items, by name."""
    return long_limit.rows(
        "SELECT lenses.* FROM marts.statement_lenses AS lenses JOIN core.members USING (as_of, entity_id)"
        f" WHERE ticker = 'POWL' AND as_of = DATE '{NOVEMBER}'"
    ).set_index("item")


class TestPowellByHand:
    """POWL at 2025-11-30: fiscal 2023, to 30 September 2023, in USD 1,000, and the price of the fund's list
    of 5 November 2025.
    """

    PRICE, SHARES = 395.77, 11_879_000  # traded; the basic average of the fiscal year
    REVENUE, GROSS_PROFIT, OPERATING_INCOME, NET_INCOME = 699_308, 147_553, 62_520, 54_525
    PRETAX_INCOME, NET_INTEREST_EXPENSE = 68_950, -6_430
    CASH, CURRENT_ASSETS, CURRENT_LIABILITIES = 279_009, 621_985, 395_686
    TOTAL_ASSETS, TOTAL_ASSETS_BEFORE, TOTAL_LIABILITIES = 752_242, 493_380, 398_071
    EQUITY, RETAINED_EARNINGS = 354_171, 325_281
    CAPITAL_EXPENDITURES, DIVIDENDS, SHARES_BEFORE = 7_807, 12_407, 11_797_000
    # Fiscal 2019 to 2023; capital expenditures of 2022 are net of a sale.
    NET_INCOMES = (9_890, 16_660, 631, 13_737, 54_525)
    OPERATING_CASH_FLOWS = (68_759, 72_394, -30_461, -3_582, 182_553)
    FREE_CASH_FLOWS = (68_759 - 4_255, 72_394 - 5_130, -30_461 - 2_891, -3_582 + 2_526, 182_553 - 7_807)

    def test_net_cash_is_all_cash_because_blank_debt_is_none(self, annual: pd.Series) -> None:
        # Both parts of debt are blank, and interest is earned: -6,430 is not above 1% of total liabilities.
        assert (annual["total_debt_usd"], annual["is_debt_assumed_zero"]) == (0, True)
        assert annual["net_cash_usd"] == self.CASH * 1000 == 279_009_000
        assert annual["debt_to_equity"] == 0 / self.EQUITY == 0

    @pytest.mark.parametrize(
        ("metric", "numerator", "denominator", "by_hand"),
        [
            ("current_ratio", CURRENT_ASSETS, CURRENT_LIABILITIES, 1.571916),
            ("gross_margin", GROSS_PROFIT, REVENUE, 0.2109986),
            ("operating_margin", OPERATING_INCOME, REVENUE, 0.08940267),
            ("net_margin", NET_INCOME, REVENUE, 0.07796994),
            ("roe", NET_INCOME, EQUITY, 0.1539510),
            # (54,525 - 182,553) over the mean of 493,380 and 752,242
            ("accruals_cash_flow", -128_028, 622_811, -0.2055648),
            ("cash_conversion", OPERATING_CASH_FLOWS[-1], NET_INCOME, 3.348061),
            # 68,759 + 72,394 - 30,461 - 3,582 + 182,553 over 9,890 + 16,660 + 631 + 13,737 + 54,525
            ("cash_conversion_5y", 289_663, 95_443, 3.034932),
            ("capex_intensity", CAPITAL_EXPENDITURES, REVENUE, 0.01116389),
        ],
    )
    def test_ratios(
        self,
        annual: pd.Series,
        seen: pd.Series,
        metric: str,
        numerator: float,
        denominator: float,
        by_hand: float,
    ) -> None:
        assert annual[metric] == pytest.approx(numerator / denominator, rel=EXACT)
        assert annual[metric] == pytest.approx(by_hand, rel=BY_HAND)
        assert seen[metric] == annual[metric]

    def test_the_sums_above_are_those_of_the_statements(self) -> None:
        assert self.NET_INCOME - self.OPERATING_CASH_FLOWS[-1] == -128_028
        assert (self.TOTAL_ASSETS + self.TOTAL_ASSETS_BEFORE) / 2 == 622_811
        assert (sum(self.OPERATING_CASH_FLOWS), sum(self.NET_INCOMES)) == (289_663, 95_443)

    def test_the_market_value_takes_the_price_as_traded(self, seen: pd.Series) -> None:
        assert (seen["price_usd"], seen["price_basis"], seen["price_date"].date()) == (
            self.PRICE,
            "holdings_file",
            dt.date(2025, 11, 5),
        )
        assert seen["market_cap_usd"] == pytest.approx(self.PRICE * self.SHARES, rel=EXACT)
        assert seen["market_cap_usd"] == pytest.approx(4_701_351_830, rel=EXACT)

    def test_altman_z(self, seen: pd.Series) -> None:
        parts = [
            1.2
            * (self.CURRENT_ASSETS - self.CURRENT_LIABILITIES)
            / self.TOTAL_ASSETS,  # 1.2 x 226,299 / 752,242 = 0.3609992
            1.4 * self.RETAINED_EARNINGS / self.TOTAL_ASSETS,  # 1.4 x 325,281 / 752,242 = 0.6053816
            3.3 * self.OPERATING_INCOME / self.TOTAL_ASSETS,  # 3.3 x 62,520 / 752,242 = 0.2742681
            0.6
            * self.PRICE
            * self.SHARES
            / (self.TOTAL_LIABILITIES * 1000),  # 0.6 x 4,701,351.83 / 398,071 = 7.0862009
            1.0 * self.REVENUE / self.TOTAL_ASSETS,  # 699,308 / 752,242 = 0.9296317
        ]
        assert parts == pytest.approx([0.3609992, 0.6053816, 0.2742681, 7.0862009, 0.9296317], rel=BY_HAND)
        assert seen["altman_z"] == pytest.approx(sum(parts), rel=EXACT)
        assert seen["altman_z"] == pytest.approx(9.256482, rel=BY_HAND)
        assert seen["altman_z_zone"] == "safe"

    @pytest.mark.parametrize(
        ("item", "value", "verdict"),
        [
            ("debt_to_equity", 0, "met"),
            ("current_ratio", CURRENT_ASSETS / CURRENT_LIABILITIES, "met"),
            ("interest_coverage", None, "met"),  # debt-free
            ("net_cash_to_assets", CASH / TOTAL_ASSETS, "met"),
            ("altman_z", 9.256482, "met"),
            ("goodwill_to_assets", None, "unknown"),  # the files have no goodwill
            ("net_income_growth", 54_525 / 9_890 - 1, "met"),
            ("operating_margin", OPERATING_INCOME / REVENUE, "missed"),  # 8.9%, below 10%
            ("return_on_equity", NET_INCOME / EQUITY, "met"),  # 15.4%, above 15%
            ("revenue_steadiness", 1, "met"),  # it fell once: 518,499 to 470,559
            # Pretax income of 68,950 is operating income of 62,520 and interest earned of 6,430, to the
            # thousand.
            (
                "unusual_items_share",
                (PRETAX_INCOME - (OPERATING_INCOME - NET_INTEREST_EXPENSE)) / PRETAX_INCOME,
                "met",
            ),
            (
                "operating_cash_flow_growth",
                182_553 / 68_759 - 1,
                "missed",
            ),  # it grew, but was negative in two years
            ("cash_conversion", OPERATING_CASH_FLOWS[-1] / NET_INCOME, "met"),
            ("free_cash_flow_years", 3, "missed"),
            ("accruals_cash_flow", -128_028 / 622_811, "met"),
            ("capex_intensity", CAPITAL_EXPENDITURES / REVENUE, "met"),
            (
                "capital_returned",
                SHARES / SHARES_BEFORE - 1,
                "met",
            ),  # dividends of 12,407, and 0.7% more shares
            # Margins of 16.817, 18.240, 15.952, 15.963 and 21.100%: slope (-2 x m1 - m2 + m4 + 2 x m5) / 10
            (
                "margin_trend",
                (-2 * 86_976 / 517_180 - 94_575 / 518_499 + 85_018 / 532_582 + 2 * 147_553 / 699_308) / 10,
                "met",
            ),
        ],
    )
    def test_lenses(self, lenses: pd.DataFrame, item: str, value: float | None, verdict: str) -> None:
        row = lenses.loc[item]
        assert row["verdict"] == verdict
        if value is None:
            assert pd.isna(row["value"])
        else:
            assert row["value"] == pytest.approx(value, rel=BY_HAND)

    def test_it_fails_filter_5_for_two_years_without_cash(self, long_limit: RealHome) -> None:
        rows = path(long_limit, NOVEMBER, "POWL")
        assert rows["status"].to_list() == ["verify", "pass", "pass", "pass", "fail", "not_reached"]
        assert sum(flow <= 0 for flow in self.OPERATING_CASH_FLOWS) == 2  # none is allowed
        assert sum(flow <= 0 for flow in self.FREE_CASH_FLOWS) == 2  # one is allowed
        assert rows.loc[5, "reason"] == (
            "operating cash flow is not positive in every year; free cash flow is not positive in "
            "more than 1 year(s)"
        )
        # The worst year is fiscal 2021: -30,461 on assets of 436,192.
        assert rows.loc[5, "value"] == pytest.approx(-30_461 / 436_192, rel=EXACT)

    def test_filter_4_passes_narrowly(self, long_limit: RealHome) -> None:
        rows = path(long_limit, NOVEMBER, "POWL")
        assert rows.loc[4, "is_borderline"]
        assert rows.loc[4, "value"] == pytest.approx(
            631 / 470_559, rel=EXACT
        )  # fiscal 2021's net margin of 0.13%
        # Cash from operations was below 0.8 x net income in 2021 and 2022: two years, as many as are allowed.
        lacking = [
            cash < 0.8 * profit
            for cash, profit in zip(self.OPERATING_CASH_FLOWS, self.NET_INCOMES, strict=True)
        ]
        assert sum(lacking) == 2


class TestOthersByHand:
    """At 2025-05-31, from the rows of the files, statements in USD 1,000.

    Prices of the fund's list of 13 May 2025.
    """

    def test_azz_fails_for_its_debt(self, short_limit: RealHome) -> None:
        # Fiscal year to 29 February 2024: long-term debt 952,742, no short-term part; equity 934,491;
        # 25,041,000 shares at 94.15.
        rows = path(short_limit, MAY, "AZZ")
        market_value = 25_041_000 * 94.15
        assert market_value == pytest.approx(2_357_610_150, rel=EXACT)
        assert rows.loc[2, ["stand_alone_status", "measure", "threshold"]].to_list() == [
            "fail",
            "debt_to_market_cap",
            0.33,
        ]
        assert rows.loc[2, "value"] == pytest.approx(952_742_000 / market_value, rel=EXACT)
        assert rows.loc[2, "headroom"] == pytest.approx(0.33 - 0.4041134, abs=BY_HAND)
        assert rows.loc[3, ["stand_alone_status", "measure", "threshold"]].to_list() == [
            "fail",
            "debt_to_equity",
            0.30,
        ]
        assert rows.loc[3, "value"] == pytest.approx(952_742 / 934_491, rel=EXACT)
        assert rows["status"].to_list() == ["verify", "fail", *["not_reached"] * 4]
        assert set(rows["outcome"]) == {"failed"}

    def test_ufpt_passes_four_filters_and_fails_for_its_accruals(self, short_limit: RealHome) -> None:
        # Fiscal 2023: debt 4,000 + 28,000 on equity of 286,091; net income 44,924, of which 41,334 came in as
        # cash.
        rows = path(short_limit, MAY, "UFPT")
        assert rows["status"].to_list() == ["pass", "pass", "pass", "pass", "fail", "not_reached"]
        assert rows.loc[3, "value"] == pytest.approx((4_000 + 28_000) / 286_091, rel=EXACT)
        # 3,590 over the mean of 378,192 and 404,136. The balance-sheet form is as high: other current assets
        # grew by 28,287 - 812, current liabilities by 2,248, short-term debt not; depreciation is 11,407.
        # The universe's limits are compared with pandas above.
        assert (28_287 - 812) - (2_248 - 0) - 11_407 == 13_820
        assert rows.loc[5, "measure"] == "accruals_cash_flow"  # by less above its limit
        assert rows.loc[5, "value"] == pytest.approx((44_924 - 41_334) / ((378_192 + 404_136) / 2), rel=EXACT)
        assert rows.loc[5, "value"] == pytest.approx(3_590 / 391_164, rel=EXACT)
        assert rows.loc[5, "reason"] == BY_ACCRUALS_ALONE
        assert rows.loc[5, "threshold"] == 0  # the percentile is below zero
        assert rows.loc[5, "value"] < 0.10  # a fixed limit would have let it pass

    def test_nssc_passes_by_the_balance_sheet_form_of_accruals(self, short_limit: RealHome) -> None:
        # Fiscal 2024: net income 49,818, of which 45,368 came in as cash. Current assets grew from 131,359 to
        # 141,783, cash alone from 41,091 to 70,739; current liabilities from 20,796 to 23,351; no debt;
        # depreciation 2,163; total assets 166,654 and 207,752.
        rows = path(short_limit, MAY, "NSSC")
        working = (141_783 - 131_359) - (70_739 - 41_091) - (23_351 - 20_796)
        mean_assets = (166_654 + 207_752) / 2
        assert rows.loc[5, ["stand_alone_status", "measure"]].to_list() == ["pass", "accruals_balance_sheet"]
        assert rows.loc[5, "value"] == pytest.approx((working - 2_163) / mean_assets, rel=EXACT)
        assert rows.loc[5, "value"] == pytest.approx(-0.1278932, rel=BY_HAND)
        assert (49_818 - 45_368) / mean_assets == pytest.approx(0.02377099, rel=BY_HAND)
        assert rows.loc[5, "is_borderline"]
        assert rows.loc[5, "reason"] == (
            "meets every rule, narrowly: accruals are high in the cash-flow form alone"
        )
        assert rows["status"].to_list() == ["pass"] * 6

    def test_pch_is_asked_of_its_debt_although_it_is_a_reit(self, short_limit: RealHome) -> None:
        # Fiscal 2023: debt 175,615 + 858,113; 79,985,000 shares at 40.10; equity 2,171,098.
        rows = path(short_limit, MAY, "PCH")
        assert rows["stand_alone_status"].to_list() == ["verify", "pass", "fail", "pass", "pass", "pass"]
        assert rows.loc[2, "value"] == pytest.approx(
            (175_615 + 858_113) * 1000 / (79_985_000 * 40.10), rel=EXACT
        )
        assert rows.loc[2, "is_borderline"]  # 32.2%, below 33%
        assert rows.loc[3, "value"] == pytest.approx((175_615 + 858_113) / 2_171_098, rel=EXACT)
        assert set(rows["outcome"]) == {"failed"}

    def test_hdsn_is_to_be_verified_where_its_blank_debt_cannot_be_none(self, short_limit: RealHome) -> None:
        # Fiscal 2023: both parts of debt are blank, yet net interest of 8,352 is paid on total liabilities of
        # 67,899.
        assert 8_352 > 0.01 * 67_899
        rows = path(short_limit, MAY, "HDSN")
        assert rows.loc[[2, 3], "stand_alone_status"].to_list() == ["verify", "verify"]
        assert rows.loc[[2, 3], "value"].isna().all()
        reasons = short_limit.rows(
            "SELECT total_debt_reason, debt_to_equity_reason FROM core.annual_metrics JOIN "
            "core.members USING (entity_id)"
            f" WHERE ticker = 'HDSN' AND as_of = DATE '{MAY}' AND fiscal_year = 2023"
        )
        assert reasons.to_numpy().tolist() == [["debt_blank_but_interest_paid"] * 2]
