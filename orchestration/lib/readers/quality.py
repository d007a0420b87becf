"""Can the figures be trusted: how fresh they are, what was loaded, what was not, what the tests said."""

from __future__ import annotations

from orchestration.lib.publish import META_SCHEMA
from orchestration.lib.readers.database import Reader, Table

ALARMS = "mart_silence_alarms"
SHOWN_FILES = 1000


def freshness(reader: Reader) -> Table:
    """One row a dataset: rows, first and last time, files, and share of rows in quarantine."""
    _require(reader, "freshness", "load_log")
    return reader.query(
        f"""
        with loads as (
            select
                dataset,
                count(*) as files,
                max(loaded_at) as loaded_at,
                sum(rows_quarantined) as rows_quarantined,
                sum(rows_quarantined) / nullif(sum(rows_read), 0) as quarantined_share
            from roi.{META_SCHEMA}.load_log
            where is_current
            group by dataset
        )

        select
            dataset, freshness.rows, freshness.first_at, freshness.last_at, loads.loaded_at, loads.files,
            loads.rows_quarantined, loads.quarantined_share
        from roi.{META_SCHEMA}.freshness
        left join loads using (dataset)
        order by dataset
        """
    )


def load_log(reader: Reader) -> Table:
    """The files, the last loaded first."""
    _require(reader, "load_log")
    return reader.query(
        f"from roi.{META_SCHEMA}.load_log order by loaded_at desc, path, rows_read limit {SHOWN_FILES}"
    )


def quarantine(reader: Reader) -> Table:
    """Why rows could not be used, the most frequent reason first."""
    _require(reader, "quarantine")
    return reader.query(
        f"""
        select
            dataset, format, reason, column_name,
            sum(rows) as rows, count(*) as files, min(path) as example
        from roi.{META_SCHEMA}.quarantine
        group by dataset, format, reason, column_name
        order by rows desc, dataset, format, reason, column_name
        """
    )


def tests(reader: Reader) -> Table:
    """The tests of the run, warnings first."""
    _require(reader, "tests")
    return reader.query(
        f"select name, kind, status, failures, tested, description from roi.{META_SCHEMA}.tests "
        "order by status = 'pass', kind, name"
    )


def alarms(reader: Reader) -> Table:
    """Silence where there should be traffic, what is open first."""
    reader.require(ALARMS, "alarm_type", "is_open", "began_at")
    return reader.query(
        f"""
        select
            alarms.alarm_type, alarms.is_open, dim_influencers.influencer_name, dim_campaigns.campaign_name,
            alarms.began_at, alarms.raised_at, alarms.resolved_at
        from {ALARMS} as alarms
        left join dim_influencers on alarms.influencer_id = dim_influencers.influencer_id
        left join dim_campaigns on alarms.campaign_id = dim_campaigns.campaign_id
        order by alarms.is_open desc, alarms.raised_at desc, alarms.alarm_type, alarms.influencer_id,
            alarms.deliverable_id, alarms.link_id, alarms.promo_code
        """
    )


def tables(reader: Reader) -> Table:
    """What the file holds: every table, its rows, and what a row is."""
    _require(reader, "tables")
    return reader.query(
        """
        select described.table_name, described.comment, counted.rows
        from (
            select table_name, comment
            from duckdb_tables()
            where database_name = 'roi' and schema_name = 'marts'
            union all
            select view_name, comment
            from duckdb_views()
            where database_name = 'roi' and schema_name = 'marts'
        ) as described
        left join published.tables as counted on described.table_name = counted.name
        order by described.table_name
        """
    )


def _require(reader: Reader, *names: str) -> None:
    for name in names:
        reader.require(name, schema=META_SCHEMA)
