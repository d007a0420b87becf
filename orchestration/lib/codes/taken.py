"""Codes that somebody has already: the registry's, those seen in orders, and those of a shop's own export."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.registry.lint.context import Joined
from orchestration.lib.registry.model import Registry

# How shops call the column of the code in what they export: Shopify, WooCommerce, import apps.
_COLUMNS = (
    "code",
    "name",
    "title",
    "post_title",
    "coupon_code",
    "coupon code",
    "discount code",
    "promo_code",
)
_MARTS = "marts"


class TakenError(ValueError):
    """A file of codes cannot be used; the message names it and says what it should be."""


def registry_codes(registry: Registry) -> set[str]:
    """Every code of the registry, whenever it was valid: an old one is still printed somewhere."""
    return {code for row in Joined(registry).rows("promo_codes") if (code := row.get("promo_code"))}


def shop_codes(warehouse: Path, published: Path) -> tuple[set[str], str]:
    """The codes that buyers typed, and a sentence that says where they were read.

    Args:
        warehouse: the work database; its raw orders have every code that was ever redeemed.
        published: read instead while a run writes the work database.
    """
    reasons = []
    for database, read in ((warehouse, _from_orders), (published, _from_marts)):
        if not database.is_file():
            reasons.append(f"{database.name} is not there yet")
            continue
        try:
            with duckdb.connect(str(database), read_only=True) as connection:
                codes = read(connection)
        except duckdb.Error as error:
            reasons.append(f"{database.name} cannot be read ({str(error).splitlines()[0]})")
            continue
        return codes, f"Compared with the registry and {len(codes)} codes in the orders of {database.name}."
    return set(), f"Compared with the registry only; no codes of the shop are known: {', '.join(reasons)}."


def _from_orders(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select distinct trim(code) from (select unnest(string_split(discount_codes, '|')) as code "
        "from raw.orders where discount_codes is not null) where trim(code) <> ''"
    ).fetchall()
    return {str(code) for (code,) in rows}


def _from_marts(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Codes of every published table that has some, whichever those are."""
    tables = connection.execute(
        "select table_name from information_schema.columns "
        "where table_schema = ? and column_name = 'promo_code' order by table_name",
        [_MARTS],
    ).fetchall()
    codes: set[str] = set()
    for (table,) in tables:
        name = str(table).replace('"', '""')
        found = connection.execute(
            f'select distinct promo_code from {_MARTS}."{name}" where promo_code is not null'
        )
        codes |= {str(code) for (code,) in found.fetchall()}
    return codes


def file_codes(file: Path) -> set[str]:
    """The codes of a shop's own list: a CSV or JSON export of Shopify or WooCommerce, or a code a line.

    Raises:
        TakenError: the file cannot be read or no code is found in it.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TakenError(f"{file} cannot be read: {error}") from error
    is_json = text.lstrip()[:1] in ("[", "{")
    codes = set(_json_codes(file, text) if is_json else _csv_codes(text))
    if not codes:
        raise TakenError(f"{file} has no codes: it needs a column such as {', '.join(_COLUMNS[:4])}.")
    return codes


def _json_codes(file: Path, text: str) -> Iterator[str]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise TakenError(f"{file}, line {error.lineno}: not JSON ({error.msg}).") from error
    waiting: list[Any] = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            code = value.get("code")
            if isinstance(code, str) and code.strip():
                yield code.strip()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _csv_codes(text: str) -> Iterator[str]:
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip().lower() for name in next(rows, [])]
    column = next((header.index(name) for name in _COLUMNS if name in header), None)
    if column is None and len(header) == 1:
        # A plain list without a header.
        yield from _cells(text.splitlines()[:1])
        column = 0
    if column is not None:
        yield from _cells(row[column] for row in rows if len(row) > column)


def _cells(values: Iterable[str]) -> Iterator[str]:
    yield from (value.strip() for value in values if value.strip())
