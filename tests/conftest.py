"""Fixtures that tests of several folders share; each stands in the module that makes it."""

from __future__ import annotations

from tests.integration.sample_home import backfilled_home, study_home

__all__ = ["backfilled_home", "study_home"]
