"""smallcap: which US small caps were strong, cheap and clean on a date, from what was known on that date.

The library beneath the pipeline. It knows no Dagster and can be imported in a notebook.
"""

__version__ = "0.1.0"
