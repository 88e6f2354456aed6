"""What can be damaged in a home, how it is noticed, and how each damage is repaired.

Nothing is deleted that cannot be made again: what is damaged is moved aside under a name with ``.damaged-``.
"""
