"""A vendor that delivers too little, through the stand-in: nothing stored is lost, and nothing served shrinks
without a person's word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.command_line import smallcap
from tests.integration.vendor_nights import COMPANIES, SEED, Night
from tests.standin.server import StandIn
from tests.standin.universe import sample_universe
from tests.tiers import others_in_drill


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with StandIn(sample_universe(COMPANIES, SEED), plan="pro") as standin:
        one = Night(standin, tmp_path_factory.mktemp("deliveries") / "home")
        first = one.run()
        assert first.returncode == 0, first.stderr
        yield one


REFUSED = {
    "a tenth of the fundamentals": ("fundamentals", "/v1/fundamentals*", "sparse", {"percent": 10}),
    "half of the prices": ("prices", "/v1/prices*", "sparse", {"percent": 50}),
    "half of the figures": ("fundamentals", "/v1/fundamentals*", "blanked", {"percent": 50}),
}


@pytest.mark.parametrize("case", others_in_drill(REFUSED, kept=["a tenth of the fundamentals"]))
def test_a_delivery_that_lacks_too_much_is_refused_and_changes_nothing(night: Night, case: str) -> None:
    dataset, path, kind, parameters = REFUSED[case]
    before, scored = night.rows(), night.scored()
    done = night.under(path, kind, "--select", f"raw.{dataset}", **parameters)
    assert done.returncode == 4, done.stderr
    assert f"the delivery of {dataset} by xfinlink is refused" in done.stderr
    assert night.judged(dataset)["status"] == "refused"
    assert night.rows() == before
    assert night.scored() == scored


def test_an_empty_answer_is_no_market_without_companies(night: Night) -> None:
    before = night.rows()
    done = night.under("/v1/fundamentals*", "empty", "--select", "raw.fundamentals")
    assert done.returncode != 0
    assert night.rows() == before


@pytest.mark.drill
def test_a_small_loss_is_warned_of_and_what_is_missing_stays_in_use_until_it_returns(night: Night) -> None:
    before, scored = night.rows(), night.scored()
    done = night.under("/v1/fundamentals*", "sparse", percent=90)
    assert done.returncode == 0, done.stderr
    assert night.judged("fundamentals")["status"] == "warned"
    assert re.search(r"warning: raw.fundamentals delivery: .* stay in use", done.stderr)
    assert night.missing("raw.fundamentals") > 0
    assert night.rows() == before
    assert night.scored() == scored
    assert night.run("--select", "raw.fundamentals").returncode == 0
    assert night.missing("raw.fundamentals") == 0


@pytest.mark.drill
def test_a_person_accepts_what_was_refused(night: Night) -> None:
    before = night.rows()
    night.under("/v1/prices*", "sparse", "--select", "raw.prices", percent=50)
    listed = smallcap("accept", home=night.home)
    assert "prices" in listed.stdout
    run = str(night.judged("prices")["run_id"])[:8]
    assert smallcap("accept", run, home=night.home).returncode == 2
    done = smallcap("accept", run, "--reason", "the vendor dropped lines", home=night.home)
    assert done.returncode == 0, done.stderr
    merged = night.under("/v1/prices*", "sparse", "--select", "raw.prices", percent=50)
    assert merged.returncode == 0, merged.stderr
    assert night.judged("prices")["is_accepted_by_person"]
    assert night.rows() == before
    assert night.missing("raw.prices") > 0
    again = night.under("/v1/prices*", "sparse", "--select", "raw.prices", percent=50)
    assert again.returncode == 0, again.stderr
    assert night.run("--select", "raw.prices").returncode == 0


@pytest.mark.drill
def test_a_partial_delivery_is_published_where_the_setting_asks_for_it(night: Night) -> None:
    before = night.rows()
    night.standin.fault("/v1/fundamentals*", "sparse", None, percent=40)
    done = night.run(publish_partial=True)
    night.standin.lift()
    assert done.returncode == 6, done.stderr
    assert "published from a partial delivery" in done.stderr
    assert night.rows() == before
    assert night.run().returncode == 0
