"""`roi metrics`: the metrics of the semantic layer, listed and asked for."""

from __future__ import annotations

import csv
import sys
from typing import Annotated

import typer
from rich.text import Text

from orchestration.commands.output import console, fail, settings_or_fail

# Enough for rates, and no noise in per cents.
DECIMALS = 4


def metrics(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Metrics, such as `revenue roi_pct`; without any, all are listed."),
    ] = None,
    by: Annotated[
        str, typer.Option(help="Groups with commas between them, such as influencer,metric_time__month.")
    ] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(help="A condition, such as \"{{ Entity('platform') }} = 'tiktok'\"; may be repeated."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="An attribution model instead of the setting decision_model.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table; all rows.")] = False,
    show_sql: Annotated[bool, typer.Option("--sql", help="The SQL instead of its answer.")] = False,
) -> None:
    """Ask the published database for metrics by influencer, campaign, platform, category, model or day."""
    from orchestration.lib.manifest import ManifestError, prepare_manifest
    from orchestration.lib.metrics import MetricError, Metrics, Question
    from orchestration.lib.readers import ReaderError, open_reader, read_run
    from orchestration.lib.sql_shell import print_rows

    settings = settings_or_fail(create=True)
    out = console()
    try:
        engine = Metrics(prepare_manifest(settings).with_name("semantic_manifest.json"))
        if not names:
            for metric in engine.known():
                out.print(Text(metric.name, style="bold"), Text(metric.description), soft_wrap=True)
                out.print(f"    by {', '.join(metric.groups)}", soft_wrap=True)
            return
        groups = tuple(part.strip() for part in by.split(",") if part.strip())
        question = engine.under(
            Question(tuple(names), groups, tuple(where or ()), model),
            str(settings.variables()["decision_model"]),
        )
        if show_sql:
            print(engine.sql(question))
            return
        reader = open_reader(settings.published)
        try:
            known = read_run(reader).models
            if question.model is not None and question.model not in known:
                fail(f"There is no attribution model {question.model!r}; there are: {', '.join(known)}.")
            answer = engine.ask(reader, question)
        finally:
            reader.close()
    except (ManifestError, MetricError, ReaderError) as error:
        fail(str(error))
    if as_csv:
        csv.writer(sys.stdout).writerows([answer.columns, *answer.rows])
        return
    rounded = [
        [round(cell, DECIMALS) if isinstance(cell, float) else cell for cell in row] for row in answer.rows
    ]
    print_rows(answer.columns, rounded, out)
    if question.model is not None and "model" not in groups:
        out.print(
            f"Attribution model: {question.model}. Money in {settings.variables()['reporting_currency']}."
        )
