"""The anatomy of the index by a second, plain implementation in Polars.

It shares the rule sets and the names of columns with smallcap, none of its calculations, and is fast enough
for the benchmarks.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.lake import Lake
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution
from tests.oracle.index_changes_polars import changes, effects, month_of_data

INPUTS = {
    "core.members": (
        *(
            "year",
            "as_of",
            "entity_id",
            "security_id",
            "ticker",
            "name",
            "sector",
            "weight",
            "market_value_usd",
            "line_count",
            "index_name",
            "fund",
            "snapshot_date",
        ),
    ),
    "core.metrics_as_of": (
        *(
            "year",
            "as_of",
            "entity_id",
            "period_end",
            "available_date",
            "is_stale",
            "market_cap_usd",
            "price_usd",
        ),
        *(
            "market_cap_reason",
            "net_income_usd",
            "shareholders_equity_usd",
            "revenue_usd",
            "dividend_yield",
            "price_date",
        ),
    ),
    "raw.constituents": ("year", "as_of", "security_id", "exchange", "location"),
    "raw.prices": ("year", "security_id", "date", "close_usd", "adjusted_close_usd", "total_return"),
    "core.monthly_returns": ("year", "month", "security_id", "total_return"),
}
Frames = dict[str, pl.DataFrame]


def read_inputs(lake: Lake, years: Sequence[int]) -> Frames:
    """Read the tables of `INPUTS`, with the years before and after that they need."""
    near = {"raw.prices": (2, 1), "core.monthly_returns": (0, 1)}
    windows = {name: near.get(name, (0, 0)) for name in INPUTS}
    return {
        name: lake.read(
            name, list(range(years[0] - windows[name][0], years[-1] + 1 + windows[name][1])), columns
        )
        for name, columns in INPUTS.items()
    }


def anatomy(
    tables: Frames, rules: IndexRules, events: Sequence[Reconstitution], years: Sequence[int]
) -> Frames:
    """Compute every table of the index.

    Parameters
    ----------
    tables
        The tables of `INPUTS`, all years of each.
    rules, events
        The thresholds and the calendar.
    years
        The years to compute.

    Returns
    -------
    dict of str to pl.DataFrame
        The rows of each table, all years together.
    """
    known = _known(tables)
    asked = _eligibility(tables, rules, events)
    moved = changes(tables, known, rules, events, years)
    return {
        "marts.index_holdings": _holdings(known, rules),
        "marts.index_sectors": _sectors(known),
        "marts.index_eligibility": asked,
        "marts.index_profile": _profile(known, asked, moved, rules),
        "marts.index_changes": moved.rows,
        "marts.reconstitution_effects": effects(tables, rules, events, years),
    }


def _known(tables: Frames) -> pl.DataFrame:
    """Join members with their records; stale records are ignored."""
    both = tables["core.members"].join(
        tables["core.metrics_as_of"].drop("year"), on=["as_of", "entity_id"], how="left"
    )
    is_out = pl.col("is_stale").fill_null(False)
    cap, income, equity, revenue, dividends = (
        pl.when(~is_out).then(pl.col(name))
        for name in (
            "market_cap_usd",
            "net_income_usd",
            "shareholders_equity_usd",
            "revenue_usd",
            "dividend_yield",
        )
    )
    return both.with_columns(
        cap=cap,
        income=income,
        equity=equity,
        revenue=revenue,
        dividends=dividends * cap,
        why=pl.when(pl.col("is_stale")).then(pl.lit("stale")).otherwise("market_cap_reason"),
    )


def _holdings(known: pl.DataFrame, rules: IndexRules) -> pl.DataFrame:
    by_cap = known.sort("as_of", "cap", descending=[False, True], nulls_last=True).with_columns(
        upto=pl.col("cap").cum_sum().over("as_of")
    )
    share, total = rules.band_share, pl.col("cap").sum().over("as_of")
    band = (
        pl.when(pl.col("cap").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("upto") - pl.col("cap") < share * total)
        .then(pl.lit("upper"))
        .when(pl.col("upto") > (1 - share) * total)
        .then(pl.lit("lower"))
        .otherwise(pl.lit("none"))
    )
    by_weight = by_cap.with_columns(band=band).sort(
        "as_of", "weight", "ticker", descending=[False, True, False], nulls_last=True
    )
    return by_weight.select(
        *(
            "year",
            "as_of",
            "entity_id",
            "ticker",
            "name",
            "sector",
            "weight",
            "band",
            "period_end",
            "available_date",
        ),
        rank=pl.int_range(1, pl.len() + 1).over("as_of"),
        cumulative_weight=pl.col("weight").cum_sum().over("as_of"),
        market_cap_usd=pl.col("cap"),
        market_cap_reason=pl.col("why"),
        is_unprofitable=pl.col("income") <= 0,
    )


def _aggregates() -> dict[str, pl.Expr]:
    """Sum up what sectors and the whole have in common."""
    weight, income, cap = pl.col("weight"), pl.col("income"), pl.col("cap")
    earns, has_both = income > 0, cap.is_not_null() & income.is_not_null()
    return {
        "earnings_members": income.count(),
        "earnings_weight": weight.filter(income.is_not_null()).sum(),
        "unprofitable_members": (income <= 0).sum(),
        "unprofitable_share": (income <= 0).mean(),
        "unprofitable_weight_share": weight.filter(income <= 0).sum()
        / weight.filter(income.is_not_null()).sum(),
        "pe_excluding_losses": cap.filter(has_both & earns).sum() / income.filter(has_both & earns).sum(),
        "pe_excluding_losses_members": (has_both & earns).sum(),
        "pe_excluding_losses_weight": weight.filter(has_both & earns).sum(),
    }


def _sectors(known: pl.DataFrame) -> pl.DataFrame:
    named = known.with_columns(pl.col("sector").fill_null("unknown")).group_by("year", "as_of", "sector")
    summed = named.agg(
        members=pl.len(),
        weight=pl.col("weight").sum(),
        market_cap_members=pl.col("cap").count(),
        market_cap_usd=pl.when(pl.col("cap").count() > 0).then(pl.col("cap").sum()),
        **_aggregates(),
    )
    return summed.with_columns(pl.col("pe_excluding_losses", "unprofitable_weight_share").fill_nan(None))


def _multiple(name: str, column: str, unit: str) -> dict[str, pl.Expr]:
    cap, below, weight = pl.col("cap"), pl.col(column), pl.col("weight")
    has_both = cap.is_not_null() & below.is_not_null()
    total = below.filter(has_both).sum()
    return {
        name: pl.when(total > 0).then(cap.filter(has_both).sum() / total),
        f"{name}_reason": pl.when(has_both.sum() == 0)
        .then(pl.lit("no_member_covered"))
        .when(total <= 0)
        .then(pl.lit(unit)),
        f"{name}_members": has_both.sum(),
        f"{name}_weight": weight.filter(has_both).sum(),
    }


def _profile(known: pl.DataFrame, asked: pl.DataFrame, moved: object, rules: IndexRules) -> pl.DataFrame:
    cap, weight, dividends = pl.col("cap"), pl.col("weight"), pl.col("dividends")
    pays = cap.is_not_null() & dividends.is_not_null()
    summed = known.group_by("year", "as_of").agg(
        index_name=pl.col("index_name").first(),
        members=pl.len(),
        lines=pl.col("line_count").sum(),
        market_cap_members=cap.count(),
        market_cap_weight=weight.filter(cap.is_not_null()).sum(),
        market_cap_sum_usd=cap.sum(),
        market_cap_median_usd=cap.median(),
        market_cap_mean_usd=cap.mean(),
        market_cap_largest_usd=cap.max(),
        market_cap_smallest_usd=cap.min(),
        top_holdings=pl.lit(rules.top_holdings),
        top_holdings_weight=weight.sort(descending=True).head(rules.top_holdings).sum(),
        herfindahl=(weight * weight).sum(),
        effective_number=1 / (weight * weight).sum(),
        **_aggregates(),
        **_multiple("pe_including_losses", "income", "earnings_not_positive"),
        **_multiple("pb", "equity", "equity_not_positive"),
        **_multiple("ps", "revenue", "revenue_not_positive"),
        dividend_yield=dividends.filter(pays).sum() / cap.filter(pays).sum(),
        dividend_yield_members=pays.sum(),
        dividend_yield_weight=weight.filter(pays).sum(),
    )
    status = pl.col("known_status")
    counts = asked.group_by("as_of").agg(
        eligibility_passed=(status == "pass").sum(),
        eligibility_failed=(status == "fail").sum(),
        eligibility_verify=(status == "verify").sum(),
    )
    joined = summed.join(counts, on="as_of").join(moved.dates, on="as_of", how="left")  # type: ignore[attr-defined]
    return joined.with_columns(rule_set=pl.lit(rules.label))


def _eligibility(tables: Frames, rules: IndexRules, events: Sequence[Reconstitution]) -> pl.DataFrame:
    limits = rules.eligibility
    ranks = pl.DataFrame({"rank_date": sorted({event.rank_date for event in events if event.rank_date})})
    members = (
        tables["core.members"].select("year", "as_of", "entity_id", "security_id", "ticker").sort("as_of")
    )
    dated = members.join_asof(ranks, left_on="as_of", right_on="rank_date", coalesce=False)
    closes = (
        tables["raw.prices"]
        .filter(pl.col("close_usd") > 0)
        .select("security_id", "date", "close_usd")
        .sort("date")
    )
    pairs = dated.select("rank_date", "security_id").unique().sort("rank_date")
    priced = pairs.join_asof(
        closes, left_on="rank_date", right_on="date", by="security_id", check_sortedness=False
    ).filter((pl.col("rank_date") - pl.col("date")).dt.total_days() <= limits.max_price_age_days)
    values = (
        tables["core.metrics_as_of"]
        .filter(~pl.col("is_stale").fill_null(False))
        .select("entity_id", "price_date", "market_cap_usd", rank_month=pl.col("as_of"))
    )
    listed = tables["raw.constituents"].select("as_of", "security_id", "exchange", country="location")
    months = {day: month_of_data(day) for day in ranks["rank_date"]}
    rows = (
        dated.with_columns(
            rank_month=pl.col("rank_date").replace_strict(months, default=None, return_dtype=pl.Date)
        )
        .join(
            priced.select("rank_date", "security_id", price_usd="close_usd"),
            on=["rank_date", "security_id"],
            how="left",
        )
        .join(values, on=["rank_month", "entity_id"], how="left")
        .join(listed, on=["as_of", "security_id"], how="left")
        .with_columns(
            market_cap_usd=pl.when(pl.col("price_date") <= pl.col("rank_date")).then("market_cap_usd")
        )
    )
    exchanges = [name.upper() for name in limits.exchanges]
    answers = {
        "price": pl.col("price_usd") >= limits.min_price_usd,
        "market_cap": pl.col("market_cap_usd") >= limits.min_market_cap_usd,
        "exchange": pl.col("exchange").str.to_uppercase().is_in(exchanges),
        "country": pl.when(~pl.col("country").is_in(limits.benefit_countries)).then(
            pl.col("country").is_in(limits.home_countries)
        ),
    }
    words = {f"{name}_status": _word(answer) for name, answer in answers.items()}
    told = rows.with_columns(
        **words, free_float_status=pl.lit("verify"), voting_rights_status=pl.lit("verify")
    )
    four = [pl.col(name) for name in words]
    any_fails = pl.any_horizontal(one == "fail" for one in four)
    any_open = pl.any_horizontal(one == "verify" for one in four)
    price, cap = pl.col("price_usd"), (pl.col("market_cap_usd") / 1e6).round(1)
    return told.select(
        *(
            "year",
            "as_of",
            "entity_id",
            "ticker",
            "rank_date",
            "price_usd",
            "market_cap_usd",
            "exchange",
            "country",
        ),
        *words,
        *("free_float_status", "voting_rights_status"),
        free_float=pl.lit(None, pl.Float64),
        voting_rights=pl.lit(None, pl.Float64),
        known_status=pl.when(any_fails)
        .then(pl.lit("fail"))
        .when(any_open)
        .then(pl.lit("verify"))
        .otherwise(pl.lit("pass")),
        status=pl.when(any_fails).then(pl.lit("fail")).otherwise(pl.lit("verify")),
        reason=pl.concat_str(
            pl.when(pl.col("price_status") != "pass").then(pl.format("price {}", price.fill_null(0.0))),
            pl.when(pl.col("market_cap_status") != "pass").then(pl.format("cap {} M", cap.fill_null(0.0))),
            pl.when(pl.col("exchange_status") != "pass").then(
                pl.format("exchange {}", pl.col("exchange").fill_null("?"))
            ),
            pl.when(pl.col("country_status") != "pass").then(
                pl.format("country {}", pl.col("country").fill_null("?"))
            ),
            pl.lit("float and votes unknown"),
            separator="; ",
            ignore_nulls=True,
        ),
        rule_set=pl.lit(rules.label),
    )


def _word(answer: pl.Expr) -> pl.Expr:
    return pl.when(answer).then(pl.lit("pass")).when(~answer).then(pl.lit("fail")).otherwise(pl.lit("verify"))
