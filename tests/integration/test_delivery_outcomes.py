"""Each way in which a vendor delivers less than before, for a night and for twenty: the table of outcomes of
docs/operations.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest

from tests.integration.vendor_nights import COMPANIES, SEED, TABLES, Night
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe
from tests.tiers import others_in_drill

NIGHTS = 20
MADE, REFUSED, TRY_LATER = 0, 4, 8
STATEMENTS, FIGURES, PRICES, LISTS = "/v1/fundamentals*", "/v1/metrics*", "/v1/prices*", "/v1/index/*"
RENUMBERED = "renumbered_ids"


class Case(NamedTuple):
    """What the vendor does to its answers, and with which codes one night and twenty nights may end.

    Where the stand-in draws who is silent, another night may lose more: that is refused as soon as the loss
    adds up to a fifth.
    """

    faults: tuple[tuple[str, str, dict[str, Any]], ...]
    one_night: frozenset[int]
    some_nights: frozenset[int]


def sparse(percent: int, *codes: int) -> Case:
    return Case(((STATEMENTS, "sparse", {"percent": percent}),), frozenset(codes), frozenset({MADE, REFUSED}))


def refused(*faults: tuple[str, str, dict[str, Any]]) -> Case:
    return Case(faults, frozenset({REFUSED}), frozenset({REFUSED}))


CASES: Final = {
    "10% of the companies": sparse(10, REFUSED),
    "50% of the companies": sparse(50, REFUSED),
    "85% of the companies": sparse(85, MADE, REFUSED),
    "93% of the companies": Case(
        ((STATEMENTS, "sparse", {"percent": 93}),), frozenset({MADE}), frozenset({MADE})
    ),
    "no company": refused((STATEMENTS, "empty", {})),
    "one dataset only": Case(
        tuple((path, "empty", {}) for path in (FIGURES, PRICES, LISTS)),
        frozenset({TRY_LATER}),
        frozenset({TRY_LATER}),
    ),
    "rows with nulls": refused((STATEMENTS, "blanked", {"percent": 50})),
    "an id renamed": Case((("*", RENUMBERED, {"ids": 1}),), frozenset({MADE}), frozenset({MADE})),
    "all ids renamed": Case((("*", RENUMBERED, {}),), frozenset({MADE, REFUSED}), frozenset({MADE, REFUSED})),
}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with StandIn(sample_universe(COMPANIES, SEED), plan="pro") as standin:
        one = Night(standin, tmp_path_factory.mktemp("outcomes") / "home")
        first = one.run()
        assert first.returncode == 0, first.stderr
        yield one


@pytest.fixture(autouse=True)
def _complete_again(night: Night) -> Iterator[None]:
    """Let the vendor deliver everything after a test, and the home take it."""
    yield
    complete(night)


def complete(night: Night) -> None:
    night.standin.lift()
    night.standin.configure(entity_id_offset=0)
    assert night.make(TABLES) == MADE


def spoil(night: Night, case: Case, number: int) -> None:
    """Let the vendor spoil its answers in the way of a case; each night others are concerned."""
    night.standin.lift()
    for path, kind, parameters in case.faults:
        varied = {"offset": 1_000_000 * (number + 1)} if kind == RENUMBERED else {"salt": str(number)}
        night.standin.fault(path, kind, None, **{**varied, **parameters})


@pytest.mark.parametrize("name", others_in_drill(CASES, kept=[]))
def test_a_night_loses_nothing_that_is_stored_and_nothing_served_shrinks(night: Night, name: str) -> None:
    before, scored = night.without_ids_of_the_vendor(), night.scored()
    spoil(night, CASES[name], 0)
    done = night.run()
    assert done.returncode in CASES[name].one_night, done.stderr
    assert "Traceback" not in done.stderr
    assert night.without_ids_of_the_vendor() == before
    assert night.scored() == scored


@pytest.mark.drill
@pytest.mark.parametrize("name", CASES)
def test_twenty_nights_lose_nothing_that_is_stored(night: Night, name: str) -> None:
    before, scored = night.without_ids_of_the_vendor(), night.scored()
    codes = []
    for number in range(NIGHTS):
        spoil(night, CASES[name], number)
        codes.append(night.make(TABLES))
        assert night.without_ids_of_the_vendor() == before, (number, codes)
    assert set(codes) <= CASES[name].some_nights, codes
    # Of 15% of the companies, others each night, some nights lack more than a fifth of all rows.
    # Companies that are delivered again the next night do not add up.
    assert REFUSED in codes or CASES[name].some_nights != {MADE, REFUSED} or "renamed" in name, codes
    complete(night)
    assert night.run().returncode == MADE
    assert night.without_ids_of_the_vendor() == before
    assert night.scored() == scored
