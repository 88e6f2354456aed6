"""The Python interface: reading what a home has published, and the project's rules on one's own data frames.

``import smallcap`` offers the same names; each module is imported when one of its names is first used.

- `home` opens a home: tables, queries, questions, companies, all of one publication.
- `company` is one company at a date.
- `screening`, `filters`, `regression` and `visible` apply the rules to a frame of any kind.
- `frames` and `columns` take such frames, and check their columns.
"""
