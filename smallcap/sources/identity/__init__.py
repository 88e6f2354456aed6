"""Resolves which lines and companies the inputs name, and assigns our own ids."""
