"""iShares holdings: reads the file as downloaded, and downloads it from the site."""
