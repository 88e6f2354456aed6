"""The kind of each company by its industry codes, and which questions a kind is asked."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.rules.types.kinds import FINANCIAL_KINDS, OTHER, CompanyKind


def company_kind(rules: Sequence[CompanyKind]) -> list[pl.Expr]:
    """Return the columns company_kind and kind_basis, is_financial and financial_basis.

    The SIC code decides; else the GICS code, else the sector's name. A known code or name that no rule lists
    is that of an ordinary company. Without any of the three the kind is unknown, and so is is_financial.

    Parameters
    ----------
    rules
        Rows of company_kinds.csv: of those that apply the first counts.

    Returns
    -------
    list of pl.Expr
        Expressions on the columns sic, gics and sector.
    """
    sic = pl.col("sic").cast(pl.Int64, strict=False)
    known = {"sic": sic.is_not_null(), "gics": pl.col("gics").is_not_null()}
    known["sector"] = pl.col("sector").is_not_null()
    basis = pl.coalesce(pl.when(is_known).then(pl.lit(name)) for name, is_known in known.items())
    listed = pl.coalesce(
        *(pl.when((basis == rule.basis) & _applies(rule, sic)).then(pl.lit(rule.kind)) for rule in rules),
        pl.lit(OTHER),
    )
    kind = pl.when(basis.is_not_null()).then(listed)
    return [
        kind.alias("company_kind"),
        basis.alias("kind_basis"),
        kind.is_in(FINANCIAL_KINDS).alias("is_financial"),
        basis.alias("financial_basis"),
    ]


def is_asked(kinds: Sequence[str]) -> pl.Expr:
    """Whether a company is asked what the given kinds are not asked; one of unknown kind is."""
    return ~pl.col("company_kind").is_in(kinds).fill_null(False) if kinds else pl.lit(True)


def _applies(rule: CompanyKind, sic: pl.Expr) -> pl.Expr:
    """Whether a company meets every condition of a rule."""
    conditions = [pl.lit(True)]
    if rule.sic:
        conditions.append(sic.is_between(rule.first_sic, rule.last_sic))
    if rule.gics:
        conditions.append(pl.col("gics").str.starts_with(rule.gics))
    if rule.sector:
        conditions.append(pl.col("sector") == rule.sector)
    return pl.all_horizontal(conditions).fill_null(False)
