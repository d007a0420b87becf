"""How the tests of a run ended, and what their failure would mean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Comment lines that a test opens with, after its settings.
_OPENING = re.compile(r"\s*(?:\{\{.*?\}\}|\{%.*?%\})?\s*((?:^[ \t]*--[^\n]*\n)+)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class TestResult:
    """A test that dbt ran: `failures` counts rows, None for a unit test."""

    name: str
    kind: str
    status: str
    failures: int | None
    tested: str
    description: str | None

    # pytest would collect a class of this name.
    __test__ = False


def read_tests(artifacts: Path) -> tuple[TestResult, ...]:
    """The tests of the last dbt run, from its folder of artifacts; none where dbt has not run there."""
    try:
        results = json.loads((artifacts / "run_results.json").read_text(encoding="utf-8"))["results"]
        manifest = json.loads((artifacts / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    nodes, macros = manifest["nodes"] | manifest.get("unit_tests", {}), manifest.get("macros", {})
    found = []
    for result in results:
        kind = result["unique_id"].partition(".")[0]
        node = nodes.get(result["unique_id"])
        if node is None or kind not in {"test", "unit_test"} or result["status"] == "skipped":
            continue
        status = "pass" if result["status"] in {"pass", "success"} else result["status"]
        failures = result.get("failures") if kind == "test" else None
        tested, meaning = ", ".join(_tested(node)), _meaning(node, macros)
        found.append(TestResult(node["name"], kind, status, failures, tested, meaning))
    return tuple(sorted(found, key=lambda test: (test.kind, test.name)))


def _tested(node: Mapping[str, Any]) -> list[str]:
    if model := node.get("model"):
        return [model]
    ids = node.get("depends_on", {}).get("nodes", [])
    return sorted({name.split(".")[-1] for name in ids})


def _meaning(node: Mapping[str, Any], macros: Mapping[str, Any]) -> str | None:
    """What is written about the test: its description, else the words that its SQL opens with."""
    if text := (node.get("description") or "").strip():
        return str(text)
    kind = node.get("test_metadata") or {}
    if not kind:
        return _opening(node.get("raw_code") or "")
    macro = macros.get(f"macro.{kind.get('namespace') or node.get('package_name')}.test_{kind['name']}", {})
    text = re.sub(r"^\s*\{#.*?#\}", "", macro.get("macro_sql") or "", flags=re.DOTALL)
    looked_for = "; ".join(_rules(kind.get("kwargs") or {}))
    return " ".join(filter(None, (looked_for and f"Looked for: {looked_for}.", _opening(text)))) or None


def _opening(sql: str) -> str | None:
    if not (found := _OPENING.match(sql)):
        return None
    lines = (line.strip().removeprefix("--").strip() for line in found[1].splitlines())
    # What dbt is told in a comment is nothing for people.
    return " ".join(line for line in lines if not line.startswith("depends_on:"))


def _rules(arguments: Mapping[str, Any]) -> Iterator[str]:
    """What the test `sound` looks for, from its arguments."""
    if key := arguments.get("key"):
        yield f"a key that is there twice ({key})"
    for name, words in (("not_null", "a null in {}"), ("unique", "a value twice in {}")):
        if arguments.get(name):
            yield words.format(arguments[name])
    for name, words in (("accepted", "unknown {}"), ("rules", "{}")):
        for line in str(arguments.get(name) or "").splitlines():
            # An indented line goes on with the line before it.
            if line.strip() and not line[0].isspace():
                yield words.format(line.partition(":")[0].strip())
