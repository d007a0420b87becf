"""What every command says the same way: settings, errors and findings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from orchestration.lib.settings import Settings, SettingsError
from orchestration.lib.terminal import plain

if TYPE_CHECKING:
    from orchestration.lib.registry import Finding

# Wide enough for the ROI table where no terminal says its width.
LOG_WIDTH = 120
SHOWN_FINDINGS = 20
STYLES = {"error": "red", "warning": "yellow", "ok": "green"}


def console(stderr: bool = False) -> Console:
    """A console that is plain text where it is not a terminal."""
    made = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = LOG_WIDTH
    return made


def fail(message: str, hint: str | None = None) -> NoReturn:
    """One clear message and exit code 1."""
    out = console(stderr=True)
    out.print(Text("Error: ", style="bold red") + Text(plain(message)), soft_wrap=True)
    if hint:
        out.print(Text(plain(hint)), soft_wrap=True)
    raise typer.Exit(1)


def settings_or_fail(target: str | None = None, create: bool = False) -> Settings:
    """The settings of the environment, or the message that says what is wrong with them."""
    env = dict(os.environ)
    if target:
        env["ROI_TARGET"] = target
    try:
        return Settings.from_env(env, create=create)
    except SettingsError as error:
        fail(str(error))


def print_findings(findings: Sequence[Finding], out: Console, show_all: bool = False) -> None:
    """Findings of the registry, the first of many unless all are wanted."""
    shown = findings if show_all else findings[:SHOWN_FINDINGS]
    for finding in shown:
        label = Text(f"{finding.severity.value}: ", style=STYLES[finding.severity.value])
        out.print(label + Text(plain(finding)), soft_wrap=True)
    if len(findings) > len(shown):
        out.print(f"... and {len(findings) - len(shown)} more; `roi registry check --all` lists them.")


def line(text: object, out: Console, style: str | None = None, indent: int = 0) -> None:
    """One line of text that may come from data."""
    out.print(Text(" " * indent + plain(text), style=style or ""), soft_wrap=True)
