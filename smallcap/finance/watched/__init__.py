"""Watched names: companies judged against the index's universe without being its members."""
