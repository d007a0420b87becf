"""Generated worlds with known truth, built as a run would build them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.lib.dbt_runner import run_dbt
from orchestration.lib.ingestion import load_landing
from orchestration.lib.sample import write_sample
from orchestration.lib.settings import Settings


def build_world(
    folder: Path, people: int, days: int, seed: int, select: Sequence[str], variables: str = "{}"
) -> Settings:
    """Writes, loads and builds a world below `folder`, which must be empty.

    Args:
        folder: where landing files, registry, truth and warehouse go.
        people: how many people the world has.
        days: how many days it lasts.
        seed: the world's seed.
        select: what dbt builds, in its own selection syntax.
        variables: `ROI_VARS`.

    Raises:
        RuntimeError: dbt failed; the message names what.
    """
    write_sample(folder, people, days, seed, file_format="parquet")
    settings = Settings.from_env({
        "ROI_LANDING": str(folder / "landing"), "ROI_REGISTRY": str(folder / "registry"),
        "ROI_DATA": str(folder / "data"), "ROI_VARS": variables, "ROI_HASH_KEY": "benchmark",
    })  # fmt: skip
    with duckdb.connect(str(settings.warehouse)) as connection:
        load_landing(connection, settings.landing, settings.hash_key, settings.quarantine_dir)
    result = run_dbt(settings, ["build", "--exclude-resource-type", "test", "unit_test", "--select", *select])
    if not result.success:
        raise RuntimeError("; ".join([result.error or "", *(node.message for node in result.failures)]))
    return settings
