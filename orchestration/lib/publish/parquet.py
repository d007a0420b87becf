"""The published marts as Parquet files: one folder a version, with a manifest that says what each file is."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import duckdb

from orchestration.lib.publish.comments import read_comments
from orchestration.lib.publish.database import META_SCHEMA, Built, BuiltTable, Stamp
from orchestration.lib.publish.digests import digest_of, refuse_difference, total_of
from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.facts import RunFacts
from orchestration.lib.publish.layout import SCHEMA
from orchestration.lib.publish.manifest import MANIFEST, Before, entry_of, write_manifest
from orchestration.lib.publish.measures import columns_of
from orchestration.lib.publish.names import literal
from orchestration.lib.publish.parallel import each
from orchestration.lib.publish.parts import Part, is_growing, rows_of
from orchestration.lib.publish.workspace import flush, link_or_copy

FOLDER = "published"
LATEST = "latest"
_VERSION = re.compile(r"(\d{6,})-\d{8}T\d{6}Z")
_READ_BLOCK = 1 << 20


def export(built: Built, folder: Path, stamp: Stamp, facts: RunFacts, before: Before) -> None:
    """Writes every table as `<table>.parquet` and `manifest.json` into a new folder, verified and flushed.

    A table that grows with traffic is a folder, `<table>/<month>.parquet`, or `<table>/all.parquet` while it
    is small. What the run says of itself is `published.<table>.parquet`, as it is `published.<table>` in the
    database. A view that is the union of the tables `<view>__...` has no files of its own: the manifest names
    theirs. A file of the version before whose rows have not changed is linked instead of written again.

    Raises:
        PublishError: a file differs from the warehouse.
        duckdb.Error, OSError: it cannot be written.
    """
    folder.mkdir()
    comments = {schema: read_comments(built.connection, schema) for schema in (SCHEMA, META_SCHEMA)}
    unions = {table.key: union for table in built.tables if (union := _union(table, built.tables))}
    written = [table for table in (*built.tables, *built.about) if table.key not in unions]
    sha256 = _write_tables(built.connection, written, folder, before)
    for key, union in unions.items():
        sha256[key] = {name: value for table in union for name, value in sha256[table.key].items()}
    tables, about = (
        [entry_of(table, sha256[table.key], comments[table.schema]) for table in part]
        for part in (built.tables, built.about)
    )
    write_manifest(folder / MANIFEST, stamp, facts, tables, about)
    for path in folder.rglob("*"):
        # What has several names was flushed when it was written.
        if path.is_dir() or path.stat().st_nlink == 1:
            flush(path)
    flush(folder)


def versions(folder: Path) -> list[Path]:
    """The versions in the folder `published`, the oldest first."""
    if not folder.is_dir():
        return []
    found = [
        (int(match[1]), entry) for entry in folder.iterdir() if (match := _VERSION.fullmatch(entry.name))
    ]
    return [entry for _, entry in sorted(found)]


def version_number(version: Path) -> int:
    """The number of a version's folder."""
    return int(version.name.partition("-")[0])


def prune(folder: Path, keep: int, current: str) -> None:
    """Removes all but the newest `keep` versions; the current one always stays."""
    for version in versions(folder)[:-keep]:
        if version.name != current:
            # Renamed first: a reader never finds a folder that is half there.
            doomed = folder / f".{version.name}.removed"
            version.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)
    for leftover in folder.glob(".*.removed"):
        shutil.rmtree(leftover, ignore_errors=True)


def _union(table: BuiltTable, tables: tuple[BuiltTable, ...]) -> list[BuiltTable]:
    """The tables whose rows together are a view's; none where there are no such tables."""
    if table.kind != "view":
        return []
    union = [
        other
        for other in tables
        if other.name.startswith(f"{table.name}__") and other.columns == table.columns
    ]
    # A view that filters or calculates is not what it reads.
    return union if table.digest == total_of([other.digest for other in union]) else []


def _write_tables(
    connection: duckdb.DuckDBPyConnection, tables: list[BuiltTable], folder: Path, before: Before
) -> dict[str, dict[str, str]]:
    """Writes or links the files of tables; returns their SHA-256 by table and file."""
    items = []
    for table in tables:
        parts = [part for part in table.parts if part.digest.rows] or [*table.parts[:1]]
        # A view is worked out once for all of them.
        items += [(table, parts)] if table.kind == "view" else [(table, [part]) for part in parts]
        for part in parts:
            (folder / _file_name(table, part)).parent.mkdir(exist_ok=True)
    # The largest first, so that none is left to the end.
    items.sort(key=lambda item: -total_of([part.digest for part in item[1]]).rows)
    written = each(connection, lambda cursor, item: _write_or_link(cursor, *item, folder, before), items)
    sha256: dict[str, dict[str, str]] = {table.key: {} for table in tables}
    for (table, _), hashes in zip(items, written, strict=True):
        sha256[table.key] |= hashes
    return {key: dict(sorted(files.items())) for key, files in sha256.items()}


def _write_or_link(
    connection: duckdb.DuckDBPyConnection, table: BuiltTable, parts: list[Part], folder: Path, before: Before
) -> dict[str, str]:
    """Writes the files of parts, or links those that the version before has, too; returns their SHA-256."""
    earlier = before.tables.get(table.name) if table.schema == SCHEMA else None
    known = {part.month: part for part in earlier.parts} if earlier else {}
    has_same_columns = earlier is not None and earlier.columns == table.columns
    sha256, changed = {}, []
    for part in parts:
        name = _file_name(table, part)
        is_same = has_same_columns and known.get(part.month) == part
        if is_same and _link(before, name, folder / name):
            sha256[name] = before.sha256[name]
        else:
            changed.append(part)
    relation = table.relation
    if len(changed) > 1:
        rows = rows_of([part.month for part in changed], relation, table.columns)
        connection.execute(f"create or replace temp table worked_out as from {rows}")
        relation = "temp.worked_out"
    for part in changed:
        name = _file_name(table, part)
        _write(connection, table, part, relation, folder / name)
        sha256[name] = _sha256(folder / name)
    connection.execute("drop table if exists temp.worked_out")
    return sha256


def _link(before: Before, name: str, file: Path) -> bool:
    """Gives a file of the version before a second name; False if it is not as it was written."""
    if before.folder is None or not (old := before.folder / name).is_file():
        return False
    if _sha256(old) != before.sha256.get(name):
        return False
    link_or_copy(old, file)
    return True


def _file_name(table: BuiltTable, part: Part) -> str:
    name = re.sub(r"[^\w.-]", "_", table.key)
    if not (table.schema == SCHEMA and is_growing(table.name)):
        return f"{name}.parquet"
    month = re.sub(r"[^\w.-]", "_", part.month) or "undated"
    return f"{name}/{month}.parquet"


def _write(
    connection: duckdb.DuckDBPyConnection, table: BuiltTable, part: Part, relation: str, file: Path
) -> None:
    place = literal(str(file))
    # Ids are random text, and money is short: higher levels take longer for files of the same size.
    options = "format parquet, compression zstd, compression_level 1"
    rows = rows_of([part.month], relation, table.columns)
    connection.execute(f"copy (from {rows}) to {place} ({options})")
    written = f"read_parquet({place})"
    if (found := columns_of(connection, f"(from {written})")) != list(table.columns):
        changed = sorted(set(table.columns) - set(found))
        raise PublishError(
            f"{table.name} cannot be written as Parquet without changing the types of {changed}."
        )
    digest = digest_of(connection, written, table.columns)
    # What a view works out may differ from its last time.
    if digest != part.digest and digest != digest_of(connection, rows, table.columns):
        sides = (rows, written)
        refuse_difference(
            connection, table.name, file.name, table.columns, sides, is_exact=table.kind == "table"
        )


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_READ_BLOCK):
            digest.update(block)
    return digest.hexdigest()
