"""The preset `files`: a folder of holdings CSVs, canonical tables and Kenneth French's factor files."""
