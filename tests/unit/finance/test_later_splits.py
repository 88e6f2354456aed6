"""Later splits: which ratios of a traded price to an adjusted close are those of a split."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.metrics.later_splits import adjusted_ratios, simple_ratios
from tests.tolerances import EXACT
from tests.unit.finance.builders import METRICS, table

RULES = METRICS.footing.ratios


def found(ratio: float | None, *, is_one_day: bool = False) -> float | None:
    return simple_ratios(
        pl.Series([ratio], dtype=pl.Float64), pl.Series([is_one_day], dtype=pl.Boolean), RULES
    ).item()


class TestSplits:
    @pytest.mark.parametrize(
        ("ratio", "split"),
        [
            (2.0, 2),
            (1.9995, 2),  # closes are rounded to cents
            (2.19, 2),  # dividends since then
            (3.10, 3),
            (10.48, 10),
            (20.9, 20),
        ],
    )
    def test_a_ratio_up_to_a_tenth_above_a_simple_one_is_that_split(self, ratio: float, split: int) -> None:
        assert found(ratio) == split

    @pytest.mark.parametrize("ratio", [1.0, 1.09, 1.5, 1.97, 2.3, 2.9, 4.94, None])
    def test_a_ratio_between_simple_ones_is_none(self, ratio: float | None) -> None:
        assert found(ratio) is None


class TestConsolidations:
    @pytest.mark.parametrize(
        ("ratio", "old_per_new"),
        [(0.5, 2), (0.455, 2), (0.549, 2), (0.129, 8), (1 / 9.8, 10), (1 / 21.6, 20), (1 / 26.5, 25)],
    )
    def test_a_ratio_within_a_tenth_of_a_simple_one_is_that_consolidation(
        self, ratio: float, old_per_new: int
    ) -> None:
        assert found(ratio) == pytest.approx(1 / old_per_new, rel=EXACT)

    @pytest.mark.parametrize("ratio", [0.56, 0.92, 0.42, 1 / 30])
    def test_others_are_none(self, ratio: float) -> None:
        assert found(ratio) is None


class TestUnusualRatios:
    def test_prices_of_different_days_prefer_the_usual_ratio(self) -> None:
        assert found(1 / 16) == pytest.approx(1 / 15, rel=EXACT)

    def test_prices_of_one_day_take_the_nearest(self) -> None:
        assert found(1 / 16, is_one_day=True) == pytest.approx(1 / 16, rel=EXACT)

    def test_an_unusual_ratio_far_from_usual_ones_is_found(self) -> None:
        assert found(17.1) == 17


def test_no_ratios() -> None:
    assert simple_ratios(pl.Series([], dtype=pl.Float64), pl.Series([], dtype=pl.Boolean), RULES).len() == 0


class TestTheAdjustedCloseOfTheNearestDay:
    LIST_DAY, AS_OF = dt.date(2023, 11, 22), dt.date(2023, 11, 30)

    def ratio(self, *closes: tuple[dt.date, float]) -> tuple[float | None, bool]:
        priced = pl.DataFrame(
            {
                "as_of": [self.AS_OF],
                "security_id": [10],
                "price_usd": [60.0],
                "price_date": [self.LIST_DAY],
            },
            schema_overrides={"security_id": pl.Int64},
        )
        rows = [{"security_id": 10, "date": day, "adjusted_close_usd": close} for day, close in closes]
        prices = table("raw.prices", rows, year=2023, source="test")
        return adjusted_ratios(priced, prices, 31).row(0)

    def test_the_nearer_of_two_months_is_taken(self) -> None:
        october, november = (dt.date(2023, 10, 31), 10.0), (dt.date(2023, 11, 30), 20.0)
        assert self.ratio(october, november) == (3.0, False)
        assert self.ratio(october) == (6.0, False)

    def test_a_day_after_as_of_is_never_taken(self) -> None:
        assert self.ratio((dt.date(2023, 12, 1), 20.0)) == (None, False)

    def test_a_close_of_another_season_is_not_taken(self) -> None:
        assert self.ratio((dt.date(2023, 9, 29), 20.0)) == (None, False)

    def test_prices_of_one_day_are_said_to_be(self) -> None:
        assert self.ratio((self.LIST_DAY, 30.0)) == (2.0, True)
