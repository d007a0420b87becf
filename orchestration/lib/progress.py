"""What a run tells whoever watches it: phases, steps and sentences. This one says nothing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A watcher of a run. Phases are `files`, `models`, `tests` and `publish`, in this order."""

    def start(self, phase: str, total: int | None) -> None:
        """A phase begins; `total` steps if that is known."""

    def step(self, phase: str, label: str) -> None:
        """One step of a phase is done."""

    def finish(self, phase: str, summary: str) -> None:
        """A phase is over; the summary is a sentence."""

    def problem(self, text: str) -> None:
        """Something that a person should read; the run may go on."""


class Silence:
    """A watcher that looks away: scheduled runs have the orchestrator's pages instead."""

    def start(self, phase: str, total: int | None) -> None:
        """Says nothing."""

    def step(self, phase: str, label: str) -> None:
        """Says nothing."""

    def finish(self, phase: str, summary: str) -> None:
        """Says nothing."""

    def problem(self, text: str) -> None:
        """Says nothing."""
