"""`smallcap.funnel`: the filters on a user's statements, as the pipeline has them from its own tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

import smallcap
from smallcap.api.statements import FIGURES
from tests.unit.api.own_frames import KINDS, as_polars, is_of_kind
from tests.unit.finance.funnel.funnel_builders import (
    AS_OF,
    PRICE,
    SMALL,
    evaluated,
    factors,
    members,
    sound_company,
)

RISK_FREE = 0.024
"""Twelve months of the builders' rate."""
ALL_PASS = dict.fromkeys(("business", "shariah", "balance_sheet", "income", "cash_flow", "value"), "pass")


def statements(records: list[dict[str, object]], **changed: object) -> pl.DataFrame:
    """The records as a user has them."""
    columns = ("entity_id", "period_end", "available_date", *FIGURES)
    rows = [{**{name: record.get(name) for name in columns}, **changed} for record in records]
    schema = dict.fromkeys(FIGURES, pl.Float64)
    frame = pl.DataFrame(rows, schema_overrides=schema)
    own = {"ticker": "T1", "sic": "7372", "price_usd": PRICE}
    return frame.with_columns(
        pl.lit(value).alias(name) for name, value in own.items() if name not in frame.columns
    )


def funnel(frame: Any, as_of: dt.date = AS_OF, risk_free: float | None = RISK_FREE) -> pl.DataFrame:
    """The verdicts, with limits of multiples from a single company."""
    return as_polars(smallcap.funnel(frame, as_of, risk_free=risk_free, rules=SMALL))


def statuses(verdicts: pl.DataFrame) -> dict[str, str]:
    return dict(verdicts.select("filter_name", "stand_alone_status").iter_rows())


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_company_passes_every_filter(kind: str):
    found = smallcap.funnel(KINDS[kind](statements(sound_company())), AS_OF, risk_free=RISK_FREE, rules=SMALL)
    assert is_of_kind(found, kind)
    assert statuses(as_polars(found)) == ALL_PASS
    assert set(as_polars(found)["outcome"]) == {"survivor"}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"all": {"long_term_debt_usd": 90.0}},
        {"y2023": {"operating_cash_flow_usd": None}},
        {"all": {"interest_expense_usd": None, "net_interest_expense_usd": None}},
    ],
)
def test_verdicts_and_figures_are_those_of_the_pipeline_from_the_same_records(
    changed: dict[str, dict[str, object]],
):
    records = sound_company(**changed)
    expected = evaluated(records, listed=members({"sic": "7372"}), risk_free=factors(RISK_FREE / 12))
    columns = ("filter_name", "stand_alone_status", "measure", "value", "threshold", "reason")
    assert funnel(statements(records)).select(columns).equals(expected.select(columns))


def test_a_report_that_became_known_later_is_not_used():
    records = sound_company(y2023={"net_income_usd": -50.0})
    known = dt.date(2024, 1, 31)
    assert statuses(funnel(statements(records), known))["income"] != "fail"
    assert statuses(funnel(statements(records)))["income"] == "fail"


SPARE = {
    *("cost_of_revenue_usd", "interest_expense_usd", "net_interest_expense_usd", "pretax_income_usd"),
    *("cash_and_short_term_investments_usd", "current_assets_usd", "current_liabilities_usd"),
    "depreciation_amortization_usd",
}
"""Figures in place of which a sound company has another: the operating for the gross margin, one kind of
interest for the other, accruals from the cash flow for those from the balance sheet.
"""


def test_a_figure_that_is_unknown_is_verified_and_never_passes():
    names = sorted(set(FIGURES) - SPARE)
    unknown = [
        statements(sound_company(), entity_id=name).with_columns(pl.lit(None, pl.Float64).alias(name))
        for name in names
    ]
    verdicts = funnel(pl.concat(unknown))
    assert verdicts.filter(stand_alone_status="verify")["entity_id"].unique().sort().to_list() == names


def test_an_interest_income_without_any_bound_is_verified():
    kinds = ("interest_expense_usd", "net_interest_expense_usd")
    unknown = statements(sound_company()).with_columns(pl.lit(None, pl.Float64).alias(name) for name in kinds)
    assert statuses(funnel(unknown))["shariah"] == "pass"
    assert statuses(funnel(unknown, risk_free=None))["shariah"] == "verify"


@pytest.mark.parametrize("lacking", [{"sic": None}, {"price_usd": None}])
def test_a_company_without_industry_or_price_is_verified(lacking: dict[str, object]):
    frame = statements(sound_company()).with_columns(
        pl.lit(value, pl.String if name == "sic" else pl.Float64).alias(name)
        for name, value in lacking.items()
    )
    assert "verify" in statuses(funnel(frame)).values()


def test_companies_are_named_as_the_user_names_them():
    both = pl.concat(
        [
            statements(sound_company(), entity_id=name, ticker=name.upper(), price_usd=price)
            for name, price in (("b", PRICE), ("a", 200 * PRICE))
        ]
    )
    found = funnel(both)
    assert found["entity_id"].unique(maintain_order=True).to_list() == ["a", "b"]
    assert found.filter(filter_number=6).select("ticker", "stand_alone_status").rows() == [
        ("A", "fail"),
        ("B", "pass"),
    ]


def test_a_company_of_which_nothing_was_known_is_verified():
    assert set(statuses(funnel(statements(sound_company()), dt.date(2019, 1, 1))).values()) == {
        "pass",
        "verify",
    }


def test_a_company_with_two_prices_is_refused():
    n = pl.int_range(pl.len())
    with pytest.raises(smallcap.InputError, match="1 companies have several prices, first 1"):
        funnel(
            statements(sound_company()).with_columns(
                price_usd=pl.when(n == 0).then(1.0).otherwise("price_usd")
            )
        )


def test_an_unknown_standard_is_refused_with_those_there_are():
    with pytest.raises(smallcap.InputError, match="the standards are: "):
        smallcap.funnel(statements(sound_company()), AS_OF, standard="none")


@pytest.mark.parametrize("rate", [4.0, "0.04", float("nan")])
def test_a_rate_that_is_no_fraction_is_refused(rate: Any):
    with pytest.raises(smallcap.InputError, match=r"risk_free is .*as a fraction, not percent"):
        smallcap.funnel(statements(sound_company()), AS_OF, risk_free=rate)
