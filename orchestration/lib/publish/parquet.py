"""The published marts as Parquet files: one folder a version, with a manifest that says what each file is."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import duckdb

from orchestration.lib.publish.comments import read_comments
from orchestration.lib.publish.database import META_SCHEMA, Built, BuiltTable, Stamp
from orchestration.lib.publish.digests import total_of
from orchestration.lib.publish.facts import RunFacts
from orchestration.lib.publish.layout import SCHEMA
from orchestration.lib.publish.manifest import MANIFEST, Before, entry_of, write_manifest
from orchestration.lib.publish.parallel import each
from orchestration.lib.publish.part import Part, file_of, rows_of, write_part
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
    sha256 = _write_tables(built, written, folder, before)
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
    built: Built, tables: list[BuiltTable], folder: Path, before: Before
) -> dict[str, dict[str, str]]:
    """Writes or links the files of tables; returns their SHA-256 by table and file."""
    items = []
    for table in tables:
        for part in [part for part in table.parts if part.digest.rows] or [*table.parts[:1]]:
            items.append((table, part))
            (folder / file_of(table.key, part.month)).parent.mkdir(exist_ok=True)
    # The largest first, so that none is left to the end.
    items.sort(key=lambda item: -item[1].digest.rows)
    written = each(
        built.connection, lambda cursor, item: _write_or_link(cursor, built, *item, folder, before), items
    )
    sha256: dict[str, dict[str, str]] = {table.key: {} for table in tables}
    for (table, part), value in zip(items, written, strict=True):
        sha256[table.key][file_of(table.key, part.month)] = value
    return {key: dict(sorted(files.items())) for key, files in sha256.items()}


def _write_or_link(
    connection: duckdb.DuckDBPyConnection,
    built: Built,
    table: BuiltTable,
    part: Part,
    folder: Path,
    before: Before,
) -> str:
    """The file of a part: from where its view was worked out, of the version before, or a new one."""
    name = file_of(table.key, part.month)
    file, aside = folder / name, built.files / name
    earlier = before.tables.get(table.name) if table.schema == SCHEMA else None
    is_same = earlier is not None and earlier.columns == table.columns and part in earlier.parts
    if aside.is_file():
        aside.rename(file)
    elif is_same and _link(before, name, file):
        return before.sha256[name]
    else:
        rows = rows_of([part.month], table.relation, table.columns)
        is_exact = table.kind == "table"
        write_part(connection, table.name, table.columns, rows, file, part.digest, is_exact)
    return _sha256(file)


def _link(before: Before, name: str, file: Path) -> bool:
    """Gives a file of the version before a second name; False if it is not as it was written."""
    if before.folder is None or not (old := before.folder / name).is_file():
        return False
    if _sha256(old) != before.sha256.get(name):
        return False
    link_or_copy(old, file)
    return True


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_READ_BLOCK):
            digest.update(block)
    return digest.hexdigest()
