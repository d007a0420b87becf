"""`roi links`: build tracking links, hand them out, and check where they lead."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.output import STYLES, console, fail, line, print_findings, settings_or_fail

if TYPE_CHECKING:
    from orchestration.lib.links.model import Link
    from orchestration.lib.registry import Registry
    from orchestration.lib.registry.conventions import Conventions
    from orchestration.lib.settings import Settings

app = typer.Typer(help="Tracking links: build, hand out, check.", no_args_is_help=True)

Out = Annotated[
    Path | None, typer.Option(help="The folder to write to; `links` below ROI_DATA unless given.")
]
Everything = Annotated[bool, typer.Option("--all", help="Also what is over.")]


def sound_registry(settings: Settings) -> tuple[Registry, Conventions]:
    """The registry and its conventions, or what is wrong with them: nothing is built on errors."""
    from orchestration.lib.registry import Severity, check_registry, read_registry
    from orchestration.lib.registry.conventions import ConventionsError, load_conventions

    errors = [
        finding
        for finding in check_registry(settings.registry, lint=())
        if finding.severity is Severity.ERROR
    ]
    if errors:
        print_findings(errors, console(stderr=True))
        fail(f"The registry in {settings.registry} has {len(errors)} errors; mend them first.")
    try:
        return read_registry(settings.registry)[0], load_conventions(settings.registry)
    except ConventionsError as error:
        fail(str(error))


def _links(registry: Registry) -> list[Link]:
    from orchestration.lib.links.model import read_links

    links, findings = read_links(registry)
    print_findings(findings, console(stderr=True))
    return links


@app.command()
def build(
    destination: Annotated[
        str | None, typer.Option(help="Where new links lead, if the registry does not say.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be added.")] = False,
) -> None:
    """Add the links that deliverables and partnerships lack; existing links are never changed."""
    from orchestration.lib import run_lock
    from orchestration.lib.links.builder import plan_links
    from orchestration.lib.links.urls import UTM_NAMES, with_utms
    from orchestration.lib.registry.tables import TABLES
    from orchestration.lib.registry.writer import RegistryFileError, append_rows

    settings = settings_or_fail(create=True)
    out = console()
    table = next(table for table in TABLES if table.name == "tracking_links")
    try:
        with run_lock.held(settings.data):
            registry, conventions = sound_registry(settings)
            plan = plan_links(registry, conventions, destination)
            for row in plan.rows:
                address = with_utms(row["destination_url"], {name: row[name] for name in UTM_NAMES})
                line(f"{row['link_id']}: {row['slug']} {address}", out)
            print_findings(plan.problems, console(stderr=True))
            if not dry_run:
                append_rows(settings.registry, table, plan.rows)
    except (run_lock.RunInProgressError, RegistryFileError) as error:
        fail(str(error))
    done = "would be added" if dry_run else f"added to {settings.registry / table.file}"
    line(f"{len(plan.rows)} links {done}, {len(plan.problems)} could not be built.", out)
    if plan.problems:
        raise typer.Exit(1)


@app.command()
def export(
    server: Annotated[
        list[str] | None, typer.Option(help="nginx, caddy, netlify or cloudflare; several times for several.")
    ] = None,
    out: Out = None,
) -> None:
    """Write redirect rules that lead short links to their tracked addresses."""
    from orchestration.lib.links.files import write_redirects
    from orchestration.lib.links.redirects import FORMATS, ExportError

    settings = settings_or_fail(create=True)
    registry, conventions = sound_registry(settings)
    # Cloudflare's lists need a host; without one the other three are written.
    names = server or [name for name in FORMATS if name != "cloudflare" or conventions.short_url]
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        fail(f"There is no export for {unknown[0]!r}; known are {', '.join(FORMATS)}.")
    folder = out or settings.data / "links"
    try:
        files = write_redirects(folder, _links(registry), names, conventions.short_url, datetime.now(UTC))
    except (ExportError, OSError) as error:
        fail(str(error))
    for file in files:
        line(file, console())


@app.command()
def briefs(out: Out = None, everything: Everything = False) -> None:
    """Write a page, a table and QR codes for each influencer."""
    _hand_out(out, everything, brief=True)


@app.command()
def qr(out: Out = None, everything: Everything = False) -> None:
    """Write only the QR codes (SVG) of each influencer's links."""
    _hand_out(out, everything, brief=False)


def _hand_out(out: Path | None, everything: bool, brief: bool) -> None:
    from orchestration.lib.links.files import INFLUENCERS, write_handouts
    from orchestration.lib.links.handout import gather
    from orchestration.lib.registry.ownership import BEGINNING

    settings = settings_or_fail(create=True)
    registry, conventions = sound_registry(settings)
    folder = out or settings.data / "links"
    at = BEGINNING if everything else datetime.now(UTC)
    handouts = gather(registry, _links(registry), conventions.short_url, at)
    try:
        files = write_handouts(folder, handouts, brief=brief, table=brief)
    except OSError as error:
        fail(str(error))
    shown = console()
    line(f"{len(files)} files for {len(handouts)} influencers in {folder / INFLUENCERS}", shown)
    if not handouts and not everything:
        line("No campaign, link or code is open; --all also hands out what is over.", shown)


@app.command()
def check(
    link: Annotated[
        list[str] | None, typer.Option(help="Only this link_id; several times for several.")
    ] = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            help="desktop, iphone, android, instagram, tiktok or facebook; several times for several."
        ),
    ] = None,
    everything: Everything = False,
    direct: Annotated[
        bool, typer.Option("--direct", help="Follow the tracked addresses instead of the short links.")
    ] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also addresses inside, such as a test shop's.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for one page.")] = 15.0,
    per_host: Annotated[int, typer.Option(min=1, help="Requests to one host at once.")] = 2,
) -> None:
    """Follow links as browsers do; exit code 1 when a visit or its source would be lost."""
    from orchestration.lib.links.checker.agents import choose_agents
    from orchestration.lib.links.checker.check import Check, Manners, check_links
    from orchestration.lib.links.checker.history import save

    settings = settings_or_fail(create=True)
    registry, conventions = sound_registry(settings)
    now = datetime.now(UTC)
    wanted = [
        each for each in _links(registry) if (each.link_id in link if link else everything or each.ends > now)
    ]
    unknown = sorted(set(link or ()) - {each.link_id for each in wanted})
    if unknown:
        fail(f"There is no link {unknown[0]} that leads somewhere.")
    try:
        agents = choose_agents(agent or ())
    except ValueError as error:
        fail(str(error))
    out = console()

    def show(done: Check) -> None:
        if done.outcome != "ok":
            line(f"{done.outcome}: {done.link.link_id} as {done.agent}", out, STYLES[done.outcome])
            for problem in done.problems:
                line(problem, out, indent=4)

    manners = Manners(timeout=timeout, per_host=per_host, allow_private=allow_private)
    checks = check_links(wanted, agents, "" if direct else conventions.short_url, manners, on_done=show)
    save(settings.data, checks)
    counts = {name: sum(1 for each in checks if each.outcome == name) for name in ("ok", "warning", "error")}
    line(
        f"{len(wanted)} links as {len(agents)} browsers: {counts['ok']} well, {counts['warning']} with "
        f"warnings, {counts['error']} with errors. `roi links history` shows them again.",
        out,
    )
    if counts["error"]:
        raise typer.Exit(1)


@app.command()
def history(
    link: Annotated[str | None, typer.Option(help="Only this link_id, all its checks.")] = None,
) -> None:
    """Show the last check of each link, or all checks of one."""
    from orchestration.lib.links.checker.history import FOLDER, read_history, read_latest

    settings = settings_or_fail()
    rows = read_history(settings.data, link) if link else read_latest(settings.data)
    out = console()
    if not rows:
        line("No link has been checked yet; `roi links check` does it.", out)
    for row in rows:
        when = f"{row.checked_at:%Y-%m-%d %H:%M}"
        line(f"{when} {row.outcome}: {row.link_id} as {row.agent}", out, STYLES[row.outcome])
        for message in row.messages():
            line(message, out, indent=4)
    if rows:
        line(f"As a table: select * from '{settings.data / FOLDER}/*.parquet'", out)
