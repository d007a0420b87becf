"""Cutting a text file into records with their line numbers, in bounded memory, whatever the file is like.

This is the careful way, taken when the fast one met a problem: each record gets its number and its physical
line, and what is no record is set aside with the reason.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.lib.ingestion.errors import FileProblem
from orchestration.lib.ingestion.limits import RAW_TEXT_CHARACTERS

csv.field_size_limit(2**31 - 1)  # records have a limit of their own
_MAX_QUOTED_LINES = 1000
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line and its line end; `too_long` when only its beginning was kept."""

    number: int
    data: bytes
    too_long: bool = False
    end: str = "\n"


@dataclass(frozen=True, slots=True)
class Good:
    """A record: its first physical line, and its text (CSV: encoded so that DuckDB reads the same fields)."""

    line: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Bad:
    """What is no record: line, reason, and raw text."""

    line: int
    reason: str
    raw: str


def show(data: bytes) -> str:
    """Bytes as text for a person; what is not UTF-8 is shown as `\\xe9`, a NUL byte as `\\x00`."""
    shown = data[: RAW_TEXT_CHARACTERS * 4].decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    return shown if len(shown) <= RAW_TEXT_CHARACTERS else shown[:RAW_TEXT_CHARACTERS] + "..."


def lines(chunks: Iterator[bytes], max_bytes: int) -> Iterator[Line]:
    """Physical lines, numbered from 1; of a line above `max_bytes` only the beginning. A BOM is dropped."""
    number, rest, dropping, first = 0, b"", False, True
    for chunk in chunks:
        data = rest + chunk
        if first:
            if len(data) < len(BOM) and BOM.startswith(data):
                rest = data
                continue
            data, first = data.removeprefix(BOM), False
        pieces = data.split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            number += 1
            if dropping:
                dropping = False
                continue
            long = len(piece) > max_bytes
            yield _line(number, piece[:max_bytes], long)
        if dropping:
            rest = b""
        elif len(rest) > max_bytes:
            yield Line(number + 1, rest[:max_bytes], too_long=True)
            rest, dropping = b"", True
    if rest and not dropping:
        yield _line(number + 1, rest, False)


def _line(number: int, data: bytes, too_long: bool) -> Line:
    if data.endswith(b"\r") and not too_long:
        return Line(number, data[:-1], end="\r\n")
    return Line(number, data, too_long)


def _defect(line: Line, max_bytes: int) -> Bad | None:
    """What is wrong with the bytes of a line."""
    if line.too_long:
        return Bad(line.number, f"record longer than {max_bytes:,} bytes", show(line.data[:200_000]))
    if b"\0" in line.data:
        return Bad(line.number, "NUL byte", show(line.data))
    try:
        line.data.decode()
    except UnicodeDecodeError:
        return Bad(line.number, "not UTF-8 (wrong encoding)", show(line.data))
    return None


def text_records(source: Iterator[Line], max_bytes: int) -> Iterator[Good | Bad]:
    """One record a line; blank lines are none."""
    for line in source:
        if not line.data.strip():
            continue
        bad = _defect(line, max_bytes)
        if bad is None and b"\x01" in line.data:
            bad = Bad(line.number, "control character", show(line.data))
        yield bad or Good(line.number, line.data)


class _Pushback:
    """Lines that can be put back, for a quote that never closes."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._pending: list[Line] = []

    def take(self) -> Line | None:
        return self._pending.pop() if self._pending else next(self._source, None)

    def put_back(self, taken: list[Line]) -> None:
        self._pending.extend(reversed(taken))


def _encode(fields: list[str], delimiter: str) -> bytes:
    """Every field quoted: no two readers disagree about it."""
    return delimiter.join('"' + field.replace('"', '""') + '"' for field in fields).encode()


def csv_records(
    source: Iterator[Line], width: int, delimiter: str, quoted: bool, max_bytes: int
) -> Iterator[Good | Bad]:
    """CSV records of `width` fields; quoted line breaks are understood, blank lines are no records."""
    feed, mark, separators = _Pushback(source), delimiter.encode(), width - 1
    while (line := feed.take()) is not None:
        if not line.data:
            continue
        bad = _defect(line, max_bytes)
        if bad:
            yield bad
        elif not quoted or b'"' not in line.data:
            found = line.data.count(mark)
            if found == separators:
                plain = quoted and b"\r" not in line.data
                data = line.data if plain else _encode(line.data.decode().split(delimiter), delimiter)
                yield Good(line.number, data)
            else:
                yield Bad(line.number, _ragged(found + 1, width), show(line.data))
        else:
            yield _quoted_record(line, feed, width, delimiter, max_bytes)


def _ragged(found: int, width: int) -> str:
    return f"{'fewer' if found < width else 'more'} fields than the header ({found}, expected {width})"


def _quoted_record(first: Line, feed: _Pushback, width: int, delimiter: str, max_bytes: int) -> Good | Bad:
    """A record whose first line has a quote; on an error the lines taken after the first go back."""
    taken: list[Line] = []
    size = len(first.data)

    def texts() -> Iterator[str]:
        nonlocal size
        yield first.data.decode() + first.end
        while len(taken) < _MAX_QUOTED_LINES and size <= max_bytes:
            following = feed.take()
            if following is None:
                return
            taken.append(following)
            if _defect(following, max_bytes):
                return
            size += len(following.data)
            yield following.data.decode() + following.end

    try:
        fields = next(csv.reader(texts(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        feed.put_back(taken)
        unclosed = "unexpected end" in str(error)
        reason = "a quote that is never closed" if unclosed else f"broken quoting ({error})"
        return Bad(first.number, reason, show(first.data))
    if len(fields) != width:
        raw = b"\n".join([first.data, *(line.data for line in taken)])
        return Bad(first.number, _ragged(len(fields), width), show(raw))
    return Good(first.number, _encode(fields, delimiter))


def split_header(line: str, delimiter: str, quoted: bool) -> list[str]:
    """The fields of a header line. FileProblem where its quoting is broken."""
    if not quoted:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FileProblem(f"the header line cannot be read ({error})") from error
