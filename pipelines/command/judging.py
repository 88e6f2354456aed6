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


@dataclass(frozen=True)
class _Published:
    """What is published of a company, and of the members that it is compared with."""

    annual: pl.DataFrame
    fundamentals: pl.DataFrame
    vendor: pl.DataFrame
    prices: pl.DataFrame
    trailing: pl.DataFrame
    quarters: pl.DataFrame
    universe: pl.DataFrame
    universe_trailing: pl.DataFrame
    business: pl.DataFrame
    scores: pl.DataFrame
    factors: pl.DataFrame


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
    rules = RuleSets(settings.reference)
    members = publication.frame("universe_members", as_of=date)
    names = _names(symbol, members, securities, settings, rules)
    if names.is_empty() or names["entity_id"][0] is None:
        return None
    if names["is_member"][0]:
        return str(members.filter(pl.col("entity_id") == names["entity_id"][0])["ticker"][0])
    facts = _published(publication, names["entity_id"][0], names["security_id"][0], date)
    metrics = _metrics(names, facts, settings, rules)
    trailing = _trailing(names, metrics, facts, settings, rules)
    latest = Latest(facts.universe_trailing, trailing) if settings.statement_footing == LATEST else None
    outcomes = _outcomes(names, metrics, latest, facts, settings, rules)
    lenses = _lenses(names, metrics, outcomes, latest, facts, rules)
    clock = _clock(facts.scores, date, rules["quality_rules"])
    scores = _scores(names, metrics, trailing, facts, clock, settings.stale_months, rules)
    return Frames(names, metrics, trailing, outcomes, lenses, scores)


def _names(
    symbol: str, members: pl.DataFrame, securities: pl.DataFrame, settings: Settings, rules: RuleSets
) -> pl.DataFrame:
    """Find the line that carries the symbol at the date of the members."""
    ticker = normalised(pl.Series([symbol]))[0]
    wanted = WatchedName(ticker=ticker, reason="asked for", source="the command screen")
    lines, kinds = TABLES["core.book_lines"].empty(), rules["company_kinds"]
    return watched_names(
        members, lines, securities, (wanted,), settings.preset, rules["metrics_rules"], kinds
    )


def _published(publication: Publication, entity: int, security: int, date: dt.date) -> _Published:
    return _Published(
        annual=publication.frame("company_metrics", entity=entity),
        fundamentals=publication.frame("company_fundamentals", entity=entity),
        vendor=publication.frame("company_vendor_metrics", entity=entity),
        prices=publication.frame("line_prices", security=security),
        trailing=publication.frame("company_trailing", entity=entity),
        quarters=publication.frame("company_quarters", entity=entity),
        universe=publication.frame("universe_metrics", as_of=date),
        universe_trailing=publication.frame("universe_trailing", as_of=date),
        business=publication.frame("universe_business", as_of=date),
        scores=publication.frame("universe_scores", as_of=date),
        factors=publication.frame("factors"),
    )


def _metrics(names: pl.DataFrame, facts: _Published, settings: Settings, rules: RuleSets) -> pl.DataFrame:
    judged, limits, kinds = outsiders(names), rules["metrics_rules"], rules["applicability"]
    metrics = metrics_as_of(
        judged, facts.annual, facts.prices, facts.vendor, limits, settings.stale_months, kinds
    )
    return as_watched(metrics, judged, "core.watched_metrics")


def _trailing(
    names: pl.DataFrame, metrics: pl.DataFrame, facts: _Published, settings: Settings, rules: RuleSets
) -> pl.DataFrame:
    judged = outsiders(names)
    trailing = trailing_as_of(
        judged,
        facts.trailing,
        facts.quarters,
        with_stand_ins(metrics, judged),
        facts.prices,
        rules["metrics_rules"],
        settings.stale_months,
        rules["applicability"],
    )
    return as_watched(trailing, judged, "core.watched_trailing")


def _outcomes(
    names: pl.DataFrame,
    metrics: pl.DataFrame,
    latest: Latest | None,
    facts: _Published,
    settings: Settings,
    rules: RuleSets,
) -> pl.DataFrame:
    return watched_outcomes(
        names,
        metrics,
        facts.universe,
        facts.business,
        facts.fundamentals,
        facts.annual,
        facts.prices,
        facts.factors,
        rules["funnel_rules"],
        rules["business_rules"],
        rules["shariah_standards"].named(settings.shariah_standard),
        rules["applicability"],
        latest,
    )


def _lenses(
    names: pl.DataFrame,
    metrics: pl.DataFrame,
    outcomes: pl.DataFrame,
    latest: Latest | None,
    facts: _Published,
    rules: RuleSets,
) -> pl.DataFrame:
    funnel, kinds = rules["funnel_rules"], rules["applicability"]
    return watched_lenses(
        names,
        metrics,
        outcomes,
        facts.universe,
        facts.business,
        facts.fundamentals,
        facts.annual,
        funnel,
        kinds,
        latest,
    )


def _scores(
    names: pl.DataFrame,
    metrics: pl.DataFrame,
    trailing: pl.DataFrame,
    facts: _Published,
    clock: dt.date,
    stale: int,
    rules: RuleSets,
) -> pl.DataFrame:
    quality, kinds = rules["quality_rules"], rules["applicability"]
    return watched_scores(
        names, metrics, facts.annual, facts.vendor, facts.scores, quality, clock, stale, kinds, trailing
    )


def _clock(member_scores: pl.DataFrame, date: dt.date, rules: QualityRules) -> dt.date:
    """Return a day on which the bases that the members have are known, and no other.

    The publication does not say up to which day its source knows facts.
    """
    if AS_PUBLISHED not in member_scores["basis"]:
        return date
    last: dt.date = pl.select(as_of=date).select(horizon(AS_PUBLISHED, rules)).item()
    return last
