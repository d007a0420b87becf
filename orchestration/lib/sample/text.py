"""Numbers to text, a column at a time: identifiers, times, money, and whole lines of CSV or JSON."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestration.lib.sample.people import Bools, Ints

US_PER_DAY = 86_400_000_000
_BITS = 44
_MASK = np.uint64((1 << _BITS) - 1)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def fixed_width(letters: NDArray[np.uint8]) -> pa.Array:
    """A matrix of ASCII codes (rows x width) as a column of text."""
    rows, width = letters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(letters)
    return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def scrambled(numbers: Ints, key: int) -> pa.Array:
    """Eleven hexadecimal digits for each number below 2^44; different numbers never meet."""
    x = (numbers.astype(np.uint64) ^ (np.uint64(key) & _MASK)) & _MASK
    for odd, shift in ((0x9E3779B97F4A7C15, 21), (0xBF58476D1CE4E5B9, 23), (0x94D049BB133111EB, 19)):
        x = (x * np.uint64(odd)) & _MASK
        x ^= x >> np.uint64(shift)
    return hexadecimal(x, _BITS // 4)


def hexadecimal(numbers: NDArray[np.uint64], width: int) -> pa.Array:
    """The lowest `width` hexadecimal digits of each number."""
    letters = np.empty((len(numbers), width), dtype=np.uint8)
    for place in range(width):
        letters[:, width - 1 - place] = _HEX[
            ((numbers >> np.uint64(4 * place)) & np.uint64(15)).astype(np.intp)
        ]
    return fixed_width(letters)


def digits(numbers: Ints, width: int) -> NDArray[np.uint8]:
    """Decimal digits with leading zeros, as a matrix of ASCII codes."""
    letters = np.empty((len(numbers), width), dtype=np.uint8)
    rest = numbers.copy()
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + 48
    return letters


def numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """A prefix followed by a number of fixed width."""
    head = np.tile(np.frombuffer(prefix.encode("ascii"), dtype=np.uint8), (len(numbers), 1))
    return fixed_width(np.hstack([head, digits(numbers, width)]))


def iso_times(times: Ints) -> pa.Array:
    """Microseconds since 1970 as `2026-02-03T17:42:11.123456Z`."""
    if not len(times):
        return pa.array([], type=pa.string())
    day, within = np.divmod(times, US_PER_DAY)
    first, last = int(day.min()), int(day.max())
    calendar = [(date(1970, 1, 1) + timedelta(days=number)).isoformat() for number in range(first, last + 1)]
    table = np.frombuffer("".join(calendar).encode("ascii"), dtype=np.uint8).reshape(-1, 10)
    second, fraction = np.divmod(within, 1_000_000)
    letters = np.empty((len(times), 27), dtype=np.uint8)
    letters[:, :10] = table[day - first]
    letters[:, 10], letters[:, 26] = ord("T"), ord("Z")
    letters[:, 11:13] = digits(second // 3_600, 2)
    letters[:, 14:16] = digits(second // 60 % 60, 2)
    letters[:, 17:19] = digits(second % 60, 2)
    letters[:, 13] = letters[:, 16] = ord(":")
    letters[:, 19] = ord(".")
    letters[:, 20:26] = digits(fraction, 6)
    return fixed_width(letters)


def timestamps(times: Ints, known: Bools | None = None) -> pa.Array:
    """A column of UTC times; `known` marks the rows that have one."""
    return pa.array(times, type=pa.timestamp("us"), mask=None if known is None else ~known)


def money(cents: Ints, known: Bools | None = None) -> pa.Array:
    """Cents as an exact decimal column."""
    pairs = np.empty((len(cents), 2), dtype=np.int64)
    pairs[:, 0], pairs[:, 1] = cents, np.where(cents < 0, -1, 0)
    column = pa.Array.from_buffers(pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(pairs)])
    return column if known is None else blank(column, known)


def lookup(values: list[str] | tuple[str, ...], codes: Ints) -> pa.Array:
    """Text by number; -1 and empty text are null."""
    table = pa.array([value or None for value in values], type=pa.string())
    return table.take(pa.array(codes, mask=codes < 0))


def coded(values: list[str] | tuple[str, ...], codes: Ints) -> pa.Array:
    """The same as `lookup`, kept as numbers and a dictionary: cheap to write where the texts are long."""
    known = [place for place, value in enumerate(values) if value]
    renumbered = np.full(len(values) + 1, -1, dtype=np.int32)
    renumbered[known] = np.arange(len(known), dtype=np.int32)
    short = renumbered[codes]
    return pa.DictionaryArray.from_arrays(
        pa.array(short, mask=short < 0), pa.array([values[one] for one in known])
    )


def blank(column: pa.Array, known: Bools) -> pa.Array:
    """The column with nulls where nothing is known."""
    return pc.if_else(pa.array(known), column, pa.scalar(None, type=column.type))


def spread(values: pa.Array, known: Bools) -> pa.Array:
    """Values of the known rows only, put at their rows; null elsewhere."""
    return values.take(pa.array(np.cumsum(known) - 1, mask=~known))


def joined(*parts: pa.Array | str) -> pa.Array:
    """Text pieces side by side; a null piece counts as empty."""
    return pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        filled = pc.fill_null(column, pa.scalar(0, type=column.type))
        text = iso_times(filled.cast(pa.int64()).to_numpy(zero_copy_only=False))
        return (
            text if not column.null_count else blank(text, column.is_valid().to_numpy(zero_copy_only=False))
        )
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _quoted_csv(column: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(column, '[",\r\n]')
    if not pc.any(special).as_py():
        return column
    quoted = joined('"', pc.replace_substring(column, '"', '""'), '"')
    return pc.if_else(special, quoted, column)


def _csv_cells(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return _quoted_csv(column.dictionary).take(column.indices)
    return _quoted_csv(_plain(column))


def csv_header(names: list[str]) -> bytes:
    """The first line of a CSV file."""
    return (",".join(names) + "\n").encode()


def csv_lines(table: pa.Table) -> bytes:
    """The rows as CSV, quoted where needed."""
    columns = [_csv_cells(column.combine_chunks()) for column in table.columns]
    lines = pc.binary_join_element_wise(*columns, ",", null_handling="replace", null_replacement="")
    return _bytes_of(joined(lines, "\n"))


def _escaped_json(column: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(column, '["\\\\\n\r\t]')).as_py():
        return column
    for plain, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        column = pc.replace_substring(column, plain, escape)
    return column


def json_lines(table: pa.Table) -> bytes:
    """The rows as one JSON object a line; money and numbers unquoted, unknown values null."""
    parts: list[pa.Array | str] = []
    for place, (name, column) in enumerate(zip(table.column_names, table.columns, strict=True)):
        flat = column.combine_chunks()
        text = _plain(flat)
        if not (
            pa.types.is_decimal(flat.type)
            or pa.types.is_floating(flat.type)
            or pa.types.is_integer(flat.type)
        ):
            text = pc.binary_join_element_wise('"', _escaped_json(text), '"', "")
        parts += [f"{'{' if place == 0 else ','}{json.dumps(name)}:", pc.fill_null(text, "null")]
    return _bytes_of(joined(*parts, "}\n"))


def _bytes_of(lines: pa.Array) -> bytes:
    """The text of all rows behind one another."""
    if not len(lines):
        return b""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    begin, end = int(offsets[lines.offset]), int(offsets[lines.offset + len(lines)])
    return memoryview(lines.buffers()[2])[begin:end].tobytes()
