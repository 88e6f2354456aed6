"""The sample's index funds: lines outside every list, whose returns are those of what they hold."""

from __future__ import annotations

import functools

import numpy as np
import polars as pl
import pytest

from smallcap.sources.sample.calendar import MONTH_COUNT, month_index
from smallcap.sources.sample.factors import LATEST_VINTAGE
from smallcap.sources.sample.funds import FUNDS, LARGE, RIVAL, SMALL, Fund, rival_members
from smallcap.sources.sample.market import simulate
from smallcap.sources.sample.statements import compile_statements
from smallcap.sources.sample.universe import found
from tests.component.sources.sample_builders import EVER, INDEX, all_lists, full, prices
from tests.tolerances import ADJUSTED_CLOSE, CENT

TERMS = ("mkt_rf", "smb", "hml", "rmw", "cma")


@functools.cache
def of_fund(source_id: str) -> pl.DataFrame:
    return prices(full()).filter(pl.col("source_id") == source_id).sort("date")


def test_the_funds_are_known_by_their_tickers_and_are_no_companies() -> None:
    lines = (
        full().securities(pl.DataFrame(schema={"source_id": pl.String}), [one.ticker for one in FUNDS]).rows
    )
    assert lines["source_id"].sort().to_list() == [fund.source_id for fund in FUNDS]
    assert not lines["is_resolved"].any()
    assert lines["unresolved_reason"].unique().to_list() == ["an index fund, not a company"]


def test_no_list_holds_a_fund_and_no_company_has_its_ticker() -> None:
    ids, tickers = [fund.source_id for fund in FUNDS], [fund.ticker for fund in FUNDS]
    assert not all_lists(full())["source_id"].is_in(ids).any()
    others = full().securities().rows.filter(~pl.col("source_id").is_in(ids))
    assert not others["ticker"].is_in(tickers).any()


@pytest.mark.parametrize("fund", FUNDS, ids=lambda fund: fund.ticker)
def test_every_month_is_priced_from_the_first_reconstitution_on(fund: Fund) -> None:
    rows = of_fund(fund.source_id)
    assert rows.height == MONTH_COUNT - month_index(2004, 6)
    assert rows["total_return"].null_count() == 1
    change = rows["adjusted_close_usd"] / rows["adjusted_close_usd"].shift() - 1
    assert (change - rows["total_return"]).abs().max() < ADJUSTED_CLOSE
    assert rows["adjusted_close_usd"][-1] == rows["close_usd"][-1]


@pytest.mark.parametrize("month", [(2015, 3), (2020, 3), (2025, 6)])
def test_the_index_fund_earns_what_its_members_earn(month: tuple[int, int]) -> None:
    """Weighted by the market value of all classes at the end of the month before, less a twelfth of the fee.

    The members' values are recomputed from the simulated market, their list from the lists that are served.
    """
    companies = found(2600, 2000)
    market = simulate(companies, 2000)
    position = month_index(*month)
    before = full().membership_dates(INDEX)[position - 1 - month_index(2005, 1)]
    listed = full().constituents(INDEX, [before]).rows["source_id"].str.slice(1).cast(pl.Int64) - 1
    members = [company for company in listed if company < len(companies)]
    members = [company for company in members if market.death_month[company] >= position]
    cap = market.market_cap[members, position - 1]
    expected = (cap * market.total_return[members, position]).sum() / cap.sum() - SMALL.fee / 12
    date = pl.date(month[0], month[1], 1).dt.month_end()
    found_return = (
        of_fund(SMALL.source_id).filter(pl.col("date").dt.month_end() == date)["total_return"].item()
    )
    assert found_return == pytest.approx(expected, abs=1e-8)


def test_a_company_enters_the_rival_index_only_with_a_profit() -> None:
    companies = found(400, 7)
    market = simulate(companies, 7)
    statements = compile_statements(companies, market, 7)
    members = rival_members(companies, market, statements)
    entering = np.argwhere(members[:, 1:] & ~members[:, :-1])
    assert len(entering) > 100
    for company, month in entering:
        # The newest fiscal year that ended at least four months before the month in which it enters.
        year = (month + 1 - 4 - (companies.fiscal_month[company] - 1)) // 12
        assert statements["net_income_usd"][company, year] > 0
    size = members[:, month_index(2010, 1) :].sum(axis=0)
    assert (size <= round(400 * 600 / 2600)).all()
    assert size.min() > 0.8 * 400 * 600 / 2600


def test_the_large_companies_fund_has_the_loadings_that_it_was_made_from() -> None:
    true = full().true_loadings().filter(pl.col("source_id") == LARGE.source_id).row(0, named=True)
    factors = full().factors().rows.filter((pl.col("vintage") == LATEST_VINTAGE) & (pl.col("model") == "FF5"))
    rows = (
        of_fund(LARGE.source_id)
        .with_columns(month=pl.col("date").dt.month_end())
        .join(factors, on="month")
        .drop_nulls("total_return")
    )
    design = np.column_stack([np.ones(rows.height), rows.select(TERMS).to_numpy()])
    excess = (rows["total_return"] - rows["rf"]).to_numpy()
    estimate, *_ = np.linalg.lstsq(design, excess, rcond=None)
    residual = excess - design @ estimate
    error = np.sqrt(residual @ residual / (len(excess) - 6) * np.diag(np.linalg.inv(design.T @ design)))
    gaps = (estimate - np.array([true[name] for name in ("alpha", *TERMS)])) / error
    assert np.abs(gaps).max() < 3.5
    assert residual.std(ddof=6) == pytest.approx(true["residual_volatility"], rel=0.15)


def test_the_funds_differ_as_their_indices_do() -> None:
    """The small-cap fund loads on SMB and moves more than the market of large companies."""
    volatility = {fund.ticker: of_fund(fund.source_id)["total_return"].std() for fund in FUNDS}
    assert volatility[SMALL.ticker] > 1.1 * volatility[LARGE.ticker]
    assert np.corrcoef(
        of_fund(SMALL.source_id)["total_return"][1:], of_fund(RIVAL.source_id)["total_return"][1:]
    )[0, 1] == pytest.approx(0.95, abs=0.05)


def test_prices_are_those_of_whole_cents() -> None:
    closes = pl.concat([of_fund(fund.source_id) for fund in FUNDS])["close_usd"]
    assert (closes - closes.round(2)).abs().max() < CENT / 100
    assert closes.min() > 1
    assert full().prices(*EVER).rows["source_id"].n_unique() > 2600
