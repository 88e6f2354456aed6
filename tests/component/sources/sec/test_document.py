"""Which files are read, what is said of others, and what becomes of facts that cannot be used."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from smallcap.errors import InputError
from smallcap.sources.sec.company import read_company
from tests.component.sources.sec.builders import (
    ASSETS,
    CONCEPTS,
    COVER,
    FLOWS,
    Company,
    filed,
    only,
    rules_of,
)


def test_plain_and_compressed_files_are_equal() -> None:
    payload = Company().annual(2020, filed(2020)).payload()
    packed = read_company(gzip.compress(payload), CONCEPTS)
    assert packed.annual.equals(read_company(payload, CONCEPTS).annual)


@pytest.mark.parametrize("cik", [1234, "1234", "0000001234"])
def test_a_cik_may_be_a_number_or_a_text(cik: object) -> None:
    found = Company(cik=cik).annual(2020, filed(2020)).read()
    assert (found.cik, only(found)["source_entity_id"]) == (1234, "0000001234")


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"<!DOCTYPE html><html></html>", "is a web page or XML"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?><Error/>", "is a web page or XML"),
        (b'{"cik": 1, "facts": {"us-gaap": {"Assets": {"uni', "was probably cut off"),
        (b"\xff\xfe{}", "not complete JSON"),
        (b"[1, 2]", "not a companyfacts file"),
        (b'{"cik": "1", "filings": {"recent": {}}}', "the list of a company's filings (submissions)"),
        (b'{"cik": 1, "taxonomy": "us-gaap", "tag": "Assets", "units": {}}', "one concept"),
        (b'{"0": {"cik_str": 1, "ticker": "A"}}', "a list of companies and tickers"),
        (b'{"cik": 1, "facts": []}', "is damaged"),
        (b'{"cik": "x", "facts": {}}', "names no company"),
        (b'{"cik": true, "facts": {}}', "names no company"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\x1f\x8b\x08\x00broken", "or is incomplete"),
    ],
)
def test_another_file_is_refused_with_what_it_is(payload: bytes, said: str) -> None:
    with pytest.raises(InputError, match=r"^company\.json ") as error:
        read_company(payload, CONCEPTS, "company.json")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("900", "fact_malformed"),
        (None, "fact_malformed"),
        (True, "fact_malformed"),
        ([1], "fact_malformed"),
        (float("nan"), "amount_implausible"),
        (float("inf"), "amount_implausible"),
        (10**400, "amount_implausible"),
        (-2e15, "amount_implausible"),
    ],
)
def test_a_value_that_is_no_amount_is_refused_and_the_rest_is_read(value: Any, rule: str) -> None:
    company = Company().annual(2020, filed(2020), **{ASSETS: None})
    found = company.add(filed(2020), "2020-12-31", **{ASSETS: value}).read()
    assert rule in rules_of(found)
    assert (only(found)["total_assets_usd"], only(found)["revenue_usd"]) == (None, 1000e6)


@pytest.mark.parametrize(
    "change",
    [
        {"end": "2020-13-31"},
        {"end": None},
        {"end": 20201231},
        {"end": "20201231"},
        {"accn": None},
        {"filed": "yesterday"},
        {"start": 5},
    ],
)
def test_a_fact_with_a_damaged_label_is_refused(change: dict[str, Any]) -> None:
    company = Company().annual(2020, filed(2020))
    damaged = {**company.facts[ASSETS]["USD"][0], "accn": "0000001234-21-000777"} | change
    company.facts[ASSETS]["USD"].append(damaged)
    found = company.read()
    assert rules_of(found) == ["fact_malformed"]
    assert only(found)["total_assets_usd"] == 900e6


def test_shapes_that_are_no_facts_are_refused() -> None:
    document = json.loads(Company().annual(2020, filed(2020)).payload())
    facts = document["facts"]["us-gaap"]
    facts["Goodwill"], facts["AssetsCurrent"] = {"units": []}, {"units": {"USD": {"a": 1}}}
    facts["InventoryNet"], facts["LiabilitiesCurrent"] = "text", {"units": {"USD": ["text", None, 5]}}
    found = read_company(json.dumps(document).encode(), CONCEPTS)
    assert set(rules_of(found)) == {"fact_malformed"}
    assert only(found)["revenue_usd"] == 1000e6


def test_a_period_after_the_filing_is_refused() -> None:
    company = Company().annual(2020, filed(2020)).add(filed(2020), "2025-12-31", "2025-01-01", **FLOWS)
    found = company.read()
    assert set(rules_of(found)) == {"fact_of_the_future"}
    assert found.annual.height == 1


def test_of_two_values_in_one_filing_the_exact_one_counts_and_none_where_they_contradict() -> None:
    rounded = Company().annual(2020, filed(2020), Goodwill=75_126_464)
    assert (
        only(rounded.add(filed(2020), "2020-12-31", Goodwill=75_126_000).read())["goodwill_usd"] == 75_126_464
    )
    other = Company().annual(2020, filed(2020), Goodwill=75e6).add(filed(2020), "2020-12-31", Goodwill=70e6)
    found = other.read()
    assert only(found)["goodwill_usd"] is None
    assert rules_of(found) == ["values_contradict"]
    assert "its filing has 2 values of it" in found.refused["row_json"][0]


def test_amounts_in_another_unit_do_not_count() -> None:
    company = Company().annual(2020, filed(2020)).add(filed(2020), "2020-12-31", unit="pure", Goodwill=5)
    assert only(company.read())["goodwill_usd"] is None


@pytest.mark.parametrize(
    ("count", "day", "expected", "said"),
    [
        (30_000_000, "2021-02-15", 30e6, ""),
        (100, "2021-02-15", None, "is below 100,000: a placeholder"),
        (30_000_000, "2019-02-15", None, "days old, more than 400"),
    ],
)
def test_a_count_that_is_old_or_a_placeholder_is_not_taken(
    count: int, day: str, expected: float | None, said: str
) -> None:
    company = Company().annual(2020, filed(2020)).add(filed(2020), day, **{COVER.replace(":", "__"): count})
    found = company.read()
    assert only(found)["shares_outstanding"] == expected
    assert any(said in notice for notice in found.notices) is bool(said)


def test_counts_of_several_classes_on_one_cover_are_added_up_and_said() -> None:
    company = Company().annual(2020, filed(2020))
    for count in (8_000_000, 3_000_000):
        company.add(filed(2020), "2021-02-15", **{COVER.replace(":", "__"): count})
    found = company.read()
    assert only(found)["shares_outstanding"] == 11e6
    assert "the cover has 2 counts, taken as those of classes of shares" in found.notices[0]
    assert rules_of(found) == []


@pytest.mark.parametrize(("count", "expected"), [(10_000_000, 10e6), (9_999_999, None)])
def test_a_count_below_half_of_the_average_may_be_of_one_class_and_is_not_taken(
    count: int, expected: float | None
) -> None:
    averages = {"WeightedAverageNumberOfSharesOutstandingBasic": 20_000_000}
    company = Company().annual(2020, filed(2020)).add(filed(2020), "2020-12-31", "2020-01-01", **averages)
    company.add(filed(2020), "2021-02-15", **{COVER.replace(":", "__"): count})
    found = company.read()
    assert only(found)["shares_outstanding"] == expected
    assert any("one class of several" in notice for notice in found.notices) is (expected is None)


def count_beside(average: float, *counts: float) -> tuple[float | None, str]:
    """The count of shares, with what is said of it, where the balance sheet has 99 million."""
    averages = {"WeightedAverageNumberOfSharesOutstandingBasic": average}
    company = Company().annual(2020, filed(2020)).add(filed(2020), "2020-12-31", "2020-01-01", **averages)
    company.add(filed(2020), "2020-12-31", CommonStockSharesOutstanding=99e6)
    for count in counts:
        company.add(filed(2020), "2021-02-15", **{COVER.replace(":", "__"): count})
    found = company.read()
    return only(found)["shares_outstanding"], " ".join(found.notices)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # The same shares twice, of two days perhaps.
        ((100e6, 98.5e6), 99e6),
        # Two classes, and two classes after an offering.
        ((60e6, 41e6), 101e6),
        ((160e6, 90e6), 250e6),
    ],
)
def test_counts_of_one_cover_are_not_added_up_where_one_alone_agrees_with_the_average(
    counts: tuple[float, ...], expected: float
) -> None:
    count, said = count_beside(100e6, *counts)
    assert count == expected
    assert ("one of them alone may be that of all" in said) is (expected == 99e6)


@pytest.mark.parametrize(
    ("average", "count", "expected"),
    [(100e6, 100e9, 99e6), (100e6, 900e6, 900e6), (98_000, 98e6, 98e6), (980_000, 980e6, 980e6)],
)
def test_a_count_in_other_units_than_the_average_is_not_taken_unless_the_average_is_small(
    average: float, count: float, expected: float
) -> None:
    taken, said = count_beside(average, count)
    assert taken == expected
    assert ("it may be in other units" in said) is (expected == 99e6)


def test_without_a_cover_count_that_of_the_balance_sheet_stands_in_and_is_said() -> None:
    company = Company().annual(2020, filed(2020))
    missing = company.read()
    assert only(missing)["shares_outstanding"] is None
    assert "given by class of shares" in missing.notices[0]
    found = company.add(filed(2020), "2020-12-31", CommonStockSharesOutstanding=25_000_000).read()
    assert only(found)["shares_outstanding"] == 25e6
    assert "the balance sheet's count is used" in found.notices[0]


@pytest.mark.parametrize("name", [None, 5, "A\ud800B", "A" * 5000])
def test_a_name_may_be_anything(name: object) -> None:
    found = Company(name=name).annual(2020, filed(2020)).read()
    assert len(found.entity_name) <= 200
    found.entity_name.encode()


def test_a_company_with_quarterly_reports_alone_says_so() -> None:
    report = ("0000001234-24-000001", "10-Q", "2024-08-12")
    company = Company().add(report, "2024-06-30", "2024-04-01", **FLOWS).add(report, "2024-06-30", Assets=9e8)
    found = company.read()
    assert found.annual.is_empty()
    assert rules_of(found) == ["no_annual_report"]
    assert "no annual report yet, only 10-Q" in found.refused["row_json"][0]


def test_a_refused_number_that_json_has_not_is_kept_as_text() -> None:
    company = Company().annual(2020, filed(2020)).add(filed(2020), "2020-12-31", Goodwill=float("nan"))
    (row,) = company.read().refused["row_json"]
    assert json.loads(row, parse_constant=pytest.fail)["fact"]["val"] == "NaN"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"PK\x03\x04" + bytes(30), "is a zip file; take the file of one company out of it"),
        (b'{"cik": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b'{"cik": "\xff"}', "is not JSON"),
    ],
)
def test_what_no_download_cut_off_is_not_called_so(payload: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_company(payload, CONCEPTS)
    assert "cut off" not in str(caught.value)


@pytest.mark.parametrize("other", [140e6, 1e20, "140000000"])
def test_where_a_concept_has_no_value_that_can_be_used_no_later_concept_of_the_chain_stands_in(
    other: object,
) -> None:
    company = Company().annual(2020, filed(2020), NotesPayable=20e6, LongTermDebtCurrent=5e6)
    if other == 140e6:
        company.add(filed(2020), "2020-12-31", LongTermDebtNoncurrent=100e6)
    found = company.add(filed(2020), "2020-12-31", LongTermDebtNoncurrent=other).read()
    row = only(found)
    # The notes are a part of the debt, whichever of its two totals is right.
    assert (row["short_term_debt_usd"], row["long_term_debt_usd"]) == (5e6, None)
    (reason,) = found.missing.filter(item="long_term_debt")["reason"]
    assert reason == "a concept of the chain has no value that can be used: see what is refused"


@pytest.mark.parametrize(
    ("other_side", "assets"), [(900e6, 900e6), (903e6, 900e6), (900e3, None), (890e6, None)]
)
def test_the_sides_of_a_balance_sheet_are_equal_or_neither_is_used(
    other_side: float, assets: float | None
) -> None:
    given = {"Liabilities": None, "LiabilitiesAndStockholdersEquity": other_side}
    found = Company().annual(2020, filed(2020), **given).read()
    row = only(found)
    assert row["total_assets_usd"] == assets
    assert (row["total_liabilities_usd"] is None) is (assets is None)
    assert rules_of(found) == ([] if assets else ["values_contradict"])


def test_revenue_is_unknown_where_its_total_is_contradicted_and_a_part_is_not() -> None:
    part = "RevenueFromContractWithCustomerExcludingAssessedTax"
    company = Company().annual(2020, filed(2020), **{part: 300e6})
    company.add(filed(2020), "2020-12-31", "2020-01-01", Revenues=1200e6)
    assert only(company.read())["revenue_usd"] is None


def test_dividends_that_are_contradicted_are_not_none() -> None:
    company = Company().annual(2020, filed(2020), NetCashProvidedByUsedInFinancingActivities=1e6)
    assert only(company.read())["dividends_paid_usd"] == 0
    for value in (2e6, 3e6):
        company.add(filed(2020), "2020-12-31", "2020-01-01", PaymentsOfDividends=value)
    assert only(company.read())["dividends_paid_usd"] is None


def test_an_amendment_gives_what_was_contradicted() -> None:
    company = Company().annual(2020, filed(2020)).add(filed(2020), "2020-12-31", "2020-01-01", Revenues=9e6)
    company.annual(2020, filed(2020, "10-K/A", 90, 2), Revenues=990e6)
    assert company.read().annual.sort("filing_date")["revenue_usd"].to_list() == [None, 990e6]
