"""marts.index_eligibility: the provider's rules of eligibility, evaluated for every member."""

from __future__ import annotations

import polars as pl

from smallcap.assets.table_asset import table_asset
from smallcap.finance.index.eligibility import index_eligibility as eligibility
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution

MEMBERS = ("year", "as_of", "entity_id", "security_id", "ticker")
LISTED = ("year", "as_of", "security_id", "exchange", "location")
VALUES = ("year", "as_of", "entity_id", "price_date", "market_cap_usd", "is_stale")
CLOSES = ("year", "security_id", "date", "close_usd", "adjusted_close_usd")


@table_asset(
    "marts.index_eligibility",
    columns={"members": MEMBERS, "constituents": LISTED, "metrics_as_of": VALUES, "prices": CLOSES},
    by_year=True,
)
def index_eligibility(
    members: pl.DataFrame,
    constituents: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    prices: pl.DataFrame,
    index_rules: IndexRules,
    reconstitutions: tuple[Reconstitution, ...],
) -> pl.DataFrame:
    """Ask for price, market value, exchange and country; what no source says is to be verified."""
    return eligibility(members, constituents, metrics_as_of, prices, index_rules, reconstitutions)
