"""The funnel's tables by a second, plain implementation in Polars, fast enough to measure smallcap against.

It shares the rule sets and the names of columns with smallcap, none of its calculations. Companies' histories
are put together once and evaluated year by year, because eighteen items of every member of twenty years would
need too much memory at once. It covers only standards of filter 2 with spot values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from smallcap.finance.funnel.inputs import METRIC_COLUMNS
from smallcap.rules.business_files import read_business_rules
from smallcap.rules.files import read_rules
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.business import BusinessRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.reconciliation import ReconciliationRules
from smallcap.rules.types.shariah import ShariahRules, ShariahStandards
from smallcap.tables import TABLES
from tests.oracle.filters_polars import (
    FAIL,
    FILTERS,
    FORMS,
    MULTIPLES,
    NOT_APPLICABLE,
    PASS,
    STATUSES,
    VERIFY,
    balance_sheet_rules,
    business,
    cash_flow_rules,
    income_rules,
    is_income_bounded,
    is_second_form,
    judged,
    looked_up,
    lowest_multiple,
    shariah_rules,
    value_rules,
)
from tests.oracle.history_polars import days_of_news
from tests.oracle.lenses_polars import lenses
from tests.oracle.screen_changes_polars import Screen, changes, differences

OUTCOMES = ("survivor", "survivor_unverified", "undetermined", "failed")
NOT_REACHED = len(STATUSES)
ON_LATEST = (2, 3, 6)
"""Filters that are evaluated on the latest footing."""
FOOTING = {"statement_footing": pl.String, "balance_sheet_date": pl.Date, "flows_end": pl.Date}
LATEST = (
    *FOOTING,
    *("period_end", "version", "available_date", "is_stale", "is_debt_partial", "market_cap_usd"),
    *("total_debt_usd", "net_cash_usd", "total_assets_usd", "shareholders_equity_usd"),
    *(
        f"{name}{suffix}"
        for name in ("debt_to_equity", "interest_coverage", "current_ratio", "altman_z", *MULTIPLES)
        for suffix in ("", "_reason")
    ),
)
OF_A_QUARTER = ("goodwill_to_assets", "goodwill_to_assets_reason")
OF_A_SCREEN = ("period_end", "version", "available_date", "is_stale", "debt_to_equity", *MULTIPLES)
OF_THE_RATE = ("vintage", "is_vintage_later")
MEMBER = ("year", "as_of", "entity_id", "ticker", "name", "sic", "gics", "sector", "company_kind")
Frames = dict[str, pl.DataFrame]


def funnel_by_year(
    reference: Path, standard_name: str, tables: Frames, years: Sequence[int]
) -> Iterator[tuple[int, Frames]]:
    """Compute every table of the funnel, one year after the other.

    Parameters
    ----------
    reference
        Folder of the rule sets.
    standard_name
        The standard of filter 2.
    tables
        The tables that the funnel is made from, all years of each.
    years
        The years to compute, ascending.

    Yields
    ------
    tuple of int and dict of str to pl.DataFrame
        A year, and its rows of each table.

    Raises
    ------
    ValueError
        Where the standard is not of the kind that this implementation covers.
    """
    rules, standard, lines, applicability = _read(reference, standard_name)
    reconciliation = read_rules(reference, "reconciliation.toml", ReconciliationRules)
    news = days_of_news(tables["core.annual_fundamentals"], tables["core.annual_metrics"], rules)
    vendors = differences(tables["raw.vendor_metrics"], tables["core.annual_metrics"], reconciliation)
    before: Screen | None = None
    for year in years:
        members = (
            tables["core.members"].filter(pl.col("year") == year).select(MEMBER).sort("as_of", "entity_id")
        )
        metrics = (
            tables["core.metrics_as_of"].filter(pl.col("year") == year).select(METRIC_COLUMNS).drop("year")
        )
        by_business = business(members, lines)
        trailing = tables["core.trailing_as_of"].filter(pl.col("year") == year).drop("year")
        seen = _looked_at(members, metrics, news, tables["raw.factors"], rules)
        is_permitted = by_business["code"] != FAIL
        limits = _limits(seen.filter(is_permitted), _on_latest(seen, trailing).filter(is_permitted), rules)
        rows = seen.join(limits, on="as_of", how="left", maintain_order="left")
        latest = _on_latest(rows, trailing)
        verdicts = _judge(rows, latest, by_business, rules, standard, lines.label, applicability)
        companies = _companies(
            rows.hstack(latest.select(pl.col(OF_A_SCREEN).name.suffix("_latest"))), verdicts
        ).with_columns(verdicts[1]["is_vintage_later"])
        outcomes = _outcomes(companies, verdicts)
        evaluations = pl.concat(verdicts).drop("code")
        screen = Screen(companies, evaluations).after(before)
        before = screen.last_date()
        yield (
            year,
            {
                "core.filter_evaluations": evaluations,
                "marts.funnel_outcomes": outcomes.drop("is_clean", "code"),
                "marts.funnel_summary": _summary(outcomes),
                "marts.statement_lenses": lenses(rows, latest, rules, applicability),
                "marts.screen_changes": changes(screen),
                "marts.metric_differences": vendors.filter(pl.col("year") == year),
            },
        )


def watched_funnel(reference: Path, standard_name: str, tables: Frames) -> Frames:
    """Judge the watched names that are no members, all years at once, by the limits of the members.

    Parameters
    ----------
    reference, standard_name
        As for `funnel_by_year`.
    tables
        core.watched_names with ids in the place of missing ones, core.watched_metrics and
        core.watched_trailing with the same ids, and the members' tables of all years.

    Returns
    -------
    dict of str to pl.DataFrame
        marts.watched_outcomes and marts.watched_lenses, in the columns of the members' tables.
    """
    rules, standard, lines, applicability = _read(reference, standard_name)
    is_first = pl.col("filter_number") == 1
    permitted = (
        tables["core.filter_evaluations"]
        .filter(is_first, pl.col("stand_alone_status") != STATUSES[FAIL])
        .select("as_of", "entity_id")
    )
    universe, quarters = (
        tables[name].join(permitted, on=["as_of", "entity_id"], how="semi")
        for name in ("core.metrics_as_of", "core.trailing_as_of")
    )
    names = tables["core.watched_names"].select(MEMBER).sort("as_of", "entity_id")
    statements, records = (
        tables[name].join(names, on="entity_id", how="semi")
        for name in ("core.annual_fundamentals", "core.annual_metrics")
    )
    news = days_of_news(statements, records, rules)
    metrics = tables["core.watched_metrics"].select(METRIC_COLUMNS).drop("year")
    rows = _looked_at(names, metrics, news, tables["raw.factors"], rules).join(
        _limits(universe, quarters, rules), on="as_of", how="left", maintain_order="left"
    )
    latest = _on_latest(rows, tables["core.watched_trailing"])
    verdicts = _judge(rows, latest, business(names, lines), rules, standard, lines.label, applicability)
    companies = _companies(rows, verdicts).with_columns(verdicts[1]["is_vintage_later"])
    return {
        "marts.watched_outcomes": _outcomes(companies, verdicts).drop("is_clean", "code"),
        "marts.watched_lenses": lenses(rows, latest, rules, applicability),
    }


def _read(
    reference: Path, standard_name: str
) -> tuple[FunnelRules, ShariahRules, BusinessRules, Applicability]:
    """Read the rule sets; refuse those that this implementation does not cover."""
    rules = read_rules(reference, "funnel.toml", FunnelRules)
    standard = read_rules(reference, "shariah.toml", ShariahStandards).named(standard_name)
    if (
        standard.denominator != "spot"
        or standard.cash
        or standard.leases != "as_reported"
        or rules.cash_flow.accruals_limit == "fixed"
    ):
        raise ValueError(
            "this implementation covers standards with spot values and leases as reported, and a limit of "
            "accruals taken from the universe"
        )
    applicability = read_rules(reference, "applicability.toml", Applicability)
    return rules, standard, read_business_rules(reference), applicability


def _looked_at(
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    news: pl.DataFrame,
    factors: pl.DataFrame,
    rules: FunnelRules,
) -> pl.DataFrame:
    """Put everything that filters and lenses look at beside each member, in order, of fiscal years."""
    own = news.rename({"available_date": "known_on"})
    seen = members.select("as_of", "entity_id").join_asof(
        own, left_on="as_of", right_on="known_on", by="entity_id", check_sortedness=False
    )
    years = pl.col("years").fill_null(0)
    least, most = rules.history.min_years, rules.history.years
    too_few = pl.when(years < least).then(2).when(years < most).then(1).otherwise(0)
    return (
        members.hstack(seen.drop("as_of", "entity_id", "known_on"))
        .join(metrics, on=["as_of", "entity_id"], how="left", maintain_order="left")
        .with_columns(
            _gate().alias("gate"),
            too_few.alias("too_few"),
            pl.col("period_end").dt.month_end().alias("month"),
            pl.when(pl.col("period_end").is_not_null()).then(pl.lit("annual")).alias("statement_footing"),
            *(pl.col("period_end").alias(name) for name in ("balance_sheet_date", "flows_end")),
        )
        .join(_risk_free(members, factors), on=["as_of", "month"], how="left", maintain_order="left")
    )


def _gate() -> pl.Expr:
    """The number of the first reason for which a record is not evaluated; 0 where it is."""
    is_shut = (pl.col("period_end").is_null(), pl.col("is_stale"))
    return pl.coalesce(*(pl.when(shut).then(number) for number, shut in enumerate(is_shut, 1)), 0)


def _on_latest(rows: pl.DataFrame, trailing: pl.DataFrame) -> pl.DataFrame:
    """Put the latest balance sheet and its multiples in place of the fiscal year's; income stays."""
    own = trailing.select(*("as_of", "entity_id"), *LATEST, *OF_A_QUARTER)
    named = own.rename({name: f"{name}_quarter" for name in (*LATEST, *OF_A_QUARTER)})
    both = rows.join(named, on=["as_of", "entity_id"], how="left", maintain_order="left")
    is_quarter = pl.col("statement_footing_quarter") == "quarter"
    return (
        both.with_columns(
            # The income of a year that is stale is unknown.
            pl.when(pl.col("gate") == 0).then("revenue_usd").alias("revenue_usd"),
            *(pl.col(f"{name}_quarter").alias(name) for name in LATEST),
            *(
                pl.when(is_quarter).then(f"{name}_quarter").otherwise(name).alias(name)
                for name in OF_A_QUARTER
            ),
        )
        .with_columns(_gate().alias("gate"))
        .select(rows.columns)
    )


def _risk_free(members: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """Take twelve times the mean rate of the twelve months that end with each month.

    The last known ones up to a year later; of the newest vintage that had been published at each as_of, or
    else of the newest.
    """
    first, last = pl.col("year").min() - 30, pl.col("year").max() + 1
    months = members.select(
        pl.date_range(pl.date(first, 1, 1), pl.date(last, 12, 1), "1mo").dt.month_end().alias("month")
    )
    rates = (
        factors.filter(pl.col("rf").is_finite())
        .sort("month", "vintage", "model")
        .unique(["month", "vintage"], keep="first", maintain_order=True)
    )
    newest = rates["vintage"].max()
    found = []
    for as_of in members["as_of"].unique().sort():
        month_after = (pl.col("vintage") + "01").str.to_date("%Y%m%d").dt.offset_by("3mo")
        known = rates.filter(month_after <= as_of + dt.timedelta(days=1))["vintage"].max()
        own = rates.filter(pl.col("vintage") == (known or newest)).select(
            "month", (12 * pl.col("rf").rolling_mean(12, min_samples=1)).alias("risk_free")
        )
        found.append(
            months.join_asof(own, on="month", tolerance="366d").with_columns(
                pl.lit(as_of).alias("as_of"),
                *(
                    pl.when(pl.col("risk_free").is_not_null()).then(pl.lit(value)).alias(name)
                    for name, value in zip(OF_THE_RATE, (known or newest, known is None), strict=True)
                ),
            )
        )
    return pl.concat(found)


def _limits(universe: pl.DataFrame, latest: pl.DataFrame, rules: FunnelRules) -> pl.DataFrame:
    """Take each date's limits of accruals and multiples, and how many companies are behind them."""
    of_years, of_quarters = (
        frame.filter(pl.col("period_end").is_not_null(), ~pl.col("is_stale")) for frame in (universe, latest)
    )
    least = rules.universe.least_members
    above = {name: pl.col(name).filter(pl.col(name) > 0) for name in MULTIPLES}
    accruals = of_years.group_by("as_of").agg(
        pl.col(FORMS[0]).count().cast(pl.Int64).alias("accruals_universe"),
        *(
            pl.when(pl.col(form).count() >= least)
            .then(pl.col(form).quantile(rules.cash_flow.accruals_percentile, "linear").clip(lower_bound=0))
            .alias(f"{form}_limit")
            for form in FORMS
        ),
    )
    multiples = of_quarters.group_by("as_of").agg(
        pl.max_horizontal(figures.len() for figures in above.values()).cast(pl.Int64).alias("value_universe"),
        *(
            pl.when(figures.len() >= least)
            .then(figures.quantile(rules.value.quantile, "linear"))
            .alias(f"{name}_limit")
            for name, figures in above.items()
        ),
    )
    return accruals.join(multiples, on="as_of", how="full", coalesce=True)


def _judge(
    rows: pl.DataFrame,
    latest: pl.DataFrame,
    by_business: pl.DataFrame,
    rules: FunnelRules,
    standard: ShariahRules,
    business_label: str,
    applicability: Applicability,
) -> list[pl.DataFrame]:
    """Evaluate the members by each filter.

    Return frames of equal rows in the columns of core.filter_evaluations, with the code of the status.
    """
    unasked = {name: applicability.of_filter(name) for name in FILTERS[1:]}
    by_filter = [
        by_business.with_columns(pl.lit(0, pl.Int64).alias("rules_not_asked")),
        judged(latest, shariah_rules(standard, rules), unasked["shariah"]).hstack(
            latest.select(
                is_income_bounded(standard, rules).alias("is_interest_income_bounded"), *OF_THE_RATE
            )
        ),
        judged(latest, balance_sheet_rules(rules), unasked["balance_sheet"]),
        judged(rows, income_rules(rules), unasked["income"], over_years=True).hstack(
            rows.select(pl.col("is_operating_margin_used").fill_null(False))
        ),
        judged(rows, cash_flow_rules(rules), unasked["cash_flow"], over_years=True).with_columns(
            _form_shown(rows)
        ),
        judged(latest, value_rules(rules), unasked["value"]).with_columns(
            latest.select(lowest_multiple().alias("measure")).to_series()
        ),
    ]
    none = pl.lit(None, dtype=pl.Int64)
    age = (pl.col("as_of") - pl.col("period_end")).dt.total_days()
    years = dict.fromkeys((4, 5), pl.col("years"))
    universe = {
        number: pl.col(name).fill_null(0)
        for number, name in ((5, "accruals_universe"), (6, "value_universe"))
    }
    labels = (business_label, standard.label, *(rules.label for _ in FILTERS[2:]))
    verdicts = []
    for number, (verdict, name, label) in enumerate(zip(by_filter, FILTERS, labels, strict=True), 1):
        context = (latest if number in ON_LATEST else rows).select(
            *("year", "as_of", "entity_id", "company_kind"),
            pl.lit(number, pl.Int64).alias("filter_number"),
            pl.lit(name).alias("filter_name"),
            years.get(number, none).alias("years_used"),
            universe.get(number, none).alias("universe_members"),
            (age if number > 1 else none).alias("record_age_days"),
            *(
                (pl.col(name) if number > 1 else pl.lit(None, dtype=kind)).alias(name)
                for name, kind in FOOTING.items()
            ),
            pl.lit(label).alias("rule_set"),
        )
        verdicts.append(context.hstack(verdict.drop(context.columns, strict=False)))
    return [_filled(verdict) for verdict in verdicts]


def _form_shown(rows: pl.DataFrame) -> pl.Expr:
    """Name the form of accruals whose figure is shown, where accruals decide."""
    form = pl.lit(
        rows.select(pl.when(is_second_form()).then(pl.lit(FORMS[1])).otherwise(pl.lit(FORMS[0]))).to_series()
    )
    return pl.when(pl.col("measure").is_in(list(FORMS))).then(form).otherwise("measure").alias("measure")


def _filled(verdict: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that only other filters have."""
    kinds = TABLES["core.filter_evaluations"].columns
    lacking = {name: kind for name, kind in kinds.items() if name not in verdict.columns}
    none = {
        name: pl.lit(None, kind) if kind != pl.Boolean or name in OF_THE_RATE else pl.lit(False)
        for name, kind in lacking.items()
    }
    return verdict.with_columns(**none).select(*kinds, "code")


def _companies(rows: pl.DataFrame, verdicts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Add to each member its outcome, and the number of the first filter that keeps it out."""
    codes = rows.hstack(
        [verdict["code"].alias(name) for verdict, name in zip(verdicts, FILTERS, strict=True)]
    )
    is_failed = [pl.col(name) == FAIL for name in FILTERS]
    is_open = [pl.col(name).is_in([VERIFY, NOT_APPLICABLE]) for name in FILTERS]
    outcome = (
        pl.when(pl.any_horizontal(is_failed))
        .then(3)
        .when(pl.any_horizontal(is_open[2:]))
        .then(2)
        .when(pl.any_horizontal(is_open))
        .then(1)
    ).otherwise(0)
    keeps_out = [
        *is_failed[:2],
        *(failed | open_ for failed, open_ in zip(is_failed[2:], is_open[2:], strict=True)),
    ]
    return codes.with_columns(
        looked_up(OUTCOMES, outcome).alias("outcome"),
        pl.coalesce(
            pl.when(out).then(pl.lit(number, pl.Int64)) for number, out in enumerate(keeps_out, 1)
        ).alias("decider"),
    )


def _outcomes(companies: pl.DataFrame, verdicts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put the filters into their strict order.

    With the code of the status, and whether every filter up to this one passed.
    """
    names = list(TABLES["marts.funnel_outcomes"].columns)
    path = []
    for place, verdict in enumerate(verdicts):
        has_failed = pl.any_horizontal(pl.lit(False), *(pl.col(name) == FAIL for name in FILTERS[:place]))
        code = pl.when(has_failed).then(NOT_REACHED).otherwise(FILTERS[place])
        reached = companies.select(
            "ticker",
            "outcome",
            "is_vintage_later",
            looked_up((*STATUSES, "not_reached"), code).alias("status"),
            code.alias("code"),
            pl.all_horizontal(pl.col(name) == PASS for name in FILTERS[: place + 1]).alias("is_clean"),
        )
        own = verdict.drop("code", "is_vintage_later", strict=False)
        path.append(own.hstack(reached).select(*names, "code", "is_clean"))
    return pl.concat(path)


def _summary(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Count what became of the members at each filter."""
    code, alone = pl.col("code"), pl.col("stand_alone_status")
    return outcomes.group_by("year", "as_of", "filter_number", "filter_name").agg(
        pl.len().alias("members"),
        (code != NOT_REACHED).sum().alias("entered"),
        (code == PASS).sum().alias("passed"),
        (code == FAIL).sum().alias("failed"),
        (code == VERIFY).sum().alias("verify"),
        (code == NOT_REACHED).sum().alias("not_reached"),
        ((code == PASS) & pl.col("is_borderline")).sum().alias("borderline"),
        (code == NOT_APPLICABLE).sum().alias("not_applicable"),
        (alone == "not_applicable").sum().alias("stand_alone_not_applicable"),
        code.is_in([PASS, VERIFY, NOT_APPLICABLE]).sum().alias("left"),
        pl.col("is_clean").sum().alias("left_verified"),
        (alone == "pass").sum().alias("stand_alone_passed"),
        (alone == "fail").sum().alias("stand_alone_failed"),
        (alone == "verify").sum().alias("stand_alone_verify"),
        *((pl.col("outcome") == outcome).sum().alias(f"outcome_{outcome}") for outcome in OUTCOMES),
        vintage=pl.lit(None, pl.String),
        is_vintage_later=pl.lit(None, pl.Boolean),
    )
