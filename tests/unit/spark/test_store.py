"""An object store that does not answer, or loses what it had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fsspec import AbstractFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.store import ObjectStore, Store


class Unreachable(AbstractFileSystem):  # type: ignore[misc]
    """Takes no request."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise OSError("Could not connect to server")

    ls = info = open = cat_file = put_file = rm_file = makedirs = _refuse


@pytest.mark.parametrize(
    ("what", "ask"),
    [
        # An empty folder would be taken for a mart without rows.
        ("list raw", lambda store, aside: store.files("raw")),
        ("read manifest.json", lambda store, aside: store.read("manifest.json")),
        ("write manifest.json", lambda store, aside: store.write("manifest.json", "{}")),
        ("remove raw/a", lambda store, aside: store.remove(["raw/a"])),
        ("read raw/a", lambda store, aside: store.local(["raw/a"], aside)),
    ],
)
def test_a_store_that_does_not_answer_is_one_sentence(
    what: str, ask: Callable[[Store, Path], Any], tmp_path: Path
) -> None:
    with pytest.raises(SparkError, match=f"Cannot {what} .*Could not connect to server"):
        ask(ObjectStore(Unreachable(), "bucket/roi"), tmp_path)


def test_what_is_not_there_yet_is_no_error(tmp_path: Path) -> None:
    store = ObjectStore(MemoryFileSystem(), str(tmp_path))
    assert store.files("raw") == []
    assert store.read("manifest.json") is None
    with pytest.raises(SparkError, match="Cannot read raw/gone"):
        store.local(["raw/gone"], tmp_path / "aside")
