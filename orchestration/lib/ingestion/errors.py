"""What can be wrong with a file as a whole."""

from __future__ import annotations


class FileProblem(Exception):
    """The file goes to quarantine whole; the message says why, and what to do."""


class FileNotReady(Exception):
    """The file changed while it was read; the next run takes it."""
