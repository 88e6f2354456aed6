"""Reads the vendor plan that the settings name, and its request quota.

`fetching.quota` counts the requests.
"""

from __future__ import annotations

from smallcap.live_settings import PlanName
from smallcap.reference import ReferenceDir
from smallcap.rules.files import read_rules
from smallcap.rules.types.plans import FILE_NAME, Plan, Plans
from smallcap.sources.fetching import Limits


def load_plan(reference_dir: ReferenceDir, plan: PlanName) -> Plan:
    """Read the limits of a plan.

    Raises
    ------
    InputError
        When the file is wrong; the message names file, line and field.
    """
    found: Plan = getattr(read_rules(reference_dir, FILE_NAME, Plans), plan)
    return found


def limits_of(plan: Plan) -> Limits:
    """Return a plan's request quota."""
    return Limits(per_day=plan.requests_per_day or None, per_hour=plan.requests_per_hour or None)
