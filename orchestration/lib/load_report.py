"""What the loader has recorded: rows by dataset, and why rows are in quarantine.

Both read `raw.load_log` and `raw.quarantine`; a connection that has neither gives empty answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

DATASETS = ("clicks", "orders", "order_lines", "refunds", "contacts")

# A corrected file replaces what an earlier content of the same path was, so only the newest content counts.
_CURRENT = """
    select
        *,
        row_number() over (partition by path, dataset order by loaded_at desc, file_id desc) = 1 as is_current
    from raw.load_log
"""


@dataclass(frozen=True)
class DatasetLoad:
    """Totals of one dataset over the newest content of each of its files.

    Attributes:
        files: files known, quarantined ones included.
        files_quarantined: files of which nothing could be used.
        rows_read: rows that the files hold; rows_read = rows_loaded + rows_quarantined + rows_duplicate.
        seconds: time that loading them took.
        last_loaded_at: UTC.
    """

    dataset: str
    files: int
    files_quarantined: int
    rows_read: int
    rows_loaded: int
    rows_quarantined: int
    rows_duplicate: int
    seconds: float
    last_loaded_at: datetime | None

    @property
    def quarantine_share(self) -> float:
        """Quarantined rows of all rows read, 0 to 1; a file that gave no row at all counts as one of one."""
        lost_files = self.files_quarantined if not self.rows_read else 0
        read = self.rows_read + lost_files
        return (self.rows_quarantined + lost_files) / read if read else 0.0


@dataclass(frozen=True)
class QuarantineReason:
    """One reason with the number of rows (whole files count as one) and examples as `path:line: text`."""

    dataset: str
    format: str
    reason: str
    column: str | None
    rows: int
    files: int
    examples: tuple[str, ...]


def has_load_log(connection: duckdb.DuckDBPyConnection) -> bool:
    """True when something has been loaded into this warehouse."""
    rows = connection.execute(
        "select count(*) from duckdb_tables() "
        "where schema_name = 'raw' and table_name in ('load_log', 'quarantine')"
    ).fetchall()
    return rows == [(2,)]


def dataset_loads(connection: duckdb.DuckDBPyConnection) -> dict[str, DatasetLoad]:
    """The totals of each dataset that has files."""
    if not has_load_log(connection):
        return {}
    rows = connection.execute(
        f"""
        select
            dataset,
            count(*)::bigint,
            (count(*) filter (where status = 'quarantined'))::bigint,
            coalesce(sum(rows_read), 0)::bigint,
            coalesce(sum(rows_loaded), 0)::bigint,
            coalesce(sum(rows_quarantined), 0)::bigint,
            coalesce(sum(rows_duplicate), 0)::bigint,
            coalesce(sum(seconds), 0)::double,
            max(loaded_at)
        from ({_CURRENT})
        where is_current
        group by dataset
        order by dataset
        """
    ).fetchall()
    return {row[0]: DatasetLoad(*row) for row in rows}


def quarantine_reasons(connection: duckdb.DuckDBPyConnection, examples: int = 3) -> list[QuarantineReason]:
    """Why rows are in quarantine now, the most frequent reason first; cleared rows are left out."""
    if not has_load_log(connection):
        return []
    rows = connection.execute(
        """
        select
            dataset,
            format,
            reason,
            column_name,
            count(*)::bigint as rows,
            count(distinct path)::bigint as files,
            list(
                path || coalesce(':' || line, '') || coalesce(': ' || left(raw_text, 200), '')
                order by example
            ) filter (where example <= $examples) as examples
        from (
            select
                *,
                row_number() over (
                    partition by dataset, format, reason, column_name order by path, line, raw_text
                ) as example
            from raw.quarantine
            where cleared_at is null
        )
        group by dataset, format, reason, column_name
        order by rows desc, dataset, format, reason, column_name
        """,
        {"examples": examples},
    ).fetchall()
    return [
        QuarantineReason(dataset, format_name, reason, column, count, files, tuple(texts or ()))
        for dataset, format_name, reason, column, count, files, texts in rows
    ]
