"""Cutting JSON of any layout into records, streaming: a single line of 200 MB needs no more memory than its
records.

Understood are objects one after another (with or without line breaks), one array, and wrappers around either,
as `{"orders": [...]}` or `{"data": {"orders": {"edges": [...]}}}`. Only a record has to fit into memory.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator

from orchestration.lib.ingestion.errors import FileProblem
from orchestration.lib.ingestion.records import Bad, Good, show

_BLANK = " \t\r\n"
_COMPACT_FROM = 1 << 20


class _Incomplete(Exception):
    """A value does not end within what was read, or is no JSON."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Reader:
    """A window of text over the file, with a position and the line number of that position."""

    def __init__(self, chunks: Iterator[bytes], max_bytes: int) -> None:
        self._chunks = chunks
        # Bytes that are no UTF-8 survive as lone surrogates, so that only their record is refused.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._parser = json.JSONDecoder()
        self._max = max_bytes
        self._ended = False
        self.text, self.pos, self.line = "", 0, 1

    def _more(self, at_least: int = 1) -> bool:
        pieces: list[str] = []
        size = 0
        while size < at_least and not self._ended:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._ended = True
                pieces.append(self._decoder.decode(b"", final=True))
            else:
                pieces.append(self._decoder.decode(chunk))
            size += len(pieces[-1])
        self.text += "".join(pieces)
        return size > 0

    def move(self, position: int) -> None:
        """Goes forward to a position in the window, counting lines; what lies far behind is let go."""
        self.line += self.text.count("\n", self.pos, position)
        self.pos = position
        if position > _COMPACT_FROM:
            self.text, self.pos = self.text[position:], 0

    def peek(self) -> str:
        """The next character that is not blank; '' at the end."""
        while True:
            position = self.pos
            while position < len(self.text) and self.text[position] in _BLANK:
                position += 1
            self.move(position)
            if self.pos < len(self.text):
                return self.text[self.pos]
            if not self._more():
                return ""

    def expect(self, wanted: str) -> str:
        """Takes the next character, which must be one of `wanted`."""
        found = self.peek()
        if not found or found not in wanted:
            shown = f"found {found!r}" if found else "the file ends"
            raise FileProblem(
                f"not valid JSON in line {self.line}: {shown} where {' or '.join(wanted)} belongs"
            )
        self.move(self.pos + 1)
        return found

    def value(self) -> str:
        """Takes the next JSON value, as it is written. _Incomplete where there is none within the limits."""
        self.peek()
        while True:
            try:
                _, end = self._parser.raw_decode(self.text, self.pos)
            except (json.JSONDecodeError, RecursionError) as error:
                nested = isinstance(error, RecursionError)
                problem = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
                reason = f"not valid JSON ({problem})"
                have = len(self.text) - self.pos
                if nested or have > self._max or not self._more(max(have, 1)):
                    if have > self._max and not self._ended and not nested:
                        reason = f"not valid JSON, or a record longer than {self._max:,} bytes"
                    raise _Incomplete(reason) from error
                continue
            raw = self.text[self.pos : end]
            self.move(end)
            return raw

    def rest_of_line(self) -> str:
        """Takes everything up to the next line end."""
        while (end := self.text.find("\n", self.pos)) < 0:
            if len(self.text) - self.pos > self._max or not self._more():
                end = len(self.text)
                break
        raw = self.text[self.pos : end]
        self.move(end)
        return raw


def json_records(
    chunks: Iterator[bytes], wrappers: tuple[tuple[str, ...], ...], max_bytes: int
) -> Iterator[Good | Bad]:
    """The records of a JSON file. FileProblem where it stops being JSON and no next record can be found."""
    reader = _Reader(chunks, max_bytes)
    while character := reader.peek():
        if character == "[":
            yield from _array(reader)
        elif character == "{" and wrappers:
            yield from _object(reader, wrappers, max_bytes)
        else:
            yield from _top_level_value(reader)


def _record(line: int, raw: str) -> Good | Bad:
    # Line breaks between the parts of a record are blanks; within a string JSON does not allow them.
    flat = raw.replace("\r", " ").replace("\n", " ")
    try:
        data = flat.encode()
    except UnicodeEncodeError:
        return Bad(line, "not UTF-8 (wrong encoding)", show(flat.encode("utf-8", "surrogateescape")))
    return Good(line, data) if raw.startswith("{") else Bad(line, "not a JSON object", show(data))


def _top_level_value(reader: _Reader) -> Iterator[Good | Bad]:
    """A value among others, as in one object a line: after a broken one, the next line is tried."""
    line = reader.line
    try:
        yield _record(line, reader.value())
    except _Incomplete as problem:
        raw = reader.rest_of_line()
        yield Bad(line, problem.reason, show(raw.encode("utf-8", "surrogateescape")))


def _fail(line: int, problem: _Incomplete) -> FileProblem:
    return FileProblem(f"{problem.reason} in line {line}")


def _array(reader: _Reader) -> Iterator[Good | Bad]:
    reader.expect("[")
    if reader.peek() == "]":
        reader.expect("]")
        return
    while True:
        reader.peek()
        line = reader.line
        try:
            yield _record(line, reader.value())
        except _Incomplete as problem:
            raise _fail(line, problem) from problem
        if reader.expect(",]") == "]":
            return


def _object(
    reader: _Reader, wrappers: tuple[tuple[str, ...], ...], max_bytes: int, nested: bool = False
) -> Iterator[Good | Bad]:
    """An object that is a wrapper, or, where none of the wrapper keys comes, a record itself."""
    reader.peek()
    line = reader.line
    parts: list[str] = []
    found = False
    reader.expect("{")
    if reader.peek() == "}":
        reader.expect("}")
        if not nested:
            yield Bad(line, "an empty JSON object", "{}")
        return
    while True:
        try:
            key = reader.value()
            reader.expect(":")
            name = json.loads(key)
            inner = tuple(path[1:] for path in wrappers if path[0] == name)
            character = reader.peek()
            if inner and character in "[{":
                found = True
                parts.clear()
                if character == "[":
                    yield from _array(reader)
                elif any(inner):
                    yield from _object(reader, tuple(path for path in inner if path), max_bytes, nested=True)
                else:
                    at = reader.line
                    yield _record(at, reader.value())
            else:
                value = reader.value()
                if not found:
                    parts.append(f"{key}: {value}")
        except _Incomplete as problem:
            raise _fail(reader.line, problem) from problem
        if sum(map(len, parts)) > max_bytes:
            raise FileProblem(f"a JSON record longer than {max_bytes:,} bytes in line {line}")
        if reader.expect(",}") == "}":
            break
    if not found and not nested:
        yield _record(line, "{" + ", ".join(parts) + "}")
