"""Trailing twelve months as a bare Polars script, for statements without gaps, and such statements.

It shares names with smallcap and no calculation; it has the main columns alone, and serves the benchmarks.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from smallcap.tables.registry import TABLES

SUFFIX = "_year_to_date_usd"
YEAR_TO_DATE = {
    f"{name.removesuffix(SUFFIX)}_usd": name
    for name in TABLES["core.quarterly_fundamentals"].columns
    if name.endswith(SUFFIX)
}
FLOWS = tuple(YEAR_TO_DATE)
SHEET = ("total_assets_usd", "shareholders_equity_usd", "short_term_debt_usd", "long_term_debt_usd")
SHEET_ITEMS = (*SHEET, "current_assets_usd", "current_liabilities_usd", "total_liabilities_usd")
RESTATED_SHARE = 0.2
KEY = ["entity_id", "available_date"]


def made_up_statements(companies: int, years: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Invent annual and quarterly statements: four quarters a year, a fifth of them restated a year later.

    Returns
    -------
    tuple
        Rows of core.annual_fundamentals and of core.quarterly_fundamentals.
    """
    random = np.random.default_rng(7)
    grid = (
        pl.DataFrame({"entity_id": range(companies)})
        .join(pl.DataFrame({"fiscal_year": range(2005, 2005 + years)}), how="cross")
        .join(pl.DataFrame({"fiscal_quarter": [1, 2, 3, 4]}), how="cross")
    )
    drawn = grid.with_columns(
        pl.Series(name, random.lognormal(3, 1, grid.height)) for name in (*FLOWS, *SHEET_ITEMS)
    )
    columns = TABLES["core.quarterly_fundamentals"].columns
    flags = [name for name in columns if name.startswith(("is_", "has_"))]
    quarters = drawn.with_columns(
        pl.date("fiscal_year", pl.col("fiscal_quarter") * 3, 1).dt.month_end().alias("period_end"),
        pl.date("fiscal_year", 1, 1).alias("fiscal_year_start"),
        pl.lit("original").alias("version"),
        pl.lit("made up").alias("source"),
        *(pl.lit(value=False).alias(name) for name in flags),
        *(
            pl.col(name).cum_sum().over("entity_id", "fiscal_year").alias(longer)
            for name, longer in YEAR_TO_DATE.items()
        ),
    ).with_columns(
        (pl.col("period_end") + pl.duration(days=pl.Series(random.integers(35, 60, grid.height)))).alias(
            "available_date"
        )
    )
    again = quarters.filter(pl.Series(random.random(grid.height) < RESTATED_SHARE)).with_columns(
        pl.col("available_date") + dt.timedelta(days=365),
        pl.lit("restated").alias("version"),
        *(pl.col(longer) * 1.02 for longer in YEAR_TO_DATE.values()),
    )
    annual = quarters.filter(pl.col("fiscal_quarter") == 4).with_columns(
        pl.lit(365).alias("period_days"),
        *(pl.col(longer).alias(name) for name, longer in YEAR_TO_DATE.items()),
    )
    return _rows("core.annual_fundamentals", annual), _rows(
        "core.quarterly_fundamentals", pl.concat([quarters, again])
    )


def _rows(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    known = set(frame.columns)
    return frame.select(
        (pl.col(name) if name in known else _blank(name)).cast(kind).alias(name)
        for name, kind in TABLES[table].columns.items()
    )


def _blank(name: str) -> pl.Expr:
    return pl.lit(value=False) if name.startswith("is_") else pl.lit(None)


def bare_trailing(annual: pl.DataFrame, quarterly: pl.DataFrame) -> pl.DataFrame:
    """Compose flows, sheet and ratios for every day, and those of a year earlier as known then."""
    days = pl.concat([annual.select(KEY), quarterly.select(KEY)]).unique().sort("available_date")
    year = pl.col("fiscal_year").cast(pl.Int64)
    in_year = _front(annual).select(*KEY, year.alias("annual_year"))
    in_quarter = _front(quarterly).select(*KEY, year.alias("quarter_year"), "fiscal_quarter")
    rows = _asof(_asof(days, in_year, ["entity_id"]), in_quarter, ["entity_id"])
    is_later = (pl.col("quarter_year") > pl.col("annual_year")) | pl.col("annual_year").is_null()
    asked = rows.with_columns(pl.when(is_later).then("quarter_year").alias("quarter_year"))
    earlier = asked.with_columns(pl.col("annual_year") - 1, pl.col("quarter_year") - 1)
    flows = _flows(asked, annual, quarterly)
    before = _flows(earlier, annual, quarterly).select(
        *KEY, pl.col("revenue_usd", "net_income_usd").name.suffix("_prior")
    )
    items = [frame.select(*KEY, "period_end", *SHEET_ITEMS) for frame in (quarterly, annual)]
    sheets = pl.concat(items).sort("available_date", maintain_order=True)
    latest = _asof(flows, _front(sheets), ["entity_id"]).join(before, on=KEY)
    last_year = latest.with_columns(
        pl.col("period_end").dt.offset_by("-1y").dt.month_end().alias("period_end")
    )
    old = sheets.select(
        *KEY, "period_end", pl.col("total_assets_usd", "shareholders_equity_usd").name.suffix("_prior")
    )
    both = _asof(last_year.sort("available_date"), old, ["entity_id", "period_end"])
    return both.select(*KEY, *FLOWS, *SHEET, *_ratios()).sort(KEY)


def _asof(
    rows: pl.DataFrame, versions: pl.DataFrame, by: list[str], day: str = "available_date"
) -> pl.DataFrame:
    return (
        rows.sort(day)
        .join_asof(
            versions, left_on=day, right_on="available_date", by=by, coalesce=False, check_sortedness=False
        )
        .drop("available_date_right", strict=False)
    )


def _flows(asked: pl.DataFrame, annual: pl.DataFrame, quarterly: pl.DataFrame) -> pl.DataFrame:
    """Compose the flows of an annual record and a quarter; without a quarter those of the record."""
    year = pl.col("fiscal_year").cast(pl.Int64)
    years = annual.sort("available_date").select(
        *KEY, year.alias("annual_year"), pl.col("available_date").alias("filed"), *FLOWS
    )
    rows = _asof(asked, years, ["entity_id", "annual_year"])
    known = "available_date"
    for suffix, back, day in (("ytd", 0, known), ("own", 1, "filed"), ("new", 1, known)):
        versions = quarterly.sort("available_date").select(
            *KEY,
            (year + back).alias("quarter_year"),
            "fiscal_quarter",
            **{f"{name}_{suffix}": column for name, column in YEAR_TO_DATE.items()},
        )
        rows = _asof(rows, versions, ["entity_id", "quarter_year", "fiscal_quarter"], day)
    return rows.with_columns(_sums())


def _front(records: pl.DataFrame) -> pl.DataFrame:
    """Keep the records that were the latest when they became known."""
    ordered = records.sort("entity_id", "available_date", "period_end", maintain_order=True)
    return ordered.filter(pl.col("period_end") == pl.col("period_end").cum_max().over("entity_id")).sort(
        "available_date", maintain_order=True
    )


def _sums() -> list[pl.Expr]:
    return [
        pl.when(pl.col("quarter_year").is_null())
        .then(name)
        .when((pl.col(f"{name}_new") - pl.col(f"{name}_own")).abs() <= 0.05 * pl.col(f"{name}_own").abs())
        .then(pl.col(name) + pl.col(f"{name}_ytd") - pl.col(f"{name}_own"))
        .alias(name)
        for name in FLOWS
    ]


def _ratios() -> list[pl.Expr]:
    debt = pl.col("short_term_debt_usd") + pl.col("long_term_debt_usd")
    cash = pl.col("operating_cash_flow_usd") - pl.col("capital_expenditures_usd")
    ratios = {
        "roe": (pl.col("net_income_usd"), "shareholders_equity_usd"),
        "gross_margin": (pl.col("gross_profit_usd"), "revenue_usd"),
        "operating_margin": (pl.col("operating_income_usd"), "revenue_usd"),
        "net_margin": (pl.col("net_income_usd"), "revenue_usd"),
        "fcf_margin": (cash, "revenue_usd"),
        "debt_to_assets": (debt, "total_assets_usd"),
        "debt_to_equity": (debt, "shareholders_equity_usd"),
        "interest_coverage": (pl.col("operating_income_usd"), "interest_expense_usd"),
        "current_ratio": (pl.col("current_assets_usd"), "current_liabilities_usd"),
        "cash_conversion": (pl.col("operating_cash_flow_usd"), "net_income_usd"),
        "capex_intensity": (pl.col("capital_expenditures_usd"), "revenue_usd"),
        "ebitda_margin": (
            pl.col("operating_income_usd") + pl.col("depreciation_amortization_usd"),
            "revenue_usd",
        ),
    }
    mean_assets = (pl.col("total_assets_usd") + pl.col("total_assets_usd_prior")) / 2
    mean_equity = (pl.col("shareholders_equity_usd") + pl.col("shareholders_equity_usd_prior")) / 2
    return [
        (pl.col("net_income_usd") / mean_equity).alias("roe_average"),
        ((pl.col("net_income_usd") - pl.col("operating_cash_flow_usd")) / mean_assets).alias(
            "accruals_cash_flow"
        ),
        *(
            pl.when(pl.col(f"{name}_usd_prior") > 0)
            .then(pl.col(f"{name}_usd") / pl.col(f"{name}_usd_prior") - 1)
            .alias(f"{name}_growth")
            for name in ("revenue", "net_income")
        ),
        *(
            pl.when(pl.col(under) > 0).then(over / pl.col(under)).alias(name)
            for name, (over, under) in ratios.items()
        ),
    ]
