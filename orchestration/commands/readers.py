"""`roi dashboard` and `roi report`: the published figures as pages, and as one file that can be mailed."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from orchestration.commands.output import console, fail, settings_or_fail


def dashboard(port: Annotated[int, typer.Option(help="The port of the pages.")] = 8501) -> None:
    """Open the dashboard over the published database; read-only."""
    settings = settings_or_fail()
    if find_spec("streamlit") is None:
        fail("The dashboard's packages are not installed.", "`make dashboard` installs them and opens it.")
    folder = settings.root / "dashboards"
    search = [str(settings.root), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ.update(settings.environment() | {"PYTHONPATH": os.pathsep.join(search)})
    # Its settings are found in the folder that it is started in.
    os.chdir(folder)
    arguments = ["-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    os.execv(sys.executable, [sys.executable, *arguments])


def report(
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    model: Annotated[
        str | None, typer.Option(help="An attribution model instead of the setting decision_model.")
    ] = None,
) -> None:
    """Write the executive's figures as one HTML file that can be mailed."""
    from orchestration.lib.readers import ReaderError
    from orchestration.lib.report import ReportError, write_report

    settings = settings_or_fail()
    try:
        write_report(settings.published, out, model)
    except (ReaderError, ReportError) as error:
        fail(str(error))
    console().print(f"{out} is written: one file, nothing is loaded from elsewhere.", soft_wrap=True)
