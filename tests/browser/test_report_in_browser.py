"""The report in a real browser: from disk, without a network, on a screen, a phone and paper."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from tests.browser.chromium import chromium, printed, requested, show, text_by_page
from tests.paths import PROJECT_ROOT
from tests.sample_home import REPORT_DATE

pytestmark = pytest.mark.service
PHONE_WIDTH = 390
ARTEFACTS = Path(os.environ.get("SMALLCAP_ARTEFACTS", PROJECT_ROOT / ".artefacts"))


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with ExitStack() as stack:
        try:
            started = stack.enter_context(chromium(tmp_path_factory.mktemp("profile")))
        except FileNotFoundError as missing:
            pytest.skip(str(missing))
        yield started


@pytest.fixture(scope="module")
def page(reported_home):
    return reported_home / "reports" / str(REPORT_DATE) / "index.html"


@pytest.fixture
def opened(driver, page):
    show(driver, page)
    return driver


def column(driver, holder: str, position: int) -> list[str]:
    """The shown cells of a column, from the top."""
    script = """
        const body = document.querySelector(arguments[0]).querySelector('tbody');
        const rows = [...body.rows].filter((row) => !row.hidden);
        return rows.map((row) => row.cells[arguments[1]].textContent);
    """
    return driver.execute_script(script, holder, position)


def test_it_opens_from_disk_and_asks_for_nothing_else(driver, page):
    driver.get_log("performance")
    show(driver, page)
    assert requested(driver, page) == [page.as_uri()]
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_the_policy_lets_nothing_in(opened):
    script = """
        const done = arguments[0];
        const tell = (event) => done(event.effectiveDirective);
        document.addEventListener('securitypolicyviolation', tell, { once: true });
        const image = document.createElement('img');
        image.src = 'https://example.invalid/x.png';
        document.body.append(image);
        setTimeout(() => done('nothing was refused'), 3000);
    """
    assert opened.execute_async_script(script) == "img-src"


def test_the_console_is_silent(driver, page):
    driver.get_log("browser")
    show(driver, page)
    assert driver.get_log("browser") == []


def test_every_chart_is_drawn(opened):
    sizes = opened.execute_script(
        "return [...document.querySelectorAll('.chart .wide svg')].map((svg) => "
        "[svg.getBoundingClientRect().width,"
        " [...svg.querySelectorAll('path, rect, line')].filter((mark) => "
        "mark.getBoundingClientRect().width > 0).length])"
    )
    assert len(sizes) >= 3
    assert all(width > 300 and marks > 5 for width, marks in sizes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_charts_follow_the_colour_scheme(driver, page, scheme):
    show(driver, page, scheme=scheme)
    paper, ink = driver.execute_script(
        "return [getComputedStyle(document.body).backgroundColor, "
        "getComputedStyle(document.querySelector('.chart .wide text')).fill]"
    )
    lightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (paper, ink)]
    assert (lightness[0] > lightness[1]) == (scheme == "light")


def test_a_table_is_sorted_by_its_headings_with_the_keyboard_too(opened):
    holder = "[data-search='Every member']"
    button = opened.find_element(By.CSS_SELECTOR, f"{holder} th:nth-child(5) button")
    heading = opened.find_element(By.CSS_SELECTOR, f"{holder} th:nth-child(5)")
    button.click()
    assert heading.get_attribute("aria-sort") == "descending"
    button.send_keys("\n")
    assert heading.get_attribute("aria-sort") == "ascending"
    shown = column(opened, holder, 4)
    scores = [float(cell.replace("\N{MINUS SIGN}", "-")) for cell in shown if cell != "–"]
    assert scores == sorted(scores)
    assert len(scores) > 25
    assert shown[len(scores) :] == ["–"] * (len(shown) - len(scores))


def test_a_table_is_searched(opened):
    holder = "[data-search='Every member']"
    tickers = column(opened, holder, 0)
    box = opened.find_element(By.CSS_SELECTOR, f"{holder} input[type=search]")
    name = column(opened, holder, 1)[3]
    box.send_keys(name)
    assert column(opened, holder, 1) == [name]
    assert opened.find_element(By.CSS_SELECTOR, f"{holder} output").text == f"1 of {len(tickers)} rows"
    box.clear()
    box.send_keys("no such company")
    assert column(opened, holder, 0) == []


def test_a_ticker_opens_its_tear_sheet(opened):
    link = opened.find_element(
        By.CSS_SELECTOR, "[data-search='Survivors'] a[href^='#sheet-'], #funnel a[href^='#sheet-']"
    )
    sheet = opened.find_element(By.CSS_SELECTOR, link.get_attribute("hash"))
    assert sheet.get_attribute("open") is None
    opened.execute_script("arguments[0].click()", link)
    opened.execute_async_script("setTimeout(arguments[0], 100)")
    assert sheet.get_attribute("open") is not None


def test_names_with_markup_are_shown_as_they_are(opened):
    names = [name for name in column(opened, "[data-search='Every member']", 1) if "<b>" in name]
    assert names
    assert (
        opened.execute_script(
            "return document.querySelectorAll('#members td:nth-child(2) b, .name b').length"
        )
        == 0
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(driver, page, scheme):
    show(driver, page, width=PHONE_WIDTH, height=844, scheme=scheme)
    driver.execute_script("document.querySelectorAll('details').forEach((sheet) => { sheet.open = true; })")
    assert driver.execute_script("return document.documentElement.scrollWidth") <= PHONE_WIDTH
    narrow = (
        "return [...document.querySelectorAll('.chart svg')].filter((svg) => "
        "svg.getBoundingClientRect().width > 0).length"
    )
    assert driver.execute_script(narrow) >= 3
    keep_picture(driver, f"report-phone-{scheme}.png")


def test_the_list_of_dates_fits_a_phone(driver, page):
    show(driver, page.parent.parent / "index.html", width=PHONE_WIDTH, height=844)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= PHONE_WIDTH


def test_it_prints(opened):
    pdf = printed(opened)
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 1
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    (ARTEFACTS / "report.pdf").write_bytes(pdf)


@pytest.fixture(scope="module")
def marked_pages(driver, page) -> list[str]:
    """The text of each printed page, tear sheets open.

    Marks say of each heading and each cell to which table and row it belongs.
    """
    show(driver, page)
    driver.execute_script("""
        document.querySelectorAll('details').forEach((sheet) => { sheet.open = true; });
        [...document.querySelectorAll('table')].filter((table) => table.tHead).forEach((table, number) => {
            const heading = table.tHead.rows[0].cells[0];
            (heading.querySelector('button') ?? heading).append(` heading${number}of`);
            [...table.tBodies[0].rows].forEach((row, position) => {
                [...row.cells].forEach((cell) => cell.append(` row${number}of${position}end`));
            });
        });
    """)
    try:
        return text_by_page(printed(driver))
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


def test_each_printed_page_repeats_the_headings_of_the_tables_that_it_continues(marked_pages):
    pages_of: dict[str, list[int]] = {}
    for position, text in enumerate(marked_pages):
        for table in set(re.findall(r"row(\d+)of", text)):
            pages_of.setdefault(table, []).append(position)
    without = [
        (table, position)
        for table, positions in pages_of.items()
        for position in positions
        if f"heading{table}of" not in marked_pages[position]
    ]
    assert without == []
    assert any(len(positions) > 1 for positions in pages_of.values())


def test_no_heading_is_printed_without_a_row_below_it(marked_pages):
    headings = [
        (table, position)
        for position, text in enumerate(marked_pages)
        for table in re.findall(r"heading(\d+)of", text)
    ]
    assert [
        (table, position) for table, position in headings if f"row{table}of" not in marked_pages[position]
    ] == []


def test_no_row_is_broken_over_two_printed_pages(marked_pages):
    pages_of: dict[str, set[int]] = {}
    for position, text in enumerate(marked_pages):
        for row in re.findall(r"row\d+of\d+end", text):
            pages_of.setdefault(row, set()).add(position)
    assert len(pages_of) > 100
    assert [row for row, positions in pages_of.items() if len(positions) > 1] == []


def test_nothing_on_the_page_is_set_in_capitals(opened):
    script = """
        document.querySelectorAll('details').forEach((sheet) => { sheet.open = true; });
        return [...document.querySelectorAll('body *')]
            .filter((element) => getComputedStyle(element).textTransform !== 'none')
            .map((element) => element.outerHTML.slice(0, 80));
    """
    assert opened.execute_script(script) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(driver, page, scheme):
    """The ratio of luminances of WCAG 2.2, criterion 1.4.3, of every element with text of its own and the
    nearest background.
    """
    show(driver, page, scheme=scheme)
    script = """
        document.querySelectorAll('details').forEach((sheet) => { sheet.open = true; });
        const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const linear = (part) =>
            part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
        const weights = [0.2126, 0.7152, 0.0722];
        const luminance = (colour) =>
            weights.reduce((sum, weight, place) => sum + weight * linear(rgb(colour)[place]), 0);
        const behind = (element) => {
            const own = getComputedStyle(element).backgroundColor;
            return rgb(own)[3] === 0 && element.parentElement ? behind(element.parentElement) : own;
        };
        const contrast = (element) => {
            const style = getComputedStyle(element);
            const text = element.closest('svg') ? style.fill : style.color;
            const both = [luminance(text), luminance(behind(element))];
            const [darker, lighter] = both.sort((one, other) => one - other);
            return (lighter + 0.05) / (darker + 0.05);
        };
        const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
        const hasText = (element) => [...element.childNodes].some(isText);
        const isShown = (element) => element.getClientRects().length > 0;
        return [...document.querySelectorAll('body *')]
            .filter((element) => hasText(element) && isShown(element))
            .map((element) => [element.outerHTML.slice(0, 80), contrast(element)]);
    """
    ratios = driver.execute_script(script)
    assert len(ratios) > 1000
    assert {text: ratio for text, ratio in ratios if not ratio >= 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_is_kept(driver, page, scheme):
    show(driver, page, height=1400, scheme=scheme)
    assert keep_picture(driver, f"report-{scheme}.png").stat().st_size > 10_000


def keep_picture(driver, name: str) -> Path:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    driver.save_screenshot(str(ARTEFACTS / name))
    return ARTEFACTS / name
