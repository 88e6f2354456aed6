"""The report in a real browser: from disk, without a network, on a screen, a phone and paper."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import polars as pl
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import axe_source, chromium, printed, requested, show, text_by_page
from tests.paths import PROJECT_ROOT
from tests.sample_home import REPORT_DATE

pytestmark = pytest.mark.service
WIDTHS = (1440, 1024, 390)
PHONE_WIDTH = 390
MOST_ELEMENTS = 6_000
QUESTIONS = ("index", "quality", "funnel", "members", "factors", "anatomy", "data", "study", "company")
ARTEFACTS = Path(os.environ.get("SMALLCAP_ARTEFACTS", PROJECT_ROOT / ".artefacts"))


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with ExitStack() as stack:
        try:
            started = stack.enter_context(chromium(tmp_path_factory.mktemp("profile")))
        except FileNotFoundError as missing:
            pytest.skip(str(missing))
        # The accessibility checker looks at thousands of elements, on a machine with other tests to run.
        started.set_script_timeout(300)
        yield started


@pytest.fixture(scope="module")
def folder(reported_home) -> Path:
    return reported_home / "reports" / str(REPORT_DATE)


@pytest.fixture(scope="module")
def pages(folder) -> list[Path]:
    """The pages of a date, with that of one company."""
    return [folder / f"{name}.html" for name in QUESTIONS] + sorted((folder / "company").iterdir())[:1]


@pytest.fixture
def members(driver, folder):
    show(driver, folder / "members.html")
    return driver


def column(driver, holder: str, position: int) -> list[str]:
    """The shown cells of a column, from the top."""
    script = """
        const body = document.querySelector(arguments[0]).querySelector('tbody');
        return [...body.rows].map((row) => row.cells[arguments[1]].textContent);
    """
    return driver.execute_script(script, holder, position)


def shown(driver, pages: list[Path], width: int = 1440, scheme: str = "light") -> Iterator[Path]:
    for page in pages:
        show(driver, page, width=width, scheme=scheme)
        yield page


def test_pages_open_from_disk_and_ask_for_nothing_else(driver, pages):
    for page in pages:
        driver.get_log("performance")
        show(driver, page)
        assert requested(driver, page) == [page.as_uri()]


def test_the_console_is_silent_and_few_elements_are_made(driver, pages):
    driver.get_log("browser")
    for page in shown(driver, pages):
        assert driver.get_log("browser") == [], page.name
        assert driver.execute_script("return document.getElementsByTagName('*').length") <= MOST_ELEMENTS


def test_the_policy_lets_nothing_in(driver, folder):
    script = """
        const done = arguments[0];
        const tell = (event) => done(event.effectiveDirective);
        document.addEventListener('securitypolicyviolation', tell, { once: true });
        const image = document.createElement('img');
        image.src = 'https://example.invalid/x.png';
        document.body.append(image);
        setTimeout(() => done('nothing was refused'), 3000);
    """
    for name in ("index.html", "company.html"):
        show(driver, folder / name)
        assert driver.execute_async_script(script) == "img-src"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_the_screen(driver, pages, width, scheme):
    for page in shown(driver, [*pages, pages[0].parent.parent / "index.html"], width, scheme):
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width, page.name
        drawn = (
            "return [...document.querySelectorAll('.chart svg')].filter((svg) => "
            "svg.getBoundingClientRect().width > 250).length === document.querySelectorAll('.chart').length"
        )
        assert driver.execute_script(drawn), page.name
        keep_picture(driver, f"report-{page.stem}-{width}-{scheme}.png")


def test_on_a_phone_no_table_is_cut_and_each_cell_says_what_it_is(driver, pages):
    cut = """
        return [...document.querySelectorAll('.table .scroll')]
            .filter((holder) => holder.scrollWidth > holder.clientWidth + 1)
            .map((holder) => holder.ariaLabel);
    """
    for page in shown(driver, pages, PHONE_WIDTH):
        assert driver.execute_script(cut) == [], page.name
    show(driver, pages[3], width=PHONE_WIDTH)
    label = "return getComputedStyle(document.querySelector('tbody td'), '::before').content"
    assert driver.execute_script(label) == '"Ticker"'


@pytest.fixture(scope="module")
def axe(tmp_path_factory) -> str:
    try:
        return axe_source(tmp_path_factory.mktemp("axe"))
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, PHONE_WIDTH])
def test_axe_finds_nothing_serious(driver, pages, axe, width, scheme):
    script = """
        const done = arguments[0];
        axe.run().then(({ violations }) => done(violations
            .filter(({ impact }) => ['serious', 'critical'].includes(impact))
            .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 160))])));
    """
    for page in shown(driver, pages, width, scheme):
        # Of the tool that looks, not of the page: its policy lets no script in but its own.
        driver.execute_script(axe)
        assert driver.execute_async_script(script) == [], page.name


def test_a_table_is_sorted_by_its_headings_with_the_keyboard_too(members):
    heading = members.find_element(By.CSS_SELECTOR, "#every-member th:nth-child(5)")
    button = heading.find_element(By.TAG_NAME, "button")
    button.click()
    assert heading.get_attribute("aria-sort") == "descending"
    best = [float(cell.replace("\N{MINUS SIGN}", "-")) for cell in column(members, "#every-member", 4)]
    assert best == sorted(best, reverse=True)
    button.send_keys("\n")
    assert heading.get_attribute("aria-sort") == "ascending"
    worst = [float(cell.replace("\N{MINUS SIGN}", "-")) for cell in column(members, "#every-member", 4)]
    assert worst == sorted(worst)
    assert max(worst) < min(best)


def test_a_table_is_searched_and_paged_and_its_address_leads_back_to_what_it_shows(members, folder):
    rows = pl.read_csv(folder / "members.csv")
    assert column(members, "#every-member", 0) == rows["ticker"].to_list()[:25]
    members.find_element(By.XPATH, "//button[text()='Next rows']").click()
    assert column(members, "#every-member", 0) == rows["ticker"].to_list()[25:50]
    box = members.find_element(By.CSS_SELECTOR, "#every-member input[type=search]")
    name = rows["name"][3]
    box.send_keys(name)
    assert column(members, "#every-member", 1) == [name]
    found = f"1 of {rows.height} rows"
    assert members.find_element(By.CSS_SELECTOR, "#every-member output").text == found
    address = members.current_url
    members.get("about:blank")
    members.get(address)
    assert column(members, "#every-member", 1) == [name]
    assert members.find_element(By.CSS_SELECTOR, "#every-member input").get_attribute("value") == name


def test_rows_that_the_script_makes_are_as_those_that_were_written(driver, folder):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(driver, folder / "members.html")
        written = driver.find_element(By.CSS_SELECTOR, "tbody").get_attribute("outerHTML")
        assert driver.find_element(By.CSS_SELECTOR, ".rest").text.startswith("The first 25 of")
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    show(driver, folder / "members.html")
    made = driver.find_element(By.CSS_SELECTOR, "tbody").get_attribute("outerHTML")
    attributes = re.compile(r"<td( [^>]*)?>")

    def ordered(found: re.Match[str]) -> str:
        return " ".join(sorted(re.findall(r'[\w-]+="[^"]*[^"]"', found[0])))

    assert attributes.sub(ordered, made) == attributes.sub(ordered, written)


def test_a_chart_says_its_points_by_pointer_and_by_keys(driver, folder):
    show(driver, folder / "quality.html")
    chart = driver.find_element(By.CSS_SELECTOR, "#chart-quality-scatter .wide svg")
    driver.execute_script("arguments[0].focus()", chart)
    chart.send_keys(Keys.ARROW_RIGHT)
    tip = driver.find_element(By.CSS_SELECTOR, ".tip")
    first = tip.text
    assert re.match(r".+ \(score .+\): debt / assets .+%, FCF margin .+%", first)
    chart.send_keys(Keys.ARROW_RIGHT)
    assert tip.text != first
    chart.send_keys(Keys.ESCAPE)
    assert not tip.is_displayed()
    script = """
        const [svg] = arguments;
        const [x, y, words] = JSON.parse(svg.dataset.points)[4];
        const box = svg.getBoundingClientRect();
        const scale = box.width / svg.viewBox.baseVal.width;
        const place = { clientX: box.left + x * scale, clientY: box.top + y * scale };
        svg.dispatchEvent(new PointerEvent('pointerdown', { ...place, pointerType: 'touch' }));
        return words;
    """
    assert driver.execute_script(script, chart) == tip.text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_charts_follow_the_colour_scheme(driver, folder, scheme):
    show(driver, folder / "quality.html", scheme=scheme)
    paper, ink = driver.execute_script(
        "return [getComputedStyle(document.body).backgroundColor, "
        "getComputedStyle(document.querySelector('.chart .wide text')).fill]"
    )
    lightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (paper, ink)]
    assert (lightness[0] > lightness[1]) == (scheme == "light")


def test_a_ticker_leads_to_the_page_of_its_company_whatever_its_outcome(members, folder):
    for kind in ("company/", "company.html#"):
        show(members, folder / "members.html")
        members.execute_script("document.querySelector('th:nth-child(8) button').click()")
        if kind == "company/":
            members.find_element(By.CSS_SELECTOR, "#every-member input").send_keys("survivor")
        link = members.find_element(By.CSS_SELECTOR, f"td a[href^='{kind}']")
        ticker = link.text
        members.execute_script("arguments[0].click()", link)
        members.execute_async_script("setTimeout(arguments[0], 300)")
        assert members.find_element(By.CSS_SELECTOR, "h1 .ticker").text == ticker
        assert len(members.find_elements(By.CSS_SELECTOR, ".lenses table")) == 3
        steps = members.find_elements(By.CSS_SELECTOR, "h2 + .scroll tbody tr")
        assert steps[0].text.startswith("1 Business")


def test_a_company_that_no_file_holds_is_said_to_be_none(driver, folder):
    show(driver, folder / "company.html")
    driver.execute_script("location.hash = '#12'")
    driver.execute_async_script("setTimeout(arguments[0], 300)")
    assert driver.find_element(By.TAG_NAME, "h1").text == "No such member"


def test_dates_are_compared(driver, folder):
    page = folder.parent / "compare.html"
    driver.get_log("browser")
    show(driver, page)
    driver.execute_async_script("setTimeout(arguments[0], 300)")
    assert driver.find_element(By.CSS_SELECTOR, "#compare h2").text == "The figures of both"
    assert column(driver, "#compare", 0)[0] == "Survivors"
    assert driver.get_log("browser") == []


def test_names_with_markup_are_shown_as_they_are(members):
    members.find_element(By.CSS_SELECTOR, "#every-member input").send_keys("<b>")
    assert all("<b>" in name for name in column(members, "#every-member", 1))
    assert column(members, "#every-member", 1)
    assert members.find_elements(By.CSS_SELECTOR, "#every-member td:nth-child(2) b") == []


@pytest.fixture(scope="module")
def marked_pages(driver, folder) -> list[str]:
    """The text of each printed page of the funnel.

    Marks say of each heading and each cell to which table and row it belongs.
    """
    show(driver, folder / "funnel.html")
    driver.execute_script("""
        dispatchEvent(new Event('beforeprint'));
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


def test_long_tables_are_printed_whole_with_page_numbers(members, folder):
    rows = pl.read_csv(folder / "members.csv")
    try:
        sheets = text_by_page(printed(members))
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    text = "\n".join(sheets)
    assert [ticker for ticker in rows["ticker"] if not re.search(rf"\b{re.escape(ticker)}\b", text)] == []
    assert f"page 1 of {len(sheets)}" in sheets[0]
    assert len(column(members, "#every-member", 0)) == 25


def test_nothing_on_a_page_is_set_in_capitals(driver, pages):
    script = """
        return [...document.querySelectorAll('body *')]
            .filter((element) => getComputedStyle(element).textTransform !== 'none')
            .map((element) => element.outerHTML.slice(0, 80));
    """
    for page in shown(driver, pages):
        assert driver.execute_script(script) == [], page.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_what_is_behind_it(driver, pages, scheme):
    """The ratio of luminances of WCAG 2.2, criterion 1.4.3, of every element with text of its own and the
    nearest background.
    """
    script = """
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
    for page in shown(driver, pages, scheme=scheme):
        ratios = driver.execute_script(script)
        assert {text: ratio for text, ratio in ratios if not ratio >= 4.5} == {}, page.name


def keep_picture(driver, name: str) -> Path:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    driver.save_screenshot(str(ARTEFACTS / name))
    return ARTEFACTS / name
