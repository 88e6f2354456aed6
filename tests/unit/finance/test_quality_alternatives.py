"""Quality otherwise defined: Piotroski by hand, composites of ranks by scipy, nothing of the future."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from scipy import stats

from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.quality.alternatives.agreement import quality_agreement
from smallcap.finance.quality.alternatives.composite import PROFITABILITY, mean_of
from smallcap.finance.quality.alternatives.members import quality_alternatives
from smallcap.finance.quality.alternatives.piotroski import SIGNALS
from smallcap.tables.quality_alternatives import QualityAgreement, QualityAlternatives
from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.finance.builders import METRICS, fundamentals, table, year_row
from tests.unit.finance.quintile_builders import PUBLISHED_RULES

AS_OF = dt.date(2024, 12, 31)
TWO_SUFFICE = replace(PUBLISHED_RULES, alternatives=replace(PUBLISHED_RULES.alternatives, least_names=2))
Row = dict[str, object]

# Three years of one company, in USD m: assets 80, 100, 120.
YEARS: dict[int, Row] = {
    2021: {"total_assets_usd": 80.0},
    2022: {
        "total_assets_usd": 100.0,
        "net_income_usd": 4.0,
        "revenue_usd": 80.0,
        "gross_profit_usd": 40.0,
        "long_term_debt_usd": 27.0,
        "current_assets_usd": 30.0,
        "current_liabilities_usd": 20.0,
        "shares_outstanding": 10.0,
        "operating_cash_flow_usd": 3.0,
    },
    2023: {
        "total_assets_usd": 120.0,
        "net_income_usd": 6.0,
        "revenue_usd": 110.0,
        "gross_profit_usd": 56.0,
        "long_term_debt_usd": 27.5,
        "current_assets_usd": 36.0,
        "current_liabilities_usd": 20.0,
        "shares_outstanding": 10.0,
        "operating_cash_flow_usd": 7.0,
        "operating_income_usd": 9.0,
        "depreciation_amortization_usd": 2.0,
    },
}


def made(
    statements: pl.DataFrame, financials: Sequence[int] = (), as_of: dt.date = AS_OF, **values: object
) -> pl.DataFrame:
    """Rows of marts.quality_alternatives for the companies of the statements, by number."""
    companies = sorted(statements["entity_id"].unique())
    listed = [{"entity_id": n, "ticker": f"T{n}", "is_financial": n in financials} for n in companies]
    known = {"is_stale": False, "share_count_change": 0.0, **values}
    found = quality_alternatives(
        table("core.members", listed, as_of=as_of, year=as_of.year),
        table(
            "core.metrics_as_of", [{"entity_id": n} for n in companies], as_of=as_of, year=as_of.year, **known
        ),
        statements,
        annual_metrics(statements, METRICS),
        METRICS,
        TWO_SUFFICE,
    )
    return QualityAlternatives.validate(found)


def one(years: dict[int, Row] = YEARS, **values: object) -> Row:
    """Make the row of one company."""
    return made(fundamentals(*(year_row(year, **own) for year, own in years.items())), **values).row(
        0, named=True
    )


class TestPiotroskiByHand:
    """Return on assets 4/80 = 5%, then 6/100 = 6%. Leverage 27/90 = 30%, then 27.5/110 = 25%.

    Current ratio 1.5, then 1.8. Gross margin 50%, then 50.9%. Turnover 80/80 = 1, then 110/100 = 1.1.
    """

    def test_nine_of_nine(self) -> None:
        row = one()
        assert [row[name] for name in SIGNALS] == [True] * 9
        assert (row["piotroski_f"], row["piotroski_signals_known"]) == (9, 9)

    @pytest.mark.parametrize(
        ("signal", "change"),
        [
            ("is_cash_flow_positive", {"operating_cash_flow_usd": -1.0}),
            ("is_return_on_assets_up", {"net_income_usd": 5.0}),
            ("is_cash_flow_above_income", {"operating_cash_flow_usd": 6.0}),
            ("is_leverage_down", {"long_term_debt_usd": 33.0}),
            ("is_current_ratio_up", {"current_assets_usd": 30.0}),
            ("is_gross_margin_up", {"gross_profit_usd": 55.0}),
            ("is_asset_turnover_up", {"revenue_usd": 100.0, "gross_profit_usd": 56.0}),
        ],
    )
    def test_a_signal_that_does_not_hold_or_only_just(self, signal: str, change: Row) -> None:
        row = one(YEARS | {2023: YEARS[2023] | change})
        assert row[signal] is False
        others = {"is_cash_flow_above_income"} if signal == "is_cash_flow_positive" else set()
        assert [name for name in SIGNALS if not row[name]] == [
            n for n in SIGNALS if n == signal or n in others
        ]

    def test_a_loss_has_no_point_for_income(self) -> None:
        row = one(YEARS | {2023: YEARS[2023] | {"net_income_usd": -1.0}})
        assert (row["is_income_positive"], row["is_return_on_assets_up"]) == (False, False)

    def test_new_shares_cost_a_point(self) -> None:
        assert one(share_count_change=0.001)["piotroski_f"] == 8

    def test_without_the_year_before_last_three_signals_are_unknown_and_there_is_no_score(self) -> None:
        row = one({year: own for year, own in YEARS.items() if year > 2021})
        assert (row["piotroski_f"], row["piotroski_signals_known"]) == (None, 6)
        unknown = ["is_return_on_assets_up", "is_leverage_down", "is_asset_turnover_up"]
        assert [name for name in SIGNALS if row[name] is None] == unknown


def test_levels_by_hand() -> None:
    row = one()
    assert row["gross_profitability"] == pytest.approx(56 / 120, rel=EXACT)
    assert row["ebitda_margin"] == pytest.approx(11 / 110, rel=EXACT)
    assert row["return_on_assets"] == pytest.approx(6 / 120, rel=EXACT)


def histories(count: int = 8, years: int = 6, seed: int = 5) -> pl.DataFrame:
    """Statements of some companies over some years, all figures known."""
    chance = np.random.default_rng(seed)
    names = {
        "revenue_usd": 100,
        "gross_profit_usd": 40,
        "net_income_usd": 6,
        "operating_cash_flow_usd": 9,
        "total_assets_usd": 150,
        "shareholders_equity_usd": 60,
        "long_term_debt_usd": 30,
        "short_term_debt_usd": 2,
        "operating_income_usd": 10,
        "depreciation_amortization_usd": 4,
        "current_assets_usd": 50,
        "current_liabilities_usd": 30,
        "retained_earnings_usd": 20,
        "total_liabilities_usd": 90,
        "shares_outstanding": 10,
    }
    rows = [
        year_row(
            2023 - back,
            entity_id=company,
            **{n: size * chance.uniform(0.5, 1.5) for n, size in names.items()},
        )
        for company in range(1, count + 1)
        for back in range(years)
    ]
    return fundamentals(*rows)


def rank_z(values: np.ndarray) -> np.ndarray:
    """Z-scores of average ranks."""
    return stats.zscore(stats.rankdata(values, nan_policy="omit"), nan_policy="omit")


GP, INCOME, CASH = "gross_profit_usd", "net_income_usd", "operating_cash_flow_usd"
ASSETS, EQUITY, SALES = "total_assets_usd", "shareholders_equity_usd", "revenue_usd"
Figures = dict[str, np.ndarray]


def figures_of(statements: pl.DataFrame) -> tuple[Figures, Figures, np.ndarray, np.ndarray]:
    """Figures of each company's last year and of its first, the years between, and its deviation of ROE."""
    reported = statements.select("entity_id", "period_end", GP)
    metrics = annual_metrics(statements, METRICS).join(reported, on=["entity_id", "period_end"])
    by_company = metrics.sort("entity_id", "period_end").group_by("entity_id", maintain_order=True)
    last, first = (frame.cast({GP: pl.Float64}) for frame in (by_company.last(), by_company.first()))
    years = last["period_end"].dt.year() - first["period_end"].dt.year()
    deviation = by_company.agg(pl.col("roe").std())["roe"]
    now, then = ({name: frame[name].to_numpy() for name in frame.columns} for frame in (last, first))
    return now, then, years.to_numpy(), deviation.to_numpy()


def composite_of(statements: pl.DataFrame) -> dict[str, np.ndarray]:
    """The composite by scipy."""
    now, first, years, deviation = figures_of(statements)
    profitability = [
        now[GP] / now[ASSETS],
        now["roe"],
        now[INCOME] / now[ASSETS],
        now[CASH] / now[ASSETS],
        now["gross_margin"],
        -now["accruals_cash_flow"],
    ]
    growth = [
        (now[of] - first[of]) / years / first[over]
        for of, over in ((GP, ASSETS), (INCOME, EQUITY), (INCOME, ASSETS), (CASH, ASSETS), (GP, SALES))
    ]
    safety = [-now["debt_to_assets"], -deviation, now["altman_z_double_prime"]]
    parts = {"qmj_profitability": profitability, "qmj_growth": growth, "qmj_safety": safety}
    made = {
        name: stats.zscore(np.nanmean([rank_z(x) for x in items], axis=0)) for name, items in parts.items()
    }
    return made | {"qmj": stats.zscore(np.sum(list(made.values()), axis=0))}


def test_the_composite_is_three_means_of_ranks_standardised() -> None:
    statements = histories()
    found = made(statements)
    for name, expected in composite_of(statements).items():
        assert found[name].to_list() == pytest.approx(expected.tolist(), rel=EXACT, abs=EXACT)
    assert found["financial_score"].null_count() == found.height


def test_a_mean_of_six_items_is_added_from_left_to_right_whatever_the_number_of_threads() -> None:
    items = [f"{name}_rank" for name in PROFITABILITY]
    rng = np.random.default_rng(7)
    rows = [[float(value) for value in rng.normal(0, 10.0 ** rng.integers(-3, 4, 6))] for _ in range(50)]
    frame = pl.DataFrame(rows, schema=items, orient="row")
    found = frame.select(mean_of(PROFITABILITY, 0.5)).to_series().to_list()
    assert found == [reduce(add, row) / 6 for row in rows]


def test_growth_is_per_year_and_a_missing_item_counts_for_nothing() -> None:
    """Company 1 is known for three years back and not five, company 2 has no gross profit."""
    is_known = (pl.col("entity_id") != 1) | (pl.col("fiscal_year") >= 2020)
    gross_profit = pl.when(pl.col("entity_id") != 2).then(GP).alias(GP)
    statements = histories().filter(is_known).with_columns(gross_profit)
    found = made(statements)
    for name, expected in composite_of(statements).items():
        assert found[name].to_list() == pytest.approx(expected.tolist(), rel=EXACT, abs=EXACT)


def test_financials_are_ranked_among_themselves_on_what_means_something_for_them() -> None:
    statements = histories()
    financials = [1, 2, 3, 4]
    found, alone = made(statements, financials), made(statements.filter(pl.col("entity_id") <= 4), financials)
    assert_frame_equal(found.head(4), alone, check_exact=True)
    last = annual_metrics(statements, METRICS).sort("entity_id", "period_end")
    by_company = (
        last.with_columns(roa=pl.col("net_income_usd") / pl.col("total_assets_usd"))
        .group_by("entity_id", maintain_order=True)
        .agg(
            pl.col("roe").last(),
            pl.col("roa").last(),
            deviation=pl.col("roa").std(),
            capital=(pl.col("shareholders_equity_usd") / pl.col("total_assets_usd")).last(),
        )
        .head(4)
    )
    items = [by_company["roe"], by_company["roa"], by_company["capital"], -by_company["deviation"]]
    expected = stats.zscore(np.mean([rank_z(item.to_numpy()) for item in items], axis=0))
    assert alone["financial_score"].to_list() == pytest.approx(expected.tolist(), rel=EXACT, abs=EXACT)
    asked = ["gross_profitability", "ebitda_margin", "piotroski_f", "qmj", *SIGNALS]
    assert alone.select(asked).null_count().row(0) == (4,) * len(asked)


def test_a_growth_needs_three_years_and_a_component_half_of_its_items() -> None:
    short = made(histories(years=3))
    # Three years give no year that lies three back; two of three items of safety are enough.
    assert short["qmj_growth"].null_count() == short["qmj"].null_count() == short.height
    assert short["qmj_safety"].null_count() == 0
    assert made(histories(years=4))["qmj"].null_count() == 0


def test_too_few_companies_are_not_ranked() -> None:
    listed = table(
        "core.members",
        [{"entity_id": n, "ticker": "T", "is_financial": False} for n in range(1, 9)],
        as_of=AS_OF,
    )
    known = table("core.metrics_as_of", [{"entity_id": n} for n in range(1, 9)], as_of=AS_OF, is_stale=False)
    statements = histories()
    frames = (listed, known, statements, annual_metrics(statements, METRICS), METRICS)
    nine = replace(PUBLISHED_RULES, alternatives=replace(PUBLISHED_RULES.alternatives, least_names=9))
    assert quality_alternatives(*frames, nine)["qmj_profitability"].null_count() == 8


def test_a_stale_record_is_not_used_and_says_so() -> None:
    row = one(is_stale=True)
    assert (row["exclusion_reason"], row["period_end"], row["roe"]) == ("stale", None, None)
    before = one(as_of=dt.date(2020, 12, 31))
    assert (before["exclusion_reason"], before["piotroski_f"]) == ("no_fundamentals", None)


@given(day=st.dates(dt.date(2020, 1, 31), dt.date(2025, 1, 31)), seed=st.integers(0, 20))
@examples(4)
def test_what_becomes_known_later_changes_nothing(day: dt.date, seed: int) -> None:
    """Later years and later versions of earlier years are served and ignored."""
    statements = histories(4, 6, seed)
    restated = statements.with_columns(
        available_date=pl.col("available_date").dt.offset_by("6mo"),
        version=pl.lit("restated"),
        net_income_usd=pl.col("net_income_usd") * 2,
    )
    both = pl.concat([statements, restated])
    known = both.filter(pl.col("available_date") <= day)
    if known["entity_id"].n_unique() == 4:
        assert_frame_equal(made(both, as_of=day), made(known, as_of=day), check_exact=True)


def compared(scores: Sequence[float], values: Sequence[float | None], least: int = 2) -> Row:
    """Make the row of return on equity of marts.quality_agreement."""
    rows = [{"entity_id": n, "score": score} for n, score in enumerate(scores)]
    who = {"method": "published", "basis": "point_in_time", "status": "scored", "as_of": AS_OF, "year": 2024}
    others = [{"entity_id": n, "roe": value, "as_of": AS_OF} for n, value in enumerate(values)]
    rules = replace(PUBLISHED_RULES, alternatives=replace(PUBLISHED_RULES.alternatives, least_names=least))
    found = quality_agreement(
        table("marts.quality_scores", rows, **who), table("marts.quality_alternatives", others), rules
    )
    assert found.height == 6
    return QualityAgreement.validate(found).filter(alternative="roe").row(0, named=True)


@given(pairs=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=40))
@examples(20)
def test_the_rank_correlation_is_that_of_scipy_also_with_ties(pairs: list[tuple[int, int]]) -> None:
    scores, values = ([float(pair[side]) for pair in pairs] for side in (0, 1))
    row = compared(scores, values)
    if len(set(scores)) > 1 and len(set(values)) > 1:
        expected = stats.spearmanr(scores, values).statistic
        assert row["rank_correlation"] == pytest.approx(expected, abs=EXACT * 10)
    else:
        assert row["rank_correlation"] is None


def test_figures_that_differ_by_rounding_alone_are_a_tie() -> None:
    values = [0.1 + 0.2, 0.3, 0.1, 0.5, 0.4, 0.2]
    scores = [1.0, 3.0, 2.0, 4.0, 6.0, 5.0]
    assert values[0] != values[1]
    expected = stats.spearmanr(scores, [0.3, *values[1:]]).statistic
    assert compared(scores, values)["rank_correlation"] == pytest.approx(expected, abs=EXACT * 10)


def test_the_overlap_of_top_quintiles_by_hand() -> None:
    # Ten companies: 8 and 9 lead by the score, 9 and 0 by the other measure.
    row = compared(list(range(10)), [50.0, *range(1, 8), 0.0, 60.0])
    tops = [
        row[name]
        for name in ("companies", "score_top", "alternative_top", "both_top", "top_overlap", "chance_overlap")
    ]
    assert tops == [10, 2, 2, 1, 0.5, 0.2]


def test_a_company_without_the_other_measure_is_not_compared_and_too_few_have_no_figure() -> None:
    row = compared([1.0, 2.0, 3.0], [1.0, None, 2.0], least=3)
    assert (row["companies"], row["rank_correlation"], row["top_overlap"]) == (2, None, None)
