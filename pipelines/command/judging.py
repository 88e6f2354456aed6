"""Judging a company at once, from the published tables: the same functions and rules as a run's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from smallcap.engine.rule_sets import RuleSets
from smallcap.finance.funnel.footing import LATEST
from smallcap.finance.metrics.market import metrics_as_of
from smallcap.finance.metrics.trailing_as_of import trailing_as_of
from smallcap.finance.quality.inputs import AS_PUBLISHED, horizon
from smallcap.finance.tickers import normalised
from smallcap.finance.watched.filters import Latest, watched_lenses, watched_outcomes
from smallcap.finance.watched.names import watched_names
from smallcap.finance.watched.rows import as_watched, outsiders, with_stand_ins
from smallcap.finance.watched.scores import watched_scores
from smallcap.questions import Publication
from smallcap.rules.types.quality import QualityRules
from smallcap.rules.types.watchlist import WatchedName
from smallcap.settings import Settings
from smallcap.tables import TABLES


@dataclass(frozen=True)
class Frames:
    """The rows of one company in the watched tables."""

    names: pl.DataFrame
    metrics: pl.DataFrame
    trailing: pl.DataFrame
    outcomes: pl.DataFrame
    lenses: pl.DataFrame
    scores: pl.DataFrame


def judged_frames(
    settings: Settings, publication: Publication, symbol: str, date: dt.date, securities: pl.DataFrame
) -> Frames | str | None:
    """Judge the company that carries a symbol against the members of a date.

    Parameters
    ----------
    settings
        Rule sets, and the settings that change numbers.
    publication
        What is published.
    symbol, date
        The company and the date.
    securities
        Rows of raw.securities of the companies that carry or carried the symbol.

    Returns
    -------
    Frames, str or None
        The ticker under which the company is a member at the date, if it is one: the symbol is a former or a
        later one. None where the date has no members, or no line carries the symbol.
    """
    rules = RuleSets(settings.reference_dir)
    metrics_rules, applicability = rules["metrics_rules"], rules["applicability"]
    ticker = normalised(pl.Series([symbol]))[0]
    wanted = WatchedName(ticker=ticker, reason="asked for", source="the command screen")
    members = publication.frame("universe_members", as_of=date)
    names = watched_names(
        members,
        TABLES["core.book_lines"].empty(),
        securities,
        (wanted,),
        settings.preset,
        metrics_rules,
        rules["company_kinds"],
    )
    if names.is_empty() or names["entity_id"][0] is None:
        return None
    entity, security = names["entity_id"][0], names["security_id"][0]
    if names["is_member"][0]:
        return str(members.filter(pl.col("entity_id") == entity)["ticker"][0])
    annual = publication.frame("company_metrics", entity=entity)
    fundamentals = publication.frame("company_fundamentals", entity=entity)
    vendor = publication.frame("company_vendor_metrics", entity=entity)
    prices = publication.frame("line_prices", security=security)
    universe = publication.frame("universe_metrics", as_of=date)
    business = publication.frame("universe_business", as_of=date)
    judged = outsiders(names)
    metrics = as_watched(
        metrics_as_of(judged, annual, prices, vendor, metrics_rules, settings.stale_months, applicability),
        judged,
        "core.watched_metrics",
    )
    trailing = as_watched(
        trailing_as_of(
            judged,
            publication.frame("company_trailing", entity=entity),
            publication.frame("company_quarters", entity=entity),
            with_stand_ins(metrics, judged),
            prices,
            metrics_rules,
            settings.stale_months,
            applicability,
        ),
        judged,
        "core.watched_trailing",
    )
    latest = (
        Latest(publication.frame("universe_trailing", as_of=date), trailing)
        if settings.statement_footing == LATEST
        else None
    )
    outcomes = watched_outcomes(
        names,
        metrics,
        universe,
        business,
        fundamentals,
        annual,
        prices,
        publication.frame("factors"),
        rules["funnel_rules"],
        rules["business_rules"],
        rules["shariah_standards"].named(settings.shariah_standard),
        applicability,
        latest,
    )
    lenses = watched_lenses(
        names,
        metrics,
        outcomes,
        universe,
        business,
        fundamentals,
        annual,
        rules["funnel_rules"],
        applicability,
        latest,
    )
    member_scores = publication.frame("universe_scores", as_of=date)
    scores = watched_scores(
        names,
        metrics,
        annual,
        vendor,
        member_scores,
        rules["quality_rules"],
        _clock(member_scores, date, rules["quality_rules"]),
        settings.stale_months,
        applicability,
        trailing,
    )
    return Frames(names, metrics, trailing, outcomes, lenses, scores)


def _clock(member_scores: pl.DataFrame, date: dt.date, rules: QualityRules) -> dt.date:
    """Return a day on which the bases that the members have are known, and no other.

    The publication does not say up to which day its source knows facts.
    """
    if AS_PUBLISHED not in member_scores["basis"]:
        return date
    last: dt.date = pl.select(as_of=date).select(horizon(AS_PUBLISHED, rules)).item()
    return last
