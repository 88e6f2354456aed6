"""What coverage and the check say of the split basis: votes, names, and what was not decided."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.metrics.footing_report import footing_counts, footing_finding
from tests.unit.finance.builders import table

AS_OF = dt.date(2024, 6, 28)
USABLE = {"is_ticker_usable": True, "is_resolved": True, "is_priced": True, "is_classified": True}
FOR, AGAINST = "split_adjusted", "as_filed"


def row(footing: str | None, basis: str | None, *companies: dict[str, object]) -> dict[str, object]:
    """The counts of a date with these companies, named A, B, C and so on."""
    given = [
        {"shares_footing": footing, "shares_footing_basis": basis, "entity_id": number, **one}
        for number, one in enumerate(companies or ({},))
    ]
    tickers = [{"entity_id": number, "ticker": chr(ord("A") + number)} for number in range(len(given))]
    made = footing_counts(
        table("core.metrics_as_of", given, as_of=AS_OF, year=2024),
        table("core.members", tickers, as_of=AS_OF, year=2024, **USABLE),
    )
    assert made.height == 1
    return made.row(0, named=True)


def voter(vote: str, ratio: float = 2.0, *, is_brought_back: bool = False) -> dict[str, object]:
    return {"footing_vote": vote, "later_split_ratio": ratio, "is_shares_footing_inferred": is_brought_back}


def test_votes_are_counted_by_kind_and_names_are_listed() -> None:
    counts = row(
        "split_adjusted",
        "vote",
        voter(FOR, is_brought_back=True),
        voter(AGAINST),
        voter(FOR, 0.1, is_brought_back=True),
        voter(FOR, 0.1),
        {"is_shares_footing_doubtful": True},
    )
    kinds = [
        f"footing_votes_{kind}_{side}" for kind in ("splits", "consolidations") for side in ("for", "against")
    ]
    assert [counts[name] for name in kinds] == [1, 1, 2, 0]
    assert (counts["inferred_share_counts"], counts["inferred_share_count_names"]) == (2, "A, C")
    assert (counts["doubtful_share_counts"], counts["doubtful_share_count_names"]) == (1, "E")
    assert footing_finding(counts, 5) == (
        True,
        "2024-06-28: share counts are split-adjusted: 1 of 2 splits and 2 of 2 consolidations say so; "
        "brought back: A, C; doubtful: E",
    )


def test_what_is_as_filed_by_vote_warns_nobody() -> None:
    assert footing_finding(row("as_filed", "vote", voter(FOR), *[voter(AGAINST)] * 4), 5) == (
        False,
        "2024-06-28: share counts are as filed: 1 of 5 splits and 0 of 0 consolidations say that they are "
        "split-adjusted",
    )


@pytest.mark.parametrize("footing", ["as_filed", "undecided"])
def test_splits_between_lists_are_named_in_a_warning(footing: str) -> None:
    counts = row(footing, None, {}, {"is_split_inferred": True}, {"is_split_inferred": False})
    assert (counts["inferred_splits"], counts["inferred_split_names"]) == (1, "B")
    warns, told = footing_finding(counts, 5)
    assert warns
    assert told.endswith("; multiplied by a split between two lists: B")


@pytest.mark.parametrize(("votes", "is_warning"), [(0, False), (3, True)])
def test_too_few_votes_say_so(votes: int, is_warning: bool) -> None:
    warns, told = footing_finding(row("undecided", None, {}, *[voter(FOR)] * votes), 5)
    assert warns == is_warning
    assert (
        f"undecided ({votes} of at least 5 companies with a clear later split), so they are taken as filed"
        in told
    )
    assert "set shares_split_basis" in told


def test_a_declaration_is_named() -> None:
    assert footing_finding(row("split_adjusted", "declared"), 5) == (
        False,
        "2024-06-28: share counts are split-adjusted, as declared",
    )


def test_no_share_counts() -> None:
    assert footing_finding(row(None, None), 5) == (False, "2024-06-28: no share count")


def test_splits_that_are_unknown_are_counted_among_market_values_only() -> None:
    counts = row(
        "as_filed", "vote", *[{"is_split_unchecked": True, "market_cap_usd": cap} for cap in (1.0, None)]
    )
    assert counts["splits_unchecked"] == 1


def test_no_rows() -> None:
    empty = footing_counts(table("core.metrics_as_of", []), table("core.members", []))
    assert empty.height == 0
    assert empty.schema["splits_unchecked"] == pl.Int64
