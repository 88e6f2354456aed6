"""A stand-in for the vendors' services on loopback: their wire formats, limits and faults over made-up data
or a folder.
"""

from tests.standin.plans import GOOD_KEY
from tests.standin.server import StandIn
from tests.standin.universe import folder_universe, sample_universe

__all__ = ["GOOD_KEY", "StandIn", "folder_universe", "sample_universe"]
