"""core.members: the members of the index by company, with lines resolved, summed, priced and classified."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.frames import as_table, without_nan
from smallcap.finance.kinds import company_kind
from smallcap.finance.metrics.prices import is_list_price_usable, last_prices
from smallcap.finance.pointintime import take
from smallcap.finance.tickers import normalised
from smallcap.rules.types.kinds import CompanyKind
from smallcap.rules.types.metrics import MetricsRules, TickerRules

INDEX_KNOWN, EVIDENCE_KNOWN = "index_known", "evidence_known"
"""The list's own date, on which the index publishes its members; the day on which our evidence was public."""
SECURITY_COLUMNS = (
    "entity_id", "is_resolved", "unresolved_reason", "is_resolution_later", "is_resolution_corrected", "sic",
    "gics", "sector", "name",
)  # fmt: skip


def members(
    constituents: pl.DataFrame,
    securities: pl.DataFrame,
    prices: pl.DataFrame,
    rules: MetricsRules,
    kinds: Sequence[CompanyKind],
) -> pl.DataFrame:
    """Aggregate the lines of an index into its member companies.

    The lines' market values, weights and quantities are summed; symbol, name and price are those of the
    largest line by market value (the first by ticker if equal).

    Parameters
    ----------
    constituents
        Rows of raw.constituents.
    securities
        Rows of raw.securities.
    prices
        Rows of raw.prices for the months up to each as_of.
    rules
        The thresholds.
    kinds
        Which codes make a bank, an insurer, a trust and so on.

    Returns
    -------
    pl.DataFrame
        One row per as_of and company, in the columns of core.members, sorted by both.

    Raises
    ------
    InputError
        When a line is not in `securities`.
    """
    lines = _resolved(without_nan(constituents), securities)
    companies = with_basis(_summed(lines))
    priced = companies.hstack(last_prices(companies, prices, rules.price.max_age_days))
    classified = priced.with_columns(
        (pl.col("close_usd").is_not_null() | is_list_price_usable(rules.price.max_age_days)).alias(
            "is_priced"
        ),
        is_ticker_usable(rules.ticker).alias("is_ticker_usable"),
        pl.any_horizontal(pl.col("sic", "gics", "sector").is_not_null()).alias("is_classified"),
        *company_kind(kinds),
    )
    return as_table(classified, "core.members").sort("as_of", "entity_id")


def with_basis(rows: pl.DataFrame) -> pl.DataFrame:
    """Add on which basis the membership of each as_of is known, and the age of its list.

    Parameters
    ----------
    rows
        Rows with `as_of`, `snapshot_date` and `list_available_date`.

    Returns
    -------
    pl.DataFrame
        The rows with `membership_basis`: `EVIDENCE_KNOWN` where the list could be known at as_of, else
        `INDEX_KNOWN`, as for a list of unknown origin; and `membership_age_days`.
    """
    is_known = (pl.col("list_available_date") <= pl.col("as_of")).fill_null(False)
    return rows.with_columns(
        membership_basis=pl.when(is_known).then(pl.lit(EVIDENCE_KNOWN)).otherwise(pl.lit(INDEX_KNOWN)),
        membership_age_days=(pl.col("as_of") - pl.col("snapshot_date")).dt.total_days(),
    )


def is_ticker_usable(rules: TickerRules) -> pl.Expr:
    """Whether the symbol is one to `max_letters` letters once separators are stripped."""
    letters = normalised(pl.col("ticker"))
    return letters.str.contains(f"^[A-Z]{{1,{rules.max_letters}}}$").fill_null(False)


def _resolved(constituents: pl.DataFrame, securities: pl.DataFrame) -> pl.DataFrame:
    """Add to each line its company and classification.

    They come from the latest ticker spell that began by as_of, else from the first spell.
    """
    spells = securities.sort("security_id", "valid_from", "is_resolved", "source").unique(
        ["security_id", "valid_from"], keep="last", maintain_order=True
    )
    spell = _spell_of(constituents, spells)
    _refuse_unknown(constituents.filter(spell.is_null()))
    known = take(spells.select(pl.col(name).alias(f"known_{name}") for name in SECURITY_COLUMNS), spell)
    return constituents.hstack(known).with_columns(
        pl.col("known_entity_id").alias("entity_id"),
        pl.coalesce("sector", "known_sector").alias("sector"),
        pl.coalesce("name", "known_name").alias("name"),
    )


def _spell_of(constituents: pl.DataFrame, spells: pl.DataFrame) -> pl.Series:
    """Return each line's row number in `spells`: the latest spell begun by as_of, else the first."""
    numbered = spells.with_row_index("spell").select("security_id", "valid_from", "spell")
    first = numbered.unique("security_id", keep="first", maintain_order=True).select(
        "security_id", pl.col("spell").alias("first_spell")
    )
    return (
        constituents.select("security_id", "as_of")
        .with_row_index("line")
        .sort("as_of")
        .join_asof(
            numbered.sort("valid_from"),
            left_on="as_of",
            right_on="valid_from",
            by="security_id",
            check_sortedness=False,
        )
        .join(first, on="security_id", how="left")
        .sort("line")
        .select(pl.coalesce("spell", "first_spell").alias("spell"))["spell"]
    )


def _refuse_unknown(lines: pl.DataFrame) -> None:
    if lines.height:
        first = lines.sort("as_of", "security_id").row(0, named=True)
        raise InputError(
            f"core.members: {lines.height} rows of raw.constituents have a security_id that "
            f"is missing from raw.securities, first {first['security_id']} ({first['ticker']}) at "
            f"{first['as_of']}; rebuild raw.securities for the same years"
        )


def _summed(lines: pl.DataFrame) -> pl.DataFrame:
    """Sum the lines of each company; everything else is taken from the largest line."""
    order = ("as_of", "entity_id", "market_value_usd", "ticker", "security_id")
    by_size = lines.sort(order, descending=[name == "market_value_usd" for name in order], nulls_last=True)
    company = by_size.group_by("index_name", "as_of", "entity_id", maintain_order=True).agg(
        pl.col(
            "year", "ticker", "name", "security_id", "sector", "exchange", "snapshot_date", "fund", "source"
        ).first(),
        # One list is known from one day on, whichever of its lines is the largest.
        pl.col("list_available_date").max(),
        pl.len().alias("line_count"),
        pl.col("known_sic").drop_nulls().first().alias("sic"),
        pl.col("known_gics").drop_nulls().first().alias("gics"),
        pl.col("known_is_resolved").any().alias("is_resolved"),
        pl.col("known_unresolved_reason").first().alias("unresolved_reason"),
        pl.col("known_is_resolution_later").any().alias("is_resolution_later"),
        pl.col("known_is_resolution_corrected").any().alias("is_resolution_corrected"),
        pl.col("price_usd").first().alias("list_price_usd"),
        _sum("market_value_usd"),
        _sum("weight"),
        _sum("quantity").alias("list_quantity"),
    )
    return company.with_columns(
        pl.when(~pl.col("is_resolved")).then("unresolved_reason").alias("unresolved_reason")
    )


def _sum(column: str) -> pl.Expr:
    # Polars sums an empty group to zero, but a sum of unknowns is unknown.
    return pl.when(pl.col(column).count() > 0).then(pl.col(column).sum()).alias(column)
