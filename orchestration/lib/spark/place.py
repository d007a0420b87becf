"""Where Spark is: its Thrift server's address, the ports of a local cluster, the place that all share."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.settings import Settings, resolve
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.store import Store, open_store

HOST = "127.0.0.1"
DEFAULT_PORT = 10000
# A local cluster takes this many ports in a row.
PORTS = 7
# Files of a table that no day parts.
DEFAULT_BUCKETS = 16


@dataclass(frozen=True)
class SparkPlace:
    """Spark's Thrift server, and the shared place with raw files, seeds and tables.

    `host` and `port` are the Thrift server's. A local cluster uses the ports after it: the master, the pages
    of master and application, and a page a worker. `path` is the shared folder, and a local cluster's own;
    `url` is set where an object store is shared in its place. `buckets` is how many parts incremental tables
    have that no day parts; 0: builds are complete. `is_session`: there is no server, and whoever asks has
    Spark in its own process.
    """

    host: str
    port: int
    path: Path
    buckets: int = DEFAULT_BUCKETS
    url: str = ""
    is_session: bool = False

    @property
    def name(self) -> str:
        """Which Spark it is, for messages."""
        return "Spark in this process" if self.is_session else f"Spark at {self.host}:{self.port}"

    @property
    def master_port(self) -> int:
        """Where workers and applications meet the master."""
        return self.port + 1

    @property
    def master_page_port(self) -> int:
        """The master's page, with `/json/` behind it."""
        return self.port + 2

    @property
    def application_page_port(self) -> int:
        """The Thrift server's page, with the REST API `/api/v1/` behind it."""
        return self.port + 3

    def worker_page_port(self, worker: int) -> int:
        """The page of worker 1, 2, ..."""
        return self.port + 3 + worker

    @property
    def master(self) -> str:
        """The local cluster's address."""
        return f"spark://{HOST}:{self.master_port}"

    @property
    def warehouse(self) -> Path:
        """Where Spark keeps its tables: a folder a schema, a folder a table."""
        return self.path / "warehouse"

    @property
    def raw(self) -> Path:
        """Raw tables as Parquet files, a folder a table."""
        return self.path / "raw"

    @property
    def state(self) -> Path:
        """Process ids of a local cluster."""
        return self.path / "cluster.json"

    @property
    def metastore(self) -> Path:
        """The local catalog: which tables there are."""
        return self.path / "metastore"

    @property
    def logs(self) -> Path:
        """Logs of a local cluster, or of sessions."""
        return self.path / "logs"

    @property
    def store(self) -> Store:
        """The files of the shared place.

        Raises:
            SparkError: it is an object store that cannot be used from here.
        """
        return open_store(self.address())

    def address(self, *names: str) -> str:
        """The shared place, or what is below it, as Spark writes it: with its scheme, for clusters of another
        default; nothing is encoded."""
        return "/".join((self.url or f"file:{self.path}", *names))

    def environment(self) -> dict[str, str]:
        """The same as environment variables, for profiles.yml and macros."""
        return {
            "ROI_SPARK_HOST": self.host,
            "ROI_SPARK_PORT": str(self.port),
            "ROI_SPARK_PATH": self.url or str(self.path),
            "ROI_SPARK_ADDRESS": self.address(),
            "ROI_SPARK_BUCKETS": str(self.buckets),
        }

    @classmethod
    def from_env(
        cls, data: Path, env: Mapping[str, str] | None = None, is_session: bool = False
    ) -> SparkPlace:
        """From ROI_SPARK_HOST, _PORT, _BUCKETS and _PATH (default: `spark` below the data folder).

        Args:
            data: the data folder.
            env: the variables (`os.environ` unless given).
            is_session: without a server; host and port are read and not used.

        Raises:
            SparkError: a variable has a value that cannot be used.
        """
        env = os.environ if env is None else env
        port = (env.get("ROI_SPARK_PORT") or str(DEFAULT_PORT)).strip()
        if not port.isdigit() or not 1024 <= int(port) <= 65535 - PORTS:
            raise SparkError(
                f"ROI_SPARK_PORT is {port!r}; it must be a whole number from 1024 to {65535 - PORTS}."
            )
        path = (env.get("ROI_SPARK_PATH") or "").strip() or str(data / "spark")
        url = ""
        if "://" in path:
            if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s'`?#]+", path):
                raise SparkError(
                    f"ROI_SPARK_PATH is {path!r}; it must be a folder, or a URL such as s3a://bucket/roi "
                    "without blanks, quotes, ? and #."
                )
            scheme, _, rest = path.partition("://")
            # A folder with its scheme is a folder.
            url, path = ("", rest) if scheme == "file" else (path.rstrip("/"), str(data / "spark"))
        buckets = (env.get("ROI_SPARK_BUCKETS") or str(DEFAULT_BUCKETS)).strip()
        if not buckets.isdigit():
            raise SparkError(
                f"ROI_SPARK_BUCKETS is {buckets!r}; it must be a whole number, 0 for complete builds."
            )
        host = env.get("ROI_SPARK_HOST") or HOST
        return cls(host, int(port), resolve(path), int(buckets), url, is_session)


def place_in_force() -> SparkPlace:
    """Where Spark is by the environment alone, for what dbt calls: it hands on nothing else.

    Raises:
        SparkError: the target is no Spark.
    """
    settings = Settings.from_env(create=False)
    if settings.spark is None:
        raise SparkError(f"ROI_TARGET is {settings.target!r}: there is no Spark.")
    return settings.spark
