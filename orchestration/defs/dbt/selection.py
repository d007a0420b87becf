"""Which dbt nodes a Dagster run asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def build_command(
    manifest: Mapping[str, Any], unique_ids: Iterable[str] | None, full_refresh: bool
) -> list[str]:
    """The dbt command for a run.

    Unit tests check the code and not the data, so they belong to `make test` and not to a run.

    Args:
        manifest: dbt's manifest.
        unique_ids: the nodes and tests that were asked for; None for all.
        full_refresh: build incremental models from scratch.
    """
    command = ["build", "--exclude-resource-type", "unit_test"]
    if full_refresh:
        command.append("--full-refresh")
    if unique_ids is not None:
        wanted = sorted(".".join(manifest["nodes"][unique_id]["fqn"]) for unique_id in unique_ids)
        # `empty`: a test runs because it was asked for, not because its model was.
        command += ["--indirect-selection", "empty", "--select", *wanted]
    return command
