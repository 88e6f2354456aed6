"""The report in a real browser: from disk, without a network, on a screen, a phone and paper."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import PHONE_WIDTH, axe_source, column, requested, show
from tests.paths import PROJECT_ROOT
from tests.tiers import others_in_drill

pytestmark = pytest.mark.service
WIDTHS = (1440, 1024, PHONE_WIDTH)
MOST_ELEMENTS = 6_000
ARTEFACTS = Path(os.environ.get("SMALLCAP_ARTEFACTS", PROJECT_ROOT / ".artefacts"))


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


WAYS_TO_SHOW = [(width, scheme) for width in WIDTHS for scheme in ("light", "dark")]


@pytest.mark.parametrize(
    ("width", "scheme"), others_in_drill(WAYS_TO_SHOW, [(1440, "light"), (PHONE_WIDTH, "dark")])
)
def test_axe_finds_nothing_serious(driver, pages, axe, width, scheme):
    for page in shown(driver, pages, width, scheme):
        assert serious(driver, axe) == [], page.name


@pytest.mark.drill
def test_axe_finds_nothing_serious_on_paper(driver, pages, axe):
    for page in shown(driver, pages):
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        try:
            assert serious(driver, axe) == [], page.name
        finally:
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def serious(driver, axe: str) -> list[list[object]]:
    """What the accessibility checker finds on the page that is shown: rule and places."""
    script = """
        const done = arguments[0];
        axe.run().then(({ violations }) => done(violations
            .filter(({ impact }) => ['serious', 'critical'].includes(impact))
            .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 160))])));
    """
    # Of the tool that looks, not of the page: its policy lets no script in but its own.
    driver.execute_script(axe)
    found: list[list[object]] = driver.execute_async_script(script)
    return found


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
    link = driver.find_element(By.CSS_SELECTOR, "#compare td a")
    ticker = link.text
    link.click()
    driver.execute_async_script("setTimeout(arguments[0], 300)")
    assert driver.find_element(By.CSS_SELECTOR, "h1 .ticker").text == ticker
    assert driver.get_log("browser") == []


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
