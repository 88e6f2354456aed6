"""Whatever one change makes wrong in a rule file of data/reference, the error names the file, the line and
the field.
"""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import tomllib
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.applicability import APPLICABILITY_FILE, Applicability
from smallcap.rules.types.base import Row, RuleSet, field_names
from smallcap.rules.types.benchmarks import BenchmarkRules
from smallcap.rules.types.books import BookSet
from smallcap.rules.types.business import EXCLUSIONS_FILE, OVERRIDES_FILE, Exclusion, Override
from smallcap.rules.types.cik_successions import SUCCESSIONS_FILE, CikSuccession
from smallcap.rules.types.concepts import CONCEPTS_FILE, STATEMENTS_FILE, Concept, StatementRules
from smallcap.rules.types.cusip_identity import CUSIP_IDENTITY_FILE, CusipIdentity
from smallcap.rules.types.event_study import EventStudyRules
from smallcap.rules.types.experiment import CAP_RANGES_FILE, CapRange, ExperimentRules
from smallcap.rules.types.factors import FactorRules
from smallcap.rules.types.freshness import FRESHNESS_FILE, FreshnessRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.index_funds import INDEX_FUNDS_FILE, FundRow
from smallcap.rules.types.inference import InferenceRules
from smallcap.rules.types.kinds import KINDS_FILE, CompanyKind
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.plans import Plans
from smallcap.rules.types.published_candidates import CANDIDATES_FILE, PublishedCandidate
from smallcap.rules.types.published_figures import FIGURES_FILE, PublishedFigure
from smallcap.rules.types.quality import QualityRules
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.rules.types.reconciliation import ReconciliationRules
from smallcap.rules.types.reconstitutions import RECONSTITUTIONS_FILE, Reconstitution
from smallcap.rules.types.returns import ReturnRules
from smallcap.rules.types.sanity import SanityRules
from smallcap.rules.types.sec import SecRules
from smallcap.rules.types.shariah import ShariahStandards
from smallcap.rules.types.thesis import CLAIMS_FILE, ThesisClaim
from smallcap.rules.types.tickers import ALIASES_FILE, TickerAlias
from smallcap.rules.types.trailing import TrailingRules
from smallcap.rules.types.watchlist import WATCHLIST_FILE, WatchedName
from smallcap.rules.types.withdrawals import WITHDRAWALS_FILE, Withdrawal
from tests.paths import PROJECT_ROOT
from tests.unit.rules.rule_files import Field, Place, as_toml, fields_of

REFERENCE = PROJECT_ROOT / "data" / "reference"
RULE_SETS: dict[str, type[RuleSet]] = {
    "benchmarks.toml": BenchmarkRules,
    CUSIP_IDENTITY_FILE: CusipIdentity,
    FRESHNESS_FILE: FreshnessRules,
    APPLICABILITY_FILE: Applicability,
    "books.toml": BookSet,
    "event_study.toml": EventStudyRules,
    "experiment.toml": ExperimentRules,
    "factor_validation.toml": FactorRules,
    "inference.toml": InferenceRules,
    "returns.toml": ReturnRules,
    "funnel.toml": FunnelRules,
    "index.toml": IndexRules,
    "ishares.toml": HoldingsRules,
    "metrics.toml": MetricsRules,
    "quality.toml": QualityRules,
    "quintiles.toml": QuintileRules,
    "reconciliation.toml": ReconciliationRules,
    "sanity.toml": SanityRules,
    "sec.toml": SecRules,
    "shariah.toml": ShariahStandards,
    "trailing.toml": TrailingRules,
    STATEMENTS_FILE: StatementRules,
    "xfinlink_plans.toml": Plans,
}
TABLES: dict[str, type[Row]] = {
    EXCLUSIONS_FILE: Exclusion,
    OVERRIDES_FILE: Override,
    CAP_RANGES_FILE: CapRange,
    INDEX_FUNDS_FILE: FundRow,
    SUCCESSIONS_FILE: CikSuccession,
    KINDS_FILE: CompanyKind,
    RECONSTITUTIONS_FILE: Reconstitution,
    CLAIMS_FILE: ThesisClaim,
    ALIASES_FILE: TickerAlias,
    WITHDRAWALS_FILE: Withdrawal,
    WATCHLIST_FILE: WatchedName,
    CONCEPTS_FILE: Concept,
    CANDIDATES_FILE: PublishedCandidate,
    FIGURES_FILE: PublishedFigure,
}
EXAMPLES = {WITHDRAWALS_FILE: "xfinlink,prices,7,2020-01-31,2020-12-31,an example\n"}
VALUES: dict[type, Any] = {
    str: "some text",
    bool: True,
    int: 7,
    float: 0.5,
    dt.date: dt.date(2020, 1, 31),
    dt.datetime: dt.datetime(2020, 1, 31, 12),
    list: [],
}
"""A value of each type that TOML has, tables apart."""


def values_of(file: str) -> dict[str, Any]:
    return tomllib.loads((REFERENCE / file).read_text(encoding="utf-8"))


def fields(file: str) -> list[Field]:
    return list(fields_of(RULE_SETS[file], values_of(file)))


def wrong_values(hint: Any) -> list[Any]:
    """Values that a field must refuse because of their type, or because they are not among its words."""
    if get_origin(hint) is Literal:
        return [*wrong_values(str), "another word"]
    if get_origin(hint) is tuple:
        element = get_args(hint)[0]
        elements = (
            [] if hasattr(element, "__dataclass_fields__") else [[value] for value in wrong_values(element)]
        )
        return [value for kind, value in VALUES.items() if kind is not list] + elements
    accepted = {float: (float, int)}.get(hint, (hint,))
    refused = [value for kind, value in VALUES.items() if kind not in accepted]
    return [*refused, float("nan"), float("inf")] if hint is float else refused


def changed(values: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """Copy values with one replaced, or taken out by None."""
    copied = copy.deepcopy(values)
    table: Any = copied
    for part in place[:-1]:
        table = table[part]
    if value is None:
        del table[place[-1]]
    else:
        table[place[-1]] = value
    return copied


def refused(folder: Path, file: str, text: str) -> str:
    """Read a file that must be refused, and return the message."""
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_rules(folder, file, RULE_SETS[file]) if file in RULE_SETS else read_rows(
            folder, file, TABLES[file]
        )
    return str(error.value)


def test_every_rule_file_is_here() -> None:
    assert set(RULE_SETS) | set(TABLES) == {path.name for path in REFERENCE.iterdir() if path.is_file()}


@pytest.mark.parametrize("file", RULE_SETS)
def test_a_rule_set_written_anew_says_the_same(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_text(as_toml(values_of(file))[0], encoding="utf-8")
    assert read_rules(tmp_path, file, RULE_SETS[file]) == read_rules(REFERENCE, file, RULE_SETS[file])


@given(data=st.data(), file=st.sampled_from(sorted(RULE_SETS)))
def test_a_missing_field_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, file: str
) -> None:
    gone = data.draw(
        st.sampled_from([field for field in fields(file) if field.is_required and field.is_given])
    )
    text, lines = as_toml(changed(values_of(file), gone.place, None))
    folder = tmp_path_factory.mktemp("rules")
    message = refused(folder, file, text)
    assert message.startswith(
        f"rule set {folder / file}, line {lines[gone.place[:-1]]}: field '{gone.name}' is missing"
    )


@given(
    data=st.data(),
    file=st.sampled_from(sorted(RULE_SETS)),
    name=st.from_regex(r"x_[a-z ]{0,8}", fullmatch=True),
)
def test_an_unknown_field_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, file: str, name: str
) -> None:
    kinds: dict[Place, type[Any]] = {
        field.place: field.hint for field in fields(file) if field.is_table and field.is_given
    }
    table = data.draw(st.sampled_from([(), *kinds]))
    value = data.draw(st.sampled_from([*VALUES.values(), {"inner": 1}]))
    text, lines = as_toml(changed(values_of(file), (*table, name), value))
    folder = tmp_path_factory.mktemp("rules")
    message = refused(folder, file, text)
    shown = ".".join(part for part in (*table, name) if isinstance(part, str))
    assert message.startswith(
        f"rule set {folder / file}, line {lines[*table, name]}: field '{shown}' is unknown; known here: "
    )
    assert message.endswith(", ".join(field_names(kinds.get(table, RULE_SETS[file]))))


@given(data=st.data(), file=st.sampled_from(sorted(RULE_SETS)))
def test_a_value_of_a_wrong_type_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, file: str
) -> None:
    wrong = data.draw(st.sampled_from([field for field in fields(file) if field.is_given]))
    text, lines = as_toml(
        changed(values_of(file), wrong.place, data.draw(st.sampled_from(wrong_values(wrong.hint))))
    )
    folder = tmp_path_factory.mktemp("rules")
    message = refused(folder, file, text)
    assert message.startswith(
        f"rule set {folder / file}, line {lines[wrong.place]}: field '{wrong.name}' must be "
    )
    assert "; got " in message


def rows_of(file: str) -> list[list[str]]:
    """The rows of a file below its head; of one that is delivered without rows, an example."""
    text = (REFERENCE / file).read_text(encoding="utf-8")
    return list(csv.reader(io.StringIO(text + EXAMPLES.get(file, ""))))


def as_csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


@given(data=st.data(), file=st.sampled_from(sorted(TABLES)))
def test_a_missing_column_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, file: str
) -> None:
    rows = rows_of(file)
    gone = data.draw(st.integers(0, len(rows[0]) - 1))
    folder = tmp_path_factory.mktemp("rules")
    message = refused(folder, file, as_csv([[*row[:gone], *row[gone + 1 :]] for row in rows]))
    assert message == f"rule set {folder / file}, line 1: field '{rows[0][gone]}' is missing"


@given(data=st.data(), file=st.sampled_from(sorted(TABLES)))
def test_an_unknown_column_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, file: str
) -> None:
    rows = rows_of(file)
    at = data.draw(st.integers(0, len(rows[0])))
    folder = tmp_path_factory.mktemp("rules")
    message = refused(folder, file, as_csv([[*row[:at], "colour", *row[at:]] for row in rows]))
    assert (
        message
        == f"rule set {folder / file}, line 1: field 'colour' is unknown; known here: {', '.join(rows[0])}"
    )


@given(data=st.data(), file=st.sampled_from(sorted(TABLES)))
def test_an_empty_cell_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, file: str
) -> None:
    rows = rows_of(file)
    column = data.draw(
        st.sampled_from([field.place[0] for field in fields_of(TABLES[file], {}) if field.is_required])
    )
    row = data.draw(st.integers(1, len(rows) - 1))
    rows[row][rows[0].index(str(column))] = data.draw(st.sampled_from(["", " "]))
    folder = tmp_path_factory.mktemp("rules")
    assert refused(folder, file, as_csv(rows)).startswith(
        f"rule set {folder / file}, line {row + 1}: field '{column}' is empty"
    )


@given(data=st.data(), file=st.sampled_from(sorted(set(TABLES) - {WATCHLIST_FILE})))
def test_a_cell_of_a_wrong_kind_is_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, file: str
) -> None:
    rows = rows_of(file)
    numbers = {"low", "high", "window_months", "old_cik", "new_cik"}
    columns = {
        "code",
        "code_system",
        "verdict",
        "relation",
        "status",
        "topic",
        "rank_date",
        "rank_status",
        "announcement_date",
        "effective_date",
        "first_list_date",
        *numbers,
        "date",
        "valid_from",
        "valid_to",
        "dataset",
        "first_day",
        "kind",
    }
    column = data.draw(st.sampled_from(sorted(columns & set(rows[0]))))
    row = data.draw(
        st.integers(1, len(rows) - 1).filter(lambda row: column != "code" or rows[row][0] != "sector")
    )
    days = ["86400", "2024-02-30", "20240101", "2024-W01-1"]
    rows[row][rows[0].index(column)] = data.draw(
        st.sampled_from(["soon", "True", *(days if column not in {"code", *numbers} else [])])
    )
    folder = tmp_path_factory.mktemp("rules")
    message = refused(folder, file, as_csv(rows))
    assert message.startswith(f"rule set {folder / file}, line {row + 1}: field '{column}' must be ")
