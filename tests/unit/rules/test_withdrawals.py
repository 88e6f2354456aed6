"""A person removes what a source no longer delivers, and nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rows
from smallcap.rules.types.withdrawals import WITHDRAWALS_FILE, Withdrawal, is_withdrawn

HEAD = "source,dataset,source_id,first_day,last_day,reason\n"
ROWS = pl.DataFrame(
    {
        "source_id": ["1", "1", "1", "2"],
        "date": [dt.date(2023, 1, 31), dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 1, 31)],
        "missing_since": [dt.date(2025, 1, 1), dt.date(2025, 1, 1), None, dt.date(2025, 1, 1)],
    }
)


def removed(folder: Path, line: str, source: str = "xfinlink", dataset: str = "prices") -> list[int]:
    (folder / WITHDRAWALS_FILE).write_text(HEAD + line + "\n", encoding="utf-8")
    rules = read_rows(folder, WITHDRAWALS_FILE, Withdrawal)
    is_removed = is_withdrawn(rules, source, dataset, "source_id", "date")
    return ROWS.with_row_index("at").filter(is_removed)["at"].to_list()


def test_all_missing_rows_of_an_id_are_removed(tmp_path: Path) -> None:
    assert removed(tmp_path, "xfinlink,prices,1,,,a test line") == [0, 1]


def test_or_those_of_some_days(tmp_path: Path) -> None:
    assert removed(tmp_path, "xfinlink,prices,1,2024-01-01,,a test line") == [1]
    assert removed(tmp_path, "xfinlink,prices,1,,2023-12-31,a test line") == [0]


def test_of_this_source_and_dataset_only(tmp_path: Path) -> None:
    assert removed(tmp_path, "other,prices,1,,,a test line") == []
    assert removed(tmp_path, "xfinlink,fundamentals,1,,,a test line") == []


def test_an_order_of_days_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"withdrawals\.csv.*last_day"):
        removed(tmp_path, "xfinlink,prices,1,2024-01-01,2023-01-01,a test line")
