"""Annual metrics: values worked by hand, and a reason wherever there is none."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.metrics.fields import FIELDS
from smallcap.tables.registry import TABLES
from tests.examples import examples
from tests.tolerances import BY_HAND, EXACT
from tests.unit.finance.builders import METRICS, fundamentals, year_row

THIS_YEAR = {
    "revenue_usd": 1000.0,
    "cost_of_revenue_usd": 600.0,
    "gross_profit_usd": 400.0,
    "operating_income_usd": 150.0,
    "interest_expense_usd": 20.0,
    "net_interest_expense_usd": 15.0,
    "pretax_income_usd": 120.0,
    "net_income_usd": 90.0,
    "cash_and_short_term_investments_usd": 80.0,
    "current_assets_usd": 500.0,
    "goodwill_usd": 100.0,
    "total_assets_usd": 1200.0,
    "short_term_debt_usd": 50.0,
    "current_liabilities_usd": 250.0,
    "long_term_debt_usd": 200.0,
    "total_liabilities_usd": 700.0,
    "retained_earnings_usd": 300.0,
    "shareholders_equity_usd": 500.0,
    "depreciation_amortization_usd": 40.0,
    "operating_cash_flow_usd": 130.0,
    "capital_expenditures_usd": 60.0,
    "dividends_paid_usd": 10.0,
    "net_share_repurchases_usd": 25.0,
    "shares_outstanding": 102.0,
    "shares_outstanding_date": dt.date(2024, 2, 15),
}
LAST_YEAR = {
    "revenue_usd": 800.0,
    "net_income_usd": 60.0,
    "operating_cash_flow_usd": 70.0,
    "cash_and_short_term_investments_usd": 70.0,
    "current_assets_usd": 430.0,
    "total_assets_usd": 1000.0,
    "short_term_debt_usd": 30.0,
    "current_liabilities_usd": 220.0,
    "shareholders_equity_usd": 400.0,
    "shares_outstanding": 100.0,
}
EXPECTED = {
    "ebit_usd": 150.0,
    "free_cash_flow_usd": 130.0 - 60.0,
    "total_debt_usd": 50.0 + 200.0,
    "net_cash_usd": 80.0 - 250.0,
    "working_capital_usd": 500.0 - 250.0,
    "shareholder_payout_usd": 10.0 + 25.0,
    "roe": 90 / 500,
    "roe_average": 90 / ((500 + 400) / 2),
    "gross_margin": 400 / 1000,
    "operating_margin": 150 / 1000,
    "net_margin": 90 / 1000,
    "ebitda_margin": (150 + 40) / 1000,
    "fcf_margin": 70 / 1000,
    "debt_to_assets": 250 / 1200,
    "debt_to_equity": 250 / 500,
    "interest_coverage": 150 / 20,
    "current_ratio": 500 / 250,
    "goodwill_to_assets": 100 / 1200,
    "accruals_cash_flow": (90 - 130) / ((1200 + 1000) / 2),
    # [(500-430) - (80-70)] - [(250-220) - (50-30)] - 40 = 60 - 10 - 40 = 10, over 1100
    "accruals_balance_sheet": 10 / 1100,
    "cash_conversion": 130 / 90,
    "capex_intensity": 60 / 1000,
    "share_count_change": 102 / 100 - 1,
    # |120 - (150 - 15)| / 120
    "unusual_items_share": 15 / 120,
    # (6.56*250 + 3.26*300 + 6.72*150) / 1200 + 1.05*500/700 = (1640 + 978 + 1008)/1200 + 0.75 = 3.0216667 +
    # 0.75
    "altman_z_double_prime": 3626 / 1200 + 0.75,
    "revenue_growth": 1000 / 800 - 1,
    "net_income_growth": 90 / 60 - 1,
}


def metrics_of_2023(**changes: object) -> dict[str, object]:
    """Metrics of fiscal 2023 with the given inputs changed, the year before beside it."""
    computed = annual_metrics(
        fundamentals(year_row(2022, **LAST_YEAR), year_row(2023, **{**THIS_YEAR, **changes})), METRICS
    )
    return computed.row(by_predicate=pl.col("fiscal_year") == 2023, named=True)


class TestValuesByHand:
    @pytest.mark.parametrize("name", EXPECTED)
    def test_metric(self, name: str) -> None:
        row = metrics_of_2023()
        assert row[name] == pytest.approx(EXPECTED[name], rel=EXACT)
        assert row.get(f"{name.removesuffix('_usd')}_reason") is None

    def test_labels(self) -> None:
        row = metrics_of_2023()
        assert (row["ebit_basis"], row["shares_basis"], row["shares_date"]) == (
            "operating_income",
            "outstanding",
            dt.date(2024, 2, 15),
        )
        assert row["altman_z_double_prime_zone"] == "safe"
        assert row["is_taxes_payable_assumed_zero"] is True

    def test_figures_of_powell_fiscal_2023(self) -> None:
        # Powell Industries' report on fiscal 2023, in thousands: 54,525 / 354,171; (182,553 - 7,807) /
        # 699,308; 62,520 / 699,308.
        row = metrics_of_2023(
            net_income_usd=54_525e3,
            shareholders_equity_usd=354_171e3,
            operating_cash_flow_usd=182_553e3,
            capital_expenditures_usd=7_807e3,
            revenue_usd=699_308e3,
            operating_income_usd=62_520e3,
        )
        assert row["roe"] == pytest.approx(0.1539511, rel=BY_HAND)
        assert row["fcf_margin"] == pytest.approx(0.2498842, rel=BY_HAND)
        assert row["operating_margin"] == pytest.approx(0.08940267, rel=BY_HAND)


class TestDebt:
    def test_one_part_missing(self) -> None:
        row = metrics_of_2023(long_term_debt_usd=None)
        assert (row["total_debt_usd"], row["is_debt_partial"], row["is_debt_assumed_zero"]) == (
            50.0,
            True,
            False,
        )

    def test_both_missing_are_unknown_where_a_blank_means_nothing(self) -> None:
        row = metrics_of_2023(long_term_debt_usd=None, short_term_debt_usd=None)
        assert (row["total_debt_usd"], row["total_debt_reason"], row["debt_to_assets_reason"]) == (
            None,
            "input_missing",
            "input_missing",
        )

    # Total liabilities are 700: 1% of them is 7.
    @pytest.mark.parametrize(("net_interest", "is_zero"), [(7.0, True), (7.01, False), (-50.0, True)])
    def test_declared_blank_means_none_unless_interest_is_paid(
        self, net_interest: float, is_zero: bool
    ) -> None:
        row = metrics_of_2023(
            long_term_debt_usd=None,
            short_term_debt_usd=None,
            is_blank_debt_zero=True,
            net_interest_expense_usd=net_interest,
        )
        assert row["is_debt_assumed_zero"] is is_zero
        assert row["total_debt_usd"] == (0.0 if is_zero else None)
        assert row["debt_to_equity_reason"] == (None if is_zero else "debt_blank_but_interest_paid")

    def test_interest_beside_unknown_liabilities_contradicts_a_blank(self) -> None:
        row = metrics_of_2023(
            long_term_debt_usd=None,
            short_term_debt_usd=None,
            is_blank_debt_zero=True,
            total_liabilities_usd=None,
        )
        assert row["total_debt_reason"] == "debt_blank_but_interest_paid"

    # The other part is known, blank, blank and declared as none, or negative too.
    @pytest.mark.some_cases(6)
    @pytest.mark.parametrize("other", [200.0, 0.0, None, -1.0])
    @pytest.mark.parametrize("is_declared", [True, False])
    @pytest.mark.parametrize(
        ("negative", "beside"),
        [("short_term_debt_usd", "long_term_debt_usd"), ("long_term_debt_usd", "short_term_debt_usd")],
    )
    def test_negative_debt_is_unknown(
        self, negative: str, beside: str, is_declared: bool, other: float | None
    ) -> None:
        row = metrics_of_2023(
            **{
                negative: -300.0,
                beside: other,
                "is_blank_debt_zero": is_declared,
                "net_interest_expense_usd": 0.0,
            }
        )
        assert [row["total_debt_usd"], row["net_cash_usd"], row["debt_to_assets"], row["debt_to_equity"]] == [
            None
        ] * 4
        assert {row[f"{name}_reason"] for name in ("total_debt", "debt_to_assets", "debt_to_equity")} == {
            "debt_negative"
        }
        assert (row["is_debt_partial"], row["is_debt_assumed_zero"]) == (False, False)

    @pytest.mark.parametrize("is_declared", [True, False])
    def test_negative_short_term_debt_leaves_balance_sheet_accruals_unknown(self, is_declared: bool) -> None:
        row = metrics_of_2023(short_term_debt_usd=-50.0, is_blank_debt_zero=is_declared)
        assert (row["accruals_balance_sheet"], row["accruals_balance_sheet_reason"]) == (
            None,
            "input_missing",
        )

    @pytest.mark.parametrize("nothing", [0.0, -0.0])
    def test_no_debt_is_not_negative(self, nothing: float) -> None:
        row = metrics_of_2023(short_term_debt_usd=nothing, long_term_debt_usd=nothing)
        assert (row["total_debt_usd"], row["total_debt_reason"], row["debt_to_equity"]) == (0.0, None, 0.0)


# No interest, and current liabilities without debt that are all but 5 of 700.
WITHOUT_ROOM = {
    "long_term_debt_usd": None,
    "short_term_debt_usd": 0.0,
    "current_liabilities_usd": 695.0,
    "interest_expense_usd": None,
    "net_interest_expense_usd": -1.0,
}


class TestSingleBlankPart:
    def test_blank_long_term_debt_is_none_if_nothing_is_left_for_it(self) -> None:
        row = metrics_of_2023(**WITHOUT_ROOM)
        assert (row["total_debt_usd"], row["is_debt_partial"], row["is_debt_part_assumed_zero"]) == (
            0.0,
            False,
            True,
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"current_liabilities_usd": 692.0},
            {"current_liabilities_usd": None},
            {"short_term_debt_usd": 10.0},
            {"interest_expense_usd": 0.5},
            {"net_interest_expense_usd": 0.5},
            {"shareholders_equity_usd": 90.0},
            {"scale_suspect_fields": "interest_expense_usd"},
        ],
    )
    def test_otherwise_it_is_unknown(self, change: dict[str, object]) -> None:
        row = metrics_of_2023(**WITHOUT_ROOM | change)
        assert (row["is_debt_partial"], row["is_debt_part_assumed_zero"]) == (True, False)

    def test_interest_of_the_year_before_counts(self) -> None:
        rows = [
            year_row(2022, **LAST_YEAR, interest_expense_usd=1.0),
            year_row(2023, **THIS_YEAR | WITHOUT_ROOM),
        ]
        assert annual_metrics(fundamentals(*rows), METRICS)["is_debt_partial"].to_list() == [True, True]

    def test_a_declaration_does_not_complete_a_single_part(self) -> None:
        assert metrics_of_2023(long_term_debt_usd=None, is_blank_debt_zero=True)["is_debt_partial"] is True

    @pytest.mark.parametrize("part", ["short_term_debt_usd", "long_term_debt_usd"])
    def test_a_part_of_suspect_scale_is_not_blank(self, part: str) -> None:
        row = metrics_of_2023(scale_suspect_fields=part, is_blank_debt_zero=True)
        assert (row["total_debt_usd"], row["total_debt_reason"]) == (None, "scale_suspect")

    @pytest.mark.parametrize("item", ["dividends_paid_usd", "net_share_repurchases_usd"])
    def test_a_payout_of_suspect_scale_is_not_none(self, item: str) -> None:
        assert (
            metrics_of_2023(scale_suspect_fields=item, is_blank_debt_zero=True)["shareholder_payout_usd"]
            is None
        )


class TestFiguresOfTwoVersions:
    @pytest.mark.parametrize(
        ("inherited", "amended", "gross_profit"),
        [
            ("gross_profit_usd", None, 400.0),
            ("gross_profit_usd, cost_of_revenue_usd", "net_income_usd", 400.0),
            ("gross_profit_usd, cost_of_revenue_usd", "revenue_usd", None),
            ("gross_profit_usd", "revenue_usd, cost_of_revenue_usd", 1010.0 - 600.0),
        ],
    )
    def test_gross_profit_never_mixes_them(
        self, inherited: str, amended: str | None, gross_profit: float | None
    ) -> None:
        own_revenue = {"revenue_usd": 1010.0} if amended and "revenue" in amended else {}
        row = metrics_of_2023(inherited_fields=inherited, amended_fields=amended, **own_revenue)
        margin = None if gross_profit is None else gross_profit / own_revenue.get("revenue_usd", 1000.0)
        assert row["gross_margin"] == (None if margin is None else pytest.approx(margin, rel=EXACT))

    def test_rebuilt_ebit_never_mixes_them(self) -> None:
        mixed = {
            "inherited_fields": "interest_expense_usd, net_interest_expense_usd",
            "amended_fields": "pretax_income_usd",
        }
        assert metrics_of_2023(operating_income_usd=None, **mixed)["ebit_usd"] is None
        assert metrics_of_2023(**mixed)["ebit_usd"] == 150.0

    def test_unusual_items_never_mix_them(self) -> None:
        row = metrics_of_2023(inherited_fields="operating_income_usd", amended_fields="pretax_income_usd")
        assert row["unusual_items_share"] is None


class TestSuspectCountThatIsNotUsed:
    def test_it_voids_nothing(self) -> None:
        row = metrics_of_2023(
            shares_diluted=9e9, scale_suspect_fields="shares_diluted", is_scale_suspect=True
        )
        assert {name: row[name] for name in EXPECTED} == {
            name: pytest.approx(value, rel=EXACT) for name, value in EXPECTED.items()
        }

    def test_the_next_count_takes_the_place_of_a_suspect_one(self) -> None:
        row = metrics_of_2023(shares_basic=101.0, scale_suspect_fields="shares_outstanding")
        assert (row["shares"], row["shares_basis"]) == (101.0, "basic_average")


class TestInterestCoverage:
    @pytest.mark.parametrize(
        ("gross", "net", "coverage", "reason", "is_net"),
        [
            (20.0, None, 7.5, None, False),
            (20.0, -5.0, 7.5, None, False),
            (None, 15.0, 10.0, None, True),
            (None, -15.0, None, "net_interest_income", False),
            (None, None, None, "no_interest_expense", False),
            (0.0, None, None, "no_interest_expense", False),
            (None, 0.0, None, "no_interest_expense", False),
            (-20.0, None, None, "denominator_not_positive", False),
        ],
    )
    def test_rule(
        self, gross: float | None, net: float | None, coverage: float | None, reason: str | None, is_net: bool
    ) -> None:
        row = metrics_of_2023(interest_expense_usd=gross, net_interest_expense_usd=net)
        assert (row["interest_coverage"], row["interest_coverage_reason"], row["is_interest_net"]) == (
            coverage,
            reason,
            is_net,
        )

    def test_negative_ebit_stays_negative(self) -> None:
        assert metrics_of_2023(operating_income_usd=-40.0)["interest_coverage"] == -2.0

    def test_ebit_rebuilt_from_pretax_income(self) -> None:
        row = metrics_of_2023(operating_income_usd=None)
        assert (row["ebit_usd"], row["ebit_basis"], row["interest_coverage"]) == (
            140.0,
            "pretax_income_plus_interest",
            7.0,
        )
        assert row["unusual_items_share_reason"] == "input_missing"

    def test_no_ebit(self) -> None:
        row = metrics_of_2023(operating_income_usd=None, pretax_income_usd=None)
        assert (row["interest_coverage"], row["interest_coverage_reason"]) == (None, "input_missing")


class TestReasons:
    @pytest.mark.parametrize(
        ("changes", "metric", "reason"),
        [
            ({"shareholders_equity_usd": -1.0}, "roe", "denominator_not_positive"),
            ({"shareholders_equity_usd": None}, "roe", "denominator_missing"),
            ({"net_income_usd": None}, "roe", "input_missing"),
            ({"net_income_usd": float("nan")}, "roe", "input_missing"),
            ({"revenue_usd": 0.0}, "fcf_margin", "denominator_not_positive"),
            ({"revenue_usd": None}, "net_margin", "denominator_missing"),
            ({"depreciation_amortization_usd": None}, "ebitda_margin", "input_missing"),
            ({"current_liabilities_usd": None}, "current_ratio", "denominator_missing"),
            ({"net_income_usd": -5.0}, "cash_conversion", "net_income_not_positive"),
            ({}, "cash_conversion_5y", "too_few_years"),
            ({"pretax_income_usd": 0.0}, "unusual_items_share", "denominator_not_positive"),
            ({"shares_outstanding": None, "shares_basic": 101.0}, "share_count_change", "prior_year_missing"),
            ({"scale_suspect_fields": "net_income_usd"}, "roe", "scale_suspect"),
            ({"scale_suspect_fields": "shareholders_equity_usd"}, "debt_to_equity", "scale_suspect"),
            ({"scale_suspect_fields": "short_term_debt_usd"}, "debt_to_assets", "scale_suspect"),
            ({"scale_suspect_fields": "revenue_usd"}, "revenue_growth", "scale_suspect"),
            (
                {"scale_suspect_fields": "operating_income_usd, pretax_income_usd"},
                "interest_coverage",
                "scale_suspect",
            ),
            ({"scale_suspect_fields": "shares_outstanding"}, "share_count_change", "scale_suspect"),
        ],
    )
    def test_reason(self, changes: dict[str, object], metric: str, reason: str) -> None:
        row = metrics_of_2023(**changes)
        assert (row[metric], row[f"{metric}_reason"]) == (None, reason)

    def test_no_year_before(self) -> None:
        row = annual_metrics(fundamentals(year_row(2023, **THIS_YEAR)), METRICS).row(0, named=True)
        for name in (
            "roe_average",
            "accruals_cash_flow",
            "accruals_balance_sheet",
            "share_count_change",
            "revenue_growth",
        ):
            assert (row[name], row[f"{name}_reason"]) == (None, "prior_year_missing")

    def test_suspect_year_before(self) -> None:
        last_year = year_row(2022, **LAST_YEAR, scale_suspect_fields="revenue_usd")
        rows = fundamentals(last_year, year_row(2023, **THIS_YEAR))
        row = annual_metrics(rows, METRICS).row(1, named=True)
        assert (row["revenue_growth"], row["revenue_growth_reason"]) == (None, "scale_suspect")
        assert row["roe"] == pytest.approx(90 / 500, rel=EXACT)

    def test_average_count_stands_in(self) -> None:
        row = metrics_of_2023(
            shares_outstanding=0.0, shares_outstanding_date=None, shares_basic=None, shares_diluted=105.0
        )
        assert (row["shares"], row["shares_basis"], row["shares_date"]) == (
            105.0,
            "diluted_average",
            dt.date(2023, 12, 31),
        )

    def test_blank_dividend_is_none_only_where_declared(self) -> None:
        assert metrics_of_2023(dividends_paid_usd=None)["shareholder_payout_reason"] == "input_missing"
        assert (
            metrics_of_2023(dividends_paid_usd=None, is_blank_debt_zero=True)["shareholder_payout_usd"]
            == 25.0
        )


class TestFiveYears:
    def test_sums_over_five_consecutive_years(self) -> None:
        rows = [
            year_row(2018 + n, net_income_usd=10.0 * n, operating_cash_flow_usd=12.0 * n + 1)
            for n in range(1, 7)
        ]
        row = annual_metrics(fundamentals(*rows), METRICS).row(-1, named=True)
        # Years n = 2 to 6: cash flow 12 * 20 + 5 = 245 over income 200.
        assert row["cash_conversion_5y"] == pytest.approx(245 / 200, rel=EXACT)

    def test_run_ends_at_a_gap(self) -> None:
        figures = {"net_income_usd": 10.0, "operating_cash_flow_usd": 20.0}
        rows = [year_row(2019, net_income_usd=1000.0, operating_cash_flow_usd=0.0)]
        rows += [year_row(2020, net_income_usd=None, operating_cash_flow_usd=5.0)]
        rows += [year_row(year, **figures) for year in (2021, 2022, 2023)]
        row = annual_metrics(fundamentals(*rows), METRICS).row(-1, named=True)
        assert row["cash_conversion_5y"] == pytest.approx(2.0, rel=EXACT)


class TestPointInTime:
    def test_restatement_of_last_year_counts_only_once_it_is_known(self) -> None:
        restated = year_row(2022, **{**LAST_YEAR, "revenue_usd": 500.0}, version="restated")
        before = {**restated, "available_date": dt.date(2024, 2, 1)}
        after = {**restated, "available_date": dt.date(2024, 9, 1)}
        rows = [year_row(2022, **LAST_YEAR), year_row(2023, **THIS_YEAR)]
        for restatement, growth in ((before, 1000 / 500 - 1), (after, 1000 / 800 - 1)):
            computed = annual_metrics(fundamentals(*rows, restatement), METRICS)
            assert computed.filter(pl.col("fiscal_year") == 2023)["revenue_growth"].item() == pytest.approx(
                growth, rel=EXACT
            )


# No part of debt, and a filing that shows that there is none: a flag of the source.
SHOWN_NONE = {
    "long_term_debt_usd": None,
    "short_term_debt_usd": None,
    "is_debt_explained_zero": True,
    "interest_expense_usd": None,
    "net_interest_expense_usd": -1.0,
}


class TestBlankShownToBeNone:
    @pytest.mark.parametrize("short", [None, 0.0])
    def test_it_counts_as_zero_and_says_so(self, short: float | None) -> None:
        row = metrics_of_2023(**SHOWN_NONE | {"short_term_debt_usd": short})
        assert (row["total_debt_usd"], row["total_debt_reason"], row["debt_to_equity"]) == (0.0, None, 0.0)
        assert (row["is_debt_explained_zero"], row["is_debt_partial"], row["is_debt_assumed_zero"]) == (
            True,
            False,
            False,
        )

    def test_a_known_part_contradicts_it(self) -> None:
        row = metrics_of_2023(**SHOWN_NONE | {"short_term_debt_usd": 10.0})
        assert (row["total_debt_usd"], row["is_debt_partial"], row["is_debt_explained_zero"]) == (
            10.0,
            True,
            False,
        )

    def test_interest_above_one_percent_of_liabilities_contradicts_it(self) -> None:
        row = metrics_of_2023(**SHOWN_NONE | {"net_interest_expense_usd": 7.01})
        assert (row["total_debt_usd"], row["total_debt_reason"], row["is_debt_explained_zero"]) == (
            None,
            "debt_blank_but_interest_paid",
            False,
        )

    @pytest.mark.parametrize("part", ["short_term_debt_usd", "long_term_debt_usd"])
    def test_a_part_of_zero_and_interest_that_is_paid_leave_the_other_part_unknown(self, part: str) -> None:
        row = metrics_of_2023(**SHOWN_NONE | {part: 0.0, "net_interest_expense_usd": 7.1})
        assert (row["total_debt_usd"], row["is_debt_partial"], row["is_debt_explained_zero"]) == (
            0.0,
            True,
            False,
        )

    def test_without_it_a_blank_is_unknown(self) -> None:
        row = metrics_of_2023(**SHOWN_NONE | {"is_debt_explained_zero": False})
        assert (row["total_debt_usd"], row["total_debt_reason"]) == (None, "input_missing")


amounts = st.none() | st.sampled_from([0.0, float("nan")]) | st.floats(-1e12, 1e12).map(lambda x: round(x, 2))
AMOUNT_COLUMNS = [
    name for name, dtype in TABLES["core.annual_fundamentals"].columns.items() if dtype == pl.Float64
]
lists_of_fields = st.sets(st.sampled_from(FIELDS), max_size=6).map(
    lambda names: ", ".join(sorted(names)) or None
)
flags = st.fixed_dictionaries(
    {
        "is_blank_debt_zero": st.booleans(),
        "is_debt_explained_zero": st.booleans(),
        "scale_suspect_fields": lists_of_fields,
        "inherited_fields": lists_of_fields,
        "amended_fields": lists_of_fields,
    }
)
rows_of_a_company = st.lists(
    st.tuples(st.integers(2018, 2023), st.fixed_dictionaries(dict.fromkeys(AMOUNT_COLUMNS, amounts)), flags),
    max_size=5,
    unique_by=lambda row: row[0],
).map(lambda rows: fundamentals(*(year_row(year, **figures, **flag) for year, figures, flag in rows)))


class TestProperties:
    @given(rows_of_a_company)
    @examples(4)
    def test_null_has_a_reason_and_a_value_has_none(self, rows: pl.DataFrame) -> None:
        computed = annual_metrics(rows, METRICS)
        for reason in (name for name in computed.columns if name.endswith("_reason")):
            metric = reason.removesuffix("_reason")
            metric = metric if metric in computed.columns else f"{metric}_usd"
            assert (computed[metric].is_null() == computed[reason].is_not_null()).all(), metric

    @given(rows_of_a_company)
    @examples(4)
    def test_no_nan_no_infinity_and_the_contract_holds(self, rows: pl.DataFrame) -> None:
        computed = annual_metrics(rows, METRICS)
        assert all(column.is_finite().all() for column in computed.select(pl.col(pl.Float64)).iter_columns())
        assert TABLES["core.annual_metrics"].schema.is_valid(computed)

    @given(rows_of_a_company)
    @examples(4)
    def test_debt_is_whole_only_where_both_parts_are_known_or_something_says_that_a_blank_is_none(
        self, rows: pl.DataFrame
    ) -> None:
        parts = pl.col("short_term_debt_usd", "long_term_debt_usd")
        debt = annual_metrics(rows, METRICS).hstack(rows.sort("period_end").select(parts.fill_nan(None)))
        is_said = pl.any_horizontal(
            "is_debt_part_assumed_zero", "is_debt_assumed_zero", "is_debt_explained_zero"
        )
        silent = debt.filter(pl.col("total_debt_usd").is_not_null() & ~pl.col("is_debt_partial") & ~is_said)
        assert silent.select(parts.is_null().any()).row(0) == (False, False)

    @given(rows_of_a_company)
    @examples(4)
    def test_order_of_rows_does_not_matter(self, rows: pl.DataFrame) -> None:
        assert_frame_equal(annual_metrics(rows.reverse(), METRICS), annual_metrics(rows, METRICS))

    @given(rows_of_a_company, st.integers(2018, 2023))
    @examples(4)
    def test_later_filings_change_no_earlier_row(self, rows: pl.DataFrame, last: int) -> None:
        known = pl.col("fiscal_year") <= last
        assert_frame_equal(
            annual_metrics(rows.filter(known), METRICS), annual_metrics(rows, METRICS).filter(known)
        )


class TestSilence:
    def test_no_rows(self) -> None:
        computed = annual_metrics(fundamentals(), METRICS)
        assert computed.schema == pl.Schema(TABLES["core.annual_metrics"].columns)
        assert computed.height == 0

    def test_row_without_a_single_figure(self) -> None:
        row = annual_metrics(fundamentals(year_row(2023)), METRICS).row(0, named=True)
        assert row["roe_reason"] == "input_missing"
        assert row["interest_coverage_reason"] == "input_missing"
        assert all(row[name] is None for name in EXPECTED)
