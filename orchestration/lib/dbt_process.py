"""dbt in a process of its own, got ready while the caller does something else.

Importing dbt and reading the project takes seconds of pure Python; so does what Dagster does meanwhile. In
two processes both happen at the same time, also while models are built and their results recorded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import IO, Any

from orchestration.lib.dbt_runner import DbtResult, NodeEvent, dbt_environment
from orchestration.lib.settings import ROOT, Settings

_WORKER = "orchestration.lib.dbt_worker"
_LOG_TAIL = 2_000


class DbtProcess:
    """One dbt command in a child process: construct it early, iterate over `run`, then read `result`.

    The child ends with its parent: it watches the pipe that connects them.
    """

    def __init__(self, settings: Settings) -> None:
        self.result = DbtResult(success=False)
        self._has_command = False
        settings.dbt_log_dir.mkdir(parents=True, exist_ok=True)
        self._log = settings.dbt_log_dir / "worker.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _WORKER],
                cwd=ROOT,
                env=_environment(settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )

    def __enter__(self) -> DbtProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, command: Sequence[str]) -> Iterator[NodeEvent]:
        """Runs the command, and yields each node as it finishes; `result` is complete afterwards."""
        stdin, stdout = self._pipes()
        nodes: list[NodeEvent] = []
        self._has_command = True
        try:
            stdin.write(json.dumps(list(command)) + "\n")
            stdin.flush()
        except BrokenPipeError:
            self.result = DbtResult(False, (), self._last_words())
            return
        for line in stdout:
            message: dict[str, Any] = json.loads(line)
            if "node" in message:
                nodes.append(NodeEvent(**message["node"]))
                yield nodes[-1]
            else:
                self.result = DbtResult(message["success"], tuple(nodes), message["error"])
                return
        self.result = DbtResult(False, tuple(nodes), self._last_words())

    def close(self) -> None:
        """Ends the child, whatever it does; closing twice is fine."""
        if not self._has_command:
            # It has not touched the warehouse, so nobody needs to wait for it.
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the pipes to dbt's process are missing")
        return stdin, stdout

    def _last_words(self) -> str:
        code = self._process.wait()
        words = self._log.read_bytes()[-_LOG_TAIL:].decode("utf-8", errors="replace").strip()
        return f"dbt's process ended with code {code}. {words or 'It left no message'} (log: {self._log})"


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **dbt_environment(settings), "ROI_VARS": json.dumps(settings.vars)}


def node_message(node: NodeEvent) -> dict[str, Any]:
    """A node as the child sends it."""
    return {"node": asdict(node)}


def result_message(result: DbtResult) -> dict[str, Any]:
    """The end of a command as the child sends it; the parent has the nodes already."""
    return {"success": result.success, "error": result.error}
