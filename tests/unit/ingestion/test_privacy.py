"""E-mails become keyed hashes, in SQL as in Python; addresses of machines lose their last part."""

from __future__ import annotations

import hashlib
import hmac
import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.lib.ingestion.privacy import (
    email_sql,
    hash_email,
    hmac_sql,
    normalize_email,
    set_hash_key,
    truncate_ip,
    truncate_ip_sql,
)
from tests.support.ingestion import CLICKS, HASH_KEY, Landing

MAILBOXES = {
    " Ann@Example.COM\t": "ann@example.com",
    "a.n.n+shop@gmail.com": "ann@gmail.com",
    "A.nn@googlemail.com": "ann@gmail.com",
    "a.b+x@outlook.com": "a.b@outlook.com",
    "a+b@icloud.com": "a@icloud.com",
    "a.b+c@example.com": "a.b+c@example.com",
    "ann@mail.example.co.uk": "ann@mail.example.co.uk",
    "Ä.ü@exämple.de": "ä.ü@exämple.de",
}
NO_MAILBOXES = [
    *("", "n/a", "ann", "@example.com", "ann@", "ann@localhost", "a b@example.com", "a@b@example.com"),
    *("+tag@gmail.com", "...@gmail.com", "ann@example.com."),
]


def in_sql(expression: str, values: list[str | None], key: bytes = HASH_KEY) -> list:
    con = duckdb.connect()
    set_hash_key(con, key)
    con.execute("create table t (i integer, x varchar)")
    con.executemany("insert into t values (?, ?)", list(enumerate(values)))
    return [row[0] for row in con.execute(f"select {expression} from t order by i").fetchall()]


def test_spellings_of_one_mailbox_are_one():
    assert {mail: normalize_email(mail) for mail in MAILBOXES} == MAILBOXES
    assert in_sql(email_sql("x"), list(MAILBOXES)) == list(MAILBOXES.values())


def test_what_is_no_address_has_no_hash():
    assert [normalize_email(mail) for mail in [*NO_MAILBOXES, None]] == [None] * (len(NO_MAILBOXES) + 1)
    assert in_sql(hmac_sql(email_sql("x")), [*NO_MAILBOXES, None]) == [None] * (len(NO_MAILBOXES) + 1)


@pytest.mark.parametrize("key", [b"k", b"x" * 64, b"longer than a block" * 9])
def test_the_hash_is_hmac_sha256_under_the_key(key: bytes):
    expected = hmac.new(key, b"ann@gmail.com", hashlib.sha256).hexdigest()
    assert hash_email("A.nn+x@gmail.com", key) == expected
    assert in_sql(hmac_sql(email_sql("x")), ["A.nn+x@gmail.com"], key) == [expected]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(alphabet="aB.+@ \tgmilcoé-_", max_size=24), min_size=1, max_size=20))
def test_sql_and_python_agree_on_every_text(mails: list[str]):
    assert in_sql(email_sql("x"), mails) == [normalize_email(mail) for mail in mails]


ADDRESSES = {
    "203.0.113.77 - - [17/May/2015:10:05:03 +0000]": "203.0.113.0 - - [17/May/2015:10:05:03 +0000]",
    "2001:db8:85a3:8d3:1319:8a2e:370:7348 x": "2001:db8:85a3:: x",
    "2001:db8::1 x": "2001:db8:: x",
    "fe80::1": "fe80::",
    "ip=10.1.2.3&v=1": "ip=10.1.2.0&v=1",
    "at 10:05:03, http://x.example/a": "at 10:05:03, http://x.example/a",
}


def test_addresses_of_machines_are_cut():
    assert {text: truncate_ip(text) for text in ADDRESSES} == ADDRESSES
    assert in_sql(truncate_ip_sql("x"), list(ADDRESSES)) == list(ADDRESSES.values())


def everything_stored(landing: Landing) -> str:
    """All text of all raw tables and quarantine files."""
    tables = [
        row[0] for row in landing.rows("select table_name from duckdb_tables() where schema_name = 'raw'")
    ]
    stored = "\n".join(str(landing.rows(f"from raw.{table}")) for table in tables)
    return stored + "\n".join(path.read_text() for path in landing.quarantine.glob("*.csv"))


def test_no_plain_address_reaches_the_warehouse(landing: Landing):
    row = {"event_id": "e1", "event_at": "2024-01-01", "visitor_id": "v", "event_name": "x"}
    landing.put(
        "clicks/standard/c.jsonl",
        [row | {"email": "Ann@Example.com", "contact": "ann@example.com", "ip": "203.0.113.77"}],
    )
    landing.put(
        "clicks/standard/d.csv", CLICKS.strip() + ",ip,mail\ne2,2024-01-01,v,x,203.0.113.77,ann@example.com\n"
    )
    line = '203.0.113.77 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5'
    landing.put("clicks/weblog/access.log", f"{line}\n203.0.113.77 is no log line\n")
    landing.load()
    stored = everything_stored(landing).lower()
    assert "ann@example.com" not in stored
    assert "203.0.113.77" not in stored
    assert "203.0.113.0 is no log line" in stored
    extras = landing.rows("select extra from raw.clicks where event_id = 'e1'")
    assert json.loads(extras[0][0]) == {"contact": "(e-mail removed)", "ip": "203.0.113.0"}
    assert hash_email("ann@example.com", HASH_KEY) in stored


def test_the_key_never_stands_in_sql(landing: Landing):
    landing.load_one("clicks/standard/c.csv", CLICKS.strip() + ",email\ne1,2024-01-01,v,x,a@b.de\n")
    assert landing.one("select getvariable('roi_hmac_inner'), getvariable('roi_hmac_outer')") == (None, None)
