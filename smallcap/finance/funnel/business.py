"""Filter 1: the line of business, by a dated verdict on the name, industry code, or sector."""

from __future__ import annotations

import polars as pl

from smallcap.finance.statuses import FAIL, PASS, VERIFY
from smallcap.finance.tickers import normalised
from smallcap.rules.types.business import BusinessRules, Exclusion

CODE_COLUMNS = ("sic", "gics", "sector", "company_kind")
SEVERITY = {PASS: 0, VERIFY: 1, FAIL: 2}
NO_EXCLUDED_LINE = "no excluded line of business by its {}"
UNCLASSIFIED = "no industry code and no sector is known"


def business(members: pl.DataFrame, rules: BusinessRules) -> pl.DataFrame:
    """Evaluate each member's line of business.

    A dated verdict on the name overrides any code. Of the verdicts by SIC code, GICS code and kind of company
    the strictest applies; the sector name is used instead of codes only if neither code is known. A code that
    the rules do not list passes; a company without code and sector gets verify.

    Parameters
    ----------
    members
        Rows with as_of, ticker, name, sic, gics, sector and company_kind.
    rules
        Codes and names.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`; value, threshold and headroom are
        null.
    """
    by_code = _by_code(members.select(CODE_COLUMNS).unique(maintain_order=True), rules.exclusions)
    coded = members.select("as_of", "ticker", "name", *CODE_COLUMNS).join(
        by_code, on=CODE_COLUMNS, how="left", nulls_equal=True, maintain_order="left"
    )
    named = coded.hstack(_by_name(coded, rules))
    number = pl.lit(None, dtype=pl.Float64)
    return named.select(
        pl.coalesce("name_verdict", "verdict").alias("stand_alone_status"),
        pl.lit("line_of_business").alias("measure"),
        *(number.alias(name) for name in ("value", "threshold", "headroom")),
        pl.lit(False).alias("is_borderline"),
        pl.coalesce("name_reason", "reason").alias("reason"),
        pl.lit(0, pl.Int64).alias("rules_not_asked"),
    )


def _by_code(codes: pl.DataFrame, exclusions: tuple[Exclusion, ...]) -> pl.DataFrame:
    """Evaluate each combination of codes; there are a few hundred, however many members and dates."""
    found = codes.with_columns(*_matches(exclusions))
    has_code = pl.col("has_sic") | pl.col("gics").is_not_null()
    kinds = ("sic", "gics", "company_kind")
    sic, gics, of_kind = (pl.col(f"{kind}_match").struct.field("severity") for kind in kinds)
    by_code = pl.when(sic >= gics).then("sic_match").otherwise("gics_match")
    basis = pl.when(has_code).then(pl.lit("industry code")).otherwise(pl.lit("sector"))
    by_line = pl.when(has_code).then(by_code).otherwise("sector_match")
    is_kind = of_kind > by_line.struct.field("severity")
    return found.with_columns(
        pl.when(is_kind).then("company_kind_match").otherwise(by_line).alias("match"),
        pl.format(NO_EXCLUDED_LINE, basis).alias("passes"),
        (~has_code & pl.col("sector").is_null()).alias("is_unknown"),
    ).select(
        *CODE_COLUMNS,
        pl.when("is_unknown")
        .then(pl.lit(VERIFY))
        .otherwise(pl.col("match").struct.field("verdict"))
        .alias("verdict"),
        pl.when("is_unknown")
        .then(pl.lit(UNCLASSIFIED))
        .otherwise(pl.coalesce(pl.col("match").struct.field("reason"), "passes"))
        .alias("reason"),
    )


def _matches(exclusions: tuple[Exclusion, ...]) -> list[pl.Expr]:
    """Return the first exclusion that applies by SIC, GICS, sector and kind, and whether a SIC is known."""
    sic = pl.col("sic").cast(pl.Int64, strict=False)
    by_sic = [(sic.is_between(int(e.first), int(e.last)), e) for e in exclusions if e.code_system == "sic"]
    by_gics = [(pl.col("gics").str.starts_with(e.first), e) for e in _longest_first(exclusions)]
    by_sector = [(pl.col("sector") == e.first, e) for e in exclusions if e.code_system == "sector"]
    by_kind = [(pl.col("company_kind") == e.first, e) for e in exclusions if e.code_system == "kind"]
    return [
        _first_match(by_sic, "SIC", "sic"),
        _first_match(by_gics, "GICS", "gics"),
        _first_match(by_sector, "sector", "sector"),
        _first_match(by_kind, "kind", "company_kind"),
        sic.is_not_null().alias("has_sic"),
    ]


def _longest_first(exclusions: tuple[Exclusion, ...]) -> list[Exclusion]:
    """Order GICS codes so that a sub-industry is matched before the sector that it belongs to."""
    return sorted((e for e in exclusions if e.code_system == "gics"), key=lambda e: (-len(e.first), e.first))


def _first_match(cases: list[tuple[pl.Expr, Exclusion]], system: str, column: str) -> pl.Expr:
    """Return verdict, severity and reason of the first exclusion that applies; pass if there is none."""
    passes = pl.struct(
        pl.lit(PASS).alias("verdict"),
        pl.lit(SEVERITY[PASS]).alias("severity"),
        pl.lit(None, dtype=pl.String).alias("reason"),
    )
    matches = [
        pl.when(applies.fill_null(False)).then(
            pl.struct(
                pl.lit(e.verdict).alias("verdict"),
                pl.lit(SEVERITY[e.verdict]).alias("severity"),
                pl.format("{} ({} {})", pl.lit(e.line_of_business), pl.lit(system), pl.col(column)).alias(
                    "reason"
                ),
            )
        )
        for applies, e in cases
    ]
    return pl.coalesce(*matches, passes).alias(f"{column}_match")


def _by_name(members: pl.DataFrame, rules: BusinessRules) -> pl.DataFrame:
    """Find the verdict on each member's name that is valid at as_of; null if there is none."""
    symbol = normalised(pl.col("ticker"))
    letters = pl.col("name").str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    numbered = members.select("as_of", "name", symbol.alias("symbol")).with_row_index("member")
    applies = pl.col("as_of").is_between("from", "to") & letters.str.starts_with(pl.col("company")).fill_null(
        True
    )
    # The rules have at most one verdict per ticker and day (`Override` refuses a second), unless the company
    # names differ.
    found = (
        numbered.join(_overrides(rules), on="symbol")
        .filter(applies)
        .unique("member", keep="first", maintain_order=True)
    )
    return (
        numbered.select("member")
        .join(found, on="member", how="left", maintain_order="left")
        .select("name_verdict", "name_reason")
    )


def _overrides(rules: BusinessRules) -> pl.DataFrame:
    """Return the verdicts on names as a frame."""
    texts = dict.fromkeys(("symbol", "company", "name_verdict", "name_reason"), pl.String)
    return pl.DataFrame(
        [(o.ticker, o.company, o.verdict, o.reason, o.valid_from, o.valid_to) for o in rules.overrides],
        schema={**texts, "from": pl.Date, "to": pl.Date},
        orient="row",
    )
