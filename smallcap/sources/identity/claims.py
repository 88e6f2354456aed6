"""Which company of the fundamentals table a listed line is: decided list by list, by what each list shows."""

from __future__ import annotations

import polars as pl

from smallcap.rules.types.holdings import Recycling
from smallcap.rules.types.identity import Identity
from smallcap.sources.identity.aliases import valid_aliases
from smallcap.sources.identity.evidence import equal_points, name_points, summed, told
from smallcap.sources.identity.names import UNKNOWN, compared
from smallcap.sources.identity.sightings import Sightings, record_has_ended, with_holding_ratio

PARTS = ("names", "sector", "count", "price", "record_ended", "record_later")
LINE = ["symbol", "source_id"]


def scored_claims(
    lines: pl.DataFrame, sightings: Sightings, aliases: pl.DataFrame, rules: Identity, recycling: Recycling
) -> pl.DataFrame:
    """Score every listed line with every company that the table has under its ticker.

    Parameters
    ----------
    lines
        Sightings with `source_id`.

    Returns
    -------
    pl.DataFrame
        One row per sighting and company: symbol, source_id, snapshot_date, source_entity_id, `company_name`,
        `names`, `score`, `is_joined`, `alias` (the relation of an alias that decided) and `words`, the
        evidence.
    """
    pairs = _compared_pairs(lines, sightings, aliases, rules, recycling)
    scored = (
        _with_recycled(pairs, aliases)
        .with_columns(**{f"points_{part}": value for part, value in _points(sightings, rules).items()})
        .with_columns(score=summed(PARTS))
    )
    return scored.with_columns(is_joined=_is_joined(rules), words=_evidence())


def _compared_pairs(
    lines: pl.DataFrame, sightings: Sightings, aliases: pl.DataFrame, rules: Identity, recycling: Recycling
) -> pl.DataFrame:
    """Join every listed line with the companies under its ticker, and compare count and names."""
    companies = sightings.companies.select(
        "symbol", "source_entity_id", "first_date", "last_date", company_name="name", company_sector="sector"
    )
    named = _with_figures_of(lines, aliases)
    joined = named.join(companies, left_on="company_symbol", right_on="symbol", how="inner")
    counted = with_holding_ratio(joined.drop("holding_ratio"), sightings.counts, rules)
    kinds = compared(
        counted.rename({"name": "name_a", "company_name": "name_b"}), rules, recycling.insignificant_words
    )
    return counted.join(
        kinds, left_on=["name", "company_name"], right_on=["name_a", "name_b"], how="left", nulls_equal=True
    )


def _points(sightings: Sightings, rules: Identity) -> dict[str, pl.Expr]:
    """Return the points of each of `PARTS`."""
    in_range = pl.col("holding_ratio").is_between(rules.limits.count_low, rules.limits.count_high)
    reach = pl.duration(days=rules.limits.record_reach_days)
    begins_later = pl.col("first_date") - reach > pl.col("snapshot_date")
    return {
        "names": name_points(pl.col("names"), rules.company_names),
        "sector": equal_points(pl.col("sector"), pl.col("company_sector"), rules.sector),
        "count": pl.when(in_range).then(rules.count_points),
        "price": _price_points(rules),
        "record_ended": pl.when(record_has_ended(sightings.companies, rules)).then(
            pl.when(pl.col("names") == UNKNOWN)
            .then(rules.ended_unnamed_points)
            .otherwise(rules.outside_record_points)
        ),
        "record_later": pl.when(begins_later).then(rules.outside_record_points),
    }


def _is_joined(rules: Identity) -> pl.Expr:
    """Whether line and company are one: as an alias says, else by the score."""
    by_alias = (
        pl.when(pl.col("alias") == "figures_of")
        .then(pl.lit(True))
        .when(pl.col("alias") == "recycled")
        .then(pl.lit(False))
    )
    return pl.coalesce(by_alias, pl.col("score") >= rules.thresholds.company)


def _evidence() -> pl.Expr:
    subject = pl.coalesce("company_name", pl.format("company {}", "source_entity_id"))
    reason = pl.coalesce(pl.format("alias: {}", "alias"), told(PARTS))
    return pl.format("{}: {}: {}", "snapshot_date", subject, reason)


def _with_figures_of(lines: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Add `company_symbol`, the ticker of the line's company in the table, and `alias` where one says so."""
    applied = valid_aliases(lines, aliases, "figures_of").rename({"canonical_ticker": "alias_symbol"})
    return lines.join(
        applied, on=["symbol", "snapshot_date"], how="left", maintain_order="left"
    ).with_columns(
        company_symbol=pl.coalesce("alias_symbol", "symbol"),
        alias=pl.when(pl.col("alias_symbol").is_not_null()).then(pl.lit("figures_of")),
    )


def _with_recycled(pairs: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Set `alias` where one ``recycled`` lies between the list and the beginning of the company's record."""
    dated = aliases.filter(pl.col("relation") == "recycled").select(symbol="ticker", recycled_on="valid_from")
    day = pl.col("recycled_on")
    is_before, began_before = pl.col("snapshot_date") < day, pl.col("first_date") < day
    crossed = (
        pairs.select("symbol", "snapshot_date", "first_date", "source_entity_id")
        .join(dated, on="symbol")
        .filter(is_before != began_before)
        .select("symbol", "snapshot_date", "source_entity_id", is_crossed=pl.lit(True))
        .unique()
    )
    key = ["symbol", "snapshot_date", "source_entity_id"]
    return pairs.join(crossed, on=key, how="left", maintain_order="left").with_columns(
        alias=pl.coalesce("alias", pl.when("is_crossed").then(pl.lit("recycled")))
    )


def _price_points(rules: Identity) -> pl.Expr:
    """Return the points of a list price near the prices table's; splits and dividends forbid more."""
    bound, points = rules.vendor_price.up_to[0], rules.vendor_price.points[0]
    return pl.when((pl.col("price_usd") / pl.col("adj_close")).is_between(1 / bound, bound)).then(points)
