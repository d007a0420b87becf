"""Publishing: the marts as a DuckDB file, as Parquet files and in PostgreSQL, each replaced as a whole."""

from orchestration.lib.publish.database import (
    META_SCHEMA,
    READABLE_FROM,
    RUN_TABLE,
    SCHEMA_VERSION,
    PublishedTable,
)
from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.facts import RunFacts
from orchestration.lib.publish.hashes import table_hashes
from orchestration.lib.publish.layout import SCHEMA
from orchestration.lib.publish.publisher import PublishReport, publish
from orchestration.lib.publish_options import OptionError, PublishOptions

__all__ = [
    "META_SCHEMA",
    "READABLE_FROM",
    "RUN_TABLE",
    "SCHEMA",
    "SCHEMA_VERSION",
    "OptionError",
    "PublishError",
    "PublishOptions",
    "PublishReport",
    "PublishedTable",
    "RunFacts",
    "publish",
    "table_hashes",
]
