"""In which order tests run."""

from __future__ import annotations

import pytest

# The longest files first, so that no process waits at the end for another one's last file.
ROOMS = ("end_to_end", "properties", "browser", "integration", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def room(item: pytest.Item) -> int:
        return next((number for number, name in enumerate(ROOMS) if name in item.path.parts), 0)

    items.sort(key=room)
