"""How the stand-in is run, switched and asked what it saw."""

from __future__ import annotations

import json
import socket
import sys

import httpx
import polars as pl
import pytest

from tests.standin import __main__ as command
from tests.standin.fixture import members_with_statements, standin, universe, xfl
from tests.standin.server import LARGEST_BODY, LONGEST_TARGET, StandIn
from tests.standin.universe import folder_universe

__all__ = ["standin", "universe", "xfl"]


def test_faults_settings_and_requests_have_addresses(standin):
    control, key = f"{standin.url}/__control", {"X-API-Key": standin.key}
    httpx.post(
        f"{control}/faults",
        json=[
            {"path": "/v1/status", "kind": "server_error"},
            {"path": "/v1/*", "kind": "html", "count": None},
        ],
    )
    assert [httpx.get(f"{standin.url}/v1/status").status_code for _ in range(2)] == [500, 200]
    assert [fault["count"] for fault in httpx.get(f"{control}/faults").json()] == [0, None]
    httpx.delete(f"{control}/faults")
    shown = httpx.post(
        f"{control}/settings", json={"today": "2020-06-30", "plan": "free", "advance_seconds": 60}
    ).json()
    assert (shown["today"], shown["plan"]) == ("2020-06-30", "free")
    assert (
        httpx.get(f"{standin.url}/v1/index/russell2000?limit=1", headers=key).json()["meta"]["coverage_end"]
        == "2020-06-30"
    )
    seen = httpx.get(f"{control}/requests").json()
    assert seen["counts"] == {"/v1/status": 2, "/v1/index": 1}
    assert seen["requests"][-1] == {
        "endpoint": "/v1/index", "path": "/v1/index/russell2000", "query": {"limit": "1"}, "has_key": True,
        "status": 200, "rows": 1, "fault": None,
    }  # fmt: skip
    assert httpx.post(f"{control}/reset").json()["plan"] == "pro"
    assert httpx.get(f"{control}/requests").json() == {"counts": {}, "requests": []}


def test_nothing_that_the_stand_in_tells_holds_the_key(standin):
    httpx.get(f"{standin.url}/v1/auth/usage", headers={"X-API-Key": standin.key})
    told = "".join(
        httpx.get(f"{standin.url}/__control/{name}").text for name in ("requests", "settings", "faults")
    )
    assert standin.key not in told


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("faults", {"path": "*", "kind": "earthquake"}),
        ("faults", {"kind": "html"}),
        ("faults", [1]),
        ("settings", {"plan": "gold"}),
        ("settings", {"tomorrow": "2026-01-01"}),
        ("settings", {"today": "soon"}),
        ("settings", {"limits": {"wishes": 3}}),
    ],
)
def test_what_it_does_not_know_is_refused(standin, address, body):
    assert httpx.post(f"{standin.url}/__control/{address}", json=body).status_code == 400


@pytest.mark.parametrize("header", ["{", "[1]", '{"kind": "earthquake"}'])
def test_a_header_that_is_no_fault_is_refused(standin, header):
    assert httpx.get(f"{standin.url}/v1/status", headers={"X-Standin-Fault": header}).status_code == 400


def test_requests_are_bounded(standin):
    assert httpx.get(f"{standin.url}/v1/search?q={'x' * LONGEST_TARGET}").status_code == 413
    announced = (
        f"POST /__control/faults HTTP/1.1\r\nHost: standin\r\nContent-Length: {LARGEST_BODY + 1}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(standin.url.rsplit(":", 1)[1])), timeout=5) as connection:
        connection.sendall(announced.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")


def test_other_addresses_are_not_found(standin):
    assert httpx.get(f"{standin.url}/v2/prices").status_code == 404
    assert httpx.get(f"{standin.url}/__control/exit").status_code == 404


def test_it_listens_on_loopback_alone_and_stops(universe):
    with StandIn(universe) as running:
        assert running.url.startswith("http://127.0.0.1:")
        port = int(running.url.rsplit(":", 1)[1])
        kept_open = httpx.Client()
        kept_open.get(f"{running.url}/v1/status")
        running.fault("/v1/status", "timeout")
    with pytest.raises(httpx.TransportError):
        kept_open.get(f"http://127.0.0.1:{port}/v1/status")
    with socket.socket() as again:
        assert again.connect_ex(("127.0.0.1", port)) != 0


def test_the_same_universe_answers_the_same_bytes_again(universe):
    asked = f"/v1/prices?entity_id={members_with_statements(universe, 1)[0]}&start=2020-01-01"
    answers = []
    for _ in range(2):
        with StandIn(universe) as running:
            answers.append(httpx.get(running.url + asked, headers={"X-API-Key": running.key}).content)
    assert answers[0] == answers[1]


def test_the_command_serves_and_says_where(monkeypatch, capsys):
    seen = []

    def interrupted(running):
        seen.append(httpx.get(f"{running.url}/v1/status").json()["status"])
        raise KeyboardInterrupt

    monkeypatch.setattr(StandIn, "wait", interrupted)
    arguments = ["standin", "--port", "0", "--today", "2024-12-31", "--plan", "max", "--companies", "60"]
    monkeypatch.setattr(sys, "argv", arguments)
    command.main()
    assert seen == ["ok"]
    assert "serves up to 2024-12-31 on plan max" in capsys.readouterr().out


def test_a_folder_can_be_served(tmp_path):
    pl.DataFrame(
        {
            "snapshot_date": ["2024-05-31", "2024-06-28"] * 2,
            "ticker": ["ABCD", "ABCD", "EFGH", "EFGH"],
            "name": ["ALPHABETICAL CO"] * 2 + ["EFFECTIVE CO"] * 2,
        }
    ).write_csv(tmp_path / "constituents.csv")
    statements = {
        "ticker": "ABCD", "entity_id": 11, "period_end": "2023-12-31",
        "filing_date": "2024-02-20", "revenue": 900_000.0,
        "operating_income": 90_000.0, "net_interest_expense": 9_000.0, "net_income": 60_000.0,
        "total_assets": 2e6, "short_term_debt": 1e3,
        "long_term_debt": 5e3, "total_liabilities": 8e5, "shareholders_equity": 1.2e6,
        "operating_cash_flow": 7e4, "capital_expenditures": 2e4, "shares_basic": 1e6,
    }  # fmt: skip
    pl.DataFrame([statements]).write_csv(tmp_path / "fundamentals.csv")
    months = ["2024-04-30", "2024-05-31", "2024-06-28"]
    prices = {
        "ticker": ["ABCD"] * 3,
        "date": months,
        "adj_close": [10.0, 11.0, 12.1],
        "close": [10.0, 11.0, 12.1],
    }
    pl.DataFrame(prices).write_csv(tmp_path / "prices.csv")
    with StandIn(folder_universe(tmp_path)) as running:

        def ask(path):
            return httpx.get(running.url + path, headers={"X-API-Key": running.key}).json()["data"]

        members = ask("/v1/index/russell2000?as_of=2024-06-28")
        assert [row["ticker"] for row in members] == ["ABCD", "EFGH"]
        entity = members[0]["entity_id"]
        assert ask(f"/v1/fundamentals?entity_id={entity}&start=2020-01-01")[0]["revenue"] == 0.9
        assert [row["close"] for row in ask(f"/v1/prices?entity_id={entity}&start=2020-01-01")][::2] == [
            10.0,
            11.0,
            12.1,
        ]
        assert json.dumps(ask("/v1/resolve/ABCD")).count('"cik": "') == 1
