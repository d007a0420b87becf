"""Macros of `macros/cross_db`: the same inputs give the same values on both engines."""

from __future__ import annotations

import json
import re

import duckdb
import pytest

from orchestration.lib.dbt_runner import invoke_dbt
from orchestration.lib.settings import DBT_PROJECT, DEFAULT_LANDING, DEFAULT_REGISTRY, ROOT, Settings
from orchestration.lib.spark.connection import connect
from orchestration.lib.spark.place import SparkPlace
from tests.support.warehouse import settings_for

TEXTS = [
    "https://www.Shop.example:443/a%20b?utm_source=In%2BStagram&x=1#utm_medium=a+b",
    "//user@shop.example/?a=1&amp;UTM_SOURCE=%2520twice",
    "/relative?utm_source=100%25zz&utm_source=second",
    "android-app://com.app/path?utm_source=",
    "ask person@mail.example and p%40mail.example",
    "a|.|b",
    "it's a back\\slash",
    "%ff%zz%",
    "ünï ☃ Page-View Name",
    "",
]
TEXT_EXPRESSIONS = {
    "query_param": "query_param('value', 'utm_source')",
    "query_param_fragment": "query_param('value', 'utm_medium')",
    "url_decode": "url_decode('value')",
    "decode_twice": "decode_twice('value')",
    "url_host": "url_host('value')",
    "url_path": "url_path('value')",
    "same_site": "same_site('value', \"'b.' || value\")",
    "without_emails": "without_emails('value', 'value')",
    "has_email": "has_email('value')",
    "full_match": "full_match('value', \"'[^.]*(?:[.]|\\\\s).*'\")",
    "partial_match": "partial_match('value', \"'[a-z]%[0-9]'\")",
    "keyed_hash": "keyed_hash([\"'kind'\", 'value'])",
    "hash_row": "hash_row(['value', 'other'])",
    "hex_to_bigint": "hex_to_bigint('substr(md5(value), 1, 15)')",
    "person_draw": "person_draw('value')",
    "null_safe_equal": "null_safe_equal('value', 'other')",
    "event_name": "event_name('value')",
}
TIMES = ["2026-03-29 00:59:59.999999", "1969-12-31 23:59:59.5", "2026-10-25 01:30:00", "2024-02-29 12:00:00"]
TIME_EXPRESSIONS = {
    "micros": "micros('value')",
    "seconds_between": "seconds_between(\"cast('2026-01-01' as timestamp)\", 'value')",
    "reporting_date": "reporting_date('value')",
    "hash_of_time": "hash_row(['value'])",
}
ISO_TIMES = [
    "2026-03-29T02:30:00+02:00",
    "2026-03-29T00:30:00Z",
    "2026-03-29 00:30:00.123456",
    "2026-03-29",
    None,
]
MONEY = [
    ("9999999999.9999", "0.0000625"),
    ("0.0050", "1"),
    ("-0.0050", "1"),
    ("1.2345", "151.1234567890123456"),
]
MONEY_EXPRESSIONS = {
    "money_product": "money_product('amount', exchange_rate('rate'))",
    "cents": "cents('cast(amount as decimal(18, 2))')",
    "from_cents": "from_cents('cast(-12345678901 as bigint)')",
    "share_of_cents": "share_of_cents('cast(8255 as bigint)', '0.3')",
    "share_of_negative_cents": "share_of_cents('cast(-8255 as bigint)', '0.3')",
}
ROWS = {
    "previous_known": """
        select id, {{ previous_known('value') }} over (order by id) as result
        from (
            select 1 as id, 'a' as value union all select 2, null
            union all select 3, 'b' union all select 4, null
        ) as rows_of_one
    """,
    "unnest_split": """
        select * from (
            {{ unnest_split(
                "(select 1 as id, 'a|b||c' as value union all select 2, null union all select 3, '')",
                ['id'], 'value', '|',
            ) }}
        ) as elements
    """,
    "days_between": """
        select {{ days_between("cast('2024-02-27' as date)", "cast('2024-03-02' as timestamp)") }} as result
    """,
    "exact_sum": """
        select {{ exact_sum('value') }} as result
        from (select 0.1 as value union all select 0.2 union all select 0.7 union all select null) as parts
    """,
    "key64": """
        select
            count(distinct {{ key64(['value', 'other']) }}) as result,
            min({{ key64(['value']) }}) >= 0 as is_positive
        from (
            select 'a' as value, 'b' as other union all select 'a', null
            union all select null, 'a' union all select 'a', 'b'
        ) as parts
    """,
    "rows_hash": """
        select count(distinct hash) as result from (
            select 1 as part, {{ rows_hash(['value', 'other']) }} as hash
            from (select 1 as value, 'x' as other union all select 2, 'y') as seed
            union all
            select 2, {{ rows_hash(['value', 'other']) }}
            from (select 2 as value, 'y' as other union all select 1, 'x') as seed
            union all
            select 3, {{ rows_hash(['value', 'other']) }} from (select 2 as value, 'y' as other) as seed
        ) as hashes
    """,
    "table_hash": """
        select {{ table_hash('seed') }} = (
            select {{ table_hash('seed') }} from (select 2 as value union all select 1) as seed
        ) as result
        from (select 1 as value union all select 2) as seed
    """,
    "grouped": """
        select {{ grouped('value') }} as result
        from (select 'a' as value union all select 'b' union all select 'a') as rows_of_one
        group by value
    """,
    "raw_visitor_key": "select {{ raw_visitor_key(\"'v1'\") }} = {{ raw_visitor_key(\"'v1'\") }} as result",
}
RAISES = "select {{ raise_error(\"'nobody knows ' || value\") }} as result from (select 'this' as value) as t"
HASHES = "select {{ keyed_hash([\"'a'\"]) }} as result"
PEPPER = "pepper"
_NEXT = "/* the next query */"


def over(values: list[str | None], kind: str, expressions: dict[str, str]) -> str:
    """A query of all expressions over each value."""
    rows = " union all ".join(
        f"select {number} as id, cast({_literal(value)} as {kind}) as value, "
        f"cast('x' as {kind_of(kind)}) as other"
        for number, value in enumerate([*values, None])
    )
    columns = ", ".join(f"{{{{ {text} }}}} as {name}" for name, text in expressions.items())
    return f"select id, {columns} from ({rows}) as inputs"


def kind_of(kind: str) -> str:
    return "{{ dbt.type_string() }}" if kind == "timestamp" else kind


def _literal(value: str | None) -> str:
    return (
        "null"
        if value is None
        else f"{{{{ dbt.string_literal(dbt.escape_single_quotes({json.dumps(value)})) }}}}"
    )


def _money() -> str:
    rows = " union all ".join(
        f"select {number} as id, cast('{amount}' as decimal(18, 4)) as amount, "
        f"cast('{rate}' as decimal(26, 16)) as rate"
        for number, (amount, rate) in enumerate(MONEY)
    )
    columns = ", ".join(f"{{{{ {text} }}}} as {name}" for name, text in MONEY_EXPRESSIONS.items())
    return f"select id, {columns} from ({rows}) as inputs"


QUERIES = {
    "texts": over(TEXTS, "{{ dbt.type_string() }}", TEXT_EXPRESSIONS),
    "times": over(TIMES, "timestamp", TIME_EXPRESSIONS),
    "iso_times": over(ISO_TIMES, "{{ dbt.type_string() }}", {"utc_timestamp": "utc_timestamp('value')"}),
    "money": _money(),
    **ROWS,
}


def compiled(settings: Settings) -> dict[str, str]:
    """Every query in an engine's SQL; one command for all, because starting dbt takes seconds."""
    queries = {**QUERIES, "raises": RAISES, "hashes": HASHES}
    result, outcome = invoke_dbt(settings, ["compile", "--inline", _NEXT.join(queries.values())])
    assert result.success, result.error
    code = outcome.results[0].node.compiled_code.split(_NEXT)
    return dict(zip(queries, code, strict=True))


@pytest.fixture(scope="module")
def engines(spark: SparkPlace, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The queries in the SQL of DuckDB and of Spark."""
    landing, registry = ROOT / DEFAULT_LANDING, ROOT / DEFAULT_REGISTRY
    data = tmp_path_factory.mktemp("macros")
    variables = '{"reporting_timezone": "Europe/Berlin"}'
    more = {"ROI_TARGET": "spark", **spark.environment()}
    found = [
        settings_for(landing, registry, data / "duckdb", variables),
        settings_for(landing, registry, data / "spark", variables, more),
    ]
    duckdb.connect(str(found[0].warehouse)).close()
    return [compiled(settings) for settings in found]


@pytest.mark.parametrize("name", QUERIES)
def test_both_engines_agree(engines: list[dict[str, str]], spark: SparkPlace, name: str) -> None:
    on_duckdb, on_spark = (queries[name] for queries in engines)
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        con.execute(f"set variable roi_pepper = '{PEPPER}'")
        expected = con.execute(on_duckdb).fetchall()
    with connect(spark) as cursor:
        cursor.execute(f"set roi_pepper = {PEPPER}")
        cursor.execute(on_spark)
        found = cursor.fetchall()
    assert _sorted(found) == _sorted(expected)


def _sorted(rows: list[tuple]) -> list[tuple[str, ...]]:
    """Rows as text, which dates of one driver and strings of the other share."""
    return sorted(tuple(str(value) for value in row) for row in rows)


def test_raise_error_stops_both(engines: list[dict[str, str]], spark: SparkPlace) -> None:
    on_duckdb, on_spark = (queries["raises"] for queries in engines)
    with duckdb.connect() as con, pytest.raises(duckdb.Error, match="nobody knows this"):
        con.execute(on_duckdb).fetchall()
    with connect(spark) as cursor, pytest.raises(Exception, match="nobody knows this"):
        cursor.execute(on_spark)


def test_no_session_without_a_pepper(engines: list[dict[str, str]], spark: SparkPlace) -> None:
    """A hash without its key would be published unnoticed."""
    with connect(spark) as cursor, pytest.raises(Exception, match="this session has no pepper"):
        cursor.execute(engines[1]["hashes"])


def test_every_dispatched_macro_is_compared() -> None:
    """A macro with two variants has a query above."""
    text = "".join(QUERIES.values())
    for file in (DBT_PROJECT / "macros" / "cross_db").glob("*.sql"):
        for name in re.findall(r"macro duckdb__(\w+)\(", file.read_text(encoding="utf-8")):
            if name not in ("raise_error", "replace_emails"):
                assert re.search(rf"\b{name}\(", text), f"{name} of {file.name}"
