"""How a run publishes beyond the database file: where else to, and how many versions stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

KEEP_VERSIONS = "ROI_KEEP_VERSIONS"
PUBLISH_POSTGRES = "ROI_PUBLISH_POSTGRES"
DEFAULT_KEPT = 3
_SCHEMES = ("postgresql", "postgres")


class OptionError(ValueError):
    """A variable has a value that cannot be used; the message names it and what is allowed."""


@dataclass(frozen=True)
class PublishOptions:
    """Where to publish besides `roi.duckdb`, and with which limits.

    Attributes:
        keep_versions: how many versions stay in the folder `published`, the current one included; 1 or more.
        postgres: the address of a PostgreSQL database, None for none. It may hold a password: never print it.
        memory_limit: DuckDB's, such as `6GB`; None for DuckDB's own.
        threads: DuckDB's; None for one a core.
    """

    keep_versions: int = DEFAULT_KEPT
    postgres: str | None = field(default=None, repr=False)
    memory_limit: str | None = None
    threads: int | None = None


def read_keep_versions(env: Mapping[str, str]) -> int:
    """`ROI_KEEP_VERSIONS`, 3 where it is not set.

    Raises:
        OptionError: it is not a whole number from 1.
    """
    value = (env.get(KEEP_VERSIONS) or "").strip()
    if not value:
        return DEFAULT_KEPT
    if not (value.isascii() and value.isdigit()) or int(value) < 1:
        raise OptionError(f"{KEEP_VERSIONS} is {value!r}; it must be a whole number from 1.")
    return int(value)


def read_postgres(env: Mapping[str, str]) -> str | None:
    """`ROI_PUBLISH_POSTGRES`, None where it is not set.

    Raises:
        OptionError: it is no PostgreSQL address. The message does not repeat it, it may hold a password.
    """
    value = (env.get(PUBLISH_POSTGRES) or "").strip()
    if not value:
        return None
    problem = f"{PUBLISH_POSTGRES} is not an address like postgresql://user:password@host:5432/database"
    try:
        parts = urlsplit(value)
        usable = parts.scheme in _SCHEMES and (parts.port or True)
    except ValueError as error:
        raise OptionError(f"{problem} (its port or host cannot be read).") from error
    if not usable:
        raise OptionError(f"{problem}: its scheme is {parts.scheme or 'missing'}.")
    return value


def without_password(address: str) -> str:
    """The address of a database as `host:port/database`, fit for messages."""
    parts = urlsplit(address)
    return f"{parts.hostname or 'localhost'}:{parts.port or 5432}{parts.path or '/'}"
