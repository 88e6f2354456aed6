"""Where data come from: the port, one folder per source, our own ids, and `open`, which opens a source."""
