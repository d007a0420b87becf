"""dbt keeps a session where it sees what others write, and where nothing went wrong in it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from dbt.adapters.base.connections import BaseConnectionManager

from orchestration.lib.spark.dbt_adapter import REMEMBERED_TABLES, _release


class Manager:
    """A connection manager of one open connection, whose server remembers so many tables."""

    def __init__(self, remembered: str, state: str = "open") -> None:
        self.asked: list[str] = []
        cursor = SimpleNamespace(
            execute=self.asked.append,
            fetchall=lambda: [(REMEMBERED_TABLES, remembered)],
            close=lambda: None,
        )
        session = SimpleNamespace(handle=SimpleNamespace(cursor=lambda: cursor))
        self.connection = SimpleNamespace(state=state, handle=session)
        self.released = 0

    def get_if_exists(self) -> Any:
        return self.connection


@pytest.fixture(autouse=True)
def _counted(monkeypatch: pytest.MonkeyPatch) -> None:
    def release(manager: Any) -> None:
        manager.released += 1

    monkeypatch.setattr(BaseConnectionManager, "release", release)


def test_a_session_that_remembers_no_tables_is_kept() -> None:
    manager = Manager(remembered="0")
    _release(manager)
    _release(manager)
    assert manager.released == 0
    assert manager.asked == [f"set {REMEMBERED_TABLES}"]


@pytest.mark.parametrize(("remembered", "state"), [("1000", "open"), ("0", "init"), ("0", "fail")])
def test_any_other_is_not(remembered: str, state: str) -> None:
    manager = Manager(remembered, state)
    _release(manager)
    assert manager.released == 1


def test_a_failure_ends_the_session() -> None:
    manager = Manager(remembered="0")
    try:
        raise RuntimeError
    except RuntimeError:
        _release(manager)
    assert manager.released == 1
