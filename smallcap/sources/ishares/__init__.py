"""iShares holdings: the file as downloaded, and the site that serves it."""
