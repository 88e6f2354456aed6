"""Links between the dates of the reports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from smallcap.reports.neighbours import with_dates

DATES = {dt.date(2025, month, 28) for month in (9, 10, 11)}
PLACE = "<p><!--dates--><!--/dates--></p>"


def test_a_page_leads_to_the_same_page_of_the_dates_beside_it(tmp_path: Path):
    (tmp_path / "2025-09-28").mkdir()
    (tmp_path / "2025-09-28" / "funnel.html").write_text("<p>")
    page = with_dates(PLACE, "funnel.html", dt.date(2025, 10, 28), DATES, tmp_path)
    assert '<a rel="prev" href="../2025-09-28/funnel.html">' in page
    assert '<a rel="next" href="../2025-11-28/index.html">' in page
    assert '<a href="../compare.html#from=2025-09-28&amp;to=2025-10-28">' in page
    assert with_dates(page, "funnel.html", dt.date(2025, 10, 28), DATES, tmp_path) == page


def test_the_first_and_the_last_date_lead_one_way(tmp_path: Path):
    first = with_dates(PLACE, "index.html", min(DATES), DATES, tmp_path)
    last = with_dates(PLACE, "index.html", max(DATES), DATES, tmp_path)
    assert ("prev" in first, "next" in first) == (False, True)
    assert ("prev" in last, "next" in last) == (True, False)


def test_a_page_of_another_release_stays_as_it_is(tmp_path: Path):
    assert with_dates("<p>old</p>", "index.html", max(DATES), DATES, tmp_path) == "<p>old</p>"
