"""Ratios from statements, and market values from prices and share counts, with pandas.

It shares nothing with smallcap and starts from the tables before any ratio is computed. Its thresholds are
written out from the methods page.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.oracle.footing_pandas import footed_shares
from tests.oracle.list_splits_pandas import list_splits, pending_splits
from tests.oracle.quality_pandas import latest

COUNT = ("shares", "shares_date", "shares_split_basis", "table")
OLDEST_PRICE = pd.Timedelta(days=31)
GROSS, NET, PRETAX = "interest_expense_usd", "net_interest_expense_usd", "pretax_income_usd"
SHORT, LONG = "short_term_debt_usd", "long_term_debt_usd"


def annual_ratios(statements: pd.DataFrame) -> pd.DataFrame:
    """Compute the four ratios of each annual record, and what method debt_free_aware asks of it.

    Parameters
    ----------
    statements
        Rows of core.annual_fundamentals.
    """
    row = trusted(statements)
    gross, net = row[GROSS], row[NET]
    interest = gross.fillna(net)
    own_interest = unmixed(row, GROSS, PRETAX).fillna(unmixed(row, NET, PRETAX))
    ebit = row["operating_income_usd"].fillna(unmixed(row, PRETAX, GROSS, NET) + own_interest)
    debt = _total_debt(row)
    ratios = {
        "roe": row["net_income_usd"] / _positive(row["shareholders_equity_usd"]),
        "fcf_margin": (row["operating_cash_flow_usd"] - row["capital_expenditures_usd"])
        / _positive(row["revenue_usd"]),
        "debt_to_assets": debt["total"] / _positive(row["total_assets_usd"]),
        "interest_coverage": ebit / _positive(interest),
    }
    is_without_interest = ebit.notna() & (interest.isna() | (interest == 0) | (gross.isna() & (net < 0)))
    shares = _positive(row["shares_outstanding"])
    average = _positive(row["shares_basic"]).fillna(_positive(row["shares_diluted"]))
    return row[["entity_id", "period_end", "available_date", "version", "source"]].assign(
        **ratios,
        total_debt_usd=debt["total"],
        is_debt_partial=debt["is_partial"],
        ebit_usd=ebit,
        is_without_interest=is_without_interest,
        is_net_creditor=ebit.notna() & gross.isna() & (net < 0),
        shares_split_basis=row["shares_split_basis"],
        table=row["source"],
        shares=shares.fillna(average),
        shares_date=row["shares_outstanding_date"].where(shares.notna()).fillna(row["period_end"]),
    )


def is_ticker_usable(ticker: pd.Series) -> pd.Series:
    """One to five letters once separators are stripped."""
    return ticker.str.upper().str.replace(r"[\s./-]", "", regex=True).str.fullmatch(r"[A-Z]{1,5}")


def market_caps(members: pd.DataFrame, annual: pd.DataFrame, prices: pd.DataFrame) -> pd.Series:
    """Value each member at each as_of: price as traded x the latest visible shares on its split basis.

    Parameters
    ----------
    members
        Rows of core.members.
    annual
        What `annual_ratios` returns, in order.
    prices
        Rows of raw.prices.

    Returns
    -------
    pd.Series
        US dollars by as_of and entity_id; NaN where there is none.
    """
    seen = pd.concat(
        group.merge(latest(annual, as_of)[["entity_id", *COUNT]], on="entity_id", how="left")
        for as_of, group in members.groupby("as_of")
    ).reset_index(drop=True)
    traded = prices[prices["close_usd"] > 0].rename(columns={"date": "price_date"})
    close = _last_before(seen, "as_of", traded[["security_id", "price_date", "close_usd"]], "price_date")
    is_fresh = seen["as_of"] - close["price_date"] <= OLDEST_PRICE
    age_of_list = seen["as_of"] - seen["snapshot_date"]
    list_price = _positive(seen["list_price_usd"]).where(age_of_list.between(pd.Timedelta(0), OLDEST_PRICE))
    seen["price"] = close["close_usd"].where(is_fresh).fillna(list_price)
    seen["price_date"] = (
        close["price_date"].where(is_fresh).fillna(seen["snapshot_date"].where(list_price.notna()))
    )
    seen["factor"] = _split_factor(seen, prices)
    splits = list_splits(members, prices)
    known = {
        split.before: latest(annual, split.before).set_index("entity_id")["shares"].to_dict()
        for of_company in splits.values()
        for split in of_company
    }
    pending = {
        row.Index: pending_splits(row, splits[row.entity_id], known)
        for row in seen[seen["entity_id"].isin(splits)].itertuples()
        if row.shares > 0 and row.price > 0
    }
    return (seen["price"] * footed_shares(seen, prices, pending)).set_axis(
        pd.MultiIndex.from_frame(seen[["as_of", "entity_id"]])
    )


def trusted(statements: pd.DataFrame) -> pd.DataFrame:
    """Blank every figure whose unit is in doubt."""
    lists = statements["scale_suspect_fields"].fillna("").str.split(", ")
    clean = statements.copy()
    for name in {field for fields in lists for field in fields if field}:
        clean.loc[[name in fields for fields in lists], name] = np.nan
    return clean


def unmixed(row: pd.DataFrame, part: str, *others: str) -> pd.Series:
    """A figure; blank where it comes from an earlier version and one of the others was changed."""
    taken = row["inherited_fields"].fillna("").map(lambda text: part in text.split(", "))
    changed = row["amended_fields"].fillna("").map(lambda text: bool(set(others) & set(text.split(", "))))
    return row[part].mask(taken & changed)


def _total_debt(row: pd.DataFrame) -> pd.DataFrame:
    """Short-term + long-term; with one blank part the other, in part only, unless nothing is left for it.

    Two are none where the source says so and no interest contradicts it.
    """
    short, long = row[SHORT], row[LONG]
    net_interest = row[NET].fillna(row[GROSS])
    pays_interest = net_interest > 0.01 * row["total_liabilities_usd"].fillna(0)
    lists = row["scale_suspect_fields"].fillna("").str.split(", ")
    is_doubtful = lists.map(lambda fields: SHORT in fields or LONG in fields)
    has_doubtful_interest = lists.map(lambda fields: GROSS in fields or NET in fields)
    is_unpaid = ~pays_interest & ~has_doubtful_interest
    # What a filing shows to be none; a part that is known and not zero contradicts it.
    is_shown = (
        row["is_debt_explained_zero"].astype(bool)
        & is_unpaid
        & (short.fillna(0) == 0)
        & (long.fillna(0) == 0)
    )
    is_none = (short.isna() & long.isna() & row["is_blank_debt_zero"].astype(bool)) & is_unpaid
    total = short.add(long, fill_value=0).mask(is_none | is_shown, 0.0).mask(is_doubtful)
    is_known_none = (_leaves_no_room(row, lists) | is_shown) & total.notna()
    return pd.DataFrame(
        {"total": total, "is_partial": total.notna() & (short.isna() != long.isna()) & ~is_known_none}
    )


def _leaves_no_room(row: pd.DataFrame, lists: pd.Series) -> pd.Series:
    """Current liabilities without debt are 99% of all, the rest at most 5% of equity, no interest is known.

    Neither in the year nor in the one before, as known then.
    """
    rest = row["total_liabilities_usd"] - (row["current_liabilities_usd"] - row[SHORT])
    candidate = (
        (row[SHORT].notna() & row[LONG].isna())
        & rest.between(0, (1 - 0.99) * row["total_liabilities_usd"])
        & (rest <= 0.05 * row["shareholders_equity_usd"])
    )
    pays = (row[GROSS] > 0) | (row[NET] > 0) | lists.map(lambda fields: GROSS in fields or NET in fields)
    for at in row.index[candidate & ~pays]:
        days = (row.at[at, "period_end"] - row["period_end"]).dt.days
        before = row[
            (row["entity_id"] == row.at[at, "entity_id"])
            & days.between(350, 380)
            & (row["available_date"] <= row.at[at, "available_date"])
        ]
        last = before.sort_values(["period_end", "available_date", "version", "source"]).index[-1:]
        pays.loc[at] = bool(pays.loc[last].any())
    return candidate & ~pays


def _split_factor(seen: pd.DataFrame, prices: pd.DataFrame) -> np.ndarray:
    """Multiply the splits of the months after that of the share count up to that of the price."""
    months = prices.sort_values(["security_id", "date"])[["security_id", "date", "split_ratio"]].rename(
        columns={"date": "month"}
    )
    months["product"] = (
        months["split_ratio"].astype(float).fillna(1.0).groupby(months["security_id"]).cumprod()
    )
    at_price = _last_before(seen, "price_date", months, "month")["product"].to_numpy()
    at_count = _last_before(seen, "shares_date", months, "month")["product"].to_numpy()
    factor = at_price / at_count
    return np.where(np.isnan(factor), 1.0, factor)


def _last_before(questions: pd.DataFrame, day: str, rows: pd.DataFrame, date: str) -> pd.DataFrame:
    """For each question the line's last row dated at or before its day.

    Blank where there is none or no day.
    """
    asked = pd.DataFrame(
        {"security_id": questions["security_id"], "day": questions[day].astype("datetime64[us]")}
    ).dropna()
    answers = pd.merge_asof(
        asked.reset_index().sort_values("day"),
        rows.assign(found=rows[date].astype("datetime64[us]")).sort_values("found"),
        left_on="day",
        right_on="found",
        by="security_id",
    ).set_index("index")
    return answers.reindex(questions.index)


def _positive(values: pd.Series) -> pd.Series:
    return values.where(values > 0)
