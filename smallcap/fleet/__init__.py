"""Many homes: what a fleet file names, what of it is out of date, how it is run, pushed, pulled and compared.

The home stays the unit: one process, one writer, a folder of its own. No Dagster here.
"""
