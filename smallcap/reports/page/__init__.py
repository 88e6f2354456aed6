"""The report of one date as a self-contained page, with its tables as CSV. Nothing is read from a warehouse or written to disk here."""
