"""Quality otherwise defined, and its agreement with the score, as a bare Polars script for all years at once.

It shares thresholds with smallcap, and none of the calculations.
"""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.day_range import DayRange
from smallcap.rules.types.quintiles import QuintileRules
from tests.oracle.versions_polars import of_one_version, trusted

KEY = ["entity_id", "period_end", "version", "source", "available_date"]
ORDER = ["period_end", "available_date", "is_restated", "version", "source"]
YEAR = 365.25
RANKED = {
    "p1": "gross_profitability", "p2": "roe", "p3": "return_on_assets", "p4": "cfoa", "p5": "gross_margin",
    "p6": "acc",
    "g1": "d_gp", "g2": "d_roe", "g3": "d_roa", "g4": "d_cfoa", "g5": "d_margin",
    "s1": "lev", "s2": "roe_sd", "s3": "altman_z_double_prime",
    "f1": "roe", "f2": "return_on_assets", "f3": "equity_to_assets", "f4": "return_on_assets_stability",
}  # fmt: skip
SIGNALS = ("ni", "cfo", "d_roa", "acc", "lever", "liquid", "offer", "margin", "turn")
COMPARED = ("ebitda_margin", "financial_score", "gross_profitability", "piotroski_f", "qmj", "roe")
DIGITS = 12
"""Digits by which values are ranked."""


def by_member(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    statements: pl.DataFrame,
    metrics: pl.DataFrame,
    prior_year: DayRange,
    rules: QuintileRules,
) -> pl.DataFrame:
    """Make as_of, entity_id and the main measures of marts.quality_alternatives, for fresh records alone."""
    records = _records(statements, metrics)
    company = ["as_of", "entity_id"]
    asked = members.select(*company, pl.col("is_financial").fill_null(value=False).alias("is_fin")).join(
        metrics_as_of.select(*company, "is_stale", "share_count_change"), on=company, how="left"
    )
    fresh = asked.filter(~pl.col("is_stale").fill_null(value=False))
    rows = _visible(fresh, records).join(_years(records, prior_year, rules), on="row", how="left")
    return _scored(_measured(rows), rules)


def _records(statements: pl.DataFrame, metrics: pl.DataFrame) -> pl.DataFrame:
    names = (
        "revenue_usd",
        "cost_of_revenue_usd",
        "gross_profit_usd",
        "depreciation_amortization_usd",
        "long_term_debt_usd",
    )
    known = statements.with_columns(trusted(name) for name in names)
    revenue, cost = "revenue_usd", "cost_of_revenue_usd"
    own = known.select(
        *KEY,
        rev="revenue_usd",
        gp=of_one_version("gross_profit_usd", revenue, cost).fill_null(
            of_one_version(revenue, cost) - of_one_version(cost, revenue)
        ),
        dep="depreciation_amortization_usd",
        ltd=pl.when(
            (pl.col("is_blank_debt_zero") | pl.col("is_debt_explained_zero"))
            & pl.col("long_term_debt_usd").is_null()
        )
        .then(0.0)
        .otherwise("long_term_debt_usd"),
    )
    both = metrics.join(own, on=KEY, how="left").with_columns(is_restated=pl.col("version") == "restated")
    assets = pl.when(pl.col("total_assets_usd") > 0).then("total_assets_usd")
    return (
        both.sort("entity_id", *ORDER)
        .with_row_index("row")
        .with_columns(
            place=pl.int_range(pl.len()).over("entity_id"), ta=assets, roa=pl.col("net_income_usd") / assets
        )
    )


def _visible(asked: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    days = records.select("entity_id", known="available_date").unique()
    states = (
        days.join(records.select("entity_id", "available_date", "place"), on="entity_id")
        .filter(pl.col("available_date") <= pl.col("known"))
        .group_by("entity_id", "known")
        .agg(pl.col("place").max())
        .sort("known")
    )
    seen = asked.sort("as_of").join_asof(
        states, left_on="as_of", right_on="known", by="entity_id", check_sortedness=False
    )
    return seen.join(records, on=["entity_id", "place"], how="left")


def _years(records: pl.DataFrame, prior_year: DayRange, rules: QuintileRules) -> pl.DataFrame:
    figures = [
        *("rev", "gp", "net_income_usd", "operating_cash_flow_usd", "ta", "shareholders_equity_usd", "ltd"),
        *("gross_margin", "current_ratio"),
    ]
    small = records.select(
        "entity_id", "row", "place", "period_end", "available_date", "roe", "roa", *figures
    )
    days = (pl.col("period_end") - pl.col("period_end_p")).dt.total_days()
    back = (days / YEAR).round().cast(pl.Int64)
    near = days - ((back - 1) * YEAR).round()
    most, least = rules.alternatives.most_years, rules.alternatives.least_years
    pairs = (
        small.select("entity_id", "row", "period_end", "available_date")
        .join(small, on="entity_id", suffix="_p")
        .filter(pl.col("available_date_p") <= pl.col("available_date"))
        .with_columns(back=back)
        .filter(
            pl.col("back").is_between(1, most) & near.is_between(prior_year.min_days, prior_year.max_days)
        )
        .sort("row", "back", "place")
        .unique(["row", "back"], keep="last", maintain_order=True)
    )
    wide = records.select("row")
    for name, chosen in {
        "1": pairs.filter(back=1),
        "2": pairs.filter(back=2),
        "first": pairs.filter(pl.col("back") >= least).unique("row", keep="last", maintain_order=True),
    }.items():
        taken = chosen.select("row", "back", *figures).rename({c: f"{c}_{name}" for c in ("back", *figures)})
        wide = wide.join(taken, on="row", how="left")
    history = pl.concat([small.select("row", "roe", "roa"), pairs.select("row", "roe", "roa")])
    spread = history.group_by("row").agg(
        pl.when(pl.col(name).count() >= least).then(pl.col(name).std()).alias(f"{name}_sd")
        for name in ("roe", "roa")
    )
    return wide.join(spread, on="row", how="left")


def _measured(rows: pl.DataFrame) -> pl.DataFrame:
    c = pl.col
    positive = {
        name: pl.when(c(name) > 0).then(name)
        for name in ("rev", "rev_first", "shareholders_equity_usd_first")
    }
    measured = rows.with_columns(
        gross_profitability=c("gp") / c("ta"),
        return_on_assets=c("roa"),
        cfoa=c("operating_cash_flow_usd") / c("ta"),
        acc=-c("accruals_cash_flow"),
        d_gp=(c("gp") - c("gp_first")) / c("ta_first") / c("back_first"),
        d_roe=(c("net_income_usd") - c("net_income_usd_first"))
        / positive["shareholders_equity_usd_first"]
        / c("back_first"),
        d_roa=(c("net_income_usd") - c("net_income_usd_first")) / c("ta_first") / c("back_first"),
        d_cfoa=(c("operating_cash_flow_usd") - c("operating_cash_flow_usd_first"))
        / c("ta_first")
        / c("back_first"),
        d_margin=(c("gp") - c("gp_first")) / positive["rev_first"] / c("back_first"),
        lev=-c("debt_to_assets"),
        roe_sd=-c("roe_sd"),
        equity_to_assets=c("shareholders_equity_usd") / c("ta"),
        return_on_assets_stability=-c("roa_sd"),
        ebitda_margin=(c("ebit_usd") + c("dep")) / positive["rev"],
    )
    signals = {
        "ni": c("net_income_usd") > 0,
        "cfo": c("operating_cash_flow_usd") > 0,
        "d_roa": c("net_income_usd") / c("ta_1") > c("net_income_usd_1") / c("ta_2"),
        "acc": c("operating_cash_flow_usd") > c("net_income_usd"),
        "lever": c("ltd") / (c("ta") + c("ta_1")) < c("ltd_1") / (c("ta_1") + c("ta_2")),
        "liquid": c("current_ratio") > c("current_ratio_1"),
        "offer": c("share_count_change") <= 0,
        "margin": c("gross_margin") > c("gross_margin_1"),
        "turn": c("rev") / c("ta_1") > c("rev_1") / c("ta_2"),
    }
    flagged = measured.with_columns(
        value.cast(pl.Int64).alias(f"is_{name}") for name, value in signals.items()
    )
    points = [pl.col(f"is_{name}") for name in SIGNALS]
    complete = pl.all_horizontal(point.is_not_null() for point in points)
    return flagged.with_columns(piotroski_f=pl.when(complete).then(pl.sum_horizontal(points)))


def _scored(measured: pl.DataFrame, rules: QuintileRules) -> pl.DataFrame:
    peers = ["as_of", "is_fin"]
    least, share = rules.alternatives.least_names, rules.alternatives.least_items_share
    ranks = measured.with_columns(
        pl.col(name).rank("average").over(peers).alias(item) for item, name in RANKED.items()
    )
    scores = ranks.with_columns(
        pl.when(
            (pl.col(item).count().over(peers) >= least) & (pl.col(item).std(ddof=0).over(peers) > 0)
        ).then((pl.col(item) - pl.col(item).mean().over(peers)) / pl.col(item).std(ddof=0).over(peers))
        for item in RANKED
    )

    def mean(letter: str) -> pl.Expr:
        own = [pl.col(item) for item in RANKED if item[0] == letter]
        known = pl.sum_horizontal(item.is_not_null().cast(pl.Int64) for item in own)
        return pl.when(known >= share * len(own)).then(pl.mean_horizontal(own))

    def z(name: str) -> pl.Expr:
        deviation = pl.col(name).std(ddof=0).over(peers)
        return pl.when(deviation > 0).then((pl.col(name) - pl.col(name).mean().over(peers)) / deviation)

    parts = {"qmj_profitability": "p", "qmj_growth": "g", "qmj_safety": "s", "financial_score": "f"}
    is_other = {
        name: pl.col("is_fin") if letter == "f" else ~pl.col("is_fin") for name, letter in parts.items()
    }
    summed = scores.with_columns(
        pl.when(is_other[name]).then(mean(letter)).alias(name) for name, letter in parts.items()
    ).with_columns(z(name).alias(name) for name in parts)
    total = summed.with_columns(qmj=pl.col("qmj_profitability") + pl.col("qmj_growth") + pl.col("qmj_safety"))
    return total.with_columns(qmj=z("qmj")).with_columns(
        pl.when(~pl.col("is_fin")).then(name).alias(name)
        for name in ("gross_profitability", "ebitda_margin", "piotroski_f")
    )


def agreement(scores: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Make companies, rank_correlation and the top quintiles of marts.quality_agreement, without minimum."""
    scored = scores.filter(basis="point_in_time", status="scored").select(
        "as_of", "entity_id", "method", "score"
    )
    parts = []
    for name in COMPARED:
        both = scored.join(
            members.select("as_of", "entity_id", value=pl.col(name).cast(pl.Float64)).drop_nulls(),
            on=["as_of", "entity_id"],
        )
        edges = both.group_by("as_of", "method").agg(
            *(pl.col(c).quantile(0.8, "linear").alias(f"{c}_edge") for c in ("score", "value"))
        )
        tops = both.join(edges, on=["as_of", "method"]).with_columns(
            a=pl.col("score") > pl.col("score_edge"), b=pl.col("value") > pl.col("value_edge")
        )
        parts.append(
            tops.group_by("as_of", "method")
            .agg(
                companies=pl.len().cast(pl.Int64),
                # Values that are equal must stay so: here their last digits come out of other sums.
                rank_correlation=pl.corr(
                    pl.col("score").round_sig_figs(DIGITS),
                    pl.col("value").round_sig_figs(DIGITS),
                    method="spearman",
                ),
                score_top=pl.col("a").sum().cast(pl.Int64),
                alternative_top=pl.col("b").sum().cast(pl.Int64),
                both_top=(pl.col("a") & pl.col("b")).sum().cast(pl.Int64),
            )
            .with_columns(alternative=pl.lit(name))
        )
    return pl.concat(parts)
