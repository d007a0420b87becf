"""Reads a registry folder and runs every rule over it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestration.lib.registry.conventions import FILE as CONVENTIONS_FILE
from orchestration.lib.registry.conventions import ConventionsError
from orchestration.lib.registry.lint import LINT_RULES, LintContext, LintRule
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


def check_registry(
    folder: Path,
    rules: Sequence[Rule] = RULES,
    lint: Sequence[LintRule] = LINT_RULES,
    context: LintContext | None = None,
    reporting_currency: str | None = None,
) -> list[Finding]:
    """Everything that is wrong with the registry in a folder: errors first, then by file and line.

    Tables that cannot be read are findings themselves and silently left out of the other rules.

    Args:
        folder: the registry's CSV files, and its `conventions.toml` if it has one.
        rules: what must be right for a run.
        lint: what costs money later; how severe is said by the conventions.
        context: conventions and exchange rates; the folder's and the project's own unless given.
        reporting_currency: needs no exchange rate; the project's default unless given.
    """
    registry, findings = read_registry(folder)
    findings += check_tables(registry, rules)
    if lint and context is None:
        try:
            context = LintContext.load(folder, reporting_currency)
        except ConventionsError as error:
            findings.append(
                Finding(
                    Severity.ERROR, "conventions", CONVENTIONS_FILE, None, str(error), "Correct the file."
                )
            )
    if context is not None:
        findings += lint_registry(registry, context, lint)
    return sorted(findings, key=_order)


def check_tables(registry: Registry, rules: Sequence[Rule] = RULES) -> list[Finding]:
    """What must be right for a run, in the order of the rules."""
    return [finding for rule in rules for finding in rule.check(registry)]


def lint_registry(
    registry: Registry, context: LintContext, lint: Sequence[LintRule] = LINT_RULES
) -> list[Finding]:
    """What will cost money later, in the order of the rules; rules that are `off` are silent."""
    active = [rule for rule in lint if context.conventions.severity.get(rule.name) != "off"]
    return [finding for rule in active for finding in rule.check(registry, context)]


def _order(finding: Finding) -> tuple[object, ...]:
    return (
        finding.severity is not Severity.ERROR,
        _ORDER.get(finding.file, len(_ORDER)),
        finding.line or 0,
        finding.rule,
        finding.message,
    )
