"""The report as files: written by a run and by the command, complete, self-contained, and never in the way of
what is published.
"""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest

from smallcap.errors import SmallcapError
from smallcap.lake import Home
from smallcap.reports.files import remove_unpublished
from smallcap.settings import load_settings
from smallcap.warehouse import served_run_id
from tests.command_line import published
from tests.integration.homes import LATER, make
from tests.sample_home import REPORT_DATE

LARGEST_PAGE_BYTES = 3_000_000
NAMES_OF_XML = "http://www.w3.org/2000/svg"


@pytest.fixture
def reports(reported_home):
    return reported_home / "reports"


def test_a_run_writes_the_report_of_its_date(reports):
    page = reports / str(REPORT_DATE) / "index.html"
    assert page.stat().st_size < LARGEST_PAGE_BYTES
    text = page.read_text(encoding="utf-8")
    for section in ("quality", "funnel", "sheets", "members", "factors", "index", "trust", "origin"):
        assert f'<section id="{section}"' in text
    assert text.count("<svg") >= 6
    assert "no company here exists" in text


def test_nothing_on_the_page_points_into_a_network(reports):
    text = (reports / str(REPORT_DATE) / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\"'\s<)]+", text)) == {NAMES_OF_XML}
    assert not re.search(r"<link(?! rel=\"icon\" href=\"data:,\")|<img|<iframe|@import|url\((?!#)", text)


def test_its_tables_stand_beside_it_as_csv(reported_home, reports):
    folder = reports / str(REPORT_DATE)
    text = (folder / "index.html").read_text(encoding="utf-8")
    for name in set(re.findall(r'href="(\w+\.csv)"', text)):
        assert (folder / name).is_file()
    members = pl.read_csv(folder / "members.csv")
    counted = published(
        reported_home, f"SELECT members FROM marts.coverage WHERE as_of = DATE '{REPORT_DATE}'"
    )
    assert members.height == counted["members"][0]
    assert members["name"].str.contains("<b>", literal=True).any()


def test_the_list_has_every_date_and_leads_to_what_is_written(reported_home, reports):
    text = (reports / "index.html").read_text(encoding="utf-8")
    dates = published(reported_home, "SELECT as_of FROM marts.coverage WHERE has_membership")["as_of"].dt.date
    assert all(str(date) in text for date in dates)
    assert re.findall(r'href="([^"]*/index.html)"', text) == [f"{REPORT_DATE}/index.html"]


def test_names_with_markup_are_text(reports):
    text = (reports / str(REPORT_DATE) / "index.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;" in text
    assert not re.search(r"<b>[A-Z][a-z]+</b> &", text)


def test_the_command_writes_another_date_and_says_where(home, smallcap):
    answer = smallcap("report", "--as-of", LATER, "--home", home)
    assert answer.code == 0, answer.err
    assert answer.out.strip() == str(home / "reports" / str(LATER) / "index.html")


@pytest.mark.drill
def test_the_same_warehouse_gives_the_same_page(home, smallcap):
    page = home / "reports" / str(LATER) / "index.html"
    smallcap("report", "--home", home)
    before = page.read_bytes()
    smallcap("report", "--home", home)
    assert page.read_bytes() == before


@pytest.mark.drill
def test_what_a_report_was_read_from_is_kept_once(home, smallcap):
    for _ in range(2):
        smallcap("report", "--as-of", LATER, "--home", home)
    kept = Home(load_settings(home=home)).records.read("meta.kept_versions")
    served = published(home, "SELECT table_name, version FROM meta.published_tables")
    assert kept["report"].unique().to_list() == [str(LATER)]
    assert sorted(kept.select("table_name", "version").rows()) == sorted(
        served.itertuples(index=False, name=None)
    )


@pytest.mark.drill
def test_reports_of_dates_that_are_no_longer_published_are_removed(home, smallcap):
    answer = smallcap("report", "--as-of", LATER, "--home", home)
    assert answer.code == 0, answer
    reports, gone = home / "reports", dt.date(2025, 1, 15)
    for folder in (reports / str(gone), reports / "2025-01-16", reports / "note-bo-ok"):
        folder.mkdir()
        for name in ("index.html", "scores.csv"):
            (folder / name).write_text("a report", encoding="utf-8")
    (reports / "2025-01-16" / "notes.txt").write_text("mine", encoding="utf-8")

    assert remove_unpublished(load_settings(home=home)) == [gone, dt.date(2025, 1, 16)]
    assert sorted(path.name for path in reports.iterdir()) == [
        "2025-01-16",
        str(LATER),
        "index.html",
        "note-bo-ok",
    ]
    assert [path.name for path in (reports / "2025-01-16").iterdir()] == ["notes.txt"]
    assert (reports / str(LATER) / "index.html").is_file()


def test_a_date_that_was_never_run_is_refused_with_what_to_run(home, smallcap):
    answer = smallcap("report", "--as-of", "2013-01-31", "--home", home)
    assert answer.code == 2
    assert "smallcap run --as-of 2013-01-31" in answer.err
    assert not (home / "reports").exists()


def test_a_home_without_anything_published_says_so(tmp_path, smallcap):
    answer = smallcap("report", "--home", tmp_path / "home")
    assert answer.code == 5
    assert "smallcap run" in answer.err


def test_a_busy_home_is_left_alone(home, smallcap):
    with Home(load_settings(home=home)).writing_records():
        answer = smallcap("report", "--home", home)
    assert answer.code == 3
    assert "is being written to" in answer.err


@pytest.mark.drill
def test_a_report_that_cannot_be_written_takes_nothing_back(home):
    before = served_run_id(home / "warehouse")
    (home / "reports").write_text("in the way", encoding="utf-8")
    with pytest.raises(SmallcapError, match="everything is published, but the report could not be written"):
        make(home, LATER, tables=["publish.warehouse", "publish.report"], is_report_written=True)
    served = served_run_id(home / "warehouse")
    assert served != before
    make(home, LATER, tables=["publish.warehouse"])
    runs = Home(load_settings(home=home)).records.read("meta.runs")
    assert runs.filter(run_id=served)["status"].to_list() == ["published"]
