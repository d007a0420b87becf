"""How names and UTM values are written, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.lib.links.urls import UrlError, clean_url, utm_names
from orchestration.lib.registry.conventions import Meaning, Naming
from orchestration.lib.registry.lint.context import Joined, LintContext
from orchestration.lib.registry.model import Finding, Registry, Row, Sheet
from orchestration.lib.registry.text import slug, squeezed, token

_SUGGEST = {"token": token, "slug": slug, "": lambda value: ""}
LIVE = "A link that is out keeps its values, or its visits are lost: end it (valid_to) and add another one."


def naming(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """Values in the form that the conventions ask for."""
    joined = Joined(registry)
    origins = {each.column: each for each in context.conventions.meaning}
    for convention in context.conventions.naming:
        for name in convention.columns:
            sheet = registry.get(name.split(".")[0])
            if sheet:
                origin = origins.get(name)
                # A value that is wrong where it comes from is told there, once.
                inherited = origin if origin and origin.of[0] in convention.columns else None
                yield from _misnamed(joined, sheet, name.split(".")[1], convention, inherited, context)


def _misnamed(
    joined: Joined,
    sheet: Sheet,
    column: str,
    convention: Naming,
    inherited: Meaning | None,
    context: LintContext,
) -> Iterator[Finding]:
    for row in sheet.rows:
        value = row.get(column)
        if value is None or convention.pattern.fullmatch(value):
            continue
        if inherited and value in _expected(joined, row, inherited):
            continue
        better = _SUGGEST[convention.suggest](value)
        fits = better and convention.pattern.fullmatch(better)
        message = f"{column} {value!r} is not written as agreed: {convention.says}."
        mend = f"Write {better}." if fits else "Choose another one."
        if sheet.table.name == "tracking_links" and column != "slug":
            mend = f"{mend} {LIVE}"
        yield context.finding("naming", sheet, row, message, mend)


def meaning(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """Values that name what they should: the source its influencer, the medium its platform, and so on."""
    joined = Joined(registry)
    for convention in context.conventions.meaning:
        table, column = convention.column.split(".")
        sheet = registry.get(table)
        if sheet is None:
            continue
        for row in sheet.rows:
            value = row.get(column)
            expected = _expected(joined, row, convention)
            if value is None or not expected or squeezed(value) in {squeezed(each) for each in expected}:
                continue
            better = token(expected[0])
            message = (
                f"{column} {value!r} of {sheet.table.key} {row.get(sheet.table.key)} is not {better!r}, "
            )
            message += f"which {convention.of[0]} gives."
            mend = f"Write {better}. {LIVE}" if table == "tracking_links" else f"Write {better}."
            yield context.finding("meaning", sheet, row, message, mend)


def _expected(joined: Joined, row: Row, convention: Meaning) -> list[str]:
    values = []
    for name in convention.of:
        table, column = name.split(".")
        related = joined.related(row, table)
        value = related.get(column) if related else None
        if value and squeezed(value):
            values.append(value)
    return values


def destinations(registry: Registry, context: LintContext) -> Iterator[Finding]:
    """Destinations that a link can lead to: absolute, https, without UTM values or a password in them."""
    for table in ("tracking_links", "deliverables", "partnerships", "campaigns"):
        sheet = registry.get(table)
        for row in sheet.rows if sheet else ():
            value = row.get("destination_url")
            if sheet is None or value is None:
                continue
            try:
                clean = clean_url(value)
            except UrlError as problem:
                mend = "Write the whole address, such as https://shop.example/products/serum."
                yield context.finding(
                    "destinations", sheet, row, f"destination_url {value!r} {problem}.", mend
                )
                continue
            own = utm_names(clean)
            if own:
                message = f"destination_url has {', '.join(own)} of its own."
                mend = "Take it out of the address: the link adds the values of its columns instead."
                yield context.finding("destinations", sheet, row, message, mend)
            elif clean.startswith("http:"):
                message = f"destination_url {value!r} is not https."
                mend = "Write https://, unless the shop really has no certificate."
                yield context.finding("destinations", sheet, row, message, mend)
