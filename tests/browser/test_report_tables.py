"""Tables of the report in a browser: sorted, searched, filtered, paged, on a phone, and on paper."""

from __future__ import annotations

import re

import polars as pl
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.browser.chromium import PHONE_WIDTH, column, printed, show, text_by_page

pytestmark = pytest.mark.service


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


def filtered_by(driver, holder: str, heading: str, asked: str) -> None:
    """Choose a column of a table to filter, and say what is asked of it."""
    chooser = driver.find_element(By.CSS_SELECTOR, f"{holder} .filters > select")
    Select(chooser).select_by_visible_text(heading)
    driver.switch_to.active_element.send_keys(asked)


def test_each_column_is_filtered_and_its_address_leads_back_to_the_rows(members, folder):
    rows = pl.read_csv(folder / "members.csv")
    chosen = rows.filter(pl.col("sector") == "Industrials", pl.col("score").round(2) > 1)
    filtered_by(members, "#every-member", "Sector", "Industrials")
    filtered_by(members, "#every-member", "Score", "> 1")
    found = members.find_element(By.CSS_SELECTOR, "#every-member output")
    assert found.text == f"{chosen.height} of {rows.height:,} rows"
    assert column(members, "#every-member", 0) == chosen["ticker"].to_list()[:25]
    address = members.current_url
    assert "every-member.f3=Industrials" in address
    members.get("about:blank")
    members.get(address)
    assert column(members, "#every-member", 0) == chosen["ticker"].to_list()[:25]
    members.find_element(By.CSS_SELECTOR, "[aria-label='Remove the filter of Sector']").click()
    left = rows.filter(pl.col("score").round(2) > 1)
    assert members.find_element(By.CSS_SELECTOR, "#every-member output").text.startswith(f"{left.height} of")
    assert "f3=" not in members.current_url


def test_paper_says_what_the_rows_were_filtered_by(members):
    def is_on_paper(selector: str) -> bool:
        members.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        try:
            return members.find_element(By.CSS_SELECTOR, f"#every-member {selector}").is_displayed()
        finally:
            members.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    assert not is_on_paper(".search")
    filtered_by(members, "#every-member", "Score", "> 1")
    assert is_on_paper(".filter input")
    assert is_on_paper("output")
    assert not is_on_paper(".filters > select")
    assert not is_on_paper(".search > input")


ASKED_OF_A_CELL = [
    ("> 5", "5.01", True),
    ("> 5", "5.00", False),
    (">= 5", "5.00", True),
    ("<0", "\N{MINUS SIGN}0.3%", True),
    ("< 10%", "1,200.0%", False),
    ("= 1200", "1,200", True),
    ("5 to 10", "10.0×", True),
    ("5 to 10", "10.1×", False),
    ("< 5", "–", False),
    ("> 2025-01-31", "2025-02-28", True),
    ("2025-01-01 to 2025-06-30", "2025-09-30", False),
    ("corp", "Powell Corp", True),
    ("5 to 10", "Five to Ten", False),
    ("", "anything", True),
]


def test_a_filter_asks_for_a_range_of_numbers_or_dates_or_for_words(members):
    script = "return arguments[0].map(([asked, text]) => smallcapFilters.matches(asked, text))"
    said = members.execute_script(script, [case[:2] for case in ASKED_OF_A_CELL])
    assert said == [case[2] for case in ASKED_OF_A_CELL]


def test_on_a_phone_rows_are_sorted_from_a_list(driver, folder):
    show(driver, folder / "members.html", width=PHONE_WIDTH)
    Select(driver.find_element(By.CSS_SELECTOR, ".sorter")).select_by_visible_text("Weight, descending")
    rows = pl.read_csv(folder / "members.csv")
    assert column(driver, "#every-member", 3)[0] == f"{rows['weight'].max():.2%}"


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
