"""What excluding finance costs, on the sample: the books without filter 1 hold financials, and the difference
in HML is that of the loadings from which the sample's returns were made.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from smallcap.settings import load_settings
from smallcap.sources.sample import SampleSource
from tests.command_line import published
from tests.sample_home import COMPANIES

pytestmark = pytest.mark.drill

COMPARISONS = {
    "filters 1 and 6": ("value_permitted", "value_unrestricted"),
    "finance and filter 6": ("value_nonfinancial", "value_unrestricted"),
    "whole funnel": ("funnel_survivors", "funnel_survivors_any_business"),
}
FEWEST_NAMES = 10
"""A book of fewer names may hold no financial company by chance."""
STANDARD_ERRORS = 3.3
"""Outside so many standard errors lies a true loading of one sample in a thousand."""


@pytest.fixture(scope="module")
def cost(backfilled_home: Path) -> pd.DataFrame:
    rows = published(backfilled_home, "SELECT * FROM marts.cost_of_business_filter")
    return rows.set_index(["comparison", "term"])


@pytest.fixture(scope="module")
def formed(backfilled_home: Path) -> pd.DataFrame:
    """Every name of every book at its formation, with its kind and whether filter 1 fails it."""
    return published(
        backfilled_home,
        "SELECT DISTINCT h.book, h.formed_as_of, h.entity_id, m.company_kind, m.is_financial, "
        "e.stand_alone_status"
        " FROM marts.book_holdings AS h"
        " JOIN core.members AS m ON m.as_of = h.formed_as_of AND m.entity_id = h.entity_id"
        " JOIN core.filter_evaluations AS e ON e.as_of = m.as_of AND e.entity_id = m.entity_id"
        " WHERE e.filter_number = 1",
    )


@pytest.fixture(scope="module")
def true_loadings(backfilled_home: Path) -> pd.DataFrame:
    """The mean over the months of each book's true loading on HML, by the weights that it held."""
    seed = load_settings(home=backfilled_home).sample_seed
    made = SampleSource(companies=COMPANIES, seed=seed).true_loadings().select("source_id", "hml")
    held = published(
        backfilled_home,
        "SELECT h.book, h.month, h.weight, s.source_id FROM marts.book_holdings AS h"
        " JOIN (SELECT DISTINCT security_id, source_id FROM raw.securities) AS s USING (security_id)"
        " WHERE h.weight IS NOT NULL AND h.formed_as_of IS NOT NULL",
    ).merge(made.to_pandas(), on="source_id")
    monthly = (held["weight"] * held["hml"]).groupby([held["book"], held["month"]]).sum()
    return monthly.unstack("book")


def is_financial(rows: pd.DataFrame) -> pd.Series:
    """Whether a name is a financial; one of unknown kind is none."""
    return rows["is_financial"].eq(True)


def test_the_book_of_any_business_holds_finance_each_june(formed: pd.DataFrame) -> None:
    any_business = formed[formed["book"] == "funnel_survivors_any_business"]
    by_june = any_business.groupby("formed_as_of")["is_financial"].agg(["sum", "size"])
    # The first Junes, of which the statements of few years are known, have two or three survivors.
    assert (by_june["size"] >= FEWEST_NAMES).mean() > 0.9
    assert (by_june.loc[by_june["size"] >= FEWEST_NAMES, "sum"] > 0).all()
    assert not formed.loc[formed["book"] == "funnel_survivors", "is_financial"].any()


def test_value_books_differ_by_what_they_leave_out(formed: pd.DataFrame) -> None:
    names = {
        book: set(rows[["formed_as_of", "entity_id"]].itertuples(index=False, name=None))
        for book, rows in formed.groupby("book")
    }
    of_all = formed[formed["book"] == "value_unrestricted"]
    kept = {
        "value_permitted": of_all[of_all["stand_alone_status"] != "fail"],
        "value_nonfinancial": of_all[~is_financial(of_all)],
    }
    for book, rows in kept.items():
        assert names[book] == set(rows[["formed_as_of", "entity_id"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_excluding_finance_costs_value_by_as_much_as_the_true_loadings_say(
    cost: pd.DataFrame, true_loadings: pd.DataFrame, comparison: str
) -> None:
    found = cost.loc[(comparison, "HML")]
    first, second = (true_loadings[book] for book in COMPARISONS[comparison])
    truth = (first - second).mean()
    assert found["status"] == "estimated"
    assert truth < 0
    # The whole funnel of a small universe holds too few names for its sign to be certain.
    assert comparison == "whole funnel" or found["difference_t_stat"] < -2
    assert abs(found["difference"] - truth) < STANDARD_ERRORS * found["difference_std_error"]


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_names_and_tests_are_counted(cost: pd.DataFrame, formed: pd.DataFrame, comparison: str) -> None:
    found = cost.loc[(comparison, "HML")]
    junes = formed["formed_as_of"].nunique()
    sizes = formed.groupby("book").size() / junes
    own, other = COMPARISONS[comparison]
    assert found["names_with_filter"] == pytest.approx(sizes[own])
    assert found["names_without_filter"] == pytest.approx(sizes[other])
    assert found["names_lost"] >= found["names_without_filter"] - found["names_with_filter"] - 1e-9
    of_finance = formed[(formed["book"] == other) & is_financial(formed)]
    assert found["finance_names"] == pytest.approx(len(of_finance) / junes)


def test_finance_passes_fewer_tests_in_the_whole_funnel_and_the_same_by_value(
    cost: pd.DataFrame, formed: pd.DataFrame
) -> None:
    # Of a bank or an insurer 11 of the 15 rules of filters 2 to 6: debt, filter 3 and 5, margins and cash.
    of_finance = formed[(formed["book"] == "funnel_survivors_any_business") & is_financial(formed)]
    expected = of_finance["company_kind"].map(lambda kind: 0 if kind == "asset_manager" else 11).mean()
    whole = cost.loc[("whole funnel", "HML")]
    assert whole["tests_not_asked"] == pytest.approx(expected)
    assert whole["tests"] == f"finance passes {expected:.0f} fewer tests"
    assert set(cost.loc["filters 1 and 6", "tests"]) == {"finance passes the same tests"}
