"""The published catalogue: built over the audited versions, swapped in at once."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from smallcap import __version__
from smallcap.assets.table_asset import LAYER_TAG, OWNERS, asset_key
from smallcap.engine.context import Run
from smallcap.engine.guard import refuse_unfit
from smallcap.engine.making import PROGRESS
from smallcap.errors import SmallcapError
from smallcap.lake import Lake
from smallcap.lake.cleaning import InUse
from smallcap.lake.upkeep import keep_up
from smallcap.package_files import SQL_DIR
from smallcap.stopping import stop_if_requested
from smallcap.tables import TABLES
from smallcap.utc import utc_now
from smallcap.warehouse import PublishedTable, build, swap, versions_in_use
from smallcap.warehouse.from_lake import RECORDS, tables_of


@dg.asset(
    key=["publish", "warehouse"],
    deps=[asset_key(name) for name in TABLES if name != "core.rejects"],
    group_name="publish",
    kinds={"duckdb"},
    owners=OWNERS,
    tags={LAYER_TAG: "publish"},
    code_version=__version__,
    # The limits of a good run in data/reference/freshness.toml, which smallcap health judges by.
    freshness_policy=dg.FreshnessPolicy.time_window(
        fail_window=dt.timedelta(days=7), warn_window=dt.timedelta(days=2)
    ),
)
def warehouse(smallcap_run: dg.ResourceParam[Run]) -> dg.MaterializeResult[None]:
    """Swap in a new catalogue over exactly the versions that passed.

    Refuse while anything is unaudited or out of date.
    """
    PROGRESS.info("publish", extra={"phase": "start"})
    try:
        stop_if_requested()
        smallcap_run.log.flush_checks()
        refuse_unfit(smallcap_run.home, smallcap_run.digests)
        rows, damaged = publish(smallcap_run)
    except SmallcapError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
    PROGRESS.info("publish", extra={"phase": "end", "rows": rows})
    kept = {} if damaged is None else {"damaged_catalogue": dg.MetadataValue.path(str(damaged))}
    return dg.MaterializeResult(
        metadata={"dagster/row_count": rows, **kept}, data_version=_version(smallcap_run.home.lake)
    )


def _version(lake: Lake) -> dg.DataVersion:
    """Digest what is served: equal contents have equal versions, whatever run published them."""
    stamps = {name: lake.stamp(name) for name in TABLES}
    contents = "\n".join(f"{name} {stamp.version(stamp.years)}" for name, stamp in stamps.items())
    return dg.DataVersion(hashlib.sha256(contents.encode()).hexdigest()[:16])


def publish(run: Run) -> tuple[int, Path | None]:
    """Build the catalogue over the newest versions, swap it in, and delete what nothing needs any more.

    Returns
    -------
    tuple
        Rows served, all tables together; and where the catalogue that was served before is now, if it was
        damaged.
    """
    home, folder = run.home, run.settings.warehouse_dir
    run.log.flush("published")
    tables = tables_of(home.lake)
    damaged = swap(_build(run, tables), folder, run.settings.keep_catalogues)
    run.log.is_published = True
    run.code.save()
    keep_up(home, _in_use(run))
    return sum(table.row_count for table in tables), damaged


def _build(run: Run, tables: Sequence[PublishedTable]) -> Path:
    return build(
        path=run.settings.warehouse_dir / "warehouse.duckdb",
        home=run.home.path,
        tables=tables,
        meta={name: run.home.records.read(name) for name in RECORDS} | {"meta.fetched": run.log.fetched()},
        views_dir=SQL_DIR / "views",
        run_id=run.run_id,
        published_at=utc_now(),
        label=run.source.label,
        release=__version__,
    )


def _in_use(run: Run) -> InUse:
    """Collect the versions that kept catalogues serve, with their files, and those that reports name."""
    in_use = versions_in_use(run.settings.warehouse_dir, run.home.path)
    for name, version in (
        run.home.records.read("meta.kept_versions").select("table_name", "version").iter_rows()
    ):
        in_use.setdefault(name, {}).setdefault(version, ())
    return in_use
