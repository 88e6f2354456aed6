"""The table of how many members are resolved: those that stayed in the index, and those that left it."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import count, date, flag, key_date, ratio, text


class ResolvedShares(dy.Schema):
    """One row per as_of before the newest: members whose company is known, and the others' disadvantage.

    Which members left is known only at the newest date: the table describes the data and selects nothing.
    """

    as_of = key_date("as-of date of the members")
    newest_as_of = date(
        "the newest date with members, at which a member is still there or not", nullable=False
    )
    members = count("companies", unit="members")
    resolved = count("members known to the fundamentals source", unit="members")
    resolved_share = ratio("resolved over members", min=0, max=1)
    stayed_members = count("members that are members at newest_as_of too", unit="members")
    stayed_resolved = count("those of them that are resolved", unit="members")
    stayed_share = ratio("stayed_resolved over stayed_members", min=0, max=1)
    left_members = count("members that are none at newest_as_of", unit="members")
    left_resolved = count("those of them that are resolved", unit="members")
    left_share = ratio("left_resolved over left_members", min=0, max=1)
    survivorship_gap = ratio(
        "stayed_share less left_share: how much better names are known that are still there", min=-1, max=1
    )
    is_gap_large = flag("the gap is above the rule's limit; null if a share is unknown", nullable=True)
    rule_set = text("name and version of the rule set", nullable=False)
