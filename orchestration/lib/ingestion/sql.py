"""Quoting, so that no file name, header or value ever becomes SQL."""

from __future__ import annotations

from pathlib import Path


def text(value: str) -> str:
    """A SQL text literal."""
    return "'" + value.replace("'", "''") + "'"


def ident(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def path(value: Path) -> str:
    """A SQL text literal that DuckDB's readers take as this one file, never as a pattern."""
    pattern = str(value).replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
    return text(pattern)


def json_path(key: str) -> str:
    """A SQL text literal that is the JSON path of one top-level key."""
    return text('$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"')


def columns_spec(columns: list[tuple[str, str]]) -> str:
    """The `columns = {...}` argument of DuckDB's readers."""
    return "{" + ", ".join(f"{text(name)}: {text(kind)}" for name, kind in columns) + "}"
