"""The SEC's fails-to-deliver files: the symbol of a CUSIP on a day, and the close of the session before."""
