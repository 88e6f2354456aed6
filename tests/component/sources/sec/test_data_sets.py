"""The SEC's quarterly data sets: what they say of a filer on its day, and statements by the same rules."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from smallcap.errors import InputError
from smallcap.sources.sec.data_set_facts import read_data_set, statements_of
from smallcap.sources.sec.data_sets import filers
from tests.component.sources.sec.builders import CONCEPTS

SUB = (
    "adsh\tcik\tname\tsic\tformer\tchanged\tafs\tfye\tform\tperiod\tfiled\taccepted\n"
    '0000001234-21-000001\t1234\tSAMPLE "S" WORKS\t100\tOLD NAME\t20180312\t5-SML\t1231\t10-K\t'
    "20201231\t20210301\t2021-03-01 16:01:00.0\n"
    "0000005678-21-000001\t5678\tOTHER CO\t\t\t\t\t\t10-Q\t20201231\tnever\t\n"
)
NUM = (
    "adsh\ttag\tversion\tddate\tqtrs\tuom\tsegments\tcoreg\tvalue\tfootnote\n"
    "0000001234-21-000001\tRevenues\tus-gaap/2020\t20201231\t4\tUSD\t\t\t1000000000.0000\t\n"
    "0000001234-21-000001\tRevenues\tus-gaap/2020\t20201231\t4\tUSD\tSegments=A;\t\t900000000.0000\t\n"
    "0000001234-21-000001\tRevenues\tus-gaap/2020\t20201231\t1\tUSD\t\t\t300000000.0000\t\n"
    "0000001234-21-000001\tRevenues\tus-gaap/2020\t20191231\t4\tUSD\t\t\t950000000.0000\t\n"
    "0000001234-21-000001\tNetIncomeLoss\tus-gaap/2020\t20201231\t4\tUSD\t\tParent\t5.0\t\n"
    '0000001234-21-000001\tNetIncomeLoss\tus-gaap/2020\t20201231\t4\tUSD\t\t\t80000000.0\ta "note\n'
    "0000001234-21-000001\tAssets\tus-gaap/2020\t20201231\t0\tUSD\t\t\t900000000\t\n"
    "0000001234-21-000001\tGoodwill\t0000001234-21-000001\t20201231\t0\tUSD\t\t\t7\t\n"
)


def archive(sub: str = SUB, num: str = NUM, folder: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr(f"{folder}sub.txt", sub)
        packed.writestr(f"{folder}num.txt", num)
        packed.writestr(f"{folder}readme.htm", "<html>")
    return stream.getvalue()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_filing_says_the_industry_and_the_status_of_its_day(line_end: str) -> None:
    data = read_data_set(archive(SUB.replace("\n", line_end), NUM.replace("\n", line_end)), "2021q1.zip")
    first, second = filers(data.sub).iter_rows(named=True)
    assert first == {
        "adsh": "0000001234-21-000001",
        "source_entity_id": "0000001234",
        "name": 'SAMPLE "S" WORKS',
        "sic": "0100",
        "former": "OLD NAME",
        "changed": dt.date(2018, 3, 12),
        "afs": "5-SML",
        "fye": "1231",
        "form": "10-K",
        "period": dt.date(2020, 12, 31),
        "filed": dt.date(2021, 3, 1),
        "accepted": dt.datetime(2021, 3, 1, 16, 1),
    }
    assert (second["sic"], second["filed"], second["changed"]) == (None, None, None)


def test_statements_are_those_of_the_whole_company() -> None:
    found = statements_of(read_data_set(archive(folder="a/"), "2021q1.zip"), CONCEPTS)
    (row,) = found[0].annual.iter_rows(named=True)
    assert (row["source_entity_id"], row["period_end"], row["period_days"]) == (
        "0000001234",
        dt.date(2020, 12, 31),
        366,
    )
    assert (row["revenue_usd"], row["net_income_usd"], row["total_assets_usd"]) == (1e9, 80e6, 900e6)
    # A concept of the company's own is none of the taxonomy.
    assert row["goodwill_usd"] is None
    assert row["filing_date"] == dt.date(2021, 3, 1)


def test_columns_are_read_by_name_and_some_may_be_missing() -> None:
    rows = [line.split("\t") for line in NUM.splitlines()]
    turned = "\n".join("\t".join(cells[::-1]) for cells in rows) + "\n"
    sub = "\n".join(
        "\t".join(line.split("\t")[i] for i in (9, 10, 8, 2, 1, 0, 3)) for line in SUB.splitlines()
    )
    data = read_data_set(archive(sub, turned), "a day.zip")
    assert statements_of(data, CONCEPTS)[0].annual["revenue_usd"].to_list() == [1e9]
    assert filers(data.sub)["afs"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"<html>", "is not a readable zip"),
        (archive(sub="a\tb\n1\t2\n"), "has no column adsh"),
        (archive(num=""), "is no table with tabs"),
    ],
)
def test_another_file_is_refused_with_what_it_lacks(payload: bytes, said: str) -> None:
    with pytest.raises(InputError) as error:
        read_data_set(payload, "2021q1.zip")
    assert said in str(error.value)


def test_a_zip_of_something_else_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("prices.csv", "a,b\n")
    with pytest.raises(InputError, match=r"has no sub\.txt"):
        read_data_set(stream.getvalue(), "x.zip")
