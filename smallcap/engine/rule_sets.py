"""Every rule set by the name under which tables use it: read once per run, and digested by what it says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from smallcap.lake.digests import digest_text
from smallcap.reference import ReferenceDir
from smallcap.rules.book_files import read_books
from smallcap.rules.business_files import read_business_rules
from smallcap.rules.concept_files import read_concepts
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.applicability import APPLICABILITY_FILE, Applicability
from smallcap.rules.types.benchmarks import BenchmarkRules
from smallcap.rules.types.cik_successions import SUCCESSIONS_FILE, CikSuccession
from smallcap.rules.types.cusip_identity import CUSIP_IDENTITY_FILE, CusipIdentity
from smallcap.rules.types.event_study import EventStudyRules
from smallcap.rules.types.experiment import CAP_RANGES_FILE, CapRange, ExperimentRules
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.index_funds import INDEX_FUNDS_FILE, FundRow
from smallcap.rules.types.inference import InferenceRules
from smallcap.rules.types.kinds import KINDS_FILE, CompanyKind
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.published_candidates import CANDIDATES_FILE, PublishedCandidate
from smallcap.rules.types.published_figures import FIGURES_FILE, PublishedFigure
from smallcap.rules.types.quality import QualityRules
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.rules.types.reconciliation import ReconciliationRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.rules.types.returns import ReturnRules
from smallcap.rules.types.sanity import SanityRules
from smallcap.rules.types.shariah import ShariahStandards
from smallcap.rules.types.thesis import CLAIMS_FILE, ThesisClaim
from smallcap.rules.types.trailing import TrailingRules
from smallcap.rules.types.watchlist import WATCHLIST_FILE, WatchedName
from smallcap.rules.types.withdrawals import Withdrawal
from smallcap.sources.identity.aliases import load_ticker_aliases

ALGORITHM = "1"
"""Version of `digest_of`. When it changes, digests are recorded again and no table is remade."""


@dataclasses.dataclass(frozen=True)
class RuleSetFile:
    """The file or files of a rule set, as messages name them, and the function that reads them."""

    files: str
    read: Callable[[ReferenceDir], Any]


def _toml(file: str, kind: type) -> RuleSetFile:
    return RuleSetFile(file, lambda folder: read_rules(folder, file, kind))


def _csv(file: str, kind: type) -> RuleSetFile:
    return RuleSetFile(file, lambda folder: read_rows(folder, file, kind))


RULE_SETS: Mapping[str, RuleSetFile] = {
    "sanity_rules": _toml("sanity.toml", SanityRules),
    "metrics_rules": _toml("metrics.toml", MetricsRules),
    "trailing_rules": _toml("trailing.toml", TrailingRules),
    "concepts": RuleSetFile("concepts.csv or statements.toml", read_concepts),
    "company_kinds": _csv(KINDS_FILE, CompanyKind),
    "cusip_identity": _toml(CUSIP_IDENTITY_FILE, CusipIdentity),
    "applicability": _toml(APPLICABILITY_FILE, Applicability),
    "quality_rules": _toml("quality.toml", QualityRules),
    "funnel_rules": _toml("funnel.toml", FunnelRules),
    "shariah_standards": _toml("shariah.toml", ShariahStandards),
    "business_rules": RuleSetFile("business_exclusions.csv or business_overrides.csv", read_business_rules),
    "reconciliation_rules": _toml("reconciliation.toml", ReconciliationRules),
    "factor_rules": _toml("factor_validation.toml", FactorRules),
    "inference_rules": _toml("inference.toml", InferenceRules),
    "return_rules": _toml("returns.toml", ReturnRules),
    "index_rules": _toml("index.toml", IndexRules),
    "benchmark_rules": _toml("benchmarks.toml", BenchmarkRules),
    "experiment_rules": _toml("experiment.toml", ExperimentRules),
    "cap_ranges": _csv(CAP_RANGES_FILE, CapRange),
    "quintile_rules": _toml("quintiles.toml", QuintileRules),
    "event_study_rules": _toml("event_study.toml", EventStudyRules),
    "reconstitutions": _csv("reconstitutions.csv", Reconstitution),
    "thesis_claims": _csv(CLAIMS_FILE, ThesisClaim),
    "withdrawals": _csv("withdrawals.csv", Withdrawal),
    "book_rules": RuleSetFile("books.toml or a file of books/", read_books),
    "watchlist": _csv(WATCHLIST_FILE, WatchedName),
    "published_book": _csv(CANDIDATES_FILE, PublishedCandidate),
    "published_figures": _csv(FIGURES_FILE, PublishedFigure),
    "holdings_rules": _toml("ishares.toml", HoldingsRules),
    "index_funds": _csv(INDEX_FUNDS_FILE, FundRow),
    "cik_successions": _csv(SUCCESSIONS_FILE, CikSuccession),
    "ticker_aliases": RuleSetFile("ticker_aliases.csv", load_ticker_aliases),
}
"""By the name of the parameter by which an asset takes a rule set."""


class RuleSets:
    """The rule sets of one reference folder.

    Parameters
    ----------
    folder
        The folder of the rule sets; each is read when it is first needed.
    """

    def __init__(self, folder: ReferenceDir) -> None:
        self._folder = folder
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return the typed rule set."""
        if name not in self._read:
            self._read[name] = RULE_SETS[name].read(self._folder)
        return self._read[name]

    def digest(self, name: str) -> str:
        """Digest the values of a rule set: comments and the order of keys do not count."""
        return digest_of(self[name])


def digest_of(value: object) -> str:
    """Digest a typed object by its values, the same under every version of Python and of the libraries.

    Returns
    -------
    str
        ``<algorithm>:<digest>``: the digest of the object as JSON, with sorted keys and without spaces. Dates
        are ISO texts, floats their shortest decimal form as text, and a typed object has the name of its
        class under the empty key.
    """
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))
    return f"{ALGORITHM}:{digest_text(text)}"


def _plain(value: object) -> object:
    """Bring a value to what JSON has; the class names of typed objects are part of what they say."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"": type(value).__name__, **fields}
    if isinstance(value, pl.DataFrame):
        return [_plain(row) for row in value.to_dicts()]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(json.dumps(_plain(item), sort_keys=True) for item in value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"a rule set holds a {type(value).__name__}, which has no digest")
