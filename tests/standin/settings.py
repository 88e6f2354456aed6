"""What can be switched while the stand-in runs: its two clocks, the plan, what is served and how it is
counted.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from tests.standin.plans import GOOD_KEY, PLANS, Plan
from tests.standin.wire import as_date, bad_request

NOON: Final = dt.time(12)


@dataclass(frozen=True)
class Settings:
    """The switches, with their defaults.

    Attributes
    ----------
    today
        The clock of the data: nothing later is served.
    now
        The clock of the quotas; it moves only when it is told to (`advance_seconds`).
    plan, limits
        Name of the plan, and limits that replace the plan's own.
    keys
        Keys that are accepted.
    metering
        What costs one request of the quota: a ``request``, or each ``ticker`` of it.
    is_index_served
        Whether the index is served, as in July 2026, or refused, as the documents of October 2026 suggest.
    entity_id_offset
        By how much the vendor has renumbered its ids.
    entity_ids_moved
        How many of the ids, the lowest first, are renumbered; None is all of them.
    has_unseen_fields
        Whether statement items are served whose names no public text of the vendor shows.
    newer_client
        A version of the vendor's client that every answer of the vendor recommends; None recommends none.
    french_vintage
        The vintage (YYYYMM) of the factor files; None is the newest published by today.
    ishares_classic
        Whether the classic address answers with ``csv`` or with a page of ``html``.
    sec_most_per_second
        How many requests in a second of the machine's clock the SEC allows before it serves nobody; None is
        any number.
    """

    today: dt.date
    now: dt.datetime
    plan: str = "pro"
    limits: dict[str, int | None] = field(default_factory=dict)
    keys: tuple[str, ...] = (GOOD_KEY,)
    metering: str = "request"
    is_index_served: bool = True
    entity_id_offset: int = 0
    entity_ids_moved: int | None = None
    has_unseen_fields: bool = True
    newer_client: str | None = None
    french_vintage: str | None = None
    ishares_classic: str = "csv"
    sec_most_per_second: int | None = None

    @classmethod
    def at(cls, today: dt.date, plan: str) -> Settings:
        return cls(today, dt.datetime.combine(today, NOON)).changed({"plan": plan})

    @property
    def allowed(self) -> Plan:
        return replace(PLANS[self.plan], **self.limits)

    def changed(self, changes: dict[str, Any]) -> Settings:
        """Return the settings with some changed.

        `today` as text, `advance_seconds` for the clock of the quotas.
        """
        changes = dict(changes)
        seconds = changes.pop("advance_seconds", 0)
        unknown = set(changes) - {item.name for item in fields(self)} - {"now"}
        unknown |= set(changes.get("limits", {})) - {item.name for item in fields(Plan)}
        if unknown or changes.get("plan", self.plan) not in PLANS:
            raise bad_request(
                f"unknown setting, limit or plan: {', '.join(sorted(unknown)) or changes['plan']}"
            )
        if "today" in changes:
            changes["today"] = as_date("today", str(changes["today"]))
        if "keys" in changes:
            changes["keys"] = tuple(changes["keys"])
        return replace(self, **changes, now=self.now + dt.timedelta(seconds=seconds))

    def shown(self) -> dict[str, Any]:
        """Return the settings as JSON can hold them, without keys."""
        return {
            name: str(value) if isinstance(value, dt.date) else value
            for name, value in asdict(self).items()
            if name != "keys"
        }
