"""The words of status columns: of a rule that was evaluated, and of a number that was estimated."""

from __future__ import annotations

from typing import Final

PASS: Final = "pass"
FAIL: Final = "fail"
VERIFY: Final = "verify"
"""Data for the rule are missing: neither passed nor failed."""
NOT_APPLICABLE: Final = "not_applicable"
"""The rule cannot be asked of this kind of company: neither passed, failed nor to be verified."""
STATUSES: Final = (PASS, FAIL, VERIFY, NOT_APPLICABLE)

ESTIMATED: Final = "estimated"
INSUFFICIENT: Final = "insufficient"
"""There are too few data for an estimate; the row says why."""
