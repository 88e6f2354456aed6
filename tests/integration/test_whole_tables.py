"""Tables that are wrong as a whole, through the command: counts of another split basis are brought back, and
units or signs that no single row shows stop the run.
"""

from __future__ import annotations

import datetime as dt
import itertools
import string
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from smallcap.tables import TABLES
from tests.command_line import published
from tests.component.sources.crafted import fundamentals_frame, holdings, line, write_folder
from tests.integration.homes import Answer, make
from tests.oracle.metrics_pandas import annual_ratios, market_caps
from tests.oracle.quality_pandas import in_order
from tests.tiers import others_in_drill
from tests.tolerances import EXACT

pytestmark = pytest.mark.drill

Smallcap = Callable[..., Answer]

AS_OF, LIST_DAY, MONTH_END = dt.date(2023, 5, 31), "May 24, 2023", "2023-05-31"
HOLDINGS, FUNDAMENTALS, PRICES = "ishares/IWM_holdings.csv", "fundamentals/annual.csv", "prices/month_end.csv"
SHARES, PRICE, HELD = 10_000_000, 25.0, 250_000
"""Of every ordinary company: its shares, its price on the day of the list, and what the fund holds of it."""
SPECIAL: dict[str, dict[str, float]] = {
    # Later splits that the vendor's counts carry: 2, 3, 4 and 10 for 1, the last with dividends since.
    "SPA": {"traded": 2.0, "count": 2.0},
    "SPB": {"traded": 3.08, "count": 3.0},
    "SPC": {"traded": 4.1, "count": 4.0},
    "SPD": {"traded": 10.6, "count": 10.0},
    # Later consolidations that they carry, 1 for 8, 20 and 25.
    "COA": {"traded": 0.129, "count": 0.125},
    "COB": {"traded": 0.0478, "count": 0.05},
    "COC": {"traded": 0.0385, "count": 0.04},
    # Split after the table's date: the adjusted close carries it, the count does not.
    "LAA": {"traded": 2.0, "count": 1.0},
    "LAB": {"traded": 5.05, "count": 1.0},
    # Near the median neither way.
    "DOU": {"traded": 0.18, "count": 1.0, "held": 1.9},
    # Controlled: little floats, and the counts are right.
    "CTA": {"held": 0.08},
    "CTB": {"held": 0.05},
    # Counts in another unit.
    "UNA": {"count": 0.001},
    "UNB": {"count": 1000.0},
    # Shares were issued after the count.
    "ISS": {"held": 1.8},
}
ORDINARY = ["Z" + "".join(letters) for letters in itertools.product(string.ascii_uppercase[:6], repeat=2)]
TICKERS = [*SPECIAL, *ORDINARY]
MADE = (
    "core.members",
    "core.annual_fundamentals",
    "core.annual_metrics",
    "core.metrics_as_of",
    "marts.quality_scores",
    "marts.coverage",
)
"""What is looked at, and what it is made from, beside the raw tables."""


def folder(
    where: Path, money: float = 1.0, shares: float = 1.0, capex: float = 1.0, **columns: object
) -> Path:
    """Files whose money, share counts and capital expenditures are so many times the right ones."""
    rows = [_statement(number, ticker, money, shares, capex) for number, ticker in enumerate(TICKERS)]
    files: dict[str, bytes | pl.DataFrame] = {
        HOLDINGS: holdings([_line(ticker) for ticker in TICKERS], as_of=LIST_DAY),
        FUNDAMENTALS: fundamentals_frame(*({**row, **columns} for row in rows)),
        PRICES: pl.DataFrame(_prices()),
    }
    return write_folder(where, files)


def _line(ticker: str) -> list[str]:
    held = round(HELD * SPECIAL.get(ticker, {}).get("held", 1.0))
    return line(
        ticker,
        f"COMPANY {ticker}",
        quantity=f"{held:,}.00",
        price=f"{PRICE:.2f}",
        market_value=f"{held * PRICE:,.2f}",
    )


def _statement(number: int, ticker: str, money: float, shares: float, capex: float) -> dict[str, object]:
    given = {
        "revenue": 2e8,
        "operating_income": 2e7,
        "net_income": 1e7 + number,
        "total_assets": 3e8,
        "total_liabilities": 1.5e8,
        "shareholders_equity": 1.5e8,
        "short_term_debt": 1e7,
        "long_term_debt": 4e7,
        "operating_cash_flow": 3e7,
        "net_interest_expense": 2e6,
        "capital_expenditures": 1e7 * capex,
    }
    return {
        "ticker": ticker,
        "entity_id": 100 + number,
        "fiscal_year": 2022,
        "period_end": "2022-12-31",
        "filing_date": "2023-03-01",
        "restated_date": "2023-03-01",
        **{name: value * money for name, value in given.items()},
        "shares_basic": SHARES * shares * SPECIAL.get(ticker, {}).get("count", 1.0),
    }


def _prices() -> Iterable[dict[str, object]]:
    for ticker in TICKERS:
        close = PRICE / SPECIAL.get(ticker, {}).get("traded", 1.0)
        for day, drift in (("2023-04-28", 0.9), (MONTH_END, 1.0)):
            yield {"ticker": ticker, "date": day, "adj_close": close * drift}


@pytest.fixture(scope="module")
def adjusted(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Members of a table whose counts carry later splits, by ticker, with the results of plain Python."""
    where = tmp_path_factory.mktemp("adjusted")
    home = where / "home"
    tables = [*(name for name in TABLES if name.startswith("raw.")), *MADE, "publish.warehouse"]
    make(home, AS_OF, tables=tables, preset="files", input=folder(where / "input"))
    ours = published(home, "SELECT * FROM core.metrics_as_of JOIN core.members USING (as_of, entity_id)")
    theirs = market_caps(
        published(home, "SELECT * FROM core.members"),
        in_order(annual_ratios(published(home, "SELECT * FROM core.annual_fundamentals"))),
        published(home, "SELECT * FROM raw.prices"),
    )
    keys = pd.MultiIndex.from_frame(ours[["as_of", "entity_id"]])
    checks = published(home, "SELECT status, message FROM meta.checks WHERE check_name = 'share_footing'")
    covered = published(home, "SELECT * FROM marts.coverage WHERE has_membership")
    rows = ours.assign(theirs=theirs.reindex(keys).to_numpy()).set_index("ticker")
    rows.attrs = {"said": checks.iloc[0].to_dict(), "covered": covered.iloc[0].to_dict()}
    return rows


class TestCountsThatCarryLaterSplits:
    RIGHT = SHARES * PRICE

    @pytest.mark.parametrize("ticker", ["SPA", "SPB", "SPC", "SPD", "COA", "COB", "COC"])
    def test_a_count_that_carries_the_split_is_brought_back(
        self, adjusted: pd.DataFrame, ticker: str
    ) -> None:
        row = adjusted.loc[ticker]
        assert row["market_cap_usd"] == pytest.approx(self.RIGHT, rel=EXACT)
        assert (row["is_shares_footing_inferred"], row["is_split_unchecked"]) == (True, False)

    @pytest.mark.parametrize("ticker", ["LAA", "LAB", "DOU", "CTA", "CTB", "ISS", *ORDINARY[:3]])
    def test_every_other_count_is_left(self, adjusted: pd.DataFrame, ticker: str) -> None:
        row = adjusted.loc[ticker]
        assert row["market_cap_usd"] == self.RIGHT
        assert not row["is_shares_footing_inferred"]

    @pytest.mark.parametrize("ticker", ["UNA", "UNB"])
    def test_a_count_in_another_unit_has_no_market_value(self, adjusted: pd.DataFrame, ticker: str) -> None:
        row = adjusted.loc[ticker]
        assert (pd.isna(row["market_cap_usd"]), row["market_cap_reason"]) == (True, "shares_basis_doubtful")

    def test_flags_name_who_they_are_for(self, adjusted: pd.DataFrame) -> None:
        def flagged(flag: str) -> set[str]:
            return set(adjusted.index[adjusted[flag].fillna(False).astype(bool)])

        assert flagged("is_shares_footing_doubtful") == {"DOU"}
        assert flagged("is_share_count_small_for_holding") == {"DOU", "ISS", "UNA"}
        assert flagged("is_footing_known_later") == set()

    def test_plain_python_finds_the_same_market_values(self, adjusted: pd.DataFrame) -> None:
        assert adjusted["market_cap_usd"].notna().equals(adjusted["theirs"].notna())
        known = adjusted[adjusted["theirs"].notna()]
        assert (known["market_cap_usd"] / known["theirs"] - 1).abs().max() < EXACT
        assert len(known) == len(TICKERS) - 2

    def test_the_finding_is_said_once_with_votes_and_names(self, adjusted: pd.DataFrame) -> None:
        assert adjusted.attrs["said"] == {
            "status": "warned",
            "message": (
                "2023-05-31: share counts are split-adjusted: 4 of 6 splits and 3 of 4 consolidations say "
                "so; brought back: COA, COB, COC, SPA, SPB, SPC, SPD; doubtful: DOU"
            ),
        }

    def test_coverage_counts_it(self, adjusted: pd.DataFrame) -> None:
        covered = adjusted.attrs["covered"]
        assert (covered["shares_footing"], covered["shares_footing_basis"]) == ("split_adjusted", "vote")
        assert (covered["inferred_share_counts"], covered["share_counts_without_basis"]) == (7, 2)
        assert covered["split_unchecked_share"] == 0


def run(smallcap: Smallcap, files: Path, home: Path) -> Answer:
    return smallcap("run", "--preset", "files", "--input", files, "--as-of", AS_OF, "--home", home)


def caps(home: Path) -> dict[str, float]:
    rows = published(
        home,
        "SELECT ticker, market_cap_usd FROM core.metrics_as_of JOIN core.members USING (as_of, entity_id)",
    )
    return dict(rows.itertuples(index=False, name=None))


class TestDeclarations:
    def test_a_column_declares_the_basis_and_the_setting_is_recorded(
        self, tmp_path: Path, smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = tmp_path / "home"
        files = folder(tmp_path / "input", shares_split_basis="as_filed")
        assert run(smallcap, files, home).code == 0
        assert caps(home)["SPA"] == 2 * SHARES * PRICE
        # What the table says outranks the setting; the home holds one setting for all its years.
        monkeypatch.setenv("SMALLCAP_SHARES_SPLIT_BASIS", "split_adjusted_to 2026-04-30")
        refused = run(smallcap, files, home)
        assert refused.code == 2
        assert "config set shares_split_basis" in " ".join(refused.err.split())
        assert smallcap("config", "set", "shares_split_basis", "as_filed", "--home", home).code == 0
        assert 'shares_split_basis = "as_filed"' in (home / "home.toml").read_text()

    def test_the_setting_remakes_what_depends_on_it(self, tmp_path: Path, smallcap: Smallcap) -> None:
        home, files = tmp_path / "home", folder(tmp_path / "input")
        assert run(smallcap, files, home).code == 0
        assert caps(home)["SPA"] == SHARES * PRICE
        assert smallcap("config", "set", "shares_split_basis", "as_filed", "--home", home).code == 0
        assert run(smallcap, files, home).code == 0
        assert caps(home)["SPA"] == 2 * SHARES * PRICE

    def test_a_word_that_is_none_is_refused_with_its_row(self, tmp_path: Path, smallcap: Smallcap) -> None:
        files = folder(tmp_path / "input", shares_split_basis="adjusted")
        answer = run(smallcap, files, tmp_path / "home")
        assert answer.code == 2
        said = " ".join(answer.err.split())
        assert f"{FUNDAMENTALS}, row 1, column 'shares_split_basis': 'adjusted' must be as_filed" in said


WRONG: dict[str, tuple[dict[str, float], str]] = {
    "money in thousands": ({"money": 1e-3}, "is money in thousands or millions"),
    "money in millions": ({"money": 1e-6}, "is money in thousands or millions"),
    "share counts in thousands": ({"shares": 1e-3}, "are share counts in thousands"),
    "all in thousands": ({"money": 1e-3, "shares": 1e-3}, "are share counts in thousands"),
    "negative outlays": ({"capex": -1.0}, "capital expenditures is negative in 100.0%"),
}


@pytest.mark.parametrize("fault", others_in_drill(WRONG, kept=["money in thousands", "negative outlays"]))
def test_a_table_in_another_unit_or_sign_stops_the_run_and_says_what_is_suspected(
    tmp_path: Path, smallcap: Smallcap, fault: str
) -> None:
    home = tmp_path / "home"
    wrong, suspected = WRONG[fault]
    answer = run(smallcap, folder(tmp_path / "input", **wrong), home)
    said = " ".join(answer.err.split())
    assert answer.code == 4, answer.err
    assert suspected in said
    assert "If the figures are right, change plausibility." in said
    assert not (home / "warehouse" / "warehouse.duckdb").exists()
