"""`roi registry`: check the registry, bring a spreadsheet in, hand one out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.output import console, fail, line, print_findings, settings_or_fail

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.lib.registry.spreadsheet import ImportPlan

app = typer.Typer(help="The registry of influencers, links, codes and costs.", no_args_is_help=True)
SHOWN_CHANGES = 50


@app.command()
def check(show_all: Annotated[bool, typer.Option("--all", help="List every finding.")] = False) -> None:
    """Check the registry's files; exit code 1 when there is an error."""
    from orchestration.lib.registry import Severity, check_registry

    settings = settings_or_fail()
    findings = check_registry(
        settings.registry, reporting_currency=str(settings.variables()["reporting_currency"])
    )
    out = console()
    print_findings(findings, out, show_all)
    errors = sum(1 for finding in findings if finding.severity is Severity.ERROR)
    line(f"{settings.registry}: {errors} errors, {len(findings) - errors} warnings.", out)
    if errors:
        raise typer.Exit(1)


@app.command("import")
def import_spreadsheet(
    file: Annotated[Path, typer.Argument(help="The spreadsheet (XLSX), a sheet a table.")],
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Bring a spreadsheet into the registry; what would change is shown before anything is written."""
    from orchestration.lib import run_lock
    from orchestration.lib.registry.spreadsheet import plan_import
    from orchestration.lib.registry.workbook import read_workbook
    from orchestration.lib.registry.writer import RegistryFileError

    settings = settings_or_fail(create=True)
    if not file.is_file():
        fail(f"There is no file {file}.")
    out = console()
    data = read_workbook(file)
    try:
        # A run must not read half of the old registry and half of the new one.
        with run_lock.held(settings.data):
            plan = plan_import(settings.registry, data, datetime.now(UTC))
            _show(plan, out)
            if plan.errors:
                fail(f"{file.name} has {len(plan.errors)} errors. Nothing was written.")
            if not plan.changes:
                line(f"{settings.registry} says the same already.", out)
                return
            if dry_run or not (yes or typer.confirm(f"Write {plan.changes} changes to {settings.registry}?")):
                line("Nothing was written.", out)
                return
            line(f"Written: {', '.join(plan.write())}.", out)
    except (run_lock.RunInProgressError, RegistryFileError) as error:
        fail(str(error))


def _show(plan: ImportPlan, out: Console) -> None:
    for diff in plan.diffs:
        if diff.changes:
            line(f"{diff.table.name}: {len(diff.changes)} rows", out, "bold")
        for change in diff.changes[:SHOWN_CHANGES]:
            style = {"added": "green", "removed": "red"}.get(change.kind, "yellow")
            line(change, out, style, indent=2)
        if len(diff.changes) > SHOWN_CHANGES:
            line(f"... and {len(diff.changes) - SHOWN_CHANGES} more", out, indent=2)
    print_findings(plan.errors or plan.findings, out)


@app.command()
def template(
    file: Annotated[Path, typer.Argument(help="The spreadsheet to write (XLSX).")],
    with_data: Annotated[bool, typer.Option("--with-data", help="Fill in what the registry has.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Write a spreadsheet with a sheet a table and drop-down lists."""
    from orchestration.lib.registry import read_registry
    from orchestration.lib.registry.lint.context import read_rates
    from orchestration.lib.registry.template import TemplateError, write_template

    settings = settings_or_fail()
    if file.exists() and not force:
        fail(f"{file} is there already.", "Name another file, or use --force.")
    rates = read_rates()
    rows = None
    if with_data:
        registry, findings = read_registry(settings.registry)
        if findings:
            print_findings(findings, console(stderr=True))
            fail("The registry cannot be read in full; a spreadsheet of it would lack rows.")
        rows = {name: sheet.rows for name, sheet in registry.sheets.items()}
    try:
        write_template(file, sorted(rates.days) if rates else (), rows)
    except (TemplateError, OSError) as error:
        fail(str(error))
    line(f"{file} is written. Bring it in with `roi registry import {file}`.", console())
