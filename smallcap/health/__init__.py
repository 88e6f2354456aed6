"""Health of a home: what is known of it, how it is judged, and the log of its runs."""

from __future__ import annotations

from smallcap.health.findings import HealthFinding, State, worst

__all__ = ["HealthFinding", "State", "worst"]
