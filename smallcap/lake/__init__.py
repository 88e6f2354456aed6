"""The lake, whose Delta tables are validated before a commit, stamped and undone, and the home around it.

The tables are defined in `smallcap.tables`; what analysts see is `smallcap.warehouse`.
"""

from smallcap.lake.home import Home
from smallcap.lake.stamps import Stamp, YearStamp
from smallcap.lake.store import Lake

__all__ = ["Home", "Lake", "Stamp", "YearStamp"]
