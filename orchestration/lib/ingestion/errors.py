"""What can be wrong with a file as a whole, and with a load."""

from __future__ import annotations


class FileProblem(Exception):
    """The file goes to quarantine whole; the message says why, and what to do."""


class OtherHashKey(ValueError):
    """The warehouse was loaded under another key; the message says what to do."""


class FileNotReady(Exception):
    """The file changed while it was read; the next run takes it."""
