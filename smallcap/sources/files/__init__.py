"""The preset `files`: a folder of holdings CSVs, canonical tables and French files."""
