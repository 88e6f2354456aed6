"""The sample is like the published study's universe: how many of 300 are complete, how many survive, and what
the quintiles look like.
"""

from __future__ import annotations

import datetime as dt
import functools

import polars as pl
import pytest

from tests.component.sources.sample_builders import EVER, INDEX, STUDY_DATE, full, fundamentals, prices
from tests.tolerances import LIKE_THE_STUDY

HORIZON = STUDY_DATE + dt.timedelta(days=163)
INPUTS = ["roe", "fcf_margin", "debt_to_assets", "interest_coverage"]


def _latest_records() -> pl.DataFrame:
    """Return each company's newest acceptable record visible 163 days after the membership date."""
    known = pl.coalesce(
        pl.col("filing_date") + pl.duration(days=1), pl.col("period_end") + pl.duration(days=90)
    )
    return (
        fundamentals(full())
        .filter(
            (pl.col("currency") == "USD")
            & pl.col("period_days").is_between(350, 380)
            & (pl.col("filing_date").is_null() | (pl.col("filing_date") >= pl.col("period_end")))
            & (pl.col("net_income_usd").abs() <= 3 * pl.col("total_assets_usd"))
        )
        .with_columns(known=known)
        .filter(pl.col("known") <= HORIZON)
        .sort("period_end", "known", "version")
        .group_by("source_entity_id")
        .last()
    )


def _own_metrics() -> dict[str, pl.Expr]:
    def positive(name: str) -> pl.Expr:
        return pl.when(pl.col(name) > 0).then(pl.col(name))

    return {
        "roe": pl.col("net_income_usd") / positive("shareholders_equity_usd"),
        "fcf_margin": (pl.col("operating_cash_flow_usd") - pl.col("capital_expenditures_usd"))
        / positive("revenue_usd"),
        "debt_to_assets": (pl.col("short_term_debt_usd") + pl.col("long_term_debt_usd"))
        / pl.col("total_assets_usd"),
        "interest_coverage": pl.col("operating_income_usd") / positive("interest_expense_usd"),
    }


@functools.cache
def screened() -> pl.DataFrame:
    """Members at the study's date by ticker, with their inputs and market capitalisation in millions."""
    lines = full().securities().rows.unique("source_id").select("source_id", "source_entity_id")
    close = (
        prices(full())
        .filter(pl.col("date") <= STUDY_DATE)
        .sort("date")
        .group_by("source_id")
        .last()
        .select("source_id", "close_usd")
    )
    vendor = full().vendor_metrics(*EVER).rows.drop("source")
    at_as_of = pl.col("close_usd") * pl.col("shares_outstanding")
    return (
        full()
        .constituents(INDEX, [STUDY_DATE])
        .rows.join(lines, on="source_id")
        .join(close, on="source_id", how="left")
        .join(_latest_records(), on="source_entity_id", how="left", suffix="_record")
        .with_columns(expression.alias(f"{name}_own") for name, expression in _own_metrics().items())
        .join(vendor, on=["source_entity_id", "period_end"], how="left")
        .with_columns(pl.coalesce(name, f"{name}_own").alias(name) for name in INPUTS)
        .with_columns(market_cap=pl.coalesce("market_cap_period_end_usd", at_as_of) / 1e6)
        .sort("ticker")
    )


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop_nulls([*INPUTS, "market_cap"])


def _after_controls(rows: pl.DataFrame) -> pl.DataFrame:
    return _complete(rows).filter(
        (pl.col("market_cap") > 100)
        & (pl.col("market_cap") < 20_000)
        & pl.col("roe").is_between(-1, 1)
        & pl.col("fcf_margin").is_between(-1, 1)
        & pl.col("debt_to_assets").is_between(0, 1.5)
    )


@pytest.mark.drill
def test_the_first_300_are_like_the_studys():
    """The study: 300 members, 176 complete, 129 after the controls."""
    first = screened().head(300)
    assert _complete(first).height / 300 == pytest.approx(0.60, abs=LIKE_THE_STUDY)
    assert _after_controls(first).height / 300 == pytest.approx(0.43, abs=LIKE_THE_STUDY)


def test_the_whole_index_is_like_the_studys_part():
    rows = screened()
    assert _complete(rows).height / rows.height == pytest.approx(0.60, abs=LIKE_THE_STUDY)
    assert _after_controls(rows).height / rows.height == pytest.approx(0.43, abs=LIKE_THE_STUDY)


def test_quintiles_differ_as_in_the_study():
    """The study's medians: return on equity +12.7% at the top, -14.1% at the bottom.

    Debt over assets 5.0% and 40.1%.
    """
    kept = _after_controls(screened()).with_columns(pl.col("interest_coverage").clip(-10, 50))
    scores = []
    for name in INPUTS:
        clipped = pl.col(name).clip(
            pl.col(name).quantile(0.05, "linear"), pl.col(name).quantile(0.95, "linear")
        )
        scores.append(
            (clipped - clipped.mean()) / clipped.std(ddof=0) * (-1 if name == "debt_to_assets" else 1)
        )
    scored = kept.with_columns(score=sum(scores[1:], scores[0]))
    top = scored.filter(pl.col("score") > pl.col("score").quantile(0.8, "linear"))
    bottom = scored.filter(pl.col("score") < pl.col("score").quantile(0.2, "linear"))
    assert 0.07 < top["roe"].median() < 0.17
    assert -0.25 < bottom["roe"].median() < -0.08
    assert top["debt_to_assets"].median() < 0.10
    assert 0.30 < bottom["debt_to_assets"].median() < 0.50


def test_market_caps_are_those_of_small_companies():
    caps = screened()["market_cap"].drop_nulls()
    assert caps.is_between(100, 20_000).mean() == pytest.approx(0.80, abs=LIKE_THE_STUDY)


def test_a_third_of_the_members_is_unprofitable():
    income = screened()["net_income_usd"].drop_nulls()
    assert 0.30 < (income < 0).mean() < 0.40


def test_about_a_sixth_are_financials():
    assert 0.14 < (screened()["sector"] == "Financials").mean() < 0.19
