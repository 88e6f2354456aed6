"""Backups of a home: taken while a run may write, and restored into an empty folder.

A backup is what was published when it was taken, with all that a home needs to go on from there. Files are
kept once under their SHA-256; a manifest names those of one backup, and is written last.
"""
