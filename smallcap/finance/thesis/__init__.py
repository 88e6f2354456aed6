"""Claims of the published deep dive beside our own numbers."""
