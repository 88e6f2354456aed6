"""The tiers of the tests: what runs where, what the drill does with a skip, and the seconds of a part."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests import conftest, examples
from tests.durations import by_part
from tests.paths import PROJECT_ROOT
from tests.tiers import leave_to_the_drill, others_in_drill


def test_cases_that_are_not_kept_are_marked() -> None:
    found = {case.values: [mark.name for mark in case.marks] for case in others_in_drill("abc", kept="b")}
    assert found == {("a",): ["drill"], ("b",): [], ("c",): ["drill"]}


def test_cases_of_several_parameters_stay_together() -> None:
    assert others_in_drill([(1, "x"), (2, "y")], kept=[(2, "y")])[1].values == (2, "y")


def test_a_kept_case_that_is_none_of_the_cases_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no such case: \['d'\]"):
        others_in_drill("abc", kept="d")


class _Case:
    """A collected case that keeps the marks that it is given."""

    def __init__(self, name: str, *marks: pytest.Mark) -> None:
        self.nodeid = name
        self.marks = list(marks)

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return next((mark for mark in self.marks if mark.name == name), None)

    def add_marker(self, mark: pytest.MarkDecorator) -> None:
        self.marks.append(mark.mark)


def test_of_a_test_marked_some_cases_the_kept_ones_are_evenly_spread() -> None:
    mark = pytest.mark.some_cases(2).mark
    cases = [_Case(f"test_a.py::test_x[{number}]", mark) for number in range(6)]
    other = _Case("test_a.py::test_y")
    leave_to_the_drill([*cases, other])  # type: ignore[list-item]
    assert [case.nodeid[-2] for case in cases if len(case.marks) == 1] == ["0", "3"]
    assert other.marks == []


def test_a_test_of_too_few_cases_for_its_mark_is_refused() -> None:
    case = _Case("test_a.py::test_x[0]", pytest.mark.some_cases(1).mark)
    with pytest.raises(ValueError, match=r"test_x has 1 cases: some_cases\(1\) leaves nothing out"):
        leave_to_the_drill([case])  # type: ignore[list-item]


def test_every_marker_is_run_by_a_tier() -> None:
    recipes = dict(
        re.findall(r"^(test|drill|soak):.*\n((?:(?:\t|ifdef|else|endif).*\n)+)", _makefile(), re.MULTILINE)
    )
    assert {"drill", "service", "hypothesis"} <= set(re.findall(r"\w+", recipes["drill"]))
    assert "-m soak tests/soak/test_$(PART).py" in recipes["soak"]
    assert "-m" not in recipes["test"].replace("-m pytest", "")


def _makefile() -> str:
    return (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8")


class _Marked:
    """A test item with some markers."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self._names else None


def outcome(item: _Marked) -> str:
    """Report a skipped test, and return what the hook made of it."""
    place = ("test_x.py", 1, "no browser here")
    report = pytest.TestReport("test_x", ("test_x.py", 1, "test_x"), {}, "skipped", place, "setup")
    hook = conftest.pytest_runtest_makereport(item)  # type: ignore[arg-type]
    next(hook)
    with pytest.raises(StopIteration) as ended:
        hook.send(report)
    assert ended.value.value.outcome == "skipped" or "no browser here" in ended.value.value.longrepr
    return ended.value.value.outcome


@pytest.mark.parametrize(
    ("is_drill", "marker", "expected"),
    [
        (True, "service", "failed"),
        (True, "drill", "failed"),
        (True, "hypothesis", "skipped"),
        (False, "service", "skipped"),
    ],
)
def test_a_skipped_test_fails_the_drill_alone(
    monkeypatch: pytest.MonkeyPatch, is_drill: bool, marker: str, expected: str
) -> None:
    monkeypatch.setattr(examples, "is_drill", lambda: is_drill)
    assert outcome(_Marked(marker)) == expected


def test_a_property_test_draws_more_examples_in_the_drill(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = {}
    for is_drill in (False, True):
        monkeypatch.setattr(examples, "is_drill", lambda is_drill=is_drill: is_drill)
        drawn[is_drill] = examples.examples(5).max_examples
    assert drawn == {False: 5, True: 5 * examples.TIMES_IN_DRILL}


def test_seconds_are_summed_by_folder() -> None:
    seconds = Counter(
        {
            "tests/unit/a/test_x.py::t": 1.0,
            "tests/unit/test_y.py::t[a/b]": 2.0,
            "tests/real/test_z.py::t": 5.0,
        }
    )
    assert by_part(seconds) == [("real", 5.0), ("unit", 3.0)]
