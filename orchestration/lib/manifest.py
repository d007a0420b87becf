"""dbt's manifest, written by `dbt parse` and again whenever something changed that it depends on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.lib.dbt_runner import run_dbt
from orchestration.lib.settings import DBT_PROJECT, ROOT, Settings

_STAMP = "manifest.stamp"
# What dbt itself writes beside the sources.
_IGNORED = frozenset({"target", "logs", "dbt_packages"})


class ManifestError(RuntimeError):
    """The dbt project cannot be parsed; the message is dbt's."""


def prepare_manifest(settings: Settings) -> Path:
    """The path of an up-to-date `manifest.json` below `ROI_DATA`; parses the project when it has to (5 s).

    Raises:
        ManifestError: the project cannot be parsed.
    """
    file = settings.dbt_target_dir / "manifest.json"
    stamp = settings.dbt_target_dir / _STAMP
    wanted = _fingerprint(settings)
    if file.is_file() and stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return file
    result = run_dbt(settings, ["parse"])
    if not result.success or not file.is_file():
        raise ManifestError(f"dbt cannot read the project in {DBT_PROJECT}: {result.error}")
    stamp.write_text(wanted, encoding="ascii")
    return file


def read_manifest(file: Path) -> dict[str, Any]:
    """The manifest as a dictionary."""
    manifest: dict[str, Any] = json.loads(file.read_bytes())
    return manifest


def count_nodes(manifest: Mapping[str, Any]) -> dict[str, int]:
    """Nodes that a build runs, by dbt's resource type; ephemeral models are part of others."""
    return dict(
        Counter(
            node["resource_type"]
            for node in manifest["nodes"].values()
            if node["config"].get("materialized") != "ephemeral" and node["config"].get("enabled", True)
        )
    )


def _fingerprint(settings: Settings) -> str:
    """A hash of names, sizes and times of all sources, and of the settings that parsing depends on."""
    digest = hashlib.sha256()
    for file in sorted(_sources(settings)):
        status = file.stat()
        digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(errors="surrogateescape"))
    relevant = [settings.environment(), settings.vars]
    digest.update(json.dumps(relevant, sort_keys=True).encode())
    return digest.hexdigest()


def _sources(settings: Settings) -> Iterator[Path]:
    yield ROOT / "profiles.yml"
    for folder in DBT_PROJECT.iterdir():
        if folder.is_file():
            yield folder
        elif folder.name not in _IGNORED:
            yield from (file for file in folder.rglob("*") if file.is_file())
    for seeds in (settings.registry, ROOT / "seeds" / "reference"):
        yield from (file for file in seeds.glob("*") if file.is_file())
