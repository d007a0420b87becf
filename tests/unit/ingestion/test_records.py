"""Cutting text and JSON into records: numbers, lines, and what is no record."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.lib.ingestion.documents import json_records
from orchestration.lib.ingestion.errors import FileProblem
from orchestration.lib.ingestion.records import Bad, Good, csv_records, lines, text_records

LIMIT = 1000


def pieces(data: bytes, size: int = 7) -> Iterator[bytes]:
    """The data in small pieces, so that every boundary falls somewhere within a record."""
    return (data[i : i + size] for i in range(0, len(data), size))


def cut_csv(data: bytes, width: int = 3, **options) -> list[Good | Bad]:
    return list(csv_records(lines(pieces(data), LIMIT), width, ",", options.get("quoted", True), LIMIT))


def cut_json(data: bytes | str, wrappers=(), size: int = 7, limit: int = LIMIT) -> list[Good | Bad]:
    data = data.encode() if isinstance(data, str) else data
    return list(json_records(pieces(data, size), wrappers, limit))


def test_lines_are_numbered_and_lose_line_ends_and_a_bom():
    found = list(lines(pieces(b"\xef\xbb\xbfa\r\nb\n\nlast"), LIMIT))
    assert [(line.number, line.data) for line in found] == [(1, b"a"), (2, b"b"), (3, b""), (4, b"last")]


def test_of_a_line_that_is_too_long_only_the_beginning_is_kept():
    data = b"a\n" + b"x" * 5000 + b"\nb\n" + b"y" * 5000
    found = list(lines(pieces(data, 64), LIMIT))
    assert [(line.number, len(line.data), line.too_long) for line in found] == [
        (1, 1, False), (2, LIMIT, True), (3, 1, False), (4, LIMIT, True),
    ]  # fmt: skip


def test_csv_records_know_their_first_physical_line():
    data = b'1,2,3\n"a\nb",2,"x""y"\n\n4,5,6\n'
    assert cut_csv(data) == [
        Good(1, b"1,2,3"), Good(2, b'"a\nb","2","x""y"'), Good(5, b"4,5,6"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1,2", "fewer fields than the header (2, expected 3)"),
        (b"1,2,3,4", "more fields than the header (4, expected 3)"),
        (b'"1","2"', "fewer fields than the header (2, expected 3)"),
        (b"1,\x002,3", "NUL byte"),
        (b"1,caf\xe9,3", "not UTF-8 (wrong encoding)"),
        (b'1,"2"x,3', "broken quoting"),
        (b'1,"open,3', "a quote that is never closed"),
        (b"x" * (LIMIT + 5), "record longer than 1,000 bytes"),
    ],
)
def test_one_broken_row_costs_one_row(row: bytes, reason: str):
    before, broken, after = cut_csv(b"1,2,3\n" + row + b"\n4,5,6\n")
    assert (before, after) == (Good(1, b"1,2,3"), Good(3, b"4,5,6"))
    assert isinstance(broken, Bad)
    assert (broken.line, broken.reason[: len(reason)]) == (2, reason)
    assert broken.raw.startswith(row[:3].decode("utf-8", "backslashreplace").replace("\0", "\\x00")[:2])


def test_a_quote_within_a_field_without_quotes_is_a_character():
    assert cut_csv(b'1,5" pipe,3\n') == [Good(1, b'"1","5"" pipe","3"')]


def test_a_format_without_quoting_takes_quotes_as_they_are():
    assert cut_csv(b'1,"2,3\n', quoted=False) == [Good(1, b'"1","""2","3"')]


FIELD = st.text(alphabet='ab",\n\r é\\', max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=8), st.integers(1, 9))
def test_whatever_a_csv_writer_writes_is_cut_into_its_rows(rows, size):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    found = list(csv_records(lines(pieces(text.getvalue().encode(), size), LIMIT), 3, ",", True, LIMIT))
    assert all(isinstance(record, Good) for record in found)
    read = [next(csv.reader(io.StringIO(record.data.decode(), newline=""))) for record in found]
    assert read == [list(row) for row in rows]


def test_text_records_skip_blank_lines_and_refuse_control_characters():
    found = list(text_records(lines(pieces(b"a\n \n\x01b\nc\xff\n"), LIMIT), LIMIT))
    assert found == [
        Good(1, b"a"), Bad(3, "control character", "\x01b"), Bad(4, "not UTF-8 (wrong encoding)", "c\\xff"),
    ]  # fmt: skip


WRAPPERS = (("orders",), ("order",), ("data", "orders", "edges"))


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}{"a": 2}',
        '{"a": 1}\n{"a": 2}\n',
        '[{"a": 1}, {"a": 2}]',
        '\ufeff [{"a": 1},\n{"a": 2}]\n',
        '{"count": 2, "orders": [{"a": 1}, {"a": 2}], "next": {"page": [3]}}',
        '{"orders": [{"a": 1}]}{"order": {"a": 2}}',
        '{"data": {"orders": {"pageInfo": {}, "edges": [{"a": 1}, {"a": 2}]}}, "extensions": {}}',
    ],
)
def test_json_of_any_layout_is_cut_into_records(text: str, size: int):
    found = cut_json(text, WRAPPERS, size)
    assert [json.loads(record.data) for record in found if isinstance(record, Good)] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text", ["", " \n", "[]", '{"orders": []}', '{"data": {"orders": {"edges": []}}}'])
def test_json_without_records_has_none(text: str):
    assert cut_json(text, WRAPPERS) == []


def test_numbers_keep_their_digits_and_records_their_lines():
    found = cut_json('[\n {"a": 1.10,\n  "b": "x\\ny"},\n {"a": 12345678901234567890.123}]')
    assert found == [Good(2, b'{"a": 1.10,   "b": "x\\ny"}'), Good(4, b'{"a": 12345678901234567890.123}')]


def test_an_object_without_a_wrapper_key_is_a_record_itself():
    assert cut_json('{"id": 1, "lines": [{"order": 5}]}', WRAPPERS) == [
        Good(1, b'{"id": 1, "lines": [{"order": 5}]}')
    ]  # fmt: skip


def test_values_that_are_no_objects_are_no_records():
    assert cut_json("[1, {}, null]") == [
        Bad(1, "not a JSON object", "1"), Good(1, b"{}"), Bad(1, "not a JSON object", "null"),
    ]  # fmt: skip


def test_one_broken_line_among_objects_costs_one_line():
    found = cut_json('{"a": 1}\n{"a": }\n{"a": 3}\n')
    assert [type(record) for record in found] == [Good, Bad, Good]
    assert (found[1].line, found[2].line) == (2, 3)


def test_bytes_that_are_no_utf8_cost_their_record():
    found = cut_json(b'[{"a": "caf\xe9"}, {"a": 2}]')
    assert [type(record) for record in found] == [Bad, Good]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"a": 1}, {"a": 2}', "the file ends where , or ] belongs"),
        ('[{"a": 1} {"a": 2}]', "where , or ] belongs"),
        ('[{"a": 1}, {"a": ', "not valid JSON"),
        ('{"orders": [{"a": 1}', "the file ends"),
        ('[{"a": "' + "x" * 3 * LIMIT, "a record longer than 1,000 bytes"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_broken_document_is_a_problem_of_the_file(text: str, problem: str):
    with pytest.raises(FileProblem, match=problem.replace("]", r"\]")):
        cut_json(text, WRAPPERS, size=2**20)
