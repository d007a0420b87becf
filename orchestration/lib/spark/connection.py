"""A connection to Spark: to its Thrift server, or to the session of this process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from orchestration.lib.spark import session
from orchestration.lib.spark.cluster import is_open
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.place import SparkPlace
from orchestration.lib.terminal import stated

_SESSION = {
    "spark.sql.parser.escapedStringLiterals": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.legacy.allowNonEmptyLocationInCTAS": "true",
}
# A cluster that grows on demand takes a while until its first worker is there.
_WORKER_SECONDS = 180


def require(place: SparkPlace) -> None:
    """Says in one sentence what is missing before Spark can be used.

    Raises:
        SparkError: the client is not installed, no Thrift server answers, or no session can be had.
    """
    try:
        import dbt.adapters.spark  # noqa: F401
        import pyhive  # noqa: F401
    except ImportError as error:
        raise SparkError("Spark's client is not installed: run `make spark-setup` once.") from error
    if place.is_session:
        session.require(place)
    elif not is_open(place.host, place.port):
        raise SparkError(
            f"No Spark answers at {place.host}:{place.port}: start one on this machine with `make spark-up`, "
            "set ROI_SPARK_HOST and ROI_SPARK_PORT to the Thrift server of yours, or try it without a server "
            "(ROI_TARGET=spark_session)."
        )


def answers(place: SparkPlace) -> bool:
    """Whether something still listens where the Thrift server was; a session is asked where it is."""
    return place.is_session or is_open(place.host, place.port)


def require_workers(place: SparkPlace, seconds: float = _WORKER_SECONDS) -> None:
    """Says in one sentence that nobody works: without workers Spark takes queries and waits forever.

    Args:
        place: where Spark is.
        seconds: how long to wait for the first worker.

    Raises:
        SparkError: see `connect`; or no worker has done a small query in this time.
    """
    if place.is_session:
        # It works where it is asked.
        require(place)
        return
    with connect(place) as cursor:
        from TCLIService.ttypes import TOperationState

        waiting = {
            TOperationState.INITIALIZED_STATE,
            TOperationState.PENDING_STATE,
            TOperationState.RUNNING_STATE,
        }
        deadline = time.monotonic() + seconds
        # Nothing that the server could answer by itself.
        cursor.execute("select sum(id) from range(2)", async_=True)
        while (status := cursor.poll()).operationState in waiting:
            if time.monotonic() > deadline:
                cursor.cancel()
                raise SparkError(
                    f"{place.name} takes queries, but no worker has done one in "
                    f"{seconds:.0f} s: start workers (on this machine: `make spark-down`, `make spark-up`), "
                    "or free some that are busy."
                )
            time.sleep(0.1)
        if status.operationState != TOperationState.FINISHED_STATE:
            raise SparkError(
                f"{place.name} refused a statement: {' '.join(str(status.errorMessage).split())}"
            )


@contextmanager
def connect(place: SparkPlace) -> Iterator[Any]:
    """A DB-API cursor whose session reads and writes as dbt's do.

    Raises:
        SparkError: see `require`; or Spark refuses the session, or a statement.
    """
    with session.connect(place) if place.is_session else _connect_to_server(place) as cursor:
        yield cursor


@contextmanager
def _connect_to_server(place: SparkPlace) -> Iterator[Any]:
    require(place)
    from pyhive import exc, hive

    try:
        connection = hive.connect(
            host=place.host,
            port=place.port,
            username="roi",
            auth="NONE",
            configuration={f"set:hiveconf:{name}": value for name, value in _SESSION.items()},
        )
    except Exception as error:
        # PyHive and Thrift have no error of their own for it.
        raise SparkError(
            f"What listens at {place.host}:{place.port} is no Spark Thrift server that can be used: "
            f"{stated(error)}"
        ) from error
    try:
        yield connection.cursor()
    except exc.Error as error:
        raise SparkError(f"{place.name} refused a statement: {_said(error)}") from error
    finally:
        # What was asked is done or has failed by now; a server that cannot end a session changes neither.
        with suppress(Exception):
            connection.close()


def _said(error: Exception) -> str:
    """What the server says is wrong, without the traces of its stack."""
    answer = error.args[0] if error.args else None
    status = getattr(answer, "status", None)
    return " ".join(str(getattr(status, "errorMessage", None) or error).split())
