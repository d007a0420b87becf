"""The command line `roi`. Commands import what they need when they run, so that `roi --help` is quick."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from orchestration.commands import changes, codes, links, metrics, plan, readers, registry
from orchestration.commands.output import console, fail, print_findings, settings_or_fail
from orchestration.lib.terminal import plain

if TYPE_CHECKING:
    from rich.console import Console

    from orchestration.lib.settings import Settings

app = typer.Typer(
    name="roi",
    help="Influencer marketing ROI: from raw files to published marts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
app.add_typer(registry.app, name="registry")
app.add_typer(links.app, name="links")
app.add_typer(codes.app, name="codes")
app.command()(readers.dashboard)
app.command()(readers.report)
app.command()(plan.plan)
app.command()(changes.changes)
app.command()(metrics.metrics)


@app.command()
def run(
    full_refresh: Annotated[
        bool,
        typer.Option("--full-refresh", help="Build everything from scratch instead of what has changed."),
    ] = False,
    target: Annotated[
        str | None, typer.Option(help="The engine: a target of profiles.yml. Instead of ROI_TARGET.")
    ] = None,
) -> None:
    """Load new files, build, test, publish, and show the ROI table."""
    from orchestration.lib.run_progress import TerminalProgress

    # Everything is checked before anything is written.
    _stop_at_registry_errors(settings_or_fail(target))
    settings = settings_or_fail(target, create=True)
    out = console()

    from orchestration.lib.manifest import ManifestError
    from orchestration.lib.run_lock import RunInProgressError
    from orchestration.lib.spark.errors import SparkError
    from orchestration.run import run_job

    try:
        with TerminalProgress(out) as progress:
            outcome = run_job(settings, progress, full_refresh)
    except (RunInProgressError, ManifestError, SparkError) as error:
        fail(str(error))
    if outcome.error is not None:
        kept = "is as it was before this run" if settings.published.exists() else "does not exist yet"
        fail(outcome.error, f"Nothing was published; {settings.published} {kept}.")
    _show_roi(settings, out)


def _stop_at_registry_errors(settings: Settings) -> None:
    from orchestration.lib.registry import Severity, check_registry

    findings = check_registry(
        settings.registry, reporting_currency=str(settings.variables()["reporting_currency"])
    )
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    print_findings(findings, console(stderr=True))
    if errors:
        fail(
            f"The registry in {settings.registry} has {len(errors)} error{'s' if len(errors) > 1 else ''}. "
            "Nothing was loaded or changed."
        )


def _show_roi(settings: Settings, out: Console) -> None:
    from orchestration.lib.report_table import read_roi, roi_table

    lines = read_roi(settings.published)
    out.print()
    out.print(roi_table(lines, str(settings.variables().get("reporting_currency", ""))))
    out.print(
        f"Open {settings.published} with any DuckDB client (`roi sql` is one), "
        "or `make dagster` for the lineage and the run.",
        soft_wrap=True,
    )


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="The folder to write to; it must not have files.")],
    people: Annotated[int, typer.Option(help="How many people visit the shop.")] = 1000,
    days: Annotated[int, typer.Option(help="How many days the world lasts.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    halo: Annotated[bool, typer.Option(help="Some effects of posts that no click or code can show.")] = True,
    halo_strength: Annotated[
        float, typer.Option(help="How many times the usual of such effects there are, to see them found.")
    ] = 1.0,
    file_format: Annotated[
        str, typer.Option("--format", help="mixed, csv, csv.gz, jsonl, jsonl.gz or parquet.")
    ] = "mixed",
) -> None:
    """Write landing files, a registry and the true cause of every order."""
    from orchestration.lib.sample import RatesError, write_sample

    try:
        report = write_sample(
            out, people, days, seed, halo=halo, halo_strength=halo_strength, file_format=file_format
        )
    except (ValueError, RatesError, OSError) as error:
        fail(str(error))
    rows = ", ".join(f"{number:,} {dataset}" for dataset, number in report.rows.items())
    shown = console()
    shown.print(f"{rows} for {report.influencers} influencers in {report.seconds:.1f} s.", soft_wrap=True)
    shown.print(
        f"Use it: ROI_LANDING={out / 'landing'} ROI_REGISTRY={out / 'registry'} roi run", soft_wrap=True
    )


@app.command()
def doctor() -> None:
    """Say what is configured, found and missing."""
    from orchestration.lib.doctor import diagnose

    facts = diagnose(os.environ)
    out = console()
    width = max(len(fact.name) for fact in facts)
    for fact in facts:
        mark = Text("ok  ", style="green") if fact.ok else Text("WRONG", style="bold red")
        if fact.ok is None:
            mark = Text("note", style="yellow")
        out.print(Text.assemble((f"{fact.name:<{width}}  "), mark, "  ", plain(fact.text)), soft_wrap=True)
    if any(fact.ok is False for fact in facts):
        raise typer.Exit(1)


@app.command()
def quarantine(
    examples: Annotated[int, typer.Option(min=0, help="Examples shown for each reason.")] = 3,
) -> None:
    """Say which rows could not be loaded, why, and where they are."""
    from orchestration.lib.load_report import quarantine_reasons
    from orchestration.lib.warehouse import WarehouseError, open_warehouse

    settings = settings_or_fail()
    out = console()
    try:
        with open_warehouse(settings) as connection:
            reasons = quarantine_reasons(connection, examples)
    except WarehouseError as error:
        fail(str(error))
    if not reasons:
        out.print("Nothing is in quarantine.")
        return
    for reason in reasons:
        column = f" ({reason.column})" if reason.column else ""
        title = f"{reason.rows:,} in {reason.files} file{'s' if reason.files > 1 else ''} of "
        title += f"{reason.dataset}/{reason.format}: {reason.reason}{column}"
        out.print(Text(plain(title), style="bold"), soft_wrap=True)
        for example in reason.examples:
            out.print(Text("    " + plain(example, 160)), soft_wrap=True)
    out.print(f"All of it, file by file: {settings.quarantine_dir}", soft_wrap=True)
    out.print("Correct the file in the landing folder and run again: its rows leave the quarantine.")


@app.command()
def sql(
    command: Annotated[
        str | None, typer.Option("--command", "-c", help="One query instead of a shell.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table; all rows.")] = False,
) -> None:
    """Ask the published database; read-only."""
    from orchestration.lib.sql_shell import NotPublishedError, QueryError, print_query, shell

    settings = settings_or_fail()
    try:
        if command is None:
            shell(settings.published, console())
        else:
            print_query(settings.published, command, console(), as_csv)
    except (NotPublishedError, QueryError) as error:
        fail(str(error))


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(help="An order id or an influencer id.")],
) -> None:
    """Say why an order or an influencer has its figures: path, evidence, policy, weights, arithmetic."""
    from orchestration.explain_command import print_explanation
    from orchestration.lib.attribution.explain import UnknownSubjectError
    from orchestration.lib.sql_shell import NotPublishedError

    try:
        print_explanation(settings_or_fail().published, subject, console())
    except (NotPublishedError, UnknownSubjectError) as error:
        fail(str(error))


@app.command()
def dagster(port: Annotated[int, typer.Option(help="The port of the pages.")] = 3000) -> None:
    """Open the orchestrator's pages: lineage, runs, checks, schedule and sensor."""
    from orchestration.run import start_dagster

    start_dagster(settings_or_fail(create=True), port)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def dbt(context: typer.Context) -> None:
    """Run dbt with this project's settings, such as `roi dbt build --select marts`."""
    from orchestration.run import start_dbt

    start_dbt(settings_or_fail(create=True), context.args)


def main() -> None:
    """The entry point of the `roi` command."""
    app()


if __name__ == "__main__":
    main()
