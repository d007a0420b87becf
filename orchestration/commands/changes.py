"""`roi changes`: what moved since a date or a run, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.commands.output import console, fail, settings_or_fail


def changes(
    since: Annotated[
        str | None,
        typer.Option(
            help="A date (the last run before it), a run's number or the beginning of its id; "
            "without it the run before the last."
        ),
    ] = None,
    runs: Annotated[bool, typer.Option("--runs", help="List the runs instead.")] = False,
) -> None:
    """Say what moved since a date or a run, and why: new data, late identity, refunds, registry, settings."""
    from orchestration.explain_command import render
    from orchestration.lib.changes import (
        ChangesError,
        compare,
        explain_changes,
        find_run,
        list_runs,
        read_runs,
    )
    from orchestration.lib.warehouse import WarehouseError, open_warehouse

    try:
        with open_warehouse(settings_or_fail()) as connection:
            known = read_runs(connection)
            if runs:
                found = list_runs(known)
            else:
                found = explain_changes(compare(connection, known, find_run(known, since)), connection)
    except (WarehouseError, ChangesError) as error:
        fail(str(error))
    render(found, console())
