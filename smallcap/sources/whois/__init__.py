"""From the CUSIP of a line to its ticker and company, by the SEC's public records."""
