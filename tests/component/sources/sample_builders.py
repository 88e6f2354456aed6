"""Sample universes that the tests of the sample source share; each is generated once."""

from __future__ import annotations

import datetime as dt
import functools

import polars as pl

from smallcap.sources.sample import SampleSource

INDEX = "russell2000"
EVER = (dt.date(1990, 1, 1), dt.date(2100, 1, 1))
STUDY_DATE = dt.date(2025, 12, 31)


@functools.cache
def full() -> SampleSource:
    """The default universe."""
    return SampleSource(2600, 2000)


@functools.cache
def small() -> SampleSource:
    """A small universe with another seed."""
    return SampleSource(400, 7)


def fundamentals(source: SampleSource) -> pl.DataFrame:
    return source.fundamentals(*EVER).rows


def prices(source: SampleSource) -> pl.DataFrame:
    return source.prices(*EVER).rows


def all_lists(source: SampleSource) -> pl.DataFrame:
    return source.constituents(INDEX, source.membership_dates(INDEX)).rows
