"""The two files of filter 1, read as one rule set; their rows are defined in `rules.types.business`."""

from __future__ import annotations

import hashlib

from smallcap.reference import ReferenceDir
from smallcap.rules.files import read_rows, read_text
from smallcap.rules.types.business import EXCLUSIONS_FILE, OVERRIDES_FILE, BusinessRules, Exclusion, Override


def read_business_rules(reference_dir: ReferenceDir) -> BusinessRules:
    """Read the excluded lines of business and the dated verdicts on companies; raises as `read_rows` does.

    Parameters
    ----------
    reference_dir
        Folder of the rule sets.

    Returns
    -------
    BusinessRules
        The two files' rows and a label with a digest of their contents.
    """
    text = "".join(read_text(reference_dir / name) for name in (EXCLUSIONS_FILE, OVERRIDES_FILE))
    return BusinessRules(
        label=f"business {hashlib.sha256(text.encode()).hexdigest()[:8]}",
        exclusions=read_rows(reference_dir, EXCLUSIONS_FILE, Exclusion),
        overrides=read_rows(reference_dir, OVERRIDES_FILE, Override),
    )
