"""Scale per field: which figure of a row is suspect, and which are not."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.metrics.fields import MONEY_FIELDS
from smallcap.finance.metrics.sanity import flag
from tests.tolerances import EXACT
from tests.unit.finance.builders import METRICS, SANITY, raw_fundamentals, year_row

SOUND = {
    "revenue_usd": 500e6,
    "cost_of_revenue_usd": 300e6,
    "gross_profit_usd": 200e6,
    "operating_income_usd": 60e6,
    "net_interest_expense_usd": 5e6,
    "pretax_income_usd": 55e6,
    "income_tax_usd": 15e6,
    "net_income_usd": 40e6,
    "cash_and_short_term_investments_usd": 80e6,
    "current_assets_usd": 250e6,
    "total_assets_usd": 600e6,
    "short_term_debt_usd": 10e6,
    "current_liabilities_usd": 120e6,
    "long_term_debt_usd": 90e6,
    "total_liabilities_usd": 250e6,
    "shareholders_equity_usd": 350e6,
    "operating_cash_flow_usd": 70e6,
    "capital_expenditures_usd": 20e6,
    "dividends_paid_usd": 12e6,
    "shares_basic": 30e6,
    "shares_diluted": 31e6,
}
YEARS = range(2019, 2024)
MONEY = [name for name in SOUND if name.endswith("_usd")]


def company(**changes: dict[str, float | None]) -> pl.DataFrame:
    """Five years of a steady company; `y2023` and the like change a year."""
    rows = [year_row(year, **SOUND | changes.get(f"y{year}", {})) for year in YEARS]
    return flag(raw_fundamentals(*rows), SANITY)


def suspects(**changes: dict[str, float | None]) -> dict[int, str]:
    flagged = company(**changes).filter("is_scale_suspect")
    return dict(flagged.select("fiscal_year", "scale_suspect_fields").iter_rows())


def suspects_of_each(*years: int) -> dict[tuple[str, float], dict[int, str]]:
    """Make a company per figure and wrong unit in these years, and name what is suspect in each."""
    wrong = [(name, factor) for name in SOUND for factor in (1000.0, 1e-3)]
    rows = [
        year_row(year, **SOUND | ({name: SOUND[name] * factor} if year in years else {}))
        | {"entity_id": number}
        for number, (name, factor) in enumerate(wrong)
        for year in YEARS
    ]
    flagged = flag(raw_fundamentals(*rows), SANITY).filter("is_scale_suspect")
    found: dict[tuple[str, float], dict[int, str]] = {case: {} for case in wrong}
    for number, year, fields in flagged.select(
        "entity_id", "fiscal_year", "scale_suspect_fields"
    ).iter_rows():
        found[wrong[number]][year] = fields
    return found


@pytest.mark.parametrize("years", [(2023,), (2022, 2023)])
def test_a_figure_in_another_unit_is_suspect_in_its_years_and_no_other(years: tuple[int, ...]) -> None:
    found = suspects_of_each(*years)
    assert found == {(name, factor): dict.fromkeys(years, name) for name, factor in found}


@pytest.mark.parametrize("factor", [1000.0, 1e-3])
def test_a_row_in_another_unit_is_suspect_in_all_its_money(factor: float) -> None:
    wrong = {name: SOUND[name] * factor for name in MONEY}
    assert suspects(y2022=wrong) == {2022: ", ".join(name for name in MONEY_FIELDS if name in SOUND)}


@pytest.mark.parametrize(("wrong", "expected"), [(MONEY, True), (MONEY[:1], False)])
def test_a_figure_that_earlier_years_lack_is_suspect_only_with_its_row(
    wrong: list[str], expected: bool
) -> None:
    name = "dividends_paid_usd"
    earlier = {f"y{year}": {name: None} for year in range(2019, 2023)}
    year = {other: SOUND[other] / 1000 for other in wrong if other != name}
    found = suspects(**earlier, y2023=year)[2023].split(", ")
    assert (name in found) == expected


def test_a_result_close_to_zero_is_no_error_if_the_row_confirms_it() -> None:
    year = {"net_income_usd": 0.2e6, "pretax_income_usd": 15.3e6, "income_tax_usd": 15.1e6}
    assert suspects(y2023=year) == {}


def test_a_change_of_sign_is_no_error() -> None:
    assert suspects(y2023={"operating_cash_flow_usd": -0.1e6}) == {}


def test_new_debt_that_fits_into_the_liabilities_is_no_error() -> None:
    small = {f"y{year}": {"long_term_debt_usd": 0.5e6} for year in range(2019, 2023)}
    assert suspects(**small) == {}


def test_only_what_uses_a_suspect_figure_is_unknown() -> None:
    rows = annual_metrics(company(y2023={"operating_income_usd": 60e9, "shares_diluted": 31e9}), METRICS)
    row = rows.filter(pl.col("fiscal_year") == 2023).row(0, named=True)
    assert {name for name in rows.columns if row[name] == "scale_suspect"} == {
        "operating_margin_reason",
        "ebitda_margin_reason",
        "unusual_items_share_reason",
        "altman_z_double_prime_reason",
    }
    assert row["roe"] == pytest.approx(40 / 350, rel=EXACT)
    assert (row["shares"], row["shares_basis"]) == (30e6, "basic_average")
    # EBIT is rebuilt from pretax income and interest.
    assert row["interest_coverage"] == pytest.approx(60 / 5, rel=EXACT)


def test_an_extreme_loss_is_flagged_and_kept() -> None:
    flagged = company(y2023={"net_income_usd": -1900e6, "pretax_income_usd": -1885e6})
    assert flagged["is_loss_extreme"].to_list() == [False] * 4 + [True]
    assert not flagged["is_scale_suspect"].any()


def test_a_year_whose_income_and_assets_do_not_fit_is_no_evidence() -> None:
    thousands = {
        name: SOUND[name] / 1000
        for name in ("total_assets_usd", "total_liabilities_usd", "shareholders_equity_usd")
    }
    rows = [year_row(2022, **SOUND | thousands), year_row(2023, **SOUND)]
    flagged = flag(raw_fundamentals(*rows), SANITY)
    assert flagged["is_loss_extreme"].to_list() == [True, False]
    assert not flagged["is_scale_suspect"].any()
