"""Data: whether the figures can be trusted. How fresh, what was loaded, what was not, what tests said."""

from __future__ import annotations

import streamlit as st

from dashboards.parts import tables
from dashboards.parts.page import head, nothing, section, statement
from dashboards.parts.source import Source
from dashboards.parts.tables import Column
from orchestration.lib.readers import MissingTableError, quality, text


def view(source: Source) -> None:
    """Draws the page."""
    head("Data", source)
    st.caption(f"Run {text.markdown(source.run.run_id)}")
    _verdict(source)
    _freshness(source)
    _quarantine(source)
    _alarms(source)
    _files(source)
    _tests(source)
    _tables(source)


def _verdict(source: Source) -> None:
    """Whether the figures can be trusted, before any table."""
    try:
        table = source.ask(quality.tests)
    except MissingTableError:
        # The section of the tests says so.
        return
    if table:
        status = table.column("status")
        passed = status.count("pass")
        rest = f", {len(status) - passed} warned" if passed < len(status) else ""
        statement(f"{passed} of {len(status)} tests of these figures passed{rest}.")


def _tests(source: Source) -> None:
    with section("Tests", "Warnings first. A run with an error publishes nothing."):
        table = source.ask(quality.tests)
        if not table:
            nothing("The run that published this file has left no test results.")
            return
        tables.show(
            table,
            {
                "name": Column("Test", pinned=True),
                "status": Column("Result"),
                "failures": Column("Rows", "count", "Rows that break the rule."),
                "description": Column("What it detects"),
                "tested": Column("Of"),
                "kind": Column("Kind"),
            },
            "tests",
            "Tests of the run, warnings first",
        )


def _freshness(source: Source) -> None:
    with section("How fresh", "Times in UTC."):
        table = source.ask(quality.freshness)
        tables.show(
            table,
            {
                "dataset": Column("Dataset", pinned=True),
                "rows": Column("Rows", "count"),
                "first_at": Column("From", "time"),
                "last_at": Column("To", "time"),
                "loaded_at": Column("Last loaded", "time"),
                "files": Column("Files", "count"),
                "rows_quarantined": Column("In quarantine", "count", "Rows that could not be used."),
                "quarantined_share": Column("Share", "share", "Of all rows that were read."),
            },
            "freshness",
            "Datasets, how many rows they have and how new they are",
            empty="Nothing has been loaded yet.",
        )


def _quarantine(source: Source) -> None:
    with section(
        "Quarantine",
        "Rows that could not be used. `roi quarantine` shows them; correct the file and run again.",
    ):
        table = source.ask(quality.quarantine)
        tables.show(
            table,
            {
                "reason": Column("Reason", pinned=True),
                "column_name": Column("Column"),
                "dataset": Column("Dataset"),
                "format": Column("Format"),
                "rows": Column("Rows", "count"),
                "files": Column("Files", "count"),
                "example": Column("For example in"),
            },
            "quarantine",
            "Why rows could not be used, the most frequent reason first",
            empty="Nothing is in quarantine: every row that was read is in the figures or was a duplicate.",
        )


def _alarms(source: Source) -> None:
    with section("Silence", "Posts, links and codes that should bring visits or orders and do not."):
        table = source.ask(quality.alarms)
        tables.show(
            table,
            {
                "alarm_type": Column("Alarm", pinned=True),
                "is_open": Column("Open", "flag"),
                "influencer_name": Column("Influencer"),
                "campaign_name": Column("Campaign"),
                "began_at": Column("Since (UTC)", "time"),
                "raised_at": Column("Raised (UTC)", "time"),
                "resolved_at": Column("Resolved (UTC)", "time"),
            },
            "alarms",
            "Alarms, what is open first",
            empty="There are no alarms.",
        )


def _files(source: Source) -> None:
    with section("Load log", "Rows read = loaded + in quarantine + exact duplicates, for every file."):
        table = source.ask(quality.load_log)
        tables.show(
            table,
            {
                "path": Column("File", pinned=True),
                "status": Column("Result"),
                "rows_read": Column("Read", "count"),
                "rows_loaded": Column("Loaded", "count"),
                "rows_quarantined": Column("Quarantine", "count"),
                "rows_duplicate": Column("Duplicates", "count"),
                "loaded_at": Column("Loaded at (UTC)", "time"),
                "is_current": Column(
                    "Current", "flag", "False for an earlier content of a file that changed."
                ),
                "reason": Column("Reason"),
            },
            "load_log",
            "Files that were loaded, the last one first",
            empty="No file has been loaded yet.",
        )


def _tables(source: Source) -> None:
    with section(
        "What the file holds", f"{text.markdown(source.reader.published.name)}, for any DuckDB client."
    ):
        tables.show(
            source.ask(quality.tables),
            {
                "table_name": Column("Table", pinned=True),
                "rows": Column("Rows", "count"),
                "comment": Column("What a row is"),
            },
            "tables",
            "Tables of the published file",
        )
