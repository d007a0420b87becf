"""The registry's conventions: the defaults of `conventions.toml`, and what a folder's own file replaces."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orchestration.lib.registry.tables import TABLES

FILE = "conventions.toml"
SEVERITIES = ("error", "warning", "off")
_HERE = Path(__file__).parent
_COLUMNS = {f"{table.name}.{column}" for table in TABLES for column in table.header}
_SUGGESTIONS = ("", "token", "slug")


class ConventionsError(ValueError):
    """A conventions file cannot be used; the message names the file, the key and what is allowed."""


@dataclass(frozen=True)
class Naming:
    """Values of these columns (`table.column`) must match the pattern as a whole.

    Attributes:
        says: the pattern in words.
        suggest: how a better value is derived: `token`, `slug` or not at all.
    """

    columns: tuple[str, ...]
    pattern: re.Pattern[str]
    says: str
    suggest: str


@dataclass(frozen=True)
class Meaning:
    """A column's value must be the token of one of these columns of the row that it refers to."""

    column: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class NearDuplicate:
    """Different values of this column that are easily taken for one another; `lookalikes`: also 0 for O."""

    column: str
    lookalikes: bool


@dataclass(frozen=True)
class Conventions:
    """Everything that `conventions.toml` says; see there."""

    severity: dict[str, str]
    destination_url: str
    short_url: str
    before_days: int
    after_days: int
    code_min_length: int
    code_max_length: int
    code_words: frozenset[str]
    naming: tuple[Naming, ...]
    meaning: tuple[Meaning, ...]
    duplicates: tuple[tuple[str, tuple[str, ...]], ...]
    near_duplicates: tuple[NearDuplicate, ...]


@cache
def common_words() -> frozenset[str]:
    """Words that anybody tries first as a code, in capitals."""
    lines = (_HERE / "common_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.upper().split())


def load_conventions(folder: Path | None = None) -> Conventions:
    """The conventions of a registry folder: the defaults, with what its own `conventions.toml` replaces.

    Raises:
        ConventionsError: the folder's file is not TOML, or has an unknown key or a value it must not have.
    """
    defaults = tomllib.loads((_HERE / FILE).read_text(encoding="utf-8"))
    own = folder / FILE if folder else None
    if own is None or not own.is_file():
        return _build(defaults, _HERE / FILE)
    try:
        changes = tomllib.loads(own.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConventionsError(f"{own} cannot be read: {error}") from error
    return _build(_merged(defaults, changes, own), own)


def _merged(defaults: dict[str, Any], changes: dict[str, Any], file: Path) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in changes.items():
        if key not in defaults:
            raise ConventionsError(f"{file}: unknown key {key}; allowed are {', '.join(sorted(defaults))}.")
        if isinstance(defaults[key], dict):
            if not isinstance(value, dict):
                raise ConventionsError(f"{file}: {key} must be a table, written as [{key}].")
            unknown = sorted(set(value) - set(defaults[key]))
            if unknown:
                allowed = ", ".join(sorted(defaults[key]))
                raise ConventionsError(f"{file}: unknown key {key}.{unknown[0]}; allowed are {allowed}.")
            merged[key] = {**defaults[key], **value}
        else:
            merged[key] = value
    return merged


def _build(data: Mapping[str, Any], file: Path) -> Conventions:
    read = _Reader(file)
    severity = {
        rule: read.choice(f"severity.{rule}", level, SEVERITIES) for rule, level in data["severity"].items()
    }
    codes, dates, links = data["codes"], data["dates"], data["links"]
    own_words = [word.upper() for word in read.texts("codes.words", codes["words"])]
    return Conventions(
        severity=severity,
        destination_url=read.text("links.destination_url", links["destination_url"]),
        short_url=read.text("links.short_url", links["short_url"]).rstrip("/"),
        before_days=read.whole("dates.before_days", dates["before_days"]),
        after_days=read.whole("dates.after_days", dates["after_days"]),
        code_min_length=read.whole("codes.min_length", codes["min_length"]),
        code_max_length=read.whole("codes.max_length", codes["max_length"]),
        code_words=common_words() | frozenset(own_words),
        naming=tuple(
            Naming(
                read.columns("naming.columns", each.get("columns")),
                read.pattern("naming.pattern", each.get("pattern")),
                read.text("naming.says", each.get("says", each.get("pattern"))),
                read.choice("naming.suggest", each.get("suggest", ""), _SUGGESTIONS),
            )
            for each in read.tables("naming", data["naming"], {"columns", "pattern", "says", "suggest"})
        ),
        meaning=tuple(
            Meaning(
                read.column("meaning.column", each.get("column")), read.columns("meaning.of", each.get("of"))
            )
            for each in read.tables("meaning", data["meaning"], {"column", "of"})
        ),
        duplicates=tuple(
            (str(each.get("table")), read.columns_of(each.get("table"), each.get("columns")))
            for each in read.tables("duplicate", data["duplicate"], {"table", "columns"})
        ),
        near_duplicates=tuple(
            NearDuplicate(
                read.column("near_duplicate.column", each.get("column")), each.get("lookalikes") is True
            )
            for each in read.tables("near_duplicate", data["near_duplicate"], {"column", "lookalikes"})
        ),
    )


class _Reader:
    """Takes values out of parsed TOML and refuses what they must not be."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def _wrong(self, key: str, value: Any, allowed: str) -> ConventionsError:
        return ConventionsError(f"{self._file}: {key} is {value!r}; it must be {allowed}.")

    def text(self, key: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self._wrong(key, value, "a text")
        return value.strip()

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(key, value, "a list of texts")
        return tuple(value)

    def whole(self, key: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._wrong(key, value, "a whole number from 0")
        return value

    def choice(self, key: str, value: Any, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            raise self._wrong(key, value, "one of " + ", ".join(repr(each) for each in allowed))
        return str(value)

    def pattern(self, key: str, value: Any) -> re.Pattern[str]:
        try:
            return re.compile(self.text(key, value))
        except re.error as error:
            raise self._wrong(key, value, f"a regular expression ({error})") from error

    def column(self, key: str, value: Any) -> str:
        if value not in _COLUMNS:
            raise self._wrong(key, value, "a registry column written as table.column")
        return str(value)

    def columns(self, key: str, value: Any) -> tuple[str, ...]:
        return tuple(self.column(key, each) for each in self.texts(key, value))

    def columns_of(self, table: Any, value: Any) -> tuple[str, ...]:
        names = self.texts("duplicate.columns", value)
        for name in names:
            self.column("duplicate.columns", f"{table}.{name}")
        return names

    def tables(self, key: str, value: Any, allowed: set[str]) -> list[Mapping[str, Any]]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self._wrong(key, value, f"a list of tables, each written as [[{key}]]")
        for each in value:
            for name in sorted(set(each) - allowed):
                raise ConventionsError(
                    f"{self._file}: unknown key {key}.{name}; allowed are {', '.join(sorted(allowed))}."
                )
        return value
