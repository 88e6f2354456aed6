"""Submissions as the SEC serves them: Marvell, whose filings continue under another registration number."""

from __future__ import annotations

import datetime as dt
import gzip

import pytest

from smallcap.rules.files import read_rows
from smallcap.rules.types.cik_successions import SUCCESSIONS_FILE, CikSuccession
from smallcap.sources.sec_index.submissions import read_submissions
from smallcap.sources.whois.successions import registrants_of
from tests.component.sources.crafted import REFERENCE
from tests.real.conftest import REAL

FACTS = REAL / "sec" / "companyfacts"
pytestmark = pytest.mark.skipif(not FACTS.is_dir(), reason=f"real files are not here ({FACTS})")


def test_submissions_of_a_successor_name_no_former_name_and_the_day_of_the_succession():
    found = read_submissions(gzip.decompress((FACTS / "submissions_CIK0001835632.json.gz").read_bytes()))
    assert (found.cik, found.name, found.tickers) == ("0001835632", "Marvell Technology, Inc.", ("MRVL",))
    assert (found.sic, found.filer_category) == ("3674", "Large accelerated filer")
    assert found.names.height == 1
    assert found.filings.height == 787
    succession = found.filings.filter(found.filings["form"] == "8-K12B").row(0, named=True)
    assert (succession["accession"], succession["filed"]) == ("0001193125-21-122938", dt.date(2021, 4, 20))
    known = read_rows(REFERENCE, SUCCESSIONS_FILE, CikSuccession)
    assert registrants_of(found.cik, known) == ("0001058057", "0001835632")
    assert known[0].date == succession["filed"]
