"""The stand-in of Kenneth French's library, read by pandas-datareader."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
from pandas_datareader import famafrench

from smallcap.sources.sample import SampleSource
from tests.standin.fixture import standin, universe
from tests.standin.universe import SAMPLE_COMPANIES, SAMPLE_SEED
from tests.tolerances import EXACT

__all__ = ["standin", "universe"]

FIVE, THREE, MOMENTUM = "F-F_Research_Data_5_Factors_2x3", "F-F_Research_Data_Factors", "F-F_Momentum_Factor"


@pytest.fixture
def read(standin, monkeypatch):
    """Read a dataset with its whole history."""
    monkeypatch.setattr(famafrench, "_URL", f"{standin.url}/pages/faculty/ken.french/")
    return lambda name: famafrench.FamaFrenchReader(name, start="1900-01-01", pause=0.0).read()


@pytest.fixture(scope="module")
def factors():
    return SampleSource(SAMPLE_COMPANIES, SAMPLE_SEED).factors().rows


def monthly(factors, model, vintage):
    return factors.filter((factors["model"] == model) & (factors["vintage"] == vintage)).sort("month")


@pytest.mark.parametrize(
    ("dataset", "model", "columns"),
    [
        (
            FIVE,
            "FF5",
            {"Mkt-RF": "mkt_rf", "SMB": "smb", "HML": "hml", "RMW": "rmw", "CMA": "cma", "RF": "rf"},
        ),
        (THREE, "FF3", {"Mkt-RF": "mkt_rf", "SMB": "smb", "HML": "hml", "RF": "rf"}),
        (MOMENTUM, "MOM", {"Mom": "mom"}),
    ],
)
def test_the_files_hold_the_sample_factors_in_per_cent(read, factors, dataset, model, columns):
    tables, expected = read(dataset), monthly(factors, model, "202604")
    assert tables[0].index.freqstr == "M"
    assert len(tables[0]) == expected.height
    for theirs, ours in columns.items():
        served = tables[0].rename(columns=str.strip)[theirs]
        known = expected[ours].fill_null(-0.9999).to_numpy()
        np.testing.assert_allclose(served / 100, known, rtol=EXACT)
    assert "202604 CRSP database" in tables["DESCR"]


def test_three_factors_are_those_of_the_five_but_for_their_own_smb(read):
    three, five = read(THREE)[0], read(FIVE)[0]
    assert three.columns.tolist() == ["Mkt-RF", "SMB", "HML", "RF"]
    assert (three[["Mkt-RF", "HML", "RF"]] == five[["Mkt-RF", "HML", "RF"]]).all().all()
    assert 0 < (three["SMB"] - five["SMB"]).abs().mean() < 1


def test_there_are_annual_tables_and_the_reader_loses_the_one_that_is_too_short(read):
    assert {name: read(name)[1].index.freqstr for name in (FIVE, THREE)} == dict.fromkeys(
        (FIVE, THREE), "Y-DEC"
    )
    momentum = read(MOMENTUM)
    assert 1 not in momentum
    assert "Annual Factors" in momentum["DESCR"]


def test_a_vintage_is_out_two_months_after_its_last_month_and_can_be_chosen(read, standin):
    standin.configure(today="2026-05-31")
    assert "202512 CRSP database" in read(FIVE)["DESCR"]
    standin.configure(today="2026-06-01")
    assert "202604 CRSP database" in read(FIVE)["DESCR"]
    standin.configure(french_vintage="202512")
    assert "202512 CRSP database" in read(THREE)["DESCR"]


def test_before_the_first_vintage_there_is_no_file_and_the_reader_asks_four_times(read, standin):
    standin.configure(today="2024-01-31")
    with pytest.raises(OSError, match="Unable to read URL"):
        read(FIVE)
    assert standin.counts() == {f"/french/{FIVE}_CSV.zip": 4}


def test_the_library_page_lists_what_there_is(read):
    assert sorted(famafrench.get_available_datasets()) == sorted([FIVE, THREE, MOMENTUM])


def test_html_in_the_place_of_a_zip_is_a_bad_zip(read, standin):
    standin.fault("/pages/*", "html")
    with pytest.raises(zipfile.BadZipFile):
        read(FIVE)


def test_a_500_is_asked_again(read, standin):
    standin.fault("/pages/*", "server_error", count=2)
    assert len(read(FIVE)[0]) > 0
    assert [entry["status"] for entry in standin.requests()] == [500, 500, 200]
