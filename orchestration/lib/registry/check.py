"""Reads a registry folder and runs every rule over it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestration.lib.registry.model import Finding, Registry, Severity
from orchestration.lib.registry.reader import read_sheet
from orchestration.lib.registry.rules import RULES, Rule
from orchestration.lib.registry.tables import TABLES

_ORDER = {table.file: position for position, table in enumerate(TABLES)}


def read_registry(folder: Path) -> tuple[Registry, list[Finding]]:
    """All tables that can be read, and what is wrong with the files."""
    sheets = {}
    findings: list[Finding] = []
    for table in TABLES:
        sheet, problems = read_sheet(folder, table)
        findings += problems
        if sheet is not None:
            sheets[table.name] = sheet
    return Registry(sheets), findings


def check_registry(folder: Path, rules: Sequence[Rule] = RULES) -> list[Finding]:
    """Everything that is wrong with the registry in a folder: errors first, then by file and line.

    Tables that cannot be read are findings themselves and silently left out of the other rules.
    """
    registry, findings = read_registry(folder)
    for rule in rules:
        findings += rule.check(registry)
    return sorted(
        findings,
        key=lambda each: (
            each.severity is not Severity.ERROR,
            _ORDER.get(each.file, len(_ORDER)),
            each.line or 0,
            each.rule,
            each.message,
        ),
    )
