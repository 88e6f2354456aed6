"""The index in figures: sums over sums, worked by hand for four companies, and what the sums do not depend
on.
"""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.index.holdings import index_holdings
from smallcap.finance.index.sectors import index_sectors
from smallcap.finance.index.valued import valued_members
from smallcap.tables import TABLES
from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.finance.index.index_builders import (
    FOUR,
    MILLION,
    RULES,
    Company,
    members,
    metrics,
    profile,
    valued,
)

LOSSES = {number: {**company, "income": -1} for number, company in FOUR.items()}


class TestByHand:
    def test_price_of_earnings_without_losses_takes_the_two_that_earn(self) -> None:
        row = profile()
        assert row["pe_excluding_losses"] == pytest.approx((1000 + 600) / (100 + 20), rel=EXACT)
        assert (row["pe_excluding_losses_members"], row["pe_excluding_losses_weight"]) == (
            2,
            pytest.approx(0.7, rel=EXACT),
        )

    def test_with_losses_it_takes_all_three_with_a_market_value_and_their_earnings_are_negative(self) -> None:
        row = profile()
        assert 100 + 20 - 160 < 0
        assert (row["pe_including_losses"], row["pe_including_losses_reason"]) == (
            None,
            "earnings_not_positive",
        )
        assert (row["pe_including_losses_members"], row["pe_including_losses_weight"]) == (
            3,
            pytest.approx(0.9, rel=EXACT),
        )

    def test_a_smaller_loss_makes_it_dear(self) -> None:
        row = profile({**FOUR, 3: {**FOUR[3], "income": -70}})
        assert row["pe_including_losses"] == pytest.approx(2000 / (100 + 20 - 70), rel=EXACT)
        assert row["pe_including_losses_reason"] is None

    def test_the_other_multiples_are_sums_over_sums(self) -> None:
        row = profile()
        assert row["pb"] == pytest.approx(2000 / (500 + 100 + 200), rel=EXACT)
        assert row["ps"] == pytest.approx(2000 / (2000 + 400 + 100), rel=EXACT)
        assert row["dividend_yield"] == pytest.approx(0.02 * 1000 / 2000, rel=EXACT)

    def test_sizes_are_of_the_members_with_a_market_value(self) -> None:
        row = profile()
        assert (row["members"], row["lines"], row["market_cap_members"]) == (4, 4, 3)
        assert row["market_cap_weight"] == pytest.approx(0.9, rel=EXACT)
        assert [row[f"market_cap_{name}_usd"] for name in ("sum", "median", "largest", "smallest")] == [
            2000 * MILLION,
            600 * MILLION,
            1000 * MILLION,
            400 * MILLION,
        ]
        assert row["market_cap_mean_usd"] == pytest.approx(2000 * MILLION / 3, rel=EXACT)

    def test_concentration(self) -> None:
        row = profile()
        assert row["herfindahl"] == pytest.approx(0.16 + 0.09 + 0.04 + 0.01, rel=EXACT)
        assert row["effective_number"] == pytest.approx(1 / 0.30, rel=EXACT)
        assert row["top_holdings_weight"] == pytest.approx(1.0, rel=EXACT)

    def test_half_of_them_lose_money_by_count_and_less_by_weight(self) -> None:
        row = profile()
        assert (row["earnings_members"], row["unprofitable_members"], row["unprofitable_share"]) == (
            4,
            2,
            0.5,
        )
        assert row["unprofitable_weight_share"] == pytest.approx(0.3, rel=EXACT)

    def test_sectors(self) -> None:
        energy, health = index_sectors(valued()).sort("sector").to_dicts()
        assert (energy["sector"], energy["members"], energy["weight"]) == (
            "Energy",
            2,
            pytest.approx(0.7, rel=EXACT),
        )
        assert energy["pe_excluding_losses"] == pytest.approx(1600 / 120, rel=EXACT)
        assert (health["market_cap_members"], health["market_cap_usd"]) == (1, 400 * MILLION)
        assert (health["pe_excluding_losses"], health["unprofitable_share"]) == (None, 1.0)

    def test_holdings_are_ranked_by_weight(self) -> None:
        rows = index_holdings(valued(), RULES).sort("rank")
        assert rows["ticker"].to_list() == ["T1", "T2", "T3", "T4"]
        assert rows["cumulative_weight"].to_list() == pytest.approx([0.4, 0.7, 0.9, 1.0], rel=EXACT)
        assert rows["is_unprofitable"].to_list() == [False, False, True, True]

    def test_equal_weights_stand_by_ticker(self) -> None:
        alike = {number: {**company, "weight": 0.25} for number, company in FOUR.items()}
        assert index_holdings(valued(alike), RULES).sort("rank")["ticker"].to_list() == [
            "T1",
            "T2",
            "T3",
            "T4",
        ]

    def test_the_band_is_the_first_and_the_last_share_of_all_market_value(self) -> None:
        # Of 2,000 the first begins at 0 per cent, the second ends at 80, the third at 100.
        wide = dataclasses.replace(RULES, band_share=0.15)
        rows = index_holdings(valued(), wide).sort("rank")
        assert rows["band"].to_list() == ["upper", "none", "lower", "unknown"]


class TestBadInput:
    def test_where_nobody_earns_anything_both_prices_of_earnings_are_null(self) -> None:
        row = profile(LOSSES)
        assert (row["pe_excluding_losses"], row["pe_excluding_losses_members"]) == (None, 0)
        assert (row["pe_including_losses"], row["pe_including_losses_reason"]) == (
            None,
            "earnings_not_positive",
        )
        assert (row["unprofitable_share"], row["unprofitable_weight_share"]) == (
            1.0,
            pytest.approx(1.0, rel=EXACT),
        )

    def test_without_prices_there_is_no_valuation_and_everything_else(self) -> None:
        row = profile(
            {number: {**company, "cap": None, "dividend_yield": None} for number, company in FOUR.items()}
        )
        for name in ("pe_including_losses", "pb", "ps"):
            assert (row[name], row[f"{name}_reason"], row[f"{name}_members"]) == (
                None,
                "no_member_covered",
                0,
            )
        assert [row[name] for name in ("pe_excluding_losses", "dividend_yield", "market_cap_sum_usd")] == [
            None,
            None,
            None,
        ]
        assert (row["market_cap_members"], row["market_cap_weight"]) == (0, 0.0)
        assert (row["members"], row["unprofitable_share"]) == (4, 0.5)

    def test_members_without_a_sector_are_a_sector_of_their_own(self) -> None:
        rows = index_sectors(valued({**FOUR, 4: {**FOUR[4], "sector": None}}))
        assert rows.select("sector", "members").rows() == [("Energy", 2), ("Health Care", 1), ("unknown", 1)]
        nobody = index_sectors(
            valued({number: {**company, "sector": None} for number, company in FOUR.items()})
        )
        assert nobody["sector"].to_list() == ["unknown"]

    def test_a_single_member_is_the_index(self) -> None:
        row = profile({1: {**FOUR[1], "weight": 1.0}})
        assert (row["herfindahl"], row["effective_number"], row["top_holdings_weight"]) == (1.0, 1.0, 1.0)
        assert row["pe_excluding_losses"] == row["pe_including_losses"] == pytest.approx(10, rel=EXACT)
        assert index_holdings(valued({1: {**FOUR[1], "weight": 1.0}}), RULES)["band"].to_list() == ["upper"]

    def test_a_stale_record_is_not_used(self) -> None:
        row = profile({**FOUR, 3: {**FOUR[3], "is_stale": True}})
        assert (row["pe_including_losses_members"], row["earnings_members"]) == (2, 3)
        assert row["pe_including_losses"] == pytest.approx(1600 / 120, rel=EXACT)

    def test_a_stale_record_leaves_no_market_value_and_says_so(self) -> None:
        row = (
            index_holdings(valued({**FOUR, 3: {**FOUR[3], "is_stale": True}}), RULES)
            .filter(pl.col("ticker") == "T3")
            .row(0, named=True)
        )
        assert (row["market_cap_usd"], row["market_cap_reason"], row["is_unprofitable"], row["band"]) == (
            None,
            "stale",
            None,
            "unknown",
        )

    def test_unknown_weights_leave_weights_unknown(self) -> None:
        row = profile({number: {**company, "weight": None} for number, company in FOUR.items()})
        assert [
            row[name]
            for name in (
                "herfindahl",
                "top_holdings_weight",
                "market_cap_weight",
                "unprofitable_weight_share",
            )
        ] == [None] * 4
        assert row["pe_excluding_losses"] == pytest.approx(1600 / 120, rel=EXACT)

    def test_no_members_no_rows(self) -> None:
        nobody = valued({})
        assert index_holdings(nobody, RULES).is_empty()
        assert index_sectors(nobody).is_empty()


COMPANY = st.fixed_dictionaries(
    {
        "sector": st.sampled_from(["Energy", "Utilities", None]),
        "size": st.integers(1, 1000),
        "cap": st.none() | st.integers(1, 5000),
        "income": st.none() | st.integers(-500, 500),
        "equity": st.none() | st.integers(-100, 900),
        "revenue": st.none() | st.integers(0, 900),
        "dividend_yield": st.none() | st.sampled_from([0.0, 0.01, 0.05]),
    }
)
INDEX = st.lists(COMPANY, min_size=1, max_size=12)
EXAMPLES = examples(5)


def weighted(drawn: list[dict[str, object]]) -> dict[int, Company]:
    """Number the companies, and make their sizes weights."""
    total = sum(int(str(company["size"])) for company in drawn)
    return {
        number: {**company, "weight": int(str(company["size"])) / total}
        for number, company in enumerate(drawn, start=1)
    }


class TestOfAnyIndex:
    @EXAMPLES
    @given(drawn=INDEX)
    def test_weights_sum_to_one_by_holding_and_by_sector(self, drawn: list[dict[str, object]]) -> None:
        figures = valued(weighted(drawn))
        holdings, sectors = index_holdings(figures, RULES), index_sectors(figures)
        assert holdings["weight"].sum() == pytest.approx(1, rel=EXACT)
        assert holdings["cumulative_weight"].max() == pytest.approx(1, rel=EXACT)
        assert sectors["weight"].sum() == pytest.approx(1, rel=EXACT)
        assert sectors["members"].sum() == len(drawn)

    @EXAMPLES
    @given(drawn=INDEX, seed=st.integers(0, 99))
    def test_the_order_of_the_members_does_not_matter(
        self, drawn: list[dict[str, object]], seed: int
    ) -> None:
        companies = weighted(drawn)
        figures = valued(companies)
        mixed = valued_members(
            *(
                frame.sample(fraction=1, shuffle=True, seed=seed)
                for frame in (members(companies), metrics(companies))
            )
        )
        assert_frame_equal(index_holdings(mixed, RULES), index_holdings(figures, RULES), check_exact=True)
        assert_frame_equal(index_sectors(mixed), index_sectors(figures), check_exact=True)

    @EXAMPLES
    @given(drawn=INDEX)
    def test_contracts_hold(self, drawn: list[dict[str, object]]) -> None:
        figures = valued(weighted(drawn))
        assert TABLES["marts.index_holdings"].schema.is_valid(index_holdings(figures, RULES))
        assert TABLES["marts.index_sectors"].schema.is_valid(index_sectors(figures))

    @EXAMPLES
    @given(drawn=INDEX, cap=st.integers(1, 5000), loss=st.integers(1, 5000))
    def test_a_loss_leaves_the_published_ratio_and_moves_the_other(
        self, drawn: list[dict[str, object]], cap: int, loss: int
    ) -> None:
        newcomer = {"sector": "Energy", "size": 1, "cap": cap, "income": -loss}
        before, after = profile(weighted(drawn)), profile(weighted([*drawn, newcomer]))
        assert after["pe_excluding_losses"] == before["pe_excluding_losses"]
        earnings = sum(c["income"] for c in drawn if c["income"] is not None and c["cap"] is not None)  # type: ignore[misc]
        if earnings - loss > 0:
            assert after["pe_including_losses"] > before["pe_including_losses"]  # type: ignore[operator]
        else:
            assert (after["pe_including_losses"], after["pe_including_losses_reason"]) == (
                None,
                "earnings_not_positive",
            )
