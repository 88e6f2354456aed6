"""The sections of the page: for each, a sentence, its charts and its tables.

And a plain sentence where there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import polars as pl
from markupsafe import Markup

from smallcap.reports.claims import empty_screen
from smallcap.reports.page import charts
from smallcap.reports.page.data import Report
from smallcap.reports.page.formats import figure, integer, millions, percent, words
from smallcap.reports.page.layouts import factors, funnel, index, quality, trust
from smallcap.reports.page.svg import Picture
from smallcap.reports.page.tables import Layout, table

NOT_THERE = "The warehouse does not have this table: it was published by another release. A new run makes it."
SHOWN_HOLDINGS = 25


@dataclass(frozen=True)
class TableBlock:
    """A table on the page: its HTML, its layout, its rows, and the CSV file that holds all of them."""

    html: Markup
    layout: Layout
    rows: int
    csv: str
    kind: str = "table"


@dataclass(frozen=True)
class PictureBlock:
    """A chart on the page."""

    picture: Picture
    kind: str = "picture"


@dataclass(frozen=True)
class Sentence:
    """A plain sentence, for instance on why there is nothing to show.

    With a title where it replaces a table.
    """

    text: str
    title: str = ""
    kind: str = "sentence"


Block = TableBlock | PictureBlock | Sentence


@dataclass(frozen=True)
class Section:
    """A section of the page."""

    name: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


def sections_of(report: Report) -> dict[str, Section]:
    """Make every section of a report but the tear sheets, by name."""
    survivors = report.data.sheet_identity
    sheets = set(survivors["entity_id"]) if survivors.columns else set()
    makers: tuple[Callable[[Report, Collection[int]], Section], ...] = (
        _quality,
        _funnel,
        _members,
        _factors,
        _index,
        _trust,
        _origin,
    )
    return {section.name: section for section in (make(report, sheets) for make in makers)}


def _quality(report: Report, sheets: Collection[int]) -> Section:
    data = report.data
    quintiles = _where(data.quality_quintiles, pl.col("basis") == "point_in_time")
    unscored = empty_screen(data.claims.row(0, named=True))
    scatter = charts.quality_scatter(data.quality_scores, quintiles) if data.quality_scores.height else None
    blocks = [
        PictureBlock(scatter) if scatter else Sentence(unscored),
        _block(quintiles, quality.QUINTILES, "quality_quintiles", unscored),
        _block(
            _where(data.quality_scores, pl.col("place") <= 8),
            quality.BEST,
            "quality_scores",
            unscored,
            sheets,
        ),
        _block(
            _where(data.quality_scores, pl.col("place_from_below") <= 8, by="place_from_below"),
            quality.WORST,
            "quality_scores",
            unscored,
            sheets,
        ),
        _block(
            data.quality_steps,
            quality.QUALITY_STEPS,
            "quality_steps",
            "There is no summary of the screen for this date.",
        ),
        _block(
            data.quality_ablation, quality.ABLATION, "quality_ablation", "There is no ablation for this date."
        ),
        _block(
            data.quality_outcomes,
            quality.OUTCOMES,
            "quality_outcomes",
            (
                "What became of last year's quintiles is not known: the date twelve months before is "
                "not published."
            ),
        ),
    ]
    lead = (
        "Return on equity, free cash flow margin and interest coverage, less debt over assets: "
        "each winsorized, turned into z-scores and "
        "added up, from the annual records that were visible at the date."
    )
    return Section("quality", "Quality screen", lead, tuple(blocks))


def _funnel(report: Report, sheets: Collection[int]) -> Section:
    data = report.data
    picture = charts.attrition(data.funnel_attrition) if data.funnel_attrition.height else None
    blocks = [
        PictureBlock(picture) if picture else Sentence("There is no funnel for this date."),
        _block(data.funnel_attrition, funnel.ATTRITION, "funnel_attrition", "No company entered the funnel."),
        _block(
            data.funnel_survivors,
            funnel.SURVIVORS,
            "funnel_survivors",
            "No company survives all six filters at this date.",
            sheets,
        ),
        _block(
            _told(data.funnel_borderline),
            funnel.BORDERLINE,
            "funnel_borderline",
            "No company that nothing failed is borderline.",
            sheets,
        ),
        _block(
            data.funnel_to_verify,
            funnel.TO_VERIFY,
            "funnel_to_verify",
            "Nothing is left to verify among those that nothing failed.",
        ),
        _block(
            _told(data.funnel_changes),
            funnel.CHANGES,
            "funnel_changes",
            "Nobody entered or left the survivors since the date before, or there is no date before.",
        ),
    ]
    lead = (
        "Six filters in strict order, applied to every member. What cannot be evaluated is neither passed "
        "nor dropped: it is to be verified."
    )
    return Section("funnel", "Value funnel", lead, tuple(blocks))


def _members(report: Report, sheets: Collection[int]) -> Section:
    block = _block(
        report.data.members, funnel.MEMBERS, "members", "No company was a member at this date.", sheets
    )
    lead = (
        "The score and outcome of each company, and why it has no score or failed. "
        "Search by ticker, name or sector."
    )
    return Section("members", "Every member", lead, (block,))


def _factors(report: Report, sheets: Collection[int]) -> Section:
    data = report.data
    five = _where(data.book_loadings, pl.col("model") == "FF5")
    classical = _where(five, pl.col("covariance") == "OLS")
    estimated = _where(five, pl.col("status") == "estimated")
    picture = charts.loadings(classical) if classical.height else None
    verdicts = _where(data.book_verdicts, (pl.col("covariance") == "OLS") & (pl.col("window") == "full"))
    no_books = "There are no books whose returns could be regressed."
    blocks = [
        PictureBlock(picture) if picture else Sentence(_insufficient(classical, no_books)),
        _block(verdicts, factors.VERDICTS, "book_verdicts", no_books),
        _block(estimated, factors.LOADINGS, "book_loadings", _insufficient(classical, no_books)),
        _block(
            _where(data.book_vintages, (pl.col("model") == "FF5") & (pl.col("status") == "estimated")),
            factors.VINTAGES,
            "book_vintages",
            _insufficient(data.book_vintages, "No book could be regressed under more than one vintage."),
        ),
        _block(
            _where(data.hindsight_gap, pl.col("status") == "estimated"),
            factors.HINDSIGHT,
            "hindsight_gap",
            _insufficient(data.hindsight_gap, "There is no list whose hindsight could be measured."),
        ),
        *_remarks(data.hindsight_gap),
        _block(
            _where(
                data.book_comparisons, (pl.col("covariance") == "HAC") & (pl.col("status") == "estimated")
            ),
            factors.COMPARISONS,
            "book_comparisons",
            _insufficient(data.book_comparisons, "There are no two books to compare."),
        ),
    ]
    lead = (
        "Filter 7 asks of books what the other six ask of companies: do their returns move as "
        "small, cheap and profitable companies' do? "
        "Alpha says something only of books whose names were chosen in advance. These regressions "
        "take every month that is published."
    )
    return Section("factors", "Factor validation", lead, tuple(blocks))


def _index(report: Report, sheets: Collection[int]) -> Section:
    data = report.data
    absent = "There is no profile of the index for this date."
    picture = charts.sectors(data.index_sectors) if data.index_sectors.height else None
    whole = _where(data.experiment, (pl.col("period") == "all") & (pl.col("status") == "estimated"))
    years = _where(
        data.experiment,
        (pl.col("period") != "all") & (pl.col("status") == "estimated") & (pl.col("cost_basis_points") == 0),
    )
    blocks = [
        *([Sentence(_index_sentence(data.index_profile))] if data.index_profile.height else []),
        PictureBlock(picture) if picture else Sentence(absent),
        _block(_told(data.index_valuation), index.VALUATION, "index_valuation", absent),
        _block(data.index_sectors, index.SECTORS, "index_sectors", absent),
        _block(
            _where(data.index_holdings, pl.col("rank") <= SHOWN_HOLDINGS),
            index.HOLDINGS,
            "index_holdings",
            absent,
            sheets,
        ),
        _block(
            data.index_causes,
            index.CAUSES,
            "index_causes",
            "Nobody came or went since the date before, or there is none before.",
        ),
        _block(
            data.index_changes,
            index.INDEX_CHANGES,
            "index_changes",
            "There are no changes of membership to list.",
            sheets,
        ),
        _block(
            data.index_eligibility,
            index.ELIGIBILITY,
            "index_eligibility",
            "Eligibility was not asked at this date.",
        ),
        _block(
            data.index_ineligible,
            index.INELIGIBLE,
            "index_ineligible",
            "No member fails a rule that could be asked.",
            sheets,
        ),
        _block(
            data.reconstitution_effects,
            index.EFFECTS,
            "reconstitution_effects",
            "No reconstitution is in the dates that are published up to this one.",
        ),
        _block(
            whole,
            index.EXPERIMENT,
            "experiment",
            _insufficient(data.experiment, "The profitability experiment was not made."),
        ),
        _block(
            years,
            index.EXPERIMENT_YEARS,
            "experiment",
            _insufficient(data.experiment, "It has no complete year yet."),
        ),
    ]
    return Section(
        "index",
        "Index anatomy",
        "What the index itself is made of at this date, from our own tables.",
        tuple(blocks),
    )


def _trust(report: Report, sheets: Collection[int]) -> Section:
    data = report.data
    picture = charts.coverage_history(data.coverage) if data.coverage.height else None
    newest_first = data.coverage.reverse().head(12) if data.coverage.columns else data.coverage
    blocks = [
        _block(data.checks, trust.CHECKS, "checks", "No check is on record for the run that published this."),
        PictureBlock(picture)
        if picture
        else Sentence("With one date published there is no history to draw."),
        _block(newest_first, trust.COVERAGE, "coverage", "There is no coverage on record."),
        _block(data.missing_reasons, trust.MISSING_REASONS, "missing_reasons", "Every member has a score."),
        _block(data.missing, trust.MISSING, "missing", "Nothing is missing.", sheets),
        _block(data.rejects, trust.REJECTS, "rejects", "No row was refused."),
    ]
    lead = (
        "What was checked before publication, what failed or warned, and who could not be screened, "
        "for which reason and since when."
    )
    return Section("trust", "Data quality and coverage", lead, tuple(blocks))


def _origin(report: Report, sheets: Collection[int]) -> Section:
    data = report.data
    blocks = (
        _block(data.rule_sets, trust.RULE_SETS, "rule_sets", "No rule set is on record."),
        _block(data.fetched, trust.FETCHED, "fetched", "No source is on record."),
        _block(data.versions, trust.VERSIONS, "versions", "No version is on record."),
    )
    lead = (
        "From source to page: the run, the release, the rule sets, and the exact version of every "
        "table that was read."
    )
    return Section("origin", "How each number came about", lead, blocks)


def _index_sentence(profile: pl.DataFrame) -> str:
    row = profile.row(0, named=True)
    told = [
        f"{row['members']:,} companies with {row['lines']:,} lines",
        f"the {row['top_holdings']} heaviest weigh {percent(row['top_holdings_weight'])}",
        f"as concentrated as {integer(row['effective_number'])} equal members would be",
        f"{percent(row['unprofitable_share'])} of the members with known earnings lose money, "
        f"{percent(row['unprofitable_weight_share'])} by weight (weight known: "
        f"{percent(row['earnings_weight'])})",
        f"median market value {millions(row['market_cap_median_usd'])} m USD",
    ]
    if row["turnover"] is not None:
        event = f", {words(row['expected_event'])}" if row["expected_event"] else ""
        told.append(f"turnover since {row['previous_as_of']} {percent(row['turnover'])}{event}")
    return f"{'; '.join(told)}."


def _block(frame: pl.DataFrame, layout: Layout, csv: str, empty: str, sheets: Collection[int] = ()) -> Block:
    if not frame.columns:
        return Sentence(NOT_THERE, layout.caption)
    if frame.is_empty():
        return Sentence(empty, layout.caption)
    return TableBlock(table(frame, layout, sheets), layout, frame.height, f"{csv}.csv")


def _where(frame: pl.DataFrame, condition: pl.Expr, by: str | None = None) -> pl.DataFrame:
    """Choose the rows to show; a table that is not there stays so."""
    if not frame.columns:
        return frame
    chosen = frame.filter(condition)
    return chosen.sort(by) if by else chosen


def _told(frame: pl.DataFrame) -> pl.DataFrame:
    """Write figures in the unit of their row's measure."""
    columns = [
        name
        for name in ("value", "threshold", "headroom", "value_from", "value_to", "own_median")
        if name in frame.columns
    ]
    # Row by row, because the unit changes from row to row; these are short lists.
    return frame.with_columns(
        pl.Series(
            f"{name}_told",
            [figure(value, measure) for value, measure in zip(frame[name], frame["measure"], strict=True)],
            pl.String,
        )
        for name in columns
    )


def _insufficient(frame: pl.DataFrame, otherwise: str) -> str:
    """Say why there are no numbers, in the tables' own words."""
    if "reason" not in frame.columns:
        return otherwise
    reasons = frame["reason"].drop_nulls().unique().sort().to_list()
    return f"Insufficient: {'; '.join(reasons)}." if reasons else otherwise


def _remarks(frame: pl.DataFrame) -> list[Sentence]:
    """Say of each part of the hindsight gap that has no numbers why not, where other parts have some."""
    if not frame.height or not (frame["status"] == "estimated").any():
        return []
    lacking = frame.filter(pl.col("status") == "insufficient").unique(["book", "part"], maintain_order=True)
    return [
        Sentence(f"{words(row['book'])}, {words(row['part'])}: insufficient, {row['reason']}.")
        for row in lacking.to_dicts()
    ]
