"""The report as files: written by a run and by the command, complete, self-contained, small to open, and
never in the way of what is published.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from smallcap.errors import SmallcapError
from smallcap.lake import Home
from smallcap.reports.files import remove_unpublished
from smallcap.settings import load_settings
from smallcap.warehouse import served_run_id
from tests.command_line import published
from tests.integration.homes import EARLIER, LATER, make
from tests.sample_home import REPORT_DATE

MOST_ELEMENTS = 6_000
LARGEST_PAGE_BYTES, LARGEST_SINGLE_BYTES, LARGEST_FOLDER_BYTES = 1_000_000, 1_500_000, 30_000_000
QUESTIONS = ("quality", "funnel", "members", "factors", "anatomy", "data", "study")
NAMES_OF_XML = "http://www.w3.org/2000/svg"


@pytest.fixture
def reports(reported_home):
    return reported_home / "reports"


@pytest.fixture
def pages(reports) -> dict[str, str]:
    folder = reports / str(REPORT_DATE)
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")
    }


class Elements(HTMLParser):
    """Counts the elements of a page, and collects its ids and addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.count = 0
        self.ids: list[str] = []
        self.addresses: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.count += 1
        given = dict(attributes)
        self.ids += [given["id"]] if given.get("id") else []
        self.addresses |= {given["href"]} if tag == "a" else set()


def test_a_run_writes_the_report_of_its_date(pages):
    assert {"index.html", "company.html", *(f"{name}.html" for name in QUESTIONS)} <= set(pages)
    for name, section in (
        ("quality", "quality"),
        ("funnel", "funnel"),
        ("anatomy", "index"),
        ("data", "trust"),
    ):
        assert f'<section id="{section}"' in pages[f"{name}.html"]
    assert pages["quality.html"].count("<svg") >= 2
    assert "no company here exists" in pages["index.html"]


def test_pages_open_with_few_elements_and_bytes(reports, pages):
    assert max(Elements(text).count for text in pages.values()) <= MOST_ELEMENTS
    assert max(len(text.encode()) for text in pages.values()) <= LARGEST_PAGE_BYTES
    files = [path for path in (reports / str(REPORT_DATE)).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= LARGEST_FOLDER_BYTES


def test_every_link_leads_to_a_file_or_a_place_on_its_page(reports, pages):
    folder = reports / str(REPORT_DATE)
    for name, text in pages.items():
        page = Elements(text)
        assert len(page.ids) == len(set(page.ids)), name
        for address in page.addresses:
            file, _, place = address.partition("#")
            assert not file or ((folder / name).parent / file).resolve().is_file(), (name, address)
            assert file or place in page.ids, (name, address)


def test_any_member_is_in_a_data_file(reports, pages):
    folder = reports / str(REPORT_DATE)
    members = pl.read_csv(folder / "members.csv", schema_overrides={"entity_id": pl.String})["entity_id"]
    told: set[str] = set()
    for path in (folder / "companies").iterdir():
        text = path.read_text(encoding="utf-8")
        told |= set(json.loads(text[len("smallcapCompanies(") : text.rindex(");")]))
    assert told == set(members)
    own = {
        name.removeprefix("company/").removesuffix(".html") for name in pages if name.startswith("company/")
    }
    watched = pl.read_csv(folder / "watched_identity.csv", schema_overrides={"entity_id": pl.String})
    assert watched.height
    assert own - told == set(watched["entity_id"])
    assert own & told


def test_nothing_on_a_page_points_into_a_network(pages):
    for text in pages.values():
        assert set(re.findall(r"https?://[^\"'\s<)]+", text)) <= {NAMES_OF_XML}
        assert not re.search(r"<link(?! rel=\"icon\" href=\"data:,\")|<img|<iframe|@import|url\((?!#)", text)


def test_its_tables_stand_beside_it_as_csv(reported_home, reports):
    members = pl.read_csv(reports / str(REPORT_DATE) / "members.csv")
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


def test_names_with_markup_are_text(pages):
    assert "\\u003cb\\u003e" in pages["members.html"]
    assert any("&lt;b&gt;" in text for text in pages.values())
    assert not any(re.search(r"<b>[A-Z][a-z]+</b> &", text) for text in pages.values())


def test_the_command_writes_another_date_and_says_where(home, smallcap):
    answer = smallcap("report", "--as-of", LATER, "--home", home)
    assert answer.code == 0, answer.err
    assert answer.out.strip() == str(home / "reports" / str(LATER) / "index.html")


def test_the_same_warehouse_leaves_every_file_as_it_is(home, smallcap):
    smallcap("report", "--home", home)
    folder = home / "reports" / str(LATER)
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    gone = folder / "company" / "1.html"
    gone.write_text("of an earlier report", encoding="utf-8")
    smallcap("report", "--home", home)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == times


@pytest.mark.drill
def test_two_dates_lead_to_each_other_and_can_be_compared(home, smallcap):
    for date in (LATER, EARLIER):
        assert smallcap("report", "--as-of", date, "--home", home).code == 0
    earlier, later = (home / "reports" / str(date) / "funnel.html" for date in (EARLIER, LATER))
    assert f'rel="next" href="../{LATER}/funnel.html"' in earlier.read_text(encoding="utf-8")
    assert f'rel="prev" href="../{EARLIER}/funnel.html"' in later.read_text(encoding="utf-8")
    compared = (home / "reports" / "compare.html").read_text(encoding="utf-8")
    assert f'data-dates="{LATER} {EARLIER}"' in compared
    assert (later.parent / "summary.js").read_text(encoding="utf-8").startswith(f'smallcapDate("{LATER}",')


def test_the_first_part_is_one_file_for_mail(reported_home, smallcap, tmp_path):
    file = tmp_path / "mail.html"
    answer = smallcap("report", "--single-file", file, "--home", reported_home)
    assert (answer.code, answer.out.strip()) == (0, str(file)), answer.err
    text = file.read_text(encoding="utf-8")
    assert len(text.encode()) < LARGEST_SINGLE_BYTES
    assert Elements(text).addresses == {"#content"}
    assert "It leaves out" in text
    assert list(tmp_path.iterdir()) == [file]


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
        "compare.html",
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
    (home / "reports").mkdir()
    (home / "reports" / str(LATER)).write_text("in the way", encoding="utf-8")
    with pytest.raises(SmallcapError, match="everything is published, but the report could not be written"):
        make(home, LATER, tables=["publish.warehouse", "publish.report"], is_report_written=True)
    served = served_run_id(home / "warehouse")
    assert served != before
    make(home, LATER, tables=["publish.warehouse"])
    runs = Home(load_settings(home=home)).records.read("meta.runs")
    assert runs.filter(run_id=served)["status"].to_list() == ["published"]
