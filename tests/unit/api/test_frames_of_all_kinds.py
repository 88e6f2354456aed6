"""What the functions make of frames as users have them: odd types, labels, columns of no use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import smallcap
from tests.unit.api.own_frames import companies, factors


def returns(**columns: Any) -> pd.DataFrame:
    own = factors().select("month", total_return=pl.col("mkt_rf") + pl.col("smb")).to_pandas()
    return own.assign(**columns)


def estimates(own: pd.DataFrame) -> list[float]:
    return [round(value, 9) for value in smallcap.regress(own, factors())["estimate"]]


@pytest.mark.parametrize(
    "useless",
    [[1, "a"] * 30, [object()] * 60, [{"a": 1}, {"a": "b"}] * 30, [1j] * 60],
    ids=["numbers and text", "objects", "dictionaries of two types", "complex numbers"],
)
def test_a_column_that_is_not_needed_may_hold_anything(useless: list[object]):
    assert estimates(returns(note=useless)) == estimates(returns())
    scored = smallcap.score(companies().to_pandas().assign(note=useless))
    assert scored["note"].tolist() == useless
    assert scored["score"].equals(smallcap.score(companies().to_pandas())["score"])


@pytest.mark.parametrize(
    "month",
    [
        lambda month: month.dt.date,
        lambda month: month.astype(object),
        lambda month: month.astype("category"),
        lambda month: month.dt.tz_localize("Asia/Tokyo"),
        lambda month: month.convert_dtypes(dtype_backend="pyarrow"),
    ],
    ids=["dates", "objects", "categories", "a time zone", "Arrow"],
)
def test_dates_of_pandas_are_dates_however_they_are_kept(month: Callable[[Any], Any]):
    own = returns()
    assert estimates(own.assign(month=month(own["month"]))) == estimates(own)


@pytest.mark.parametrize(
    "kept",
    [
        lambda column: [Decimal(repr(value)) for value in column],
        lambda column: column.convert_dtypes(),
        lambda column: column.convert_dtypes(dtype_backend="pyarrow"),
    ],
    ids=["Decimal", "nullable", "Arrow"],
)
def test_numbers_of_pandas_are_numbers_however_they_are_kept(kept: Callable[[Any], Any]):
    own = returns()
    assert estimates(own.assign(total_return=kept(own["total_return"]))) == estimates(own)


@pytest.mark.parametrize("column", ["month", "total_return"])
def test_a_needed_column_of_several_types_is_named(column: str):
    mixed = pd.Series([dt.date(2020, 1, 31), "2020-02-29", 1.5] * 20, dtype=object)
    with pytest.raises(smallcap.InputError, match=rf"regress, returns: {column} .*values of several types"):
        smallcap.regress(returns(**{column: mixed}), factors())


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"month": ["2020-01-31"] * 60}, "month must be dates, it is String: convert it, with pandas"),
        ({"month": [202001] * 60}, "month must be dates, it is Int64: convert it"),
        ({"month": pd.period_range("2020-01", periods=60, freq="M")}, r"dt.to_timestamp\(\) of periods"),
        ({"total_return": ["0.01"] * 60}, "total_return must be numbers, it is String: convert it"),
    ],
)
def test_a_column_of_another_type_is_refused_with_what_to_do(columns: dict[str, Any], told: str):
    with pytest.raises(smallcap.InputError, match=told):
        smallcap.regress(returns(**columns), factors())


@pytest.mark.parametrize("labels", [["month"], [("a", "b")] * 60])
def test_a_column_that_became_the_index_is_looked_for_there(labels: list[Any]):
    own = returns().set_index("month") if labels == ["month"] else returns().drop(columns="month")
    own.index = own.index if labels == ["month"] else pd.MultiIndex.from_tuples(labels)
    with pytest.raises(smallcap.InputError, match="index is not read: make it a column with reset_index"):
        smallcap.regress(own, factors())


def test_a_frame_without_labels_is_not_told_of_an_index():
    with pytest.raises(smallcap.InputError) as refused:
        smallcap.regress(returns().drop(columns="month"), factors())
    assert "index" not in str(refused.value)


def test_columns_whose_names_are_no_text_are_listed():
    with pytest.raises(smallcap.InputError, match=r"the frame has: \('own', 'month'\)"):
        smallcap.regress(pd.concat({"own": returns()}, axis=1), factors())


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(smallcap.InputError, match="several columns have the same name"):
        smallcap.regress(pd.concat([returns(), returns()], axis=1), factors())


def test_a_column_without_a_value_has_no_type():
    empty = pd.DataFrame({"month": [], "total_return": []})
    assert smallcap.regress(empty, factors())["status"].unique().tolist() == ["insufficient"]
    unknown = smallcap.score(companies().to_pandas().assign(period_end=np.nan))
    assert unknown["status"].unique().tolist() == ["excluded"]
