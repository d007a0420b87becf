"""`roi codes`: suggest promo codes and export them for the shop."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.commands.links import Out, sound_registry
from orchestration.commands.output import console, fail, line, print_findings, settings_or_fail

if TYPE_CHECKING:
    from orchestration.lib.codes.suggest import Discount

app = typer.Typer(help="Promo codes: suggest, export.", no_args_is_help=True)


def _discount(text: str) -> Discount:
    """`20%` or `7.50` as a discount."""
    from orchestration.lib.codes.suggest import Discount

    number = text.strip().removesuffix("%").strip()
    is_percent = text.strip().endswith("%")
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or value <= 0 or (is_percent and value > 100):
        fail(f"The discount {text!r} is none.", "Write 20% for twenty percent, or 7.50 for an amount.")
    return Discount("percent" if is_percent else "fixed", value)


@app.command()
def suggest(
    discount: Annotated[str, typer.Option(help="What the codes give: 20%, or an amount such as 7.50.")],
    campaign: Annotated[str | None, typer.Option(help="Only this campaign_id.")] = None,
    influencer: Annotated[str | None, typer.Option(help="Only this influencer_id.")] = None,
    strong: Annotated[
        bool, typer.Option("--strong", help="End each code in letters nobody can guess.")
    ] = False,
    shop_list: Annotated[
        Path | None, typer.Option(help="Codes that the shop has: its CSV or JSON export, or a code a line.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Add them to promo_codes.csv.")] = False,
) -> None:
    """Suggest a code for each partnership that has none: memorable, nobody else's, hard to guess."""
    from contextlib import nullcontext

    from orchestration.lib import run_lock
    from orchestration.lib.codes.suggest import suggest_codes
    from orchestration.lib.codes.taken import TakenError, file_codes, shop_codes
    from orchestration.lib.registry.tables import TABLES
    from orchestration.lib.registry.writer import RegistryFileError, append_rows

    settings = settings_or_fail(create=write)
    gives = _discount(discount)
    out = console()
    taken, where = shop_codes(settings.warehouse, settings.published)
    line(where, out)
    table = next(table for table in TABLES if table.name == "promo_codes")
    try:
        if shop_list:
            taken |= file_codes(shop_list)
        with run_lock.held(settings.data) if write else nullcontext():
            registry, conventions = sound_registry(settings)
            found = suggest_codes(registry, conventions, taken, gives, campaign, influencer, strong)
            for each in found:
                shown = each.code or f"none found: {each.why}"
                line(f"{each.influencer_id} in {each.campaign_id or 'any campaign'}: {shown}", out)
            rows = [each.row for each in found if each.code]
            if write:
                append_rows(settings.registry, table, rows)
    except (TakenError, run_lock.RunInProgressError, RegistryFileError) as error:
        fail(str(error))
    hint = f"added to {settings.registry / table.file}" if write else "suggested; --write adds them"
    line(f"{len(rows)} codes {hint}.", out)


@app.command()
def export(
    shop: Annotated[
        list[str] | None, typer.Option(help="woocommerce, shopify or shopify-api; all unless given.")
    ] = None,
    campaign: Annotated[str | None, typer.Option(help="Only this campaign_id.")] = None,
    out: Out = None,
) -> None:
    """Write the codes that are not over as files that shops import."""
    from orchestration.lib.codes.exports import FORMATS, read_codes

    settings = settings_or_fail(create=True)
    names = shop or list(FORMATS)
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        fail(f"There is no export for {unknown[0]!r}; known are {', '.join(FORMATS)}.")
    registry, _ = sound_registry(settings)
    codes, problems = read_codes(registry, datetime.now(UTC), campaign)
    print_findings(problems, console(stderr=True))
    folder = out or settings.data / "codes"
    shown = console()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            file_name, render = FORMATS[name]
            (folder / file_name).write_text(render(codes), encoding="utf-8", newline="")
            line(folder / file_name, shown)
    except OSError as error:
        fail(str(error))
    line(f"{len(codes)} codes.", shown)
