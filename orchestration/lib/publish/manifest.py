"""The manifest of a version: what each of its files is, and what the next version can know by it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration import __version__
from orchestration.lib.publish.comments import Comments
from orchestration.lib.publish.database import SCHEMA_VERSION, BuiltTable, Stamp
from orchestration.lib.publish.digests import Digest
from orchestration.lib.publish.facts import RunFacts
from orchestration.lib.publish.part import Part
from orchestration.lib.publish.parts import Earlier, content_of

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Before:
    """The version before: its folder, the parts of its tables, and the SHA-256 of its files, by name."""

    folder: Path | None = None
    tables: Mapping[str, Earlier] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)


def read_before(version: Path | None) -> Before:
    """What a version's manifest says; nothing where there is none, or one that cannot be read."""
    if version is None:
        return Before()
    try:
        manifest = json.loads((version / MANIFEST).read_text(encoding="utf-8"))
        tables = {entry["name"]: _earlier(entry) for entry in manifest["tables"]}
        sha256 = {name: str(value) for entry in manifest["tables"] for name, value in entry["sha256"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Whatever is wrong with an old version, the new one does not depend on it.
        return Before()
    return Before(version, tables, sha256)


def _earlier(entry: Mapping[str, Any]) -> Earlier:
    parts = tuple(
        Part(str(part["month"]), Digest(int(part["rows"]), int(part["hashes"])), str(part["content"]))
        for part in entry["parts"]
    )
    return Earlier(tuple((column["name"], column["type"]) for column in entry["columns"]), parts)


def entry_of(table: BuiltTable, sha256: Mapping[str, str], comments: Comments) -> dict[str, Any]:
    """What a manifest says of a table, whose files' SHA-256 these are."""
    return {
        "name": table.name,
        "schema": table.schema,
        "files": list(sha256),
        "rows": table.rows,
        "content": content_of(table.parts),
        "description": comments.tables.get(table.name),
        "columns": [
            {"name": name, "type": kind, "description": comments.columns.get((table.name, name))}
            for name, kind in table.columns
        ],
        "sha256": dict(sha256),
        "parts": [
            # Too long for a number of JSON's.
            {
                "month": part.month,
                "rows": part.digest.rows,
                "hashes": str(part.digest.total),
                "content": part.content,
            }
            for part in table.parts
        ],
    }


def write_manifest(
    file: Path,
    stamp: Stamp,
    facts: RunFacts,
    tables: Sequence[Mapping[str, Any]],
    about: Sequence[Mapping[str, Any]],
) -> None:
    """Writes the manifest of a version: its marts, and what its run says of itself."""
    manifest = {
        "version": stamp.number,
        "run_id": facts.run_id,
        "published_at": f"{stamp.published_at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "schema_version": SCHEMA_VERSION,
        "project_version": __version__,
        "settings": dict(facts.settings),
        "tables": tables,
        "about_the_run": about,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, default=str) + "\n"
    file.write_text(text, encoding="utf-8")
