"""The published marts as Parquet files: one folder a version, with a manifest that says what each file is."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb

from orchestration import __version__
from orchestration.lib.publish.comments import Comments, read_comments
from orchestration.lib.publish.copies import SCHEMA
from orchestration.lib.publish.database import META_SCHEMA, SCHEMA_VERSION, Built, BuiltTable, Stamp
from orchestration.lib.publish.errors import PublishError
from orchestration.lib.publish.facts import RunFacts
from orchestration.lib.publish.measures import columns_of, compare
from orchestration.lib.publish.names import literal
from orchestration.lib.publish.workspace import flush, link_or_copy

FOLDER = "published"
LATEST = "latest"
MANIFEST = "manifest.json"
DATABASE = "roi.duckdb"
_VERSION = re.compile(r"(\d{6,})-\d{8}T\d{6}Z")
_READ_BLOCK = 1 << 20


def export(built: Built, folder: Path, stamp: Stamp, facts: RunFacts, before: Path | None = None) -> None:
    """Writes every table as `<table>.parquet` and `manifest.json` into a new folder, verified and flushed.

    What the run says of itself is `published.<table>.parquet`, as it is `published.<table>` in the database.
    A view that is the union of the tables `<view>__...` has no file of its own: the manifest names theirs.
    A file of the version `before` whose rows have not changed is linked instead of written again.

    Raises:
        PublishError: a file differs from the warehouse.
        duckdb.Error, OSError: it cannot be written.
    """
    folder.mkdir()
    comments = {schema: read_comments(built.connection, schema) for schema in (SCHEMA, META_SCHEMA)}
    earlier = _entries(before)
    entries: list[dict[str, Any]] = []
    for table in built.tables:
        parts = _parts(table, built.tables)
        names = [_file_name(part) for part in parts]
        entry = _entry(table, names, comments[table.schema])
        if parts == [table] and not _link(before, earlier.get(table.name), entry, folder):
            _write(built.connection, table, folder / names[0])
        entries.append(entry)
    about = [_entry(table, [_file_name(table)], comments[table.schema]) for table in built.about]
    for table in built.about:
        _write(built.connection, table, folder / _file_name(table))
    for entry in [*entries, *about]:
        entry["sha256"] = {name: _sha256(folder / name) for name in entry["files"]}
    manifest = {
        "version": stamp.number,
        "run_id": facts.run_id,
        "published_at": f"{stamp.published_at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "schema_version": SCHEMA_VERSION,
        "project_version": __version__,
        "settings": dict(facts.settings),
        "tables": entries,
        "about_the_run": about,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, default=str) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for file in folder.iterdir():
        flush(file)
    flush(folder)


def _entries(version: Path | None) -> dict[str, Any]:
    if version is None:
        return {}
    try:
        manifest = json.loads((version / MANIFEST).read_text(encoding="utf-8"))
        return {entry["name"]: entry for entry in manifest["tables"]}
    except (OSError, ValueError, KeyError, TypeError):
        # Whatever is wrong with an old version, the new one does not depend on it.
        return {}


def _link(before: Path | None, earlier: Any, entry: dict[str, Any], folder: Path) -> bool:
    """Gives an unchanged file of the version before a second name in the new one; False if none is."""
    if before is None or not earlier:
        return False
    same = [entry["name"], entry["files"], entry["rows"], entry["content"]]
    columns = [(column["name"], column["type"]) for column in entry["columns"]]
    if (
        [earlier.get(key) for key in ("name", "files", "rows", "content")] != same
        or [(column["name"], column["type"]) for column in earlier["columns"]] != columns
        or not (file := before / entry["files"][0]).is_file()
        or _sha256(file) != earlier["sha256"].get(file.name)
    ):
        return False
    link_or_copy(file, folder / file.name)
    return True


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


def _parts(table: BuiltTable, tables: tuple[BuiltTable, ...]) -> list[BuiltTable]:
    """The tables whose rows together are the table's: those of a union view, else itself."""
    if table.kind == "view":
        parts = [
            other
            for other in tables
            if other.name.startswith(f"{table.name}__") and other.columns == table.columns
        ]
        # Rows and every sum: a view that filters or calculates is not its parts.
        if parts and all(
            _total(parts, i) == value
            for i, value in enumerate(table.measured)
            if not table.measures.floating[i]
        ):
            return parts
    return [table]


def _total(parts: list[BuiltTable], position: int) -> Any:
    found = [part.measured[position] for part in parts if part.measured[position] is not None]
    return sum(found) if found else None


def _file_name(table: BuiltTable) -> str:
    return re.sub(r"[^\w.-]", "_", table.key) + ".parquet"


def _write(connection: duckdb.DuckDBPyConnection, table: BuiltTable, file: Path) -> None:
    place = literal(str(file))
    # Ids are random text, and money is short: higher levels take longer for files of the same size.
    options = "format parquet, compression zstd, compression_level 1"
    connection.execute(f"copy (from {table.relation}) to {place} ({options})")
    relation = f"read_parquet({place})"
    if (found := columns_of(connection, f"(from {relation})")) != list(table.columns):
        changed = sorted(set(table.columns) - set(found))
        raise PublishError(
            f"{table.name} cannot be written as Parquet without changing the types of {changed}."
        )
    measured = connection.execute(table.measures.select(relation)).fetchall()[0]
    compare(table.name, file.name, table.measures, table.measured, measured)


def _entry(table: BuiltTable, files: list[str], comments: Comments) -> dict[str, Any]:
    return {
        "name": table.name,
        "schema": table.schema,
        "files": files,
        "rows": table.rows,
        "content": table.content,
        "description": comments.tables.get(table.name),
        "columns": [
            {"name": name, "type": kind, "description": comments.columns.get((table.name, name))}
            for name, kind in table.columns
        ],
    }


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_READ_BLOCK):
            digest.update(block)
    return digest.hexdigest()
