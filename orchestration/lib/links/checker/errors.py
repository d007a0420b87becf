"""What can keep a page from being reached."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "refused", "dns", "connection", "timeout", "tls", "protocol", "bad_address", "app_link", "loop",
    "too_many_hops",
]  # fmt: skip

# Worth another try: the next one may find the server better.
PASSING: frozenset[Kind] = frozenset({"dns", "connection", "timeout", "protocol"})


class FetchError(Exception):
    """A page could not be reached; the message is a sentence without its full stop."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind
