"""Names that the vendor delivers, compared with the lists' names: joined, refused, overruled by an alias."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.sources.base import CONSTITUENTS_COLUMNS
from smallcap.sources.identity.aliases import ALIASES_SCHEMA
from smallcap.sources.xfinlink.evidence import judged
from smallcap.sources.xfinlink.names import holder_at
from smallcap.sources.xfinlink.securities import securities_rows
from tests.component.sources.crafted import RULES

DAY = dt.date(2024, 9, 27)
SPELL = {
    "symbol": "ALTM",
    "entity_id": 7,
    "name": "ALTUS MIDSTREAM CO",
    "cik": "0001",
    "valid_from": dt.date(2018, 1, 2),
    "valid_to": None,
    "sector": "Energy",
    "sic": None,
    "gics": None,
}
NO_ALIASES = pl.DataFrame(schema=ALIASES_SCHEMA)


def spells(*changes: dict[str, object]) -> pl.DataFrame:
    dates = {"valid_from": pl.Date, "valid_to": pl.Date}
    texts = dict.fromkeys(("symbol", "name", "cik", "sector", "sic", "gics"), pl.String)
    return pl.DataFrame(
        [{**SPELL, **change} for change in changes or ({},)],
        schema_overrides={**dates, **texts},
    )


def alias(relation: str, valid_from: dt.date = DAY, canonical: str | None = None) -> pl.DataFrame:
    row = {"ticker": "ALTM", "canonical_ticker": canonical, "relation": relation, "source": "test"}
    return pl.DataFrame([{**row, "valid_from": valid_from, "valid_to": None}], schema=ALIASES_SCHEMA)


def verdict(
    listed: str | None, sector: str | None = None, aliases: pl.DataFrame = NO_ALIASES, **vendor: object
) -> dict[str, object]:
    asked = pl.DataFrame(
        [{"symbol": "ALTM", "day": DAY, "name": listed, "sector": sector}],
        schema={"symbol": pl.String, "day": pl.Date, "name": pl.String, "sector": pl.String},
    )
    given = spells(vendor)
    return judged(holder_at(asked, given), given, RULES, aliases).row(0, named=True)


@pytest.mark.parametrize(
    ("listed", "vendor"),
    [
        ("Altus Midstream Company", "ALTUS MIDSTREAM CO"),
        ("ALTUSMIDSTREAM", "ALTUS  MIDSTREAM, INC."),
        ("ALTUS", "ALTUS MIDSTREAM CO"),
        ("ALTUS WATER INC", "ALTUS MIDSTREAM CO"),
        (None, "ALTUS MIDSTREAM CO"),
    ],
)
def test_names_that_agree_join(listed: str | None, vendor: str) -> None:
    assert verdict(listed, name=vendor)["is_joined"] is True


@pytest.mark.parametrize(
    ("listed", "sector", "vendor"),
    [
        ("ARCADIUM LITHIUM PLC", None, "ALTUS MIDSTREAM CO"),
        ("ARCADIUM LITHIUM PLC", "Energy", "ALTUS MIDSTREAM CO"),
        ("ALPHA BANCORP", "Energy", "OMEGA BANCORP"),
        ("ALTUSSIAN INC", None, "ALTUS MIDSTREAM CO"),
    ],
)
def test_names_that_share_no_word_never_join_on_the_ticker_alone(
    listed: str, sector: str | None, vendor: str
) -> None:
    found = verdict(listed, sector, name=vendor)
    assert (found["is_joined"], found["vendor_name"]) == (False, vendor)
    assert str(found["evidence"]).startswith(f"2024-09-27: {vendor}: ")


def test_the_evidence_has_its_points() -> None:
    assert verdict("ARCADIUM LITHIUM PLC", "Materials")["evidence"] == (
        "2024-09-27: ALTUS MIDSTREAM CO: names -10.0, sector -10.0 = -20.0"
    )


def test_who_carried_the_ticker_on_another_day_is_not_compared() -> None:
    assert verdict("ARCADIUM LITHIUM PLC", valid_to=dt.date(2022, 2, 22))["is_joined"] is None


@pytest.mark.parametrize(
    ("name", "aliases", "is_joined"),
    [
        ("ARCADIUM", alias("figures_of", canonical="ALTM"), True),
        ("ARCADIUM", alias("figures_of", canonical="KNTK"), False),
        ("ARCADIUM", alias("figures_of", DAY + dt.timedelta(days=1), canonical="ALTM"), False),
        ("ARCADIUM", alias("renamed"), True),
        ("ARCADIUM", alias("renamed", dt.date(2017, 1, 1)), False),
        ("ALTUS MIDSTREAM", alias("recycled"), False),
        ("ALTUS MIDSTREAM", alias("recycled", DAY + dt.timedelta(days=1)), True),
        ("ALTUS MIDSTREAM", alias("same_company", canonical="KNTK"), True),
    ],
)
def test_a_dated_alias_overrules(name: str, aliases: pl.DataFrame, is_joined: bool) -> None:
    assert verdict(name, aliases=aliases)["is_joined"] is is_joined


def described(name: str, aliases: pl.DataFrame = NO_ALIASES, *more: dict[str, object]) -> dict[str, object]:
    """The line of a list that shows the name under ALTM and joined nobody."""
    listed = {"source_id": "ticker:ALTM:X", "ticker": "ALTM", "name": name, "snapshot_date": DAY}
    lines = pl.DataFrame([{**dict.fromkeys(CONSTITUENTS_COLUMNS), **listed}], schema=CONSTITUENTS_COLUMNS)
    given = spells({}, *more)
    companies = given.select("entity_id", "cik")
    rows = securities_rows(lines, [], given, companies, RULES, aliases)
    return rows.row(0, named=True)


def test_a_refused_line_names_the_vendors_line_and_its_candidate() -> None:
    row = described("ARCADIUM LITHIUM PLC", NO_ALIASES, {"symbol": "LTHM", "name": "Arcadium-Lithium Ltd"})
    assert (row["is_resolved"], row["is_resolution_corrected"]) == (False, False)
    assert row["unresolved_reason"] == (
        "verify: the vendor may have another company under this ticker (ALTUS MIDSTREAM CO); "
        "the vendor has this name under LTHM"
    )
    assert row["resolution_evidence"] == "2024-09-27: ALTUS MIDSTREAM CO: names -10.0 = -10.0"


def test_a_line_that_an_alias_cut_is_flagged() -> None:
    row = described("ALTUS MIDSTREAM CO", alias("recycled"))
    assert (row["is_resolution_corrected"], row["resolution_evidence"]) == (
        True,
        "2024-09-27: ALTUS MIDSTREAM CO: alias: recycled",
    )


def test_a_line_that_an_alias_joined_is_flagged() -> None:
    given = spells({})
    lines = pl.DataFrame(
        [{**dict.fromkeys(CONSTITUENTS_COLUMNS), "source_id": "7", "ticker": "ALTM", "snapshot_date": DAY}],
        schema=CONSTITUENTS_COLUMNS,
    )
    companies = given.select("entity_id", "cik")
    flags = [
        securities_rows(lines, [], given, companies, RULES, aliases)["is_resolution_corrected"].item()
        for aliases in (NO_ALIASES, alias("figures_of", canonical="ALTM"), alias("same_line", canonical="X"))
    ]
    assert flags == [False, True, False]
