"""Runs dbt inside this process, and says what each node did.

dbt writes its artifacts and logs below `ROI_DATA`, never into the repository. After a run no connection to
the warehouse is left open: DuckDB allows one configuration a process, and loader and publisher connect too.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from orchestration.lib.settings import DBT_PROJECT, ROOT, Settings

FAILED_STATUSES = frozenset({"error", "fail", "runtime error", "partial success"})


@dataclass(frozen=True)
class NodeEvent:
    """A node has finished.

    Attributes:
        unique_id: dbt's id, such as `model.roi.fct_sessions`.
        kind: dbt's resource type: model, seed, test, unit_test, snapshot, operation.
        status: success, pass, warn, fail, error, skipped.
        seconds: wall time of the node.
        message: dbt's own words, of failures mostly.
        done: nodes finished so far, this one included.
        total: nodes of this run; 0 while dbt has not said.
    """

    unique_id: str
    name: str
    kind: str
    status: str
    seconds: float
    message: str
    done: int
    total: int

    @property
    def failed(self) -> bool:
        """True when the node stops the run: a warning or a skip does not."""
        return self.status in FAILED_STATUSES


@dataclass(frozen=True)
class DbtResult:
    """The outcome of one dbt command; `error` is set when dbt itself could not run."""

    success: bool
    nodes: tuple[NodeEvent, ...] = field(default=())
    error: str | None = None

    @property
    def failures(self) -> tuple[NodeEvent, ...]:
        """The nodes that stopped the run."""
        return tuple(node for node in self.nodes if node.failed)

    @property
    def warnings(self) -> tuple[NodeEvent, ...]:
        """The nodes that finished with a warning."""
        return tuple(node for node in self.nodes if node.status == "warn")


def dbt_arguments(settings: Settings, command: Sequence[str]) -> list[str]:
    """The arguments of a dbt command, with where project, profile and artifacts are, and the variables."""
    return [
        *command,
        "--project-dir", str(DBT_PROJECT),
        "--profiles-dir", str(ROOT),
        "--target", settings.target,
        "--target-path", str(settings.dbt_target_dir),
        "--log-path", str(settings.dbt_log_dir),
        "--vars", json.dumps(settings.vars, sort_keys=True),
    ]  # fmt: skip


GLOBAL_FLAGS = ("--no-send-anonymous-usage-stats", "--no-version-check", "--no-use-colors", "--partial-parse")


def run_dbt(
    settings: Settings,
    command: Sequence[str],
    on_node: Callable[[NodeEvent], None] | None = None,
    on_message: Callable[[Any], None] | None = None,
) -> DbtResult:
    """Runs `dbt <command>` in this process.

    Args:
        settings: where everything is; exported as absolute paths for the time of the run.
        command: the command with its own options, such as `["build", "--full-refresh"]`.
        on_node: called after each finished node.
        on_message: called with each raw event of dbt (`EventMsg`).

    Returns:
        What each node did. A failing test or model is a result, not an exception.
    """
    # Importing dbt takes seconds; commands that do not run it should not wait for it.
    from dbt.cli.main import dbtRunner

    nodes: list[NodeEvent] = []
    total = 0

    def listen(event: Any) -> None:
        nonlocal total
        if on_message is not None:
            on_message(event)
        if event.info.name == "ConcurrencyLine":
            total = event.data.node_count
        elif event.info.name == "NodeFinished":
            nodes.append(_node_event(event.data, len(nodes) + 1, total))
            if on_node is not None:
                on_node(nodes[-1])

    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    with exported(settings):
        try:
            arguments = [*GLOBAL_FLAGS, "--log-level", "none", *dbt_arguments(settings, command)]
            result = dbtRunner(callbacks=[listen]).invoke(arguments)
        finally:
            close_connections()
    error = None
    if result.exception is not None:
        error = str(result.exception) or type(result.exception).__name__
    return DbtResult(success=bool(result.success), nodes=tuple(nodes), error=error)


class DbtStream:
    """A dbt command as it goes: iterate over its nodes as they finish, then read `result`.

    dbt runs in a thread of its own, a daemon: an interrupted process must not wait for a query of an hour.
    """

    def __init__(self, settings: Settings, command: Sequence[str]) -> None:
        self.result = DbtResult(success=False)
        self._settings = settings
        self._command = command
        self._queue: queue.SimpleQueue[NodeEvent | None] = queue.SimpleQueue()
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[NodeEvent]:
        """Runs the command; raises what dbt raised."""
        threading.Thread(target=self._run, daemon=True, name="dbt").start()
        while (event := self._queue.get()) is not None:
            yield event
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self.result = run_dbt(self._settings, self._command, on_node=self._queue.put)
        except BaseException as error:
            self._error = error
        finally:
            self._queue.put(None)


@contextmanager
def exported(settings: Settings) -> Iterator[None]:
    """The settings as environment variables for the time of a block: profile and plugin read them there."""
    wanted = settings.environment()
    if settings.hash_key:
        wanted["ROI_HASH_KEY"] = settings.hash_key.decode()
    wanted["DO_NOT_TRACK"] = "1"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def close_connections() -> None:
    """Closes what dbt keeps open after a run, so that the warehouse can be opened anew in this process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import cleanup_connections, reset_adapters

    cleanup_connections()
    # dbt-duckdb would only drop its database handle, which closes the file whenever Python collects it.
    with contextlib.suppress(Exception):
        DuckDBConnectionManager.env().close()
    DuckDBConnectionManager.close_all_connections()
    reset_adapters()


def _node_event(data: Any, done: int, total: int) -> NodeEvent:
    info, result = data.node_info, data.run_result
    return NodeEvent(
        unique_id=info.unique_id,
        name=info.node_name,
        kind=info.resource_type,
        status=info.node_status or result.status,
        seconds=float(result.execution_time),
        message=result.message,
        done=done,
        total=total,
    )
