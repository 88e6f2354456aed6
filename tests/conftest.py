"""Fixtures that tests of several folders share, each from the module that makes it; and hypothesis without a clock."""

from __future__ import annotations

from hypothesis import settings

from tests.integration.sample_home import backfilled_home, reported_home, study_home

# A busy machine is no failure: examples have no deadline.
settings.register_profile("no_clock", deadline=None)
settings.load_profile("no_clock")

__all__ = ["backfilled_home", "reported_home", "study_home"]
