"""A run on the terminal: moving bars for people, a line a phase for logs."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.text import Text

from orchestration.lib.terminal import plain

TITLES = {
    "files": "Loading files",
    "models": "Building models",
    "tests": "Testing",
    "publish": "Publishing",
}
_LABEL_WIDTH = 48


class TerminalProgress:
    """Shows the phases of a run on a console; a context manager, so that the bars end with the run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started_at = time.monotonic()
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<16}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[label]}", markup=False),
            console=console,
            transient=True,
            # A log file has no use for bars; it gets the line that ends each phase.
            disable=not console.is_terminal,
        )

    def __enter__(self) -> TerminalProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def start(self, phase: str, total: int | None) -> None:
        """Shows a bar for the phase."""
        self._tasks[phase] = self._bars.add_task(TITLES[phase], total=total, label="")

    def step(self, phase: str, label: str) -> None:
        """Moves the bar."""
        if phase in self._tasks:
            self._bars.update(self._tasks[phase], advance=1, label=plain(label, _LABEL_WIDTH))

    def finish(self, phase: str, summary: str) -> None:
        """Replaces the bar by a line that stays."""
        if phase in self._tasks:
            self._bars.remove_task(self._tasks.pop(phase))
        elapsed = time.monotonic() - self._started_at
        self._print(f"{elapsed:5.1f} s  {TITLES[phase]}: {plain(summary)}")

    def problem(self, text: str) -> None:
        """Prints something that a person should read, each line of it."""
        for line in text.splitlines() or [""]:
            self._print(f"         {plain(line)}", style="yellow")

    def _print(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True)
