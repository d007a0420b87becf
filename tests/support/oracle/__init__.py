"""A second implementation of the definitions, in plain Python: no SQL, no tables, no code of the project.

Everything is recomputed from landing rows and registry rows with lists, dictionaries and exact fractions, as
slowly as it takes, so that a difference from the warehouse is a mistake in one of the two. `python -m
tests.support.oracle --seeds 20` builds and compares random worlds.
"""
