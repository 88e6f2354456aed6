"""The stand-in by hand: ``python -m tests.standin --port N [--today DATE] [--plan free|pro|max] [--folder
DIR]``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import signal
from pathlib import Path

from tests.standin.plans import GOOD_KEY, PLANS
from tests.standin.server import StandIn
from tests.standin.universe import folder_universe, sample_universe


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.standin", description="Serve the vendors' formats on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--today",
        type=dt.date.fromisoformat,
        help="the clock: nothing later is served (default: the end of the data)",
    )
    parser.add_argument("--plan", choices=list(PLANS), default="pro")
    parser.add_argument(
        "--folder",
        type=Path,
        help="serve this folder, in the layout of the preset files, instead of the sample",
    )
    parser.add_argument("--companies", type=int, default=300, help="companies of the sample")
    parser.add_argument("--seed", type=int, default=2000, help="seed of the sample")
    options = parser.parse_args()
    universe = (
        folder_universe(options.folder)
        if options.folder
        else sample_universe(options.companies, options.seed)
    )
    try:
        with StandIn(universe, options.today, options.plan, options.port) as standin:
            print(
                (
                    f"{standin.url} serves up to {standin.service.settings.today} on plan "
                    f"{options.plan}; the key is {GOOD_KEY}"
                ),
                flush=True,
            )
            standin.wait()
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    # a shell that starts it in the background has it ignore the interrupt; and whoever stops it may send
    # either
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
