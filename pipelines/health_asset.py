"""The health of the home in Dagster: an asset with a check per finding."""

from collections.abc import Iterator, Mapping

import dagster as dg

from smallcap import __version__
from smallcap.assets.table_asset import LAYER_TAG, OWNERS
from smallcap.errors import SmallcapError
from smallcap.health.findings import HealthFinding, State, worst
from smallcap.health.incidents import SUBJECTS
from smallcap.health.look import health_of, tell_changes
from smallcap.settings import Settings

HEALTH_KEY = dg.AssetKey(["publish", "health"])
NOT_JUDGED = "not judged: the source has no such data, or too little is known"
SEVERITIES: Mapping[State, dg.AssetCheckSeverity] = {
    State.HEALTHY: dg.AssetCheckSeverity.WARN,
    State.DEGRADED: dg.AssetCheckSeverity.WARN,
    State.FAILING: dg.AssetCheckSeverity.ERROR,
}


def health_asset(settings: Settings) -> dg.AssetsDefinition:
    """Make the asset: it holds no table, and writes the metrics file of the home."""

    @dg.asset(
        key=HEALTH_KEY,
        deps=[dg.AssetKey(["publish", "warehouse"])],
        group_name="publish",
        kinds={"file"},
        owners=OWNERS,
        tags={LAYER_TAG: "publish"},
        code_version=__version__,
        check_specs=[
            dg.AssetCheckSpec(name, asset=HEALTH_KEY, description=f"Health of the home: {subject}.")
            for name, subject in SUBJECTS.items()
        ],
        description="Last good run, ages of what is published, filings, disk; as of `smallcap health`.",
    )
    def health(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        """Judge the home, and tell who is to be told what began or ended."""
        findings = health_of(settings)
        if settings.alert_urls is not None:
            _tell(settings, findings, context)
        yield dg.MaterializeResult(
            metadata={"state": worst(findings).value, "findings": _as_markdown(findings)}
        )
        by_name = {finding.name: finding for finding in findings}
        yield from (_result(name, by_name.get(name)) for name in SUBJECTS)

    return health


def _tell(settings: Settings, findings: list[HealthFinding], context: dg.AssetExecutionContext) -> None:
    """Tell of incidents; an address that does not answer is logged."""
    try:
        tell_changes(settings, findings)
    except SmallcapError as error:
        context.log.warning("%s", error)


def _result(name: str, finding: HealthFinding | None) -> dg.AssetCheckResult:
    if finding is None:
        return dg.AssetCheckResult(
            asset_key=HEALTH_KEY, check_name=name, passed=True, metadata={"found": NOT_JUDGED}
        )
    found = {"found": finding.told, "to do": finding.remedy or "nothing"}
    return dg.AssetCheckResult(
        asset_key=HEALTH_KEY,
        check_name=name,
        passed=finding.state is State.HEALTHY,
        severity=SEVERITIES[finding.state],
        metadata=found if finding.value is None else {**found, "value": finding.value, "unit": finding.unit},
    )


def _as_markdown(findings: list[HealthFinding]) -> dg.MarkdownMetadataValue:
    rows = [f"| {finding.state} | {_cell(finding.told)} | {_cell(finding.remedy)} |" for finding in findings]
    return dg.MetadataValue.md("\n".join(["| state | found | to do |", "|---|---|---|", *rows]))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
