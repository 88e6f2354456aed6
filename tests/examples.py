"""How many examples a property test draws: `make test` few, `make drill` many times as many."""

from __future__ import annotations

from hypothesis import settings

DEFAULT_EXAMPLES = 6
TIMES_IN_DRILL = 20

# A busy machine is no failure: examples have no deadline.
# `make test` draws the same examples each time, so a failure belongs to a change; the drill draws others.
settings.register_profile("test", deadline=None, max_examples=DEFAULT_EXAMPLES, derandomize=True)
settings.register_profile("drill", deadline=None, max_examples=DEFAULT_EXAMPLES * TIMES_IN_DRILL)


def examples(count: int) -> settings:
    """Draw this many examples under the profile `test`, more under `drill`.

    Parameters
    ----------
    count
        Chosen by what one example costs.
    """
    return settings(max_examples=count * (TIMES_IN_DRILL if is_drill() else 1))


def is_drill() -> bool:
    """Say whether this run is `make drill`, which chooses the profile `drill`."""
    return settings.get_current_profile_name() == "drill"
