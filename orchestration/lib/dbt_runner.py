"""Runs dbt inside this process, and says what each node did.

dbt writes its artifacts and logs below `ROI_DATA`, never into the repository. After a run no connection to
the warehouse is left open: DuckDB allows one configuration a process, and loader and publisher connect too.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from orchestration.lib.settings import DBT_PROJECT, ROOT, Settings

TABLE_KINDS = frozenset({"model", "seed", "snapshot"})
NO_TABLES = frozenset({"view", "ephemeral"})
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
        rows: rows of the table that was built; None for views, tests and failures.
        done: nodes finished so far, this one included.
        total: nodes of this run; 0 while dbt has not said.
    """

    unique_id: str
    name: str
    kind: str
    status: str
    seconds: float
    message: str
    rows: int | None
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


# The packages are those that dbt's Python models call.
CODE_OF_TABLES = (
    DBT_PROJECT / "models",
    DBT_PROJECT / "macros",
    *(ROOT / "orchestration" / "lib" / package for package in ("attribution", "ltv", "plan")),
)
GLOBAL_FLAGS = ("--no-send-anonymous-usage-stats", "--no-version-check", "--no-use-colors", "--partial-parse")


def run_dbt(
    settings: Settings,
    command: Sequence[str],
    on_node: Callable[[NodeEvent], None] | None = None,
    manifest: Any = None,
) -> DbtResult:
    """Runs `dbt <command>` in this process.

    Args:
        settings: where everything is; exported as absolute paths for the time of the run.
        command: the command with its own options, such as `["build", "--full-refresh"]`.
        on_node: called after each finished node.
        manifest: a parsed project (`dbt.contracts.graph.manifest.Manifest`), which saves parsing it again.

    Returns:
        What each node did. A failing test or model is a result, not an exception.
    """
    return invoke_dbt(settings, command, on_node, manifest)[0]


def invoke_dbt(
    settings: Settings,
    command: Sequence[str],
    on_node: Callable[[NodeEvent], None] | None = None,
    manifest: Any = None,
) -> tuple[DbtResult, Any]:
    """Like `run_dbt`, with what dbt itself returns: for `parse` the manifest."""
    # Importing dbt takes seconds; commands that do not run it should not wait for it.
    from dbt.cli.main import dbtRunner

    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    if settings.spark:
        from orchestration.lib.spark import dbt_adapter

        dbt_adapter.register()
    listener = _Listener(settings, on_node)
    with exported(settings):
        try:
            arguments = [*GLOBAL_FLAGS, "--log-level", "none", *dbt_arguments(settings, command)]
            outcome = dbtRunner(manifest=manifest, callbacks=[listener]).invoke(arguments)
        finally:
            listener.close()
            close_connections()
            if settings.spark and settings.spark.is_session:
                from orchestration.lib.spark import session

                session.end()
    error = None
    if outcome.exception is not None:
        error = str(outcome.exception) or type(outcome.exception).__name__
    return DbtResult(bool(outcome.success), tuple(listener.nodes), error), outcome.result


class _Listener:
    """Collects finished nodes from dbt's events; its threads call it at the same time."""

    def __init__(self, settings: Settings, on_node: Callable[[NodeEvent], None] | None) -> None:
        self.nodes: list[NodeEvent] = []
        self._total = 0
        self._on_node = on_node
        self._warehouse = str(settings.warehouse) if settings.target == "duckdb" else None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._lock = threading.Lock()

    def __call__(self, event: Any) -> None:
        if event.info.name == "ConcurrencyLine":
            self._total = event.data.node_count
        elif event.info.name == "NodeFinished":
            with self._lock:
                node = self._node(event.data)
                self.nodes.append(node)
                if self._on_node is not None:
                    self._on_node(node)

    def close(self) -> None:
        """Closes the connection that counted rows."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _node(self, data: Any) -> NodeEvent:
        info, result = data.node_info, data.run_result
        status = info.node_status or result.status
        return NodeEvent(
            unique_id=info.unique_id,
            name=info.node_name,
            kind=info.resource_type,
            status=status,
            seconds=float(result.execution_time),
            message=result.message,
            rows=self._rows(info) if status == "success" else None,
            done=len(self.nodes) + 1,
            total=self._total,
        )

    def _rows(self, info: Any) -> int | None:
        """Rows of a table, which DuckDB knows without reading it."""
        if self._warehouse is None or info.resource_type not in TABLE_KINDS or info.materialized in NO_TABLES:
            return None
        if self._connection is None:
            # Opened beside dbt and like dbt: DuckDB allows one configuration of a file in a process.
            self._connection = duckdb.connect(self._warehouse)
        relation = info.node_relation
        try:
            table = self._connection.table(f'"{relation.schema}"."{relation.alias}"')
            return int(table.aggregate("count(*)").fetchall()[0][0])
        except duckdb.Error:
            # A count is a courtesy; a model that makes no table of its name is none of its business.
            return None


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What the profile and its plug-in read from the environment, with absolute paths."""
    environment = settings.environment() | {"DO_NOT_TRACK": "1", "ROI_CODE_HASH": code_hash()}
    if settings.hash_key:
        environment["ROI_HASH_KEY"] = settings.hash_key.decode()
    return environment


@functools.cache
def code_hash() -> str:
    """A hash of all code that a table's content rests on: macros and defaults as well, and DuckDB's version.

    dbt's own checksums leave those out. After an upgrade nothing that was built before vouches for a table.
    """
    digest = hashlib.sha256(importlib.metadata.version("duckdb").encode())
    sources = [DBT_PROJECT / "dbt_project.yml"]
    for folder in CODE_OF_TABLES:
        sources += sorted(file for file in folder.rglob("*") if file.suffix in (".sql", ".py"))
    for file in sources:
        digest.update(f"\0{os.path.relpath(file, ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


@contextmanager
def exported(settings: Settings) -> Iterator[None]:
    """The settings as environment variables for the time of a block."""
    wanted = dbt_environment(settings)
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
