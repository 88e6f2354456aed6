"""The annual ratios: one function per metric or family, each returning value and reason.

Inputs and prior-year values are added beforehand by `inputs` and `history`.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import DEBT_PARTS, SHARE_FIELDS, is_suspect, unmixed
from smallcap.finance.metrics.inputs import INTEREST, count_date, count_on_basis, known_short_term_debt
from smallcap.finance.reasons import Check, metric, missing, not_positive, quotient
from smallcap.rules.types.metrics import MetricsRules, ZoneRules

GROSS_PROFIT = ("gross_profit_usd", "revenue_usd", "cost_of_revenue_usd")
EBIT = ("operating_income_usd", "pretax_income_usd", *INTEREST)


def ratios(rules: MetricsRules) -> list[pl.Expr]:
    """Return every ratio of core.annual_metrics, with its reason."""
    debt = pl.col("total_debt_usd")
    free_cash_flow = ("operating_cash_flow_usd", "capital_expenditures_usd")
    return [
        *_ratio_of("roe", "net_income_usd", "shareholders_equity_usd"),
        *roe_average(),
        *_ratio("gross_margin", pl.col("gross_profit_usd"), pl.col("revenue_usd"), *GROSS_PROFIT),
        *_ratio_of("operating_margin", "operating_income_usd", "revenue_usd"),
        *_ratio_of("net_margin", "net_income_usd", "revenue_usd"),
        *ebitda_margin(),
        *_ratio_of("fcf_margin", "free_cash_flow_usd", "revenue_usd", of=free_cash_flow),
        *debt_ratio("debt_to_assets", debt, "total_assets_usd"),
        *debt_ratio("debt_to_equity", debt, "shareholders_equity_usd"),
        *interest_coverage(),
        *_ratio_of("current_ratio", "current_assets_usd", "current_liabilities_usd"),
        *_ratio_of("goodwill_to_assets", "goodwill_usd", "total_assets_usd"),
        *accruals_cash_flow(),
        *accruals_balance_sheet(),
        *cash_conversion(rules),
        *_ratio_of("capex_intensity", "capital_expenditures_usd", "revenue_usd"),
        *share_count_change(),
        *unusual_items_share(),
        *altman_z_double_prime(rules.altman_z_double_prime),
        *growth("revenue_growth", "revenue_usd"),
        *growth("net_income_growth", "net_income_usd"),
    ]


def suspect(value: pl.Expr, *fields: str, prior: tuple[str, ...] = ()) -> Check:
    """Make a check that applies if a metric has no value and a field that it needs has a suspect scale.

    `prior` are fields of the year before.
    """
    is_any = is_suspect(*fields)
    if prior:
        is_any = is_any | is_suspect(*prior, suffix="_prior")
    return value.is_null() & is_any, "scale_suspect"


def _ratio(name: str, numerator: pl.Expr, denominator: pl.Expr, *fields: str) -> list[pl.Expr]:
    """Return numerator over denominator; null for a suspect scale if that of a field that it uses is."""
    return quotient(name, numerator, denominator, before=[suspect(numerator / denominator, *fields)])


def _ratio_of(name: str, numerator: str, denominator: str, of: tuple[str, ...] = ()) -> list[pl.Expr]:
    """Return the ratio of two columns; `of` are the fields of the numerator if it is not a field itself."""
    return _ratio(name, pl.col(numerator), pl.col(denominator), *(of or (numerator,)), denominator)


def ebitda_margin() -> list[pl.Expr]:
    """Return EBIT and depreciation and amortization over revenue."""
    ebit, depreciation = pl.col("ebit_usd"), pl.col("depreciation_amortization_usd")
    fields = (*EBIT, "depreciation_amortization_usd", "revenue_usd")
    return _ratio("ebitda_margin", ebit + depreciation, pl.col("revenue_usd"), *fields)


def roe_average() -> list[pl.Expr]:
    """Return net income over the mean of this and last year's equity, if both are positive."""
    now, then = pl.col("shareholders_equity_usd"), pl.col("shareholders_equity_usd_prior")
    value = pl.col("net_income_usd") / ((now + then) / 2)
    checks = [
        suspect(value, "net_income_usd", "shareholders_equity_usd", prior=("shareholders_equity_usd",)),
        missing(pl.col("net_income_usd")),
        *not_positive(now),
        _needs_last_year(then),
        (then <= 0, "denominator_not_positive"),
    ]
    return metric("roe_average", value, checks)


def debt_ratio(name: str, debt: pl.Expr, of: str) -> list[pl.Expr]:
    """Return total debt over assets or equity; if the debt is unknown, the reason is that of the debt."""
    own = [
        (pl.col("total_debt_reason") == reason, reason)
        for reason in ("scale_suspect", "debt_negative", "debt_blank_but_interest_paid")
    ]
    doubt = suspect(debt / pl.col(of), of, *DEBT_PARTS)
    return quotient(name, debt, pl.col(of), before=[doubt, *own])


def interest_coverage() -> list[pl.Expr]:
    """Return EBIT over gross interest expense.

    Net interest expense is used, and flagged, if only that is known and it is positive. A negative EBIT gives
    a negative ratio. There is no ratio for net interest income or without interest expense (blank or zero).
    """
    ebit, gross, interest = pl.col("ebit_usd"), pl.col("interest_expense_usd"), pl.col("interest")
    checks = [
        suspect(ebit / interest, *EBIT),
        missing(ebit),
        (interest.is_null() | (interest == 0), "no_interest_expense"),
        (gross.is_null() & (interest < 0), "net_interest_income"),
        (interest < 0, "denominator_not_positive"),
    ]
    return [
        *metric("interest_coverage", ebit / interest, checks),
        (gross.is_null() & (interest > 0)).fill_null(False).alias("is_interest_net"),
    ]


def accruals_cash_flow() -> list[pl.Expr]:
    """Return accruals in cash-flow form (Hribar and Collins 2002).

    (Net income - operating cash flow) over mean total assets of this and last year.
    """
    income, cash_flow = pl.col("net_income_usd"), pl.col("operating_cash_flow_usd")
    value = (income - cash_flow) / _mean_assets()
    used = ("net_income_usd", "operating_cash_flow_usd", "total_assets_usd")
    doubt = suspect(value, *used, prior=("total_assets_usd",))
    return metric("accruals_cash_flow", value, [doubt, missing(income, cash_flow), *_mean_assets_checks()])


def accruals_balance_sheet() -> list[pl.Expr]:
    """Return balance-sheet accruals (Sloan 1996).

    [(change in current assets - change in cash) - (change in current liabilities - change in short-term debt)
    - D&A] over mean total assets of this and last year. The change in taxes payable, which the formula adds
    back, is not available: it is taken as zero and flagged. Blank short-term debt is zero if the source
    declares so; negative short-term debt is missing.
    """
    names = ("current_assets_usd", "cash_and_short_term_investments_usd", "current_liabilities_usd")
    now = {name: pl.col(name) for name in names}
    then = {name: pl.col(f"{name}_prior") for name in names}
    debt_now, debt_then = known_short_term_debt(), known_short_term_debt("_prior")
    depreciation = pl.col("depreciation_amortization_usd")
    assets, cash, liabilities = (now[name] - then[name] for name in names)
    accruals = (assets - cash) - (liabilities - (debt_now - debt_then)) - depreciation
    used = (*names, "short_term_debt_usd", "total_assets_usd")
    doubt = suspect(accruals / _mean_assets(), *used, "depreciation_amortization_usd", prior=used)
    checks = [
        doubt,
        missing(*now.values(), debt_now, depreciation),
        *_mean_assets_checks(),
        missing(*then.values(), debt_then, reason="prior_year_missing"),
    ]
    columns = metric("accruals_balance_sheet", accruals / _mean_assets(), checks)
    return [*columns, columns[0].is_not_null().alias("is_taxes_payable_assumed_zero")]


def cash_conversion(rules: MetricsRules) -> list[pl.Expr]:
    """Return operating cash flow over net income, if positive: for the year, and over several years."""
    cash_flow, income = pl.col("operating_cash_flow_usd"), pl.col("net_income_usd")
    fields = ("net_income_usd", "operating_cash_flow_usd")
    year = cash_flow / income
    given = [suspect(year, *fields), missing(cash_flow, income)]
    few_years = (pl.col("years_summed") < rules.cash_conversion.min_years, "too_few_years")
    income_sum = pl.col("net_income_sum")
    return [
        *metric("cash_conversion", year, [*given, (income <= 0, "net_income_not_positive")]),
        *metric(
            "cash_conversion_5y",
            pl.col("operating_cash_flow_sum") / income_sum,
            [*given, few_years, (income_sum <= 0, "net_income_not_positive")],
        ),
    ]


def share_count_change() -> list[pl.Expr]:
    """Return shares over last year's count on the same basis, less one, and the day of last year's count.

    Counts are as filed: a split between the two counts shows as growth here; `share_change` takes it out.
    """
    then = count_on_basis(pl.col("shares_basis"), "_prior")
    value = pl.col("shares") / then - 1
    doubt = suspect(value, *SHARE_FIELDS, prior=SHARE_FIELDS)
    day = count_date(pl.col("shares_basis"), "_prior")
    return [
        *metric("share_count_change", value, [doubt, missing(pl.col("shares")), _needs_last_year(then)]),
        pl.when(value.is_not_null()).then(day).alias("shares_prior_date"),
    ]


def unusual_items_share() -> list[pl.Expr]:
    """Return |pretax income - (EBIT - net interest expense)| over |pretax income|.

    Only if EBIT is operating income: with EBIT derived from pretax income the result is zero by construction.
    Pretax and operating income are not compared if one was amended and the other taken over.
    """
    pretax = unmixed("pretax_income_usd", "operating_income_usd")
    own_operating = unmixed("operating_income_usd", "pretax_income_usd")
    operating = pl.when(pl.col("ebit_basis") == "operating_income").then(own_operating)
    value = (pretax - (operating - pl.col("net_interest"))).abs() / pretax.abs()
    checks = [
        suspect(value, *EBIT),
        missing(pretax, operating, pl.col("net_interest")),
        (pretax == 0, "denominator_not_positive"),
    ]
    return metric("unusual_items_share", value, checks)


def altman_z_double_prime(zones: ZoneRules) -> list[pl.Expr]:
    """Return Altman's Z'' for non-manufacturers and its zone.

    6.56 WC/TA + 3.26 RE/TA + 6.72 EBIT/TA + 1.05 equity/TL (Altman 1995), without the constant.
    """
    assets, liabilities = pl.col("total_assets_usd"), pl.col("total_liabilities_usd")
    capital, retained, ebit = (
        pl.col("working_capital_usd"),
        pl.col("retained_earnings_usd"),
        pl.col("ebit_usd"),
    )
    equity = pl.col("shareholders_equity_usd")
    score = (6.56 * capital + 3.26 * retained + 6.72 * ebit) / assets + 1.05 * equity / liabilities
    used = ("current_assets_usd", "current_liabilities_usd", "retained_earnings_usd", *EBIT)
    totals = ("shareholders_equity_usd", "total_assets_usd", "total_liabilities_usd")
    checks = [
        suspect(score, *used, *totals),
        missing(capital, retained, ebit, equity),
        *not_positive(assets),
        *not_positive(liabilities),
    ]
    columns = metric("altman_z_double_prime", score, checks)
    return [*columns, zone(columns[0], zones).alias("altman_z_double_prime_zone")]


def zone(score: pl.Expr, zones: ZoneRules) -> pl.Expr:
    """Return the zone of an Altman score: distress, grey (bounds included) or safe; null without a score."""
    return (
        pl.when(score < zones.distress_below)
        .then(pl.lit("distress"))
        .when(score <= zones.safe_above)
        .then(pl.lit("grey"))
        .when(score.is_not_null())
        .then(pl.lit("safe"))
    )


def growth(name: str, column: str) -> list[pl.Expr]:
    """Return the figure over last year's, less one, if last year's was positive."""
    now, then = pl.col(column), pl.col(f"{column}_prior")
    value = now / then - 1
    return metric(
        name,
        value,
        [
            suspect(value, column, prior=(column,)),
            missing(now),
            _needs_last_year(then),
            (then <= 0, "denominator_not_positive"),
        ],
    )


def _needs_last_year(value: pl.Expr) -> Check:
    return missing(value, reason="prior_year_missing")


def _mean_assets() -> pl.Expr:
    return (pl.col("total_assets_usd") + pl.col("total_assets_usd_prior")) / 2


def _mean_assets_checks() -> list[Check]:
    then = pl.col("total_assets_usd_prior")
    return [
        missing(pl.col("total_assets_usd"), reason="denominator_missing"),
        _needs_last_year(then),
        (_mean_assets() <= 0, "denominator_not_positive"),
    ]
