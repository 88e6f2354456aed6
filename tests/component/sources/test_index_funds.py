"""The rows of index_funds.csv and cik_successions.csv, and what is refused in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.cik_successions import SUCCESSIONS_FILE, CikSuccession
from smallcap.rules.types.cusip_identity import CUSIP_IDENTITY_FILE, CusipIdentity
from smallcap.rules.types.index_funds import INDEX_FUNDS_FILE, FundRow
from tests.component.sources.crafted import REFERENCE

FUNDS_HEADER = "fund,cik,series_id,class_id,index,months,kind,status,source"
SUCCESSIONS_HEADER = "old_cik,new_cik,date,source"


def test_the_funds_of_the_index_are_data_with_their_sources():
    funds = {row.fund: row for row in read_rows(REFERENCE, INDEX_FUNDS_FILE, FundRow)}
    assert (funds["IWM"].cik, funds["IWM"].series_id, funds["IWM"].report_months) == (
        "0001100663", "S000004344", (3, 6, 9, 12),
    )  # fmt: skip
    of_index = [row for row in funds.values() if row.index == "russell2000"]
    assert sorted(month for row in of_index for month in row.report_months) == list(range(1, 13))
    assert all(row.status == "to_confirm" for row in of_index if row.series_id is None)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("A,x,,,i,3,replicates,known,s", "must be a registration number"),
        ("A,1,S1,,i,3,replicates,known,s", "must be S and nine digits"),
        ("A,1,,S000000001,i,3,replicates,known,s", "must be C and nine digits"),
        ("A,1,,,i,3 13,replicates,known,s", "must be months like"),
        ("A,1,,,i,6 3,replicates,known,s", "must be months like"),
        ("A,1,,,i,3,holds,known,s", "'replicates' or 'samples'"),
        ("A,1,,,i,3,samples,known,s\nA,1,,,i,3,samples,known,s", "appears twice"),
        (
            "A,1,S000000001,,i,3,samples,known,s\nB,1,S000000001,,i,3,samples,known,s",
            "is also that of A",
        ),
    ],
)
def test_a_wrong_fund_is_refused(tmp_path: Path, row: str, says: str):
    (tmp_path / INDEX_FUNDS_FILE).write_text(f"{FUNDS_HEADER}\n{row}\n")
    with pytest.raises(InputError, match=says):
        read_rows(tmp_path, INDEX_FUNDS_FILE, FundRow)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1,1,2021-04-20,s", "is the same as 'old_cik'"),
        ("1,2,2021-04-20,s\n1,3,2022-04-20,s", "appears twice"),
        ("1,2,2021-04-20,s\n2,1,2022-04-20,s", "leads back to"),
        ("1,2,,s", "'date' is empty"),
    ],
)
def test_a_wrong_succession_is_refused(tmp_path: Path, row: str, says: str):
    (tmp_path / SUCCESSIONS_FILE).write_text(f"{SUCCESSIONS_HEADER}\n{row}\n")
    with pytest.raises(InputError, match=says):
        read_rows(tmp_path, SUCCESSIONS_FILE, CikSuccession)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("pair_days = -1", "must not be negative"),
        ("reach_days = 10", "must not be below pair_days"),
        ("most_survivorship_gap = 5.0", "must be 0 to 1"),
    ],
)
def test_a_wrong_reach_of_evidence_is_refused(tmp_path: Path, line: str, says: str):
    shutil.copy(REFERENCE / CUSIP_IDENTITY_FILE, tmp_path)
    path, field = tmp_path / CUSIP_IDENTITY_FILE, line.split(" = ")[0]
    lines = [line if old.startswith(f"{field} =") else old for old in path.read_text().splitlines()]
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match=says):
        read_rules(tmp_path, CUSIP_IDENTITY_FILE, CusipIdentity)
