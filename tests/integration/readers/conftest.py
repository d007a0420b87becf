from pathlib import Path

import pytest

from tests.support.published import write_warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    write_warehouse(file, version=1)
    return file
