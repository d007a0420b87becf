"""Privacy at the door: e-mail addresses become keyed hashes, IP addresses lose their last part.

Provider rules of an address, applied after trimming and lower-casing, so that the spellings of one mailbox
are one person: `googlemail.com` is `gmail.com`; Gmail ignores dots and everything from a `+` on; Outlook,
Hotmail, Live, MSN, iCloud, Fastmail and Proton ignore everything from a `+` on. Other providers are left
alone: with them `a.b` and `ab` may be two people. What is no address (no `@`, no dot behind it, blanks
inside) has no hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import duckdb

from orchestration.lib.ingestion.sql import text

_BLOCK = 64  # bytes: the block size of SHA-256, to which HMAC pads its key
_ADDRESS = r"[^@\s]+@[^@\s]+\.[^@\s.]+"
_GMAIL = ("gmail.com", "googlemail.com")
_PLUS_TAGS = (
    *_GMAIL,
    *("outlook.com", "hotmail.com", "live.com", "msn.com", "icloud.com", "me.com", "mac.com"),
    *("fastmail.com", "fastmail.fm", "proton.me", "protonmail.com", "pm.me"),
)
# (pattern, what stays): the first three bytes of IPv4; the first three groups of IPv6, 48 bits, which name a
# network and not a household. A clock time or a MAC address has too few groups to match.
_GROUP = "[0-9a-fA-F]{1,4}"
_IP_RULES = (
    (r"\b((?:\d{1,3}\.){3})\d{1,3}\b", r"\g<1>0", r"\10"),
    (rf"\b((?:{_GROUP}:){{3}})(?:{_GROUP}:){{3,4}}{_GROUP}\b", r"\1:", r"\1:"),
    (rf"\b((?:{_GROUP}:){{1,3}})(?:{_GROUP}:){{0,4}}:(?:{_GROUP}(?::{_GROUP}){{0,5}})?", r"\1:", r"\1:"),
)
_BLANKS = " \t\r\n\u00a0"


def normalize_email(address: str | None) -> str | None:
    """The one spelling of a mailbox, or None for what is no address."""
    mail = (address or "").strip(_BLANKS).lower()
    if not re.fullmatch(_ADDRESS, mail, re.ASCII):
        return None
    local, _, domain = mail.partition("@")
    if domain in _PLUS_TAGS:
        local = local.partition("+")[0]
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if local else None


def hash_email(address: str | None, hash_key: bytes) -> str | None:
    """HMAC-SHA256 of the normalised address in hex, as `email_hash` holds it; None for what is no address."""
    mail = normalize_email(address)
    return hmac.new(hash_key, mail.encode(), hashlib.sha256).hexdigest() if mail else None


def email_sql(column: str) -> str:
    """SQL twin of `normalize_email`."""
    mail = f"lower(trim({column}, {text(_BLANKS)}))"
    # Not split_part: DuckDB 2.0 fails to bind its comparisons over a column of nothing but nulls.
    local, domain = f"string_split({mail}, '@')[1]", f"string_split({mail}, '@')[2]"
    plus = ", ".join(text(name) for name in _PLUS_TAGS)
    gmail = ", ".join(text(name) for name in _GMAIL)
    bare = f"string_split({local}, '+')[1]"
    return (
        f"case when {column} is null or not regexp_full_match({mail}, {text(_ADDRESS)}) then null"
        f" when {domain} in ({gmail}) then nullif(replace({bare}, '.', '') || '@gmail.com', '@gmail.com')"
        f" when {domain} in ({plus}) then case when {bare} <> '' then {bare} || '@' || {domain} end"
        f" else {mail} end"
    )


def set_hash_key(con: duckdb.DuckDBPyConnection, hash_key: bytes) -> None:
    """Gives the connection HMAC's two padded keys (RFC 2104) as variables, so that no SQL text holds them."""
    key = hashlib.sha256(hash_key).digest() if len(hash_key) > _BLOCK else hash_key
    key = key.ljust(_BLOCK, b"\0")
    con.execute("set variable roi_hmac_inner = ?", [bytes(byte ^ 0x36 for byte in key)])
    con.execute("set variable roi_hmac_outer = ?", [bytes(byte ^ 0x5C for byte in key)])


def hmac_sql(message: str) -> str:
    """SQL for the hex HMAC-SHA256 of a text expression, after `set_hash_key`; null stays null."""
    inner = f"unhex(sha256(getvariable('roi_hmac_inner') || encode({message})))"
    return f"case when {message} is not null then sha256(getvariable('roi_hmac_outer') || {inner}) end"


def truncate_ip_sql(column: str) -> str:
    """SQL that cuts every IP address in a text: the last byte of IPv4, all but 48 bits of IPv6."""
    expression = column
    for pattern, _, kept in _IP_RULES:
        expression = f"regexp_replace({expression}, {text(pattern)}, {text(kept)}, 'g')"
    return expression


def truncate_ip(value: str) -> str:
    """Python twin of `truncate_ip_sql`."""
    for pattern, kept, _ in _IP_RULES:
        value = re.sub(pattern, kept, value, flags=re.ASCII)
    return value


def clean_extra_sql(column: str) -> str:
    """SQL that cleans a JSON text of unknown columns: e-mail addresses go, IP addresses are cut."""
    mail = text(f'"\\s*{_ADDRESS}\\s*"'.replace("[^@", '[^"@'))
    return truncate_ip_sql(f"""regexp_replace({column}, {mail}, '"(e-mail removed)"', 'g')""")
