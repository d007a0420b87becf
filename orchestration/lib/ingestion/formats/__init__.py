"""The formats, found by looking: every module here that has `FORMATS` declares some."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from orchestration.lib.ingestion.formats.base import Format


@cache
def all_formats() -> dict[tuple[str, str], Format]:
    """Every format by (dataset, folder name); two files that claim one folder are an error."""
    found: dict[tuple[str, str], Format] = {}
    for module in sorted(iter_modules(__path__), key=lambda m: m.name):
        declared = getattr(import_module(f"{__name__}.{module.name}"), "FORMATS", ())
        for declared_format in declared:
            key = (declared_format.dataset, declared_format.name)
            if key in found:
                raise ValueError(f"two format files declare {key[0]}/{key[1]}")
            found[key] = declared_format
    return found


def folders(dataset: str) -> list[str]:
    """The format folders of a dataset, sorted."""
    return sorted(name for owner, name in all_formats() if owner == dataset)
