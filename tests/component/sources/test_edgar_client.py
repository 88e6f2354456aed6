"""Requests to the SEC: who asks, what a refusal means, and that no page is kept in place of a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.exit_codes import ExitCode
from smallcap.settings import load_settings
from smallcap.sources.fetching import QuotaError, RefusedError, TransientError
from tests.component.sources.edgar_case import COMPANY, CONTACT, EdgarCase
from tests.component.sources.scripted_server import Answer, in_turn, scripted

FACTS = Answer(b'{"cik": 1, "facts": {}}')
TOO_OFTEN = Answer(
    b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>", 403
)
UNDECLARED = Answer(
    b"<html><head><title>Your Request Originates from an Undeclared Automated Tool</title></head></html>",
    403,
)
PAGE = Answer(b"<!DOCTYPE html>\n<html><head><title>One moment</title></head></html>")


def test_a_file_is_asked_for_once_and_kept(tmp_path: Path) -> None:
    with scripted(in_turn(FACTS)) as server:
        case = EdgarCase(tmp_path, server.url)
        assert case.facts() == case.facts() == FACTS.body
    assert server.asked == ["/api/xbrl/companyfacts/CIK0000000001.json"]


def test_without_a_contact_nothing_is_asked(tmp_path: Path) -> None:
    with scripted(in_turn(FACTS)) as server:
        with pytest.raises(InputError, match="SMALLCAP_SEC_CONTACT") as refused:
            EdgarCase(tmp_path, server.url, contact=None).facts()
        assert refused.value.exit_code == ExitCode.INPUT
    assert server.asked == []


@pytest.mark.parametrize(
    "contact",
    [
        "jane.doe@research.example",
        "Jane Doe",
        "Jane Doe noreply@research.example",
        "Jane Doe do-not-reply@research.example",
        "Jane Doe 1234+jane@users.noreply.research.example",
        "Jane Doe jane@localhost",
        "Jäne Doe jane.doe@research.example",
        "Jane Doe\njane.doe@research.example",
        "J" * 200 + " jane.doe@research.example",
    ],
)
def test_a_contact_that_nobody_can_answer_is_refused_and_not_shown(contact: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="SMALLCAP_SEC_CONTACT") as refused:
        load_settings(home=tmp_path, sec_contact=contact)
    assert refused.value.exit_code == ExitCode.INPUT
    assert "research.example" not in str(refused.value)


@pytest.mark.parametrize(
    "contact", [CONTACT, "Jane Doe <jane.doe@research.example>", "Acme Research, Inc. a.b+c@research.example"]
)
def test_a_name_and_an_address_are_a_contact(contact: str, tmp_path: Path) -> None:
    assert load_settings(home=tmp_path, sec_contact=contact).sec_contact is not None


@pytest.mark.parametrize("answer", [TOO_OFTEN, Answer(b"slow down", 429), Answer(TOO_OFTEN.body, 200)])
def test_an_address_that_asked_too_often_keeps_silent_for_ten_minutes(tmp_path: Path, answer: Answer) -> None:
    with scripted(in_turn(answer, FACTS)) as server:
        case = EdgarCase(tmp_path, server.url)
        with pytest.raises(QuotaError, match="after 2026-05-05 12:20 UTC") as refused:
            case.facts()
        assert refused.value.exit_code == ExitCode.LATER
        with pytest.raises(QuotaError, match="shut out until 2026-05-05 12:20"):
            EdgarCase(tmp_path, server.url).facts()
        assert len(server.asked) == 1
        case.now += dt.timedelta(minutes=10)
        assert case.facts() == FACTS.body


def test_a_longer_wait_that_the_sec_asks_for_is_kept_to(tmp_path: Path) -> None:
    asked_to_wait = in_turn(Answer(b"", 429, {"Retry-After": "1800"}))
    with scripted(asked_to_wait) as server, pytest.raises(QuotaError, match="after 2026-05-05 12:40 UTC"):
        EdgarCase(tmp_path, server.url).facts()


def test_a_contact_that_the_sec_refuses_is_not_tried_twice(tmp_path: Path) -> None:
    with scripted(in_turn(UNDECLARED)) as server:
        with pytest.raises(
            RefusedError, match=r"does not accept the contact.*SMALLCAP_SEC_CONTACT"
        ) as refused:
            EdgarCase(tmp_path, server.url).facts()
        assert CONTACT not in str(refused.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [Answer(b"", 404), Answer(b"<Error><Code>NoSuchKey</Code></Error>", 404),
     Answer(b"<Error><Code>AccessDenied</Code></Error>", 403)],
)  # fmt: skip
def test_a_file_that_does_not_exist_is_known_not_to_and_not_asked_for_again(
    tmp_path: Path, answer: Answer
) -> None:
    with scripted(in_turn(answer)) as server:
        case = EdgarCase(tmp_path, server.url)
        assert case.facts() is None
        assert case.facts() is None
    assert len(server.asked) == 1
    assert set(case.records.received("company_facts", "cik")) == {"0000000001"}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (PAGE, "HTML page titled 'One moment', not with JSON"),
        (Answer(b"  \n<HTML>"), "an HTML page, not with JSON"),
        (Answer(b""), "an empty body, not with JSON"),
        (Answer(b"%PDF-1.7"), "begins with b'%PDF-1.7', not with JSON"),
    ],
)
def test_what_comes_in_place_of_a_file_is_named_and_not_kept(
    tmp_path: Path, answer: Answer, told: str
) -> None:
    with scripted(in_turn(answer)) as server:
        case = EdgarCase(tmp_path, server.url)
        with pytest.raises(TransientError, match=told):
            case.facts()
        assert len(server.asked) == 3
    assert case.records.kept("company_facts", COMPANY) is None


def test_a_page_that_passes_is_got_over(tmp_path: Path) -> None:
    with scripted(in_turn(PAGE, FACTS)) as server:
        assert EdgarCase(tmp_path, server.url).facts() == FACTS.body


@pytest.mark.parametrize("start", [b"", b"\n", b"\r\n  ", b"\xef\xbb\xbf"])
def test_blank_lines_and_a_byte_order_mark_before_a_file_do_no_harm(tmp_path: Path, start: bytes) -> None:
    report = Answer(start + b'<?xml version="1.0"?><edgarSubmission/>')
    with scripted(in_turn(report)) as server:
        found = EdgarCase(tmp_path, server.url).records.fetch("fund_report", {"cik": "1", "accession": "2"})
    assert found == report.body


def test_a_contact_that_is_echoed_is_not_kept(tmp_path: Path) -> None:
    echo = Answer(f'{{"agent": "{CONTACT}", "mail": "jane.doe@research.example"}}'.encode())
    with scripted(in_turn(echo)) as server:
        kept = EdgarCase(tmp_path, server.url).facts()
    assert kept is not None
    assert b"jane.doe" not in kept


def test_many_files_come_over_several_connections_and_a_failure_loses_none_that_came(tmp_path: Path) -> None:
    def answer(path: str, _: int) -> Answer:
        return Answer(b"no", 400) if "CIK0000000030" in path else FACTS

    requests = [{"cik": f"{number:010d}"} for number in range(40)]
    with scripted(answer) as server:
        case = EdgarCase(tmp_path, server.url)
        with pytest.raises(RefusedError, match="answered 400"):
            case.records.fetch_all("company_facts", requests)
        kept = set(case.records.received("company_facts", "cik"))
        first = {path[-15:-5] for path in server.asked} - {"0000000030"}
        assert kept == first
        assert len(kept) >= 30
