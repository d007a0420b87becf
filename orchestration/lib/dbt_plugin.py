"""dbt-duckdb plugin: gives every cursor the pepper of personal hashes, and DuckDB its limits.

Models write `md5(getvariable('roi_pepper') || '|' || x)`: the key never stands in compiled SQL, logs or
dbt's artifacts, and the pepper cannot be turned back into the key that hashed the e-mails.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.lib.pepper import pepper
from orchestration.lib.settings import HASH_KEY_FILE, Settings, SettingsError

PEPPER_VARIABLE = "roi_pepper"


class Plugin(BasePlugin):
    """Loaded by dbt-duckdb from `profiles.yml`."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Reads the settings once a process; nothing is created here."""
        self.settings = Settings.from_env(create=False)

    def configure_connection(self, conn: Any) -> None:
        """Applies `ROI_MEMORY_LIMIT` and `ROI_THREADS`, which hold for the whole database instance."""
        if self.settings.memory_limit:
            conn.execute(f"set memory_limit = '{self.settings.memory_limit}'")
        if self.settings.threads:
            conn.execute(f"set threads = {self.settings.threads}")

    def configure_cursor(self, cursor: Any) -> None:
        """Sets the pepper; DuckDB's variables belong to a cursor, so each one needs it."""
        if not self.settings.hash_key:
            raise SettingsError(
                f"There is no hash key: neither ROI_HASH_KEY nor {self.settings.data / HASH_KEY_FILE}. "
                "Run `make run` once, which creates it, or set ROI_HASH_KEY."
            )
        cursor.execute(f"set variable {PEPPER_VARIABLE} = '{pepper(self.settings.hash_key)}'")
