"""What moved between two runs, and why: from the snapshots and facts that every run leaves."""

from orchestration.lib.changes.compare import Changes, Moved, compare
from orchestration.lib.changes.runs import ChangesError, RunRow, find_run, read_runs
from orchestration.lib.changes.words import explain_changes, list_runs

__all__ = [
    "Changes",
    "ChangesError",
    "Moved",
    "RunRow",
    "compare",
    "explain_changes",
    "find_run",
    "list_runs",
    "read_runs",
]
