"""Inputs of the annual ratios: share count, EBIT, interest, debt, payout; each from a single row."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import DEBT_PARTS, SHARE_COUNTS, is_suspect, unmixed
from smallcap.finance.reasons import first_reason, metric, missing
from smallcap.rules.types.metrics import MetricsRules

INTEREST = ("interest_expense_usd", "net_interest_expense_usd")


def with_inputs(fundamentals: pl.DataFrame, rules: MetricsRules) -> pl.DataFrame:
    """Add to each annual row the quantities from which its ratios are computed.

    Parameters
    ----------
    fundamentals
        Rows of `history.with_history`, suspect figures null.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The rows with the derived quantities, named as in core.annual_metrics, and `net_interest` and
        `interest`.
    """
    net_cash = pl.col("cash_and_short_term_investments_usd") - pl.col("total_debt_usd")
    return (
        fundamentals.with_columns(*_items())
        .with_columns(*ebit(), *total_debt(rules), *shareholder_payout())
        .with_columns(net_cash.alias("net_cash_usd"))
    )


def _items() -> list[pl.Expr]:
    """Return the quantities that follow from the reported items alone."""
    return [
        *shares(),
        interest_reported().alias("interest"),
        pl.coalesce("net_interest_expense_usd", "interest_expense_usd").alias("net_interest"),
        gross_profit().alias("gross_profit_usd"),
        (pl.col("current_assets_usd") - pl.col("current_liabilities_usd")).alias("working_capital_usd"),
        (pl.col("operating_cash_flow_usd") - pl.col("capital_expenditures_usd")).alias("free_cash_flow_usd"),
        _blank_as_none("dividends_paid_usd"),
        _blank_as_none("net_share_repurchases_usd"),
    ]


def shares() -> list[pl.Expr]:
    """Return the share count with its basis and date.

    The count is that of the cover or balance sheet, else the basic average, else the diluted average.
    """
    basis = pl.coalesce(
        pl.when(pl.col(column) > 0).then(pl.lit(name)) for name, column in SHARE_COUNTS.items()
    )
    day = count_date(basis).alias("shares_date")
    return [count_on_basis(basis).alias("shares"), basis.alias("shares_basis"), day]


def count_date(basis: pl.Expr, suffix: str = "") -> pl.Expr:
    """Return the day of the share count of the given basis; the period's end if the source gives none.

    `suffix` selects another year's columns.
    """
    end = pl.col(f"period_end{suffix}")
    return (
        pl.when(basis == "outstanding")
        .then(pl.coalesce(f"shares_outstanding_date{suffix}", end))
        .when(basis.is_not_null())
        .then(end)
    )


def count_on_basis(basis: pl.Expr, suffix: str = "") -> pl.Expr:
    """Return the share count of the given basis; null if it is not positive.

    `suffix` selects another year's columns.
    """
    counts = {name: pl.col(f"{column}{suffix}") for name, column in SHARE_COUNTS.items()}
    return pl.coalesce(pl.when((basis == name) & (count > 0)).then(count) for name, count in counts.items())


def gross_profit() -> pl.Expr:
    """Return gross profit, else revenue less cost of revenue; never from different versions of the row."""
    revenue, cost = "revenue_usd", "cost_of_revenue_usd"
    return pl.coalesce(
        unmixed("gross_profit_usd", revenue, cost), unmixed(revenue, cost) - unmixed(cost, revenue)
    )


def interest_reported() -> pl.Expr:
    """Return gross interest expense; net interest expense if only that is known."""
    return pl.coalesce("interest_expense_usd", "net_interest_expense_usd")


def ebit() -> list[pl.Expr]:
    """Return EBIT and its basis: operating income, else pretax income + interest expense."""
    pretax = "pretax_income_usd"
    interest = pl.coalesce(unmixed(name, pretax) for name in INTEREST)
    operating, rebuilt = pl.col("operating_income_usd"), unmixed(pretax, *INTEREST) + interest
    basis = pl.coalesce(
        pl.when(operating.is_not_null()).then(pl.lit("operating_income")),
        pl.when(rebuilt.is_not_null()).then(pl.lit("pretax_income_plus_interest")),
    )
    return [pl.coalesce(operating, rebuilt).alias("ebit_usd"), basis.alias("ebit_basis")]


def total_debt(rules: MetricsRules) -> list[pl.Expr]:
    """Return short-term + long-term debt, its reason and its flags.

    If one part is blank, total debt is the other and is_debt_partial: a lower bound. Blank long-term debt is
    none (is_debt_part_assumed_zero) only if the rest of the balance sheet leaves no room for it.

    Two blank parts mean no debt (is_debt_assumed_zero) only if the source declares so and the company pays no
    material interest: if net interest expense exceeds 1% of total liabilities, or is positive with unknown
    liabilities, the debt is unknown. A blank part, or both, is none on the same condition if the row's filing
    shows it (is_debt_explained_zero) and no other part is above zero. Debt cannot be negative: if a part is,
    the source has an error that cannot be resolved, and the debt is unknown. So it is if a part has a suspect
    scale.
    """
    short, long = pl.col("short_term_debt_usd"), pl.col("long_term_debt_usd")
    is_blank, has_blank = short.is_null() & long.is_null(), short.is_null() | long.is_null()
    reason = _debt_unknown(is_blank, rules)
    is_known = reason.is_null()
    is_explained = is_known & has_blank & is_blank_explained() & ~_pays_interest(rules)
    is_long_none = is_known & ~is_explained & short.is_not_null() & long.is_null() & _leaves_no_room(rules)
    is_partial = is_known & (short.is_null() != long.is_null()) & ~is_long_none & ~is_explained
    return [
        pl.when(is_known).then(short.fill_null(0.0) + long.fill_null(0.0)).alias("total_debt_usd"),
        reason.alias("total_debt_reason"),
        is_partial.alias("is_debt_partial"),
        is_long_none.alias("is_debt_part_assumed_zero"),
        (is_known & is_blank & ~is_explained).alias("is_debt_assumed_zero"),
        is_explained.alias("is_debt_explained_zero"),
    ]


def is_blank_explained() -> pl.Expr:
    """Whether the row's filing shows that a blank part of debt is none, and no known part contradicts it."""
    contradicts = [(pl.col(name) != 0).fill_null(False) | is_suspect(name, *INTEREST) for name in DEBT_PARTS]
    return pl.col("is_debt_explained_zero").fill_null(False) & ~pl.any_horizontal(contradicts)


def _pays_interest(rules: MetricsRules) -> pl.Expr:
    """Whether net interest expense is more than a share of total liabilities, of none where unknown."""
    bearable = rules.debt.max_interest_to_liabilities * pl.col("total_liabilities_usd").fill_null(0.0)
    return (pl.col("net_interest") > bearable).fill_null(False)


def _debt_unknown(is_blank: pl.Expr, rules: MetricsRules) -> pl.Expr:
    """Return why total debt is unknown; null if it is known."""
    return first_reason(
        [
            (is_suspect(*DEBT_PARTS), "scale_suspect"),
            (is_debt_negative(), "debt_negative"),
            (is_blank & ~pl.col("is_blank_debt_zero") & ~pl.col("is_debt_explained_zero"), "input_missing"),
            (is_blank & is_suspect(*INTEREST), "scale_suspect"),
            (is_blank & _pays_interest(rules), "debt_blank_but_interest_paid"),
        ]
    )


def _leaves_no_room(rules: MetricsRules) -> pl.Expr:
    """Whether current liabilities without debt explain the liabilities, and no interest is paid.

    Neither this year nor last. Proceeds and repayments of debt are not among the columns.
    """
    liabilities = pl.col("total_liabilities_usd")
    rest = liabilities - (pl.col("current_liabilities_usd") - pl.col("short_term_debt_usd"))
    is_explained = (rest >= 0) & (rest <= (1 - rules.debt.least_explained_liabilities) * liabilities)
    is_small = rest <= rules.debt.max_unexplained_to_equity * pl.col("shareholders_equity_usd")
    pays = [
        (pl.col(f"{name}{suffix}") > 0).fill_null(False) for name in INTEREST for suffix in ("", "_prior")
    ]
    is_doubtful = is_suspect(*INTEREST) | is_suspect(*INTEREST, suffix="_prior")
    return (is_explained & is_small).fill_null(False) & ~pl.any_horizontal(*pays, is_doubtful)


def is_debt_negative() -> pl.Expr:
    """Whether a part of the debt is below zero."""
    return pl.any_horizontal((pl.col(name) < 0).fill_null(False) for name in DEBT_PARTS)


def known_short_term_debt(suffix: str = "") -> pl.Expr:
    """Return short-term debt: null if negative or suspect, zero if blank and declared or shown to be none.

    `suffix` selects another year's columns. A declaration is the source's, a showing that of its own row.
    """
    given = pl.col(f"short_term_debt_usd{suffix}")
    is_none = pl.col("is_blank_debt_zero") | pl.col(f"is_debt_explained_zero{suffix}").fill_null(False)
    blank = pl.when(is_none & ~is_suspect("short_term_debt_usd", suffix=suffix)).then(0.0)
    return pl.when(given.is_null()).then(blank).when(given >= 0).then(given)


def shareholder_payout() -> list[pl.Expr]:
    """Return dividends + buybacks less issues, and its reason."""
    dividends, buybacks = pl.col("dividends_paid_usd"), pl.col("net_share_repurchases_usd")
    return metric("shareholder_payout_usd", dividends + buybacks, [missing(dividends, buybacks)])


def _blank_as_none(column: str) -> pl.Expr:
    is_none = pl.col("is_blank_debt_zero") & ~is_suspect(column)
    return pl.when(is_none).then(pl.col(column).fill_null(0.0)).otherwise(pl.col(column)).alias(column)
