"""Dagster's UI for a home: a guard in front of its web server, and the processes that it consists of."""
