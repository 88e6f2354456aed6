"""The lake: Delta tables that are validated before a commit, stamped, undone, audited.

And the home that holds them.

What the tables are stands in `smallcap.tables`; what analysts see is `smallcap.warehouse`.
"""

from smallcap.lake.home import Home
from smallcap.lake.stamps import Stamp, YearStamp
from smallcap.lake.store import Lake

__all__ = ["Home", "Lake", "Stamp", "YearStamp"]
