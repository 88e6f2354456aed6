"""Attacks that must fail, each beside the use that must go on working."""
