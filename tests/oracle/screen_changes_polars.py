"""Who entered or left the survivors between two dates and why, and vendors' ratios against ours."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from smallcap.rules.types.reconciliation import ReconciliationRules
from smallcap.tables import TABLES
from tests.oracle.filters_polars import FILTERS, looked_up

PAIR = ["as_of", "entity_id"]
RECORD = ("period_end", "version", "available_date", "is_stale")
RELATIVE = ("accruals_cash_flow", "accruals_balance_sheet", "pb", "pe", "p_fcf")
"""Figures whose limit comes of the universe."""
OF_RECORD = ("debt_to_equity", *RELATIVE)
OF_FILTER = (
    *(
        "debt_to_market_cap",
        "cash_to_market_cap",
        "interest_income_to_revenue",
        "least_net_margin",
        "net_income_growth_over_years",
    ),
    *("margin_slope", "least_operating_margin", "years_without_cash_backing", "cash_conversion_over_years"),
    *("least_operating_cash_flow_to_assets", "years_without_free_cash_flow"),
)
SIDES = (("as_of", "to"), ("previous_as_of", "from"))
RATIOS = ("roe", "debt_to_assets", "fcf_margin", "interest_coverage", "altman_z_score")


class Screen(NamedTuple):
    """What the screens of some dates came to.

    Attributes
    ----------
    companies
        One row per member: ticker, outcome, the first filter that keeps it out (`decider`), its record and
        multiples.
    verdicts
        One row per member and filter, as in core.filter_evaluations.
    """

    companies: pl.DataFrame
    verdicts: pl.DataFrame

    def last_date(self) -> Screen:
        """Keep the last date alone."""
        return Screen(*(frame.filter(pl.col("as_of") == pl.col("as_of").max()) for frame in self))

    def after(self, before: Screen | None) -> Screen:
        """Put the dates before in front."""
        return Screen(*(pl.concat(pair) for pair in zip(before, self, strict=True))) if before else self


def changes(screen: Screen) -> pl.DataFrame:
    """Find who entered or left since the date before, and the first input that differs.

    The first date has nobody.
    """
    dates = screen.companies.select(pl.col("as_of").unique().sort()).with_columns(
        pl.col("as_of").shift(1).alias("previous_as_of")
    )
    companies = screen.companies.select(
        *(*PAIR, "ticker", "outcome", "decider", "is_vintage_later"),
        pl.col("outcome").str.starts_with("survivor").alias("is_in"),
    )
    before = companies.rename({"as_of": "previous_as_of"}).join(dates.drop_nulls(), on="previous_as_of")
    changed = (
        companies.join(dates.drop_nulls(), on="as_of")
        .join(before, on=[*PAIR, "previous_as_of"], how="full", coalesce=True, suffix="_from")
        .filter(pl.col("is_in").fill_null(False) != pl.col("is_in_from").fill_null(False))
        .with_columns(
            pl.coalesce("ticker", "ticker_from").alias("ticker"),
            pl.when("is_in").then("decider_from").otherwise("decider").alias("filter_number"),
        )
    )
    return (
        _measured(changed, screen)
        .rename({"outcome": "outcome_to"})
        .with_columns(
            pl.col("as_of").dt.year().alias("year"),
            looked_up(FILTERS, pl.col("filter_number") - 1).alias("filter_name"),
            pl.when("is_in").then(pl.lit("entered")).otherwise(pl.lit("left")).alias("change"),
            pl.when("is_in").then("reason_from").otherwise("reason_to").alias("reason"),
            _cause().alias("cause"),
            pl.lit(None, pl.String).alias("explanation"),
            pl.max_horizontal("is_vintage_later", "is_vintage_later_from").alias("is_vintage_later"),
        )
        .select(pl.col(name).cast(kind) for name, kind in TABLES["marts.screen_changes"].columns.items())
    )


def _measured(changed: pl.DataFrame, screen: Screen) -> pl.DataFrame:
    """Add the deciding filter's verdict, and the deciding rule's figure and limit, at both dates."""
    is_asked = pl.col("entity_id").is_in(changed["entity_id"].unique().implode())
    verdicts = screen.verdicts.filter(is_asked).select(
        *PAIR,
        "filter_number",
        pl.col("stand_alone_status").alias("status"),
        *("measure", "rule_set", "reason"),
        *OF_FILTER,
    )
    own = (*RECORD, *OF_RECORD)
    quarters = [f"{name}_latest" for name in own if f"{name}_latest" in screen.companies.columns]
    records = screen.companies.filter(is_asked).select(*PAIR, *own, *quarters)
    limits = screen.verdicts.group_by("as_of", "measure").agg(pl.col("threshold").max())
    both = changed
    for day, side in SIDES:
        for frame, key in ((verdicts, ["as_of", "entity_id", "filter_number"]), (records, PAIR)):
            named = frame.select(*key, pl.exclude(key).name.suffix(f"_{side}")).rename({"as_of": day})
            both = both.join(named, on=[day, *key[1:]], how="left")
    is_latest = pl.col("filter_number").is_in([2, 3, 6]).fill_null(False)
    both = both.with_columns(
        pl.when(is_latest)
        .then(f"{name}_{side}")
        .otherwise(f"{name.removesuffix('_latest')}_{side}")
        .alias(f"{name.removesuffix('_latest')}_{side}")
        for name in quarters
        for _, side in SIDES
    )
    # A company is kept out by the rule that it breaks; the multiple that matters is the one that lets it in.
    is_now = pl.col("is_in").fill_null(False) == (pl.col("filter_number") == len(FILTERS))
    both = both.with_columns(pl.when(is_now).then("measure_to").otherwise("measure_from").alias("measure"))
    for day, side in SIDES:
        figure = pl.coalesce(
            pl.when(pl.col("measure") == name).then(f"{name}_{side}") for name in (*OF_FILTER, *OF_RECORD)
        )
        limit = limits.rename({"as_of": day, "threshold": f"threshold_{side}"})
        both = both.join(limit, on=[day, "measure"], how="left").with_columns(figure.alias(f"value_{side}"))
    return both


def _cause() -> pl.Expr:
    """Name the first input that differs."""
    value, limit, old_limit = pl.col("value_to"), pl.col("threshold_to"), pl.col("threshold_from")
    was_inside = pl.col("value_from") <= old_limit
    has_limit_moved = (
        pl.col("measure").is_in(RELATIVE)
        & ((value <= old_limit) == was_inside)
        & ((value <= limit) != was_inside)
    )
    return (
        pl.when(pl.col("outcome_to").is_null() | pl.col("outcome_from").is_null())
        .then(pl.lit("membership"))
        .when((pl.col("filter_number") == 1) | _differs("rule_set"))
        .then(pl.lit("rule"))
        .when(pl.col("is_stale_to") & ~pl.col("is_stale_from").fill_null(False))
        .then(pl.lit("going_stale"))
        .when(_differs("period_end"))
        .then(pl.lit("new_filing"))
        .when(_differs("available_date") | _differs("version"))
        .then(pl.lit("restatement"))
        .when(has_limit_moved)
        .then(pl.lit("universe_median"))
        .when(pl.col("filter_number").is_in([2, 6]))
        .then(pl.lit("price_move"))
        .otherwise(pl.lit("restatement"))
    )


def _differs(name: str) -> pl.Expr:
    return pl.col(f"{name}_to").ne_missing(pl.col(f"{name}_from"))


def differences(vendor: pl.DataFrame, metrics: pl.DataFrame, rules: ReconciliationRules) -> pl.DataFrame:
    """Set a vendor's ratios beside ours of the same year, as known when the vendor's row became known."""
    ours = (
        vendor.select("entity_id", "period_end", "source", pl.col("available_date").alias("horizon"))
        .join(metrics.drop("year"), on=["entity_id", "period_end"], suffix="_own")
        .filter(pl.col("available_date") <= pl.col("horizon"))
        .sort("available_date", pl.col("version") == "restated", "version", "source_own")
        .unique(["entity_id", "period_end", "source"], keep="last", maintain_order=True)
        .drop("available_date")
    )
    beside = vendor.join(
        ours, on=["entity_id", "period_end", "source"], how="left", suffix="_own"
    ).with_columns(_altman_z())
    compared = []
    for ratio in RATIOS:
        served, computed, tolerance = pl.col(ratio), pl.col(f"{ratio}_own"), getattr(rules.tolerances, ratio)
        let_pass = pl.max_horizontal(pl.lit(tolerance.absolute), tolerance.relative * computed.abs())
        difference = served - computed
        status = (
            pl.when(computed.is_null())
            .then(pl.lit("only_served"))
            .when(served.is_null())
            .then(pl.lit("only_computed"))
            .when(difference.abs() <= let_pass)
            .then(pl.lit("agrees"))
            .otherwise(pl.lit("differs"))
        )
        compared.append(
            beside.filter(served.is_not_null() | computed.is_not_null()).select(
                *("year", "entity_id", "period_end", "source"),
                pl.lit(ratio).alias("metric"),
                "available_date",
                served.alias("served"),
                computed.alias("computed"),
                difference.alias("difference"),
                pl.when(difference.is_not_null()).then(let_pass).alias("tolerance"),
                status.alias("status"),
                (
                    pl.col("market_cap_period_end_usd")
                    if ratio == "altman_z_score"
                    else pl.lit(None, pl.Float64)
                ).alias("market_cap_usd"),
                pl.lit(rules.label).alias("rule_set"),
            )
        )
    return pl.concat(compared)


def _altman_z() -> pl.Expr:
    """Altman's Z of 1968 with the vendor's market value."""
    assets, liabilities = (
        pl.when(pl.col(name) > 0).then(name) for name in ("total_assets_usd", "total_liabilities_usd")
    )
    capital, retained, ebit, sales = (
        pl.col(name) for name in ("working_capital_usd", "retained_earnings_usd", "ebit_usd", "revenue_usd")
    )
    over_assets = 1.2 * capital + 1.4 * retained + 3.3 * ebit + 1.0 * sales
    score = over_assets / assets + 0.6 * pl.col("market_cap_period_end_usd") / liabilities
    return score.alias("altman_z_score_own")
