"""Hindsight and random books are treated alike, and the treatment of all is the published table."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.finance.books.hindsight import hindsight_gap
from smallcap.finance.returns.hindsight_treatments import treated_hindsight
from smallcap.finance.returns.treatments import OF_RETURNS, treated_returns
from smallcap.tables.registry import TABLES
from smallcap.tables.returns import TreatedHindsight
from tests.unit.book_builders import NO_MEMBERS, RULES, members
from tests.unit.finance.factors.factor_builders import RETURN_RULES
from tests.unit.test_hindsight import BOOKS, DAY_BEFORE, FACTORS, FIRST, LISTED, NAMES, market, of_lines

DOUBTS = TABLES["core.return_doubts"].empty()


def treated_rows(earned: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    lists = [
        of_lines("chosen_late", treated_returns(earned, doubts, name, RETURN_RULES), *NAMES).with_columns(
            treatment=pl.lit(name)
        )
        for name in OF_RETURNS
    ]
    return pl.concat(lists)


def hindsight(earned: pl.DataFrame, doubts: pl.DataFrame = DOUBTS) -> pl.DataFrame:
    returns = treated_rows(earned, doubts)
    gap = hindsight_gap(
        BOOKS, LISTED, returns.filter(pl.col("treatment") == "all"), earned, NO_MEMBERS, FACTORS, RULES
    )
    found = treated_hindsight(
        gap, BOOKS, LISTED, returns, earned, doubts, NO_MEMBERS, FACTORS, RULES, RETURN_RULES
    )
    return TreatedHindsight.validate(found)


def figure(found: pl.DataFrame, treatment: str, item: str) -> float:
    return found.filter(pl.col("treatment") == treatment, pl.col("item") == item)["estimate"].item()


def test_without_doubts_leaving_suspects_out_changes_nothing():
    found = hindsight(market())
    own = {
        name: rows.drop("treatment")
        for (name,), rows in found.partition_by("treatment", as_dict=True).items()
    }
    assert own["all"].equals(own["without_suspects"])
    assert not own["all"].equals(own["winsorized"])


def test_a_suspect_gain_of_the_market_leaves_both_sides():
    spiked = market().with_columns(
        pl.when((pl.col("security_id") == 20) & (pl.col("month") == FIRST))
        .then(15.0)
        .otherwise("total_return")
        .alias("total_return")
    )
    columns = TABLES["core.return_doubts"].columns
    suspect = pl.DataFrame(
        [{**dict.fromkeys(columns), "month": FIRST, "security_id": 20, "is_return_suspect": True}],
        schema=columns,
    )
    found = hindsight(spiked, suspect)
    clean = hindsight(market().filter(~((pl.col("security_id") == 20) & (pl.col("month") == FIRST))))
    market_alpha = "market_alpha_annual"
    assert figure(found, "without_suspects", market_alpha) == pytest.approx(
        figure(clean, "all", market_alpha)
    )
    assert figure(found, "all", market_alpha) > figure(found, "winsorized", market_alpha)


def test_a_line_in_no_list_moves_no_quantile():
    listed = members(DAY_BEFORE, *range(1, 31))
    outsider = market().filter(security_id=20).with_columns(
        security_id=pl.lit(900, pl.Int64), total_return=pl.lit(50.0)
    )  # fmt: skip
    of_the_list = treated_rows(market(), DOUBTS)

    def winsorized(earned: pl.DataFrame) -> pl.DataFrame:
        gap = hindsight_gap(
            BOOKS, LISTED, of_the_list.filter(treatment="all"), market(), listed, FACTORS, RULES
        )
        found = treated_hindsight(
            gap, BOOKS, LISTED, of_the_list, earned, DOUBTS, listed, FACTORS, RULES, RETURN_RULES
        )
        return found.filter(treatment="winsorized")

    assert winsorized(pl.concat([market(), outsider])).equals(winsorized(market()))
