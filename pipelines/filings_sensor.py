"""The sensor of new filings: preset public, off until a setting switches it on.

EDGAR's index of a day says who filed; it appears late in the evening, at times after the night. The sensor
asks for it each hour, one small file, and requests a run where a company of the home filed since its figures
came.
"""

import datetime as dt
import hashlib
from collections.abc import Collection

import dagster as dg

from smallcap.errors import SmallcapError
from smallcap.lake.home import Home
from smallcap.pipelines.asked_by import RANGE_END_TAG, RANGE_START_TAG
from smallcap.pipelines.night_years import years_that_can_change
from smallcap.pipelines.resources import FORCE_TAG
from smallcap.settings import Settings
from smallcap.sources.payloads import SnapshotStore
from smallcap.utc import utc_now

SENSOR = "new_filings"
INTERVAL = dt.timedelta(hours=1)


def filings_sensor(settings: Settings, job_name: str) -> dg.SensorDefinition:
    """Make the sensor; for a preset that cannot tell cheaply it only says so."""
    is_on = settings.is_filings_sensor_on and settings.preset == "public"
    status = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        name=SENSOR,
        job_name=job_name,
        minimum_interval_seconds=int(INTERVAL.total_seconds()),
        default_status=status,
        description="Looks each hour whether a company of the home filed; preset public only.",
    )
    def new_filings(_: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Request a run of the years that can change where somebody filed."""
        if settings.preset != "public":
            return dg.SkipReason(f"preset {settings.preset} cannot tell cheaply who filed; the night asks")
        try:
            filers = new_filers(settings)
        except SmallcapError as error:
            return dg.SkipReason(f"EDGAR's index of the day could not be asked: {error}")
        if not filers:
            return dg.SkipReason("no company of this home filed since its figures were fetched")
        today = settings.clock or utc_now().date()
        first, last = years_that_can_change(today, today)
        tags = {RANGE_START_TAG: str(first), RANGE_END_TAG: str(last), FORCE_TAG: "true"}
        return dg.RunRequest(run_key=run_key(today, filers), tags=tags)

    return new_filings


def new_filers(settings: Settings) -> list[str]:
    """Return the companies of a home that filed since their figures were fetched, as keys of ten digits.

    None where the indexes of the days since cannot tell: then the night asks for all.

    Raises
    ------
    SmallcapError
        When the index cannot be asked for.
    """
    # Imported here: a location that only shows the graph need not load it.
    from smallcap.sources.live_public import open_public

    lake = Home(settings).lake
    if lake.version("raw.securities") < 0:
        return []
    wanted = {str(cik).zfill(10) for cik in lake.read("raw.securities")["source_entity_id"].drop_nulls()}
    files = open_public(settings, SnapshotStore(settings.snapshots_dir)).files
    known = files.known(wanted)
    files.look_at_newest_days(INTERVAL)
    found = files.needed(known)
    return found if len(found) < len(known) else []


def run_key(day: dt.date, filers: Collection[str]) -> str:
    """Return the key of a run: the same filers are requested once a day."""
    digest = hashlib.sha256(" ".join(sorted(filers)).encode()).hexdigest()[:16]
    return f"{day} {len(filers)} filers {digest}"
