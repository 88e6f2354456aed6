"""What exists: the lineage. An asset names what it reads, calls the library, and returns rows.

No rule of finance is defined here.
"""
