"""What a list added later and a dated alias change of a published home, through the pipeline and `diff`.

A later list changes nothing of an earlier date. A person's alias does; the change is recorded, flagged, and
shown by `smallcap diff`.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from tests.command_line import published
from tests.component.sources.crafted import holdings, line, write_folder
from tests.integration.homes import Answer, contents, copy_home, make
from tests.integration.test_bad_files import FUNDAMENTALS, LAST_PRICES, PRICES, TICKERS, statements
from tests.paths import PROJECT_ROOT

FIRST, SECOND = dt.date(2025, 5, 31), dt.date(2025, 6, 30)
DOUBTED, GONE, RENAMED, RECYCLED, SPLIT = TICKERS[2:7]
"""A line whose name the table does not have; one that the second list does not show; one with a new name
there, one with another company's, and one that splits 2 for 1 between the lists."""
Smallcap = Callable[..., Answer]


def listed(as_of: str, names: dict[str, str], given: dict[str, dict[str, str]] | None = None) -> bytes:
    """A list of all companies, some under other names, and some with other values."""
    rows = [
        line(
            ticker,
            names.get(ticker, f"COMPANY {ticker}"),
            **{
                "quantity": "200,000.00",
                "market_value": "5,000,000.00",
                **(given or {}).get(ticker, {}),
            },
        )
        for ticker in TICKERS
        if names.get(ticker) != "-"
    ]
    return holdings(rows, as_of=as_of)


class Homes(NamedTuple):
    """The same home after the first list, after the second, and after the alias, and what the last said."""

    first: Path
    second: Path
    corrected: Path


pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    root = tmp_path_factory.mktemp("corrected")
    named = statements().with_columns(name=pl.format("COMPANY {}", "ticker"))
    folder = write_folder(
        root / "input",
        {
            "ishares/IWM_may.csv": listed("May 13, 2025", {DOUBTED: "ARCADIUM LITHIUM PLC"}),
            FUNDAMENTALS: named,
            PRICES: LAST_PRICES,
        },
    )
    reference = Path(shutil.copytree(PROJECT_ROOT / "data" / "reference", root / "reference"))
    given = {"preset": "files", "input": folder, "reference_dir": reference}
    home = root / "home"
    make(home, FIRST, **given)
    first = copy_home(home, root / "first")
    later = {DOUBTED: "ARCADIUM LITHIUM PLC", GONE: "-", RENAMED: "ESMERALDA INC", RECYCLED: "FALCON MINING"}
    other = {
        RECYCLED: {"sector": "Energy", "exchange": "NYSE", "quantity": "9,000.00", "price": "555.00"},
        SPLIT: {"quantity": "400,000.00", "price": "12.50"},
    }
    write_folder(folder, {"ishares/IWM_june.csv": listed("Jun 13, 2025", later, other)})
    make(home, SECOND, **given)
    second = copy_home(home, root / "second")
    aliases = reference / "ticker_aliases.csv"
    row = f'{DOUBTED},{DOUBTED},figures_of,2025-05-01,,"read in its annual report"\n'
    aliases.write_text(aliases.read_text().rstrip("\n") + "\n" + row)
    make(home, SECOND, **given)
    return Homes(first, second, home)


def diff(smallcap: Smallcap, a: Path, b: Path, *arguments: object) -> dict[str, dict[str, object]]:
    """What `smallcap diff` says of each table that differs."""
    answer = smallcap("diff", a, b, "--format", "json", *arguments)
    told = json.loads(answer.out)
    assert answer.code == (0 if told["is_equal"] else 9)
    return {table["name"]: table for table in told["tables"] if table["name"] in told["different_tables"]}


def test_a_later_list_changes_no_row_of_an_earlier_date(homes: Homes) -> None:
    before, after = contents(homes.first), contents(homes.second)
    dated = [name for name, rows in before.items() if "as_of" in rows.columns and rows.height]
    assert {"raw.constituents", "core.members", "core.metrics_as_of", "marts.quality_scores"} <= set(dated)
    for name in dated:
        assert after[name].filter(as_of=FIRST).equals(before[name].filter(as_of=FIRST)), name
    assert after["core.members"].filter(as_of=SECOND).height == len(TICKERS) - 1


def test_diff_shows_that_rows_were_added_alone(homes: Homes, smallcap: Smallcap) -> None:
    different = diff(smallcap, homes.first, homes.second, "--without", "raw.securities")
    assert different["core.members"]["added"] == len(TICKERS) - 1
    # The effect of the reconstitution of June could not be measured before there was a list of June.
    assert set(different.pop("marts.reconstitution_effects")["changed_columns"]) == {
        *("as_of", "additions", "deletions", "reason"),
    }
    assert set(different.pop("marts.reconstitution_events")["changed_columns"]) == {"previous_as_of"}
    # Claims are judged by the numbers of the latest date.
    claims = different.pop("marts.thesis_checks")
    assert claims["removed"] == 0
    assert "value_date" in claims["changed_columns"]  # type: ignore[operator]
    assert {(table["changed"], table["removed"]) for table in different.values()} == {(0, 0)}


def test_the_second_list_was_resolved_by_evidence(homes: Homes) -> None:
    members = contents(homes.second)["core.members"].filter(as_of=SECOND)
    resolved = dict(members.select("ticker", "is_resolved").iter_rows())
    assert {ticker: resolved[ticker] for ticker in (DOUBTED, RENAMED, RECYCLED)} == {
        DOUBTED: False,
        RENAMED: True,
        RECYCLED: False,
    }
    ids = contents(homes.second)["core.members"].group_by("ticker").agg(pl.col("entity_id").n_unique())
    assert ids.filter(pl.col("entity_id") > 1)["ticker"].to_list() == [RECYCLED]


def test_a_split_that_the_two_lists_show_multiplies_the_count_from_the_later_on(homes: Homes) -> None:
    """10 million shares at 25.00 are 20 million at 12.50."""
    rows = published(
        homes.second,
        f"""
        SELECT m.as_of, shares / 1e6 AS millions, market_cap_usd / 1e6 AS value, is_split_inferred
        FROM core.metrics_as_of AS m JOIN core.members USING (as_of, entity_id)
        WHERE ticker = '{SPLIT}' ORDER BY m.as_of
        """,
    )
    assert rows["is_split_inferred"].tolist() == [False, True]
    assert rows["millions"].round(3).tolist() == [10.0, 20.0]
    assert rows["value"].round(1).tolist() == [250.0, 250.0]
    covered = published(
        homes.second, "SELECT as_of, inferred_split_names FROM marts.coverage WHERE inferred_splits > 0"
    )
    assert covered["inferred_split_names"].tolist() == [SPLIT]
    said = published(
        homes.second, "SELECT message FROM meta.checks WHERE check_name = 'share_footing' ORDER BY message"
    )["message"].tolist()
    assert any(f"multiplied by a split between two lists: {SPLIT}" in message for message in said)


def test_an_alias_corrects_every_date_and_the_rows_are_flagged(homes: Homes) -> None:
    rows = published(
        homes.corrected,
        f"SELECT as_of, is_resolved, is_resolution_corrected FROM core.members WHERE ticker = '{DOUBTED}'",
    )
    assert rows[["is_resolved", "is_resolution_corrected"]].to_numpy().tolist() == [[True, True]] * 2
    others = published(
        homes.corrected, f"SELECT * FROM core.members WHERE is_resolution_corrected AND ticker <> '{DOUBTED}'"
    )
    assert others.empty
    evidence = published(
        homes.corrected, f"SELECT resolution_evidence FROM raw.securities WHERE ticker = '{DOUBTED}'"
    )
    assert "alias: figures_of" in evidence.iloc[0, 0]


def test_diff_shows_the_corrected_rows_with_their_flag(homes: Homes, smallcap: Smallcap) -> None:
    """The corrected line belongs to another company, whose rows are new: diff says which, and why."""
    different = diff(smallcap, homes.second, homes.corrected, "--examples", 100)
    members = different["core.members"]
    assert (members["added"], members["removed"], members["changed"]) == (2, 2, 0)
    keys = [key for kind in ("added_keys", "removed_keys") for key in members[kind]]
    assert [(key["as_of"], key["ticker"]) for key in keys] == [
        (str(FIRST), DOUBTED), (str(SECOND), DOUBTED), (str(FIRST), DOUBTED), (str(SECOND), DOUBTED)
    ]  # fmt: skip
    assert members["added_flags"] == {"is_resolution_corrected": 2}
    assert {"core.metrics_as_of", "core.filter_evaluations", "marts.quality_scores"} <= set(different)
    told = smallcap("diff", homes.second, homes.corrected, "--tables", "core.members").out
    assert "2 rows added, 2 with is_resolution_corrected" in told
    assert f'ticker "{DOUBTED}"' in told
