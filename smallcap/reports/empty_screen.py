"""Why a screen is empty, in one sentence."""

from __future__ import annotations

from smallcap.reports.claims import Row

_EXCLUDED = {
    "no_fundamentals": "have no annual record",
    "stale": "have no annual record of the last {stale_months} months",
    "missing": "lack an input of the score",
    "out_of_range": "have an input outside the controls",
    "unusable_ticker": "have no usable ticker",
    "insufficient_records": "have complete records, which are too few",
}


def empty_screen(row: Row) -> str:
    """Say in one sentence why no company has a score: for most members, and for those that were left.

    Parameters
    ----------
    row
        The answer to the question ``claims``.
    """
    counts = {reason: row[f"excluded_{reason}"] for reason in _EXCLUDED}
    main = max(counts, key=lambda reason: counts[reason])
    if not counts[main]:
        return "No company is scored: there are no members."
    told = (
        f"No company is scored: {counts[main]:,} of {row['members']:,} members "
        f"{_EXCLUDED[main].format(**row)}"
    )
    left = counts["insufficient_records"]
    return (
        f"{told}; the {left:,} complete records are too few."
        if left and main != "insufficient_records"
        else f"{told}."
    )
