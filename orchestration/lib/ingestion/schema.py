"""The raw tables: what a landing row may hold, and what the warehouse keeps of it.

A `Field` is a column of the `standard` format, and of what every other format is mapped to. Its kind decides
how text becomes a value, which values are refused, and the SQL type of the raw column.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import duckdb

from orchestration.lib.ingestion.errors import OtherHashKey

# What `raw.meta` tells the key of personal hashes by.
KEY_PROBE = "hash_key_probe"
SQL_TYPES = {
    "id": "varchar",
    "text": "varchar",
    "email": "varchar",
    "currency": "varchar",
    "status": "varchar",
    "consent": "varchar",
    "flag": "varchar",
    "time": "timestamp",
    "money": "decimal(18,4)",
    "signed_money": "decimal(18,4)",
    "number": "decimal(18,4)",
    "seconds": "double",
}
MONEY_KINDS = {"money", "signed_money", "number"}


@dataclass(frozen=True)
class Field:
    """A column of a dataset: `required` in a standard file's header, `not_null` in each of its rows."""

    name: str
    kind: str
    required: bool = False
    not_null: bool = False

    @property
    def raw_name(self) -> str:
        """The raw column that it fills: an e-mail is kept as its keyed hash only."""
        return "email_hash" if self.kind == "email" else self.name

    @property
    def sql_type(self) -> str:
        """The SQL type of the raw column."""
        return SQL_TYPES[self.kind]


def _fields(text: str) -> tuple[Field, ...]:
    """Reads `name:kind` words; `*` marks a required header, `!` a column that must not be null."""
    fields = []
    for word in text.split():
        name, kind = word.rstrip("*!").split(":")
        fields.append(Field(name, kind, required="*" in word, not_null="!" in word))
    return tuple(fields)


# The order is the order of the raw columns.
FIELDS: dict[str, tuple[Field, ...]] = {
    "clicks": _fields(
        "event_id:id event_at:time*! visitor_id:id* event_name:text*! page_url:text referrer_url:text"
        " user_agent:text customer_id:id email:email order_id:id event_value:signed_money"
        " engagement_seconds:seconds consent:consent"
    ),
    "orders": _fields(
        "order_id:id*! ordered_at:time*! customer_id:id email:email visitor_id:id status:status"
        " currency:currency*! subtotal:money*! discount_amount:money shipping_amount:money tax_amount:money"
        " total_amount:money discount_codes:text survey_answer:text landing_url:text referrer_url:text"
        " updated_at:time"
    ),
    "order_lines": _fields(
        "order_id:id*! line_id:id*! product_id:id product_category:text quantity:number amount:money"
        " unit_cost:money"
    ),
    "refunds": _fields("refund_id:id*! order_id:id*! refunded_at:time*! amount:money*!"),
    "contacts": _fields(
        "contact_id:id*! created_at:time*! email:email customer_id:id visitor_id:id lifecycle_stage:text"
        " became_lead_at:time became_customer_at:time lead_source:text merged_into_contact_id:id"
        " marketing_consent:flag country:text first_touch_url:text first_touch_at:time updated_at:time"
    ),
}
DATASETS = tuple(FIELDS)
# Where a format gives no version of a row, the file's modification time, then its path, is the version.
VERSIONED = ("orders", "order_lines", "refunds", "contacts")

LOG_COLUMNS = {
    "load_log": """
    file_id bigint, content_hash varchar, path varchar, dataset varchar, format varchar, bytes bigint,
    modified_at timestamp, loaded_at timestamp, status varchar, reason varchar, rows_read bigint,
    rows_loaded bigint, rows_quarantined bigint, rows_duplicate bigint, new_columns varchar,
    missing_columns varchar, seconds double
""",
    "quarantine": """
    file_id bigint, path varchar, dataset varchar, format varchar, line bigint, column_name varchar,
    reason varchar, raw_text varchar, quarantined_at timestamp, cleared_at timestamp
""",
}


def raw_columns(table: str) -> list[tuple[str, str]]:
    """(name, SQL type) of the columns of `raw.<table>`, in order."""
    if table in LOG_COLUMNS:
        name_and_type = (column.split() for column in LOG_COLUMNS[table].split(","))
        return [(name, kind) for name, kind in name_and_type]
    columns = [(field.raw_name, field.sql_type) for field in FIELDS[table]]
    columns.append(("extra", "varchar"))
    if table == "clicks":
        columns += [("event_key", "bigint"), ("visitor_key", "bigint")]
    else:
        columns += [("_version_at", "timestamp"), ("_file_path", "varchar")]
    return [*columns, ("_file_id", "bigint")]


def field(table: str, name: str) -> Field:
    """The field of that name; KeyError where the dataset has none."""
    for candidate in FIELDS[table]:
        if candidate.name == name:
            return candidate
    raise KeyError(f"{table} has no field {name!r}; it has {', '.join(f.name for f in FIELDS[table])}")


def event_key_sql() -> str:
    """63-bit key of an event: of its id, or of the whole row where it has none (equal rows, equal keys)."""
    parts = [f.raw_name for f in FIELDS["clicks"] if f.name != "event_id"] + ["extra"]
    by_row = f"hash('r', {', '.join(parts)})"
    return f"((case when event_id is not null then hash('i', event_id) else {by_row} end) >> 1)::bigint"


def visitor_key_sql() -> str:
    """63-bit key of the visitor, else of the nearest thing to one; never null, so it can be grouped by."""
    fallback = (
        "when customer_id is not null then hash('c', customer_id)"
        " when email_hash is not null then hash('m', email_hash)"
        " when order_id is not null then hash('o', order_id) else hash('e', event_key)"
    )
    return f"((case when visitor_id is not null then hash('v', visitor_id) {fallback} end) >> 1)::bigint"


def ensure_schema(con: duckdb.DuckDBPyConnection) -> None:
    """Creates the schema `raw` and what is missing of it; re-keys clicks when `hash()` has changed."""
    con.execute("create schema if not exists raw")
    for table in DATASETS:
        columns = ", ".join(f"{name} {kind}" for name, kind in raw_columns(table))
        con.execute(f"create table if not exists raw.{table} ({columns})")
    for table, described in LOG_COLUMNS.items():
        con.execute(f"create table if not exists raw.{table} ({described})")
    con.execute("create table if not exists raw.meta (key varchar, value varchar)")
    _rekey_if_needed(con)


def refuse_other_key(con: duckdb.DuckDBPyConnection, hash_key: bytes) -> None:
    """Refuses a key that what is loaded was not hashed with: people would fall apart, one part a key.

    What is kept to tell is a hash under the key, from which nobody gets the key.

    Raises:
        OtherHashKey: there are files that were loaded under another one.
    """
    probe = hmac.new(hash_key, b"warehouse", hashlib.sha256).hexdigest()
    stored = con.execute(f"select value from raw.meta where key = '{KEY_PROBE}'").fetchone()
    if stored and stored[0] == probe:
        return
    loaded = con.execute("select count(*) from raw.load_log where rows_loaded > 0").fetchone()
    if stored and loaded and loaded[0]:
        raise OtherHashKey(
            "ROI_HASH_KEY is not the key that this warehouse was loaded with, so people would not be found "
            "again: set the old key, or load everything anew into an empty ROI_DATA."
        )
    con.execute("begin")
    con.execute(f"delete from raw.meta where key = '{KEY_PROBE}'")
    con.execute("insert into raw.meta values (?, ?)", [KEY_PROBE, probe])
    con.execute("commit")


def _rekey_if_needed(con: duckdb.DuckDBPyConnection) -> None:
    """Recomputes the keys of stored clicks where another DuckDB version hashes otherwise."""
    row = con.execute("select hash('probe')::varchar").fetchone()
    probe = row[0] if row else ""
    stored = con.execute("select value from raw.meta where key = 'hash_probe'").fetchone()
    if stored and stored[0] == probe:
        return
    con.execute("begin")
    try:
        if stored:
            con.execute(f"update raw.clicks set event_key = {event_key_sql()}")
            con.execute(f"update raw.clicks set visitor_key = {visitor_key_sql()}")
            con.execute("delete from raw.meta where key = 'hash_probe'")
        con.execute("insert into raw.meta values ('hash_probe', ?)", [probe])
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
