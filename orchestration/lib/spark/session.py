"""Spark within the process that asks, for a quick try: no server and no workers, all cores of this machine.

The catalog is the one that a local cluster has, so either goes on with what the other one built. It is a
database of one process at a time: a session is ended before another process begins one.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from orchestration.lib.spark import cluster
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.java import find_java
from orchestration.lib.spark.place import SparkPlace
from orchestration.lib.terminal import stated

LOG = "session.log"
# Executor and driver are one process here.
MEMORY = "3g"
# DuckDB's rules, which a connection to a server asks for when it is made.
_RULES = {
    "spark.sql.parser.escapedStringLiterals": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.legacy.allowNonEmptyLocationInCTAS": "true",
}
# A try is many small queries. Compiling the code of each thoroughly, or planning it anew after each stage,
# takes longer than running it.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
_SMALL = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}
_LOCK = threading.RLock()
_THREAD = threading.local()


def require(place: SparkPlace) -> None:
    """Says in one sentence why no session can be had.

    Raises:
        SparkError: Spark or Java is missing, or a local cluster has the catalog open.
    """
    cluster.spark_home()
    find_java()
    if any(process.is_alive for process in cluster.processes(place)):
        raise SparkError(
            f"A cluster of this machine has the tables in {place.path} open: build there (ROI_TARGET=spark), "
            "or end it (`make spark-down`)."
        )


def open_cursor(place: SparkPlace, parameters: Mapping[str, str] | None = None) -> Any:
    """A cursor as dbt's, of a session that belongs to this thread; Spark is started where it does not run.

    Args:
        place: where the tables are.
        parameters: what is set in a new session.

    Raises:
        SparkError: see `require`; or Spark did not start.
    """
    from dbt.adapters.spark.session import Cursor

    with _LOCK:
        if not is_running():
            _start(place)
        mine = _session_of_thread(parameters or {})

    class ThreadCursor(Cursor):
        """dbt's own asks one session for all threads, and makes its settings anew before each statement."""

        def execute(self, sql: str, *parameters: Any) -> None:
            self._rows, self._df = None, mine.sql(sql % parameters if parameters else sql)

    return ThreadCursor()


def _session_of_thread(parameters: Mapping[str, str]) -> Any:
    from pyspark.sql import SparkSession

    base = SparkSession.builder.getOrCreate()
    if getattr(_THREAD, "base", None) is not base:
        _THREAD.base, _THREAD.session = base, base.newSession()
        for name, value in parameters.items():
            _THREAD.session.conf.set(name, value)
    return _THREAD.session


@contextmanager
def connect(place: SparkPlace) -> Iterator[Any]:
    """A cursor of this process's session; one that is started for it is ended.

    Raises:
        SparkError: see `open_cursor`; or Spark refuses a statement.
    """
    was_running = is_running()
    if not was_running:
        require(place)
    from pyspark.errors import PySparkException

    try:
        yield open_cursor(place)
    except PySparkException as error:
        raise SparkError(f"{place.name} refused a statement: {stated(error)}") from error
    finally:
        if not was_running:
            end()


def is_running() -> bool:
    """Whether this process has a session."""
    pyspark = sys.modules.get("pyspark")
    return pyspark is not None and pyspark.SparkContext._active_spark_context is not None


def end() -> None:
    """Ends the session of this process, where it has one, and Java with it: it has the catalog open."""
    with _LOCK:
        if not is_running():
            return
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        SparkSession.builder.getOrCreate().stop()
        gateway = SparkContext._gateway
        SparkContext._gateway = SparkContext._jvm = None
        if gateway is not None:
            gateway.shutdown()
            # Java ends with its standard input.
            gateway.proc.stdin.close()
            gateway.proc.wait()


def _start(place: SparkPlace) -> None:
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession

    require(place)
    for folder in (place.warehouse, place.logs, place.metastore):
        folder.mkdir(parents=True, exist_ok=True)
    builder = SparkSession.builder.master("local[*]").appName("roi").enableHiveSupport()
    settings = cluster.configuration(place)
    java = f"{settings['spark.driver.extraJavaOptions']} {_JAVA}"
    settings |= {"spark.driver.memory": MEMORY, "spark.driver.extraJavaOptions": java, **_RULES, **_SMALL}
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        with (place.logs / LOG).open("ab") as log, _errors_to(log.fileno()):
            builder.getOrCreate().sparkContext.setLogLevel("ERROR")
            # It prints each refused statement with all of Java's stack; whoever asked gets the error.
            PySparkLogger.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    except Exception as error:
        # Java's errors come in many classes.
        raise SparkError(
            f"Spark did not start in this process; {place.logs / LOG} says why: {stated(error)}"
        ) from error


@contextmanager
def _errors_to(file: int) -> Iterator[None]:
    """Standard error of what is started meanwhile: Java's notes are for a log, not for the terminal."""
    before = os.dup(2)
    os.dup2(file, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
