"""The SEC's quarterly data sets: what they say of a filer on its day."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from smallcap.errors import InputError
from smallcap.sources.sec.data_sets import read_filers

SUB = (
    "adsh\tcik\tname\tsic\tformer\tchanged\tafs\tfye\tform\tperiod\tfiled\taccepted\n"
    '0000001234-21-000001\t1234\tSAMPLE "S" WORKS\t100\tOLD NAME\t20180312\t5-SML\t1231\t10-K\t'
    "20201231\t20210301\t2021-03-01 16:01:00.0\n"
    "0000005678-21-000001\t5678\tOTHER CO\t\t\t\t\t\t10-Q\t20201231\tnever\t\n"
)
NUM = "adsh\ttag\tversion\tddate\tqtrs\tuom\tvalue\n"


def archive(sub: str = SUB, folder: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr(f"{folder}sub.txt", sub)
        packed.writestr(f"{folder}num.txt", NUM)
        packed.writestr(f"{folder}readme.htm", "<html>")
    return stream.getvalue()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_filing_says_the_industry_and_the_status_of_its_day(line_end: str) -> None:
    found = read_filers(archive(SUB.replace("\n", line_end), "a/"), "2021q1.zip")
    first, second = found.iter_rows(named=True)
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


def test_columns_are_read_by_name_and_some_may_be_missing() -> None:
    sub = "\n".join(
        "\t".join(line.split("\t")[i] for i in (9, 10, 8, 2, 1, 0, 3)) for line in SUB.splitlines()
    )
    found = read_filers(archive(sub), "a day.zip")
    assert found["sic"].to_list() == ["0100", None]
    assert found["afs"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"<html>", "is not a readable zip"),
        (archive(sub="a\tb\n1\t2\n"), "has no column adsh"),
        (archive(sub=""), "is no table with tabs"),
    ],
)
def test_another_file_is_refused_with_what_it_lacks(payload: bytes, said: str) -> None:
    with pytest.raises(InputError) as error:
        read_filers(payload, "2021q1.zip")
    assert said in str(error.value)


def test_a_zip_of_something_else_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("prices.csv", "a,b\n")
    with pytest.raises(InputError, match=r"has no sub\.txt"):
        read_filers(stream.getvalue(), "x.zip")
