"""The report of one date as a self-contained page, with its tables as CSV; no input or output here."""
