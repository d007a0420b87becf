"""dbt's Python models on Spark: they run where dbt runs, read tables and leave a table.

Spark has no Python models outside of one vendor's service, and these need no cluster: what they read is
aggregated. A model gets the same DuckDB relations as on DuckDB, over the Parquet files of Spark's tables.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.publish.names import literal
from orchestration.lib.spark.connection import connect
from orchestration.lib.spark.place import place_in_force
from orchestration.lib.spark.tables import read_tables

METHOD = "tables"


class TablesJob:
    """Runs one Python model; dbt constructs it with the model and the profile's credentials."""

    def __init__(self, parsed_model: dict[str, Any], credentials: Any) -> None:
        self._schema, self._table = parsed_model["schema"], parsed_model["alias"]
        self._name = f"{self._schema}.{self._table}"
        self._place = place_in_force()

    def submit(self, compiled_code: str) -> None:
        """Runs the model's code and makes its result a table of Spark."""
        module: dict[str, Any] = {"__name__": self._name}
        exec(compile(compiled_code, f"<{self._name}>", "exec"), module)
        store = self._place.store
        written = f"python_models/{self._name}.{os.getpid()}.{secrets.token_hex(4)}/part.parquet"
        try:
            with (
                connect(self._place) as cursor,
                duckdb.connect() as con,
                read_tables(self._place, cursor) as tables,
                store.aside() as aside,
            ):
                con.execute("set timezone = 'UTC'")
                dbt = module["dbtObj"](lambda name: con.sql(tables.select(name)))
                self._write(module["model"](dbt, con), aside / "part.parquet")
                store.put(aside / "part.parquet", written)
                place = literal(self._place.address("warehouse", self._schema, self._table))
                cursor.execute(
                    f"create table {self._name} using parquet location {place} "
                    f"as select * from parquet.`{self._place.address(written)}`"
                )
        finally:
            store.remove(store.files(written.rpartition("/")[0]))

    def _write(self, rows: duckdb.DuckDBPyRelation, file: Path) -> None:
        columns = ", ".join(
            f"timezone('UTC', {name}) as {name}" if str(kind) == "TIMESTAMP" else name
            for name, kind in zip(rows.columns, rows.types, strict=True)
        )
        rows.project(columns).write_parquet(str(file), compression="zstd")
