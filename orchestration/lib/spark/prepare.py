"""Gets Spark ready for dbt: raw tables, seeds, schemas."""

from __future__ import annotations

import duckdb

from orchestration.lib.settings import ROOT, Settings
from orchestration.lib.spark import raw_files
from orchestration.lib.spark.connection import connect
from orchestration.lib.spark.errors import SparkError


def prepare(settings: Settings, con: duckdb.DuckDBPyConnection) -> raw_files.Manifest:
    """Hands what the loader kept to Spark.

    Args:
        settings: where everything is.
        con: a connection to the warehouse.

    Raises:
        SparkError: Spark cannot be reached.
    """
    place = settings.spark
    if place is None:
        raise SparkError(f"ROI_TARGET is {settings.target!r}: there is no Spark to prepare.")
    with connect(place) as cursor:
        manifest = raw_files.export(con, place)
        raw_files.copy_seeds(place, [settings.registry, ROOT / "seeds" / "reference"])
        for statement in raw_files.definitions(place, manifest):
            cursor.execute(statement)
    return manifest
