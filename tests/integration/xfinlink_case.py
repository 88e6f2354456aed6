"""The data vendor's adapter on a stand-in, and the sample's deliveries under the stand-in's ids to compare it
with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from pydantic import SecretStr

from smallcap.live_settings import PlanName
from smallcap.sources.base import Delivery
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.xfinlink import XfinlinkSource, limits_of, load_plan
from tests.component.sources.crafted import ALIASES, RULES
from tests.component.sources.fetchers import Bench
from tests.paths import PROJECT_ROOT
from tests.standin.server import StandIn
from tests.tolerances import EXACT

INDEX = "russell2000"
NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
"""Where the stand-in's own clock starts."""
DAY = dt.date(2024, 12, 31)
START, END = dt.date(2020, 1, 1), dt.date(2024, 12, 31)


class NoFactors:
    """In the place of the factor files, which are no matter of this vendor."""

    def factors(self) -> Delivery:
        raise NotImplementedError


class Case:
    """A home with a fetcher, and sources opened on it: each as a new process would open it."""

    def __init__(
        self, standin: StandIn, folder: Path, plan: PlanName = "pro", key: str | None = StandIn.key
    ) -> None:
        self.standin = standin
        self.url = standin.url
        self.plan = load_plan(PROJECT_ROOT / "data" / "reference", plan)
        self.bench = Bench(folder, limits={"xfinlink": limits_of(self.plan)}, secrets=(key or "",), now=NOW)
        self.key = key
        self.aliases = ALIASES

    def open(self, holdings: object = None) -> XfinlinkSource:
        return XfinlinkSource(
            self.bench.fetcher,
            self.plan,
            base_url=self.url,
            api_key=SecretStr(self.key) if self.key is not None else None,
            limits=HttpLimits(timeout_seconds=0.5, max_bytes=50_000_000),
            refresh_after=dt.timedelta(hours=12),
            factors=NoFactors(),
            rules=RULES,
            aliases=self.aliases,
            holdings=holdings,  # type: ignore[arg-type]
        )

    def move(self, moment: dt.datetime) -> None:
        """Move the clocks of both sides on."""
        self.standin.configure(advance_seconds=int((moment - self.bench.now).total_seconds()))
        self.bench.now = moment

    def counted(self, endpoint: str) -> int:
        return self.standin.counts().get(f"/v1/{endpoint}", 0)

    def kept(self, dataset: str) -> int:
        return len(self.bench.snapshots.received("xfinlink", dataset))

    def companies(self, count: int | None = None) -> list[str]:
        """Name the companies with statements, the first so many of them."""
        lines = self.standin.service.universe.lines
        ids = lines.filter(pl.col("cik").is_not_null())["issuer_id"].unique().sort().cast(pl.String)
        return ids.head(count).to_list() if count else ids.to_list()


def under_vendor_ids(rows: pl.DataFrame, standin: StandIn) -> pl.DataFrame:
    """Put rows of the sample under the stand-in's ids of lines and issuers."""
    lines = standin.service.universe.lines
    for column, given in {"source_id": "entity_id", "source_entity_id": "issuer_id"}.items():
        if column in rows.columns:
            ids = lines.select(column, _given=pl.col(given).cast(pl.String)).unique(column)
            rows = (
                rows.join(ids, on=column, how="left", maintain_order="left")
                .with_columns(pl.col("_given").alias(column))
                .drop("_given")
            )
    return rows


def assert_same(
    delivered: pl.DataFrame,
    sample: pl.DataFrame,
    standin: StandIn,
    key: Sequence[str],
    leave_out: Sequence[str] = (),
) -> None:
    """Assert that a delivery holds the sample's rows, the name of the source aside."""
    expected = under_vendor_ids(sample, standin).drop("source", *leave_out, strict=False)
    given = delivered.drop("source", *leave_out, strict=False)
    assert expected.height > 0
    ordered = [
        frame.sort(*key, *[name for name in expected.columns if name not in key], nulls_last=True)
        for frame in (given, expected)
    ]
    assert_frame_equal(*ordered, check_exact=False, rel_tol=EXACT, abs_tol=0.0)
