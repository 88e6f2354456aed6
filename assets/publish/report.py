"""The report of a run's date, written from what was just published.

Where the report fails, what was published stays published.
"""

import dagster as dg

from smallcap import __version__
from smallcap.assets.publish.warehouse import warehouse
from smallcap.assets.table_asset import LAYER_TAG, OWNERS
from smallcap.engine.context import Run
from smallcap.engine.making import PROGRESS
from smallcap.errors import SmallcapError
from smallcap.stopping import stop_if_requested

OFF = "switched off by is_report_written"
NO_DATE = "no date of these years has members"


@dg.asset(
    key=["publish", "report"],
    deps=[warehouse],
    group_name="publish",
    kinds={"duckdb", "file"},
    owners=OWNERS,
    tags={LAYER_TAG: "publish"},
    code_version=__version__,
)
def report(smallcap_run: dg.ResourceParam[Run]) -> dg.MaterializeResult[None]:
    """Write the report of the requested date, else of the run's newest date, and the list of all dates."""
    if not smallcap_run.settings.is_report_written:
        return dg.MaterializeResult(metadata={"not_written": OFF})
    # Imported here: it takes a while to load, which a location that only shows the graph need not wait for.
    from smallcap.health_note import health_note
    from smallcap.reports.files import newest_date, remove_unpublished, write_report

    as_of = smallcap_run.as_of or newest_date(smallcap_run.settings, smallcap_run.asked)
    if as_of is None:
        return dg.MaterializeResult(metadata={"not_written": NO_DATE})
    PROGRESS.info("report", extra={"phase": "start"})
    try:
        stop_if_requested()
        written = write_report(
            smallcap_run.settings, as_of, health=health_note(smallcap_run.settings, is_within_run=True)
        )
    except SmallcapError as error:
        problem = SmallcapError(f"everything is published, but the report could not be written: {error}")
        raise dg.Failure(description=str(problem), allow_retries=False) from problem
    records = smallcap_run.home.records
    records.replace_kept_versions(as_of.isoformat(), written.versions)
    records.drop_kept_versions(date.isoformat() for date in remove_unpublished(smallcap_run.settings))
    PROGRESS.info("report", extra={"phase": "end"})
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.path(str(written.page)),
            "link": dg.MetadataValue.url(written.page.resolve().as_uri()),
            "as_of": as_of.isoformat(),
        }
    )
