"""What dbt-spark is taught before it runs: where Python models run, and to keep its sessions."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

from orchestration.lib.spark.place import place_in_force
from orchestration.lib.spark.python_models import METHOD, TablesJob
from orchestration.lib.spark.session import open_cursor

# How many tables' files a session remembers. One that remembers any reads what another session has replaced.
REMEMBERED_TABLES = "spark.sql.filesourceTableRelationCacheSize"


def register() -> None:
    """Changes dbt-spark for this process; doing it twice is fine."""
    from dbt.adapters.spark.connections import PyhiveConnectionWrapper, SparkConnectionManager
    from dbt.adapters.spark.impl import SparkAdapter

    wrapper: Any = PyhiveConnectionWrapper
    wrapper.close = _close

    manager: Any = SparkConnectionManager
    manager.release = _release

    with suppress(ImportError):
        # Spark itself is only needed where it runs in this process.
        from dbt.adapters.spark.session import Connection

        session: Any = Connection
        session.cursor = _open_cursor

    adapter: Any = SparkAdapter
    adapter.python_submission_helpers = property(lambda _: {METHOD: TablesJob})
    adapter.default_python_submission_method = property(lambda _: METHOD)


def _release(manager: Any) -> None:
    """Keeps a thread's session for its next node, where that is safe; dbt closes all of them when it ends.

    dbt would open a session a node, which costs the Thrift server more than many nodes do: it reads Hive's
    settings, makes folders and connects to the metastore anew. After a failure the session goes, whatever
    state it is in.
    """
    from dbt.adapters.base.connections import BaseConnectionManager

    connection = manager.get_if_exists()
    is_sound = connection is not None and connection.state == "open" and sys.exc_info()[0] is None
    if not (is_sound and _is_kept(connection.handle)):
        BaseConnectionManager.release(manager)


def _open_cursor(connection: Any) -> Any:
    """A cursor of this process's session, with ANSI mode, which dbt's own would switch off."""
    parameters = {**connection.server_side_parameters, "spark.sql.ansi.enabled": "true"}
    return open_cursor(place_in_force(), parameters)


def _is_kept(session: Any) -> bool:
    """Whether a session sees what other sessions do; asked once a session."""
    if not hasattr(session, "roi_is_kept"):
        session.roi_is_kept = False
        with suppress(Exception):
            cursor = session.handle.cursor()
            cursor.execute(f"set {REMEMBERED_TABLES}")
            session.roi_is_kept = cursor.fetchall() == [(REMEMBERED_TABLES, "0")]
            cursor.close()
    return bool(session.roi_is_kept)


def _close(connection: Any) -> None:
    """Closes a session of dbt's; a server that cannot end it does not undo what was done in it.

    Now and then Spark's Thrift server looks for a class of Hive's that its distribution lacks.
    """
    with suppress(Exception):
        connection.handle.close()
