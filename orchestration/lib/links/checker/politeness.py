"""Not more at once, and not faster, than a server can be asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


class HostGate:
    """Lets requests to one host through a few at a time and with a pause between their beginnings.

    Args:
        at_once: requests to one host under way.
        interval: seconds between the beginnings of two requests to one host.
        everywhere: requests under way in all.
    """

    def __init__(self, at_once: int = 2, interval: float = 0.25, everywhere: int = 16) -> None:
        self._at_once = at_once
        self._interval = interval
        self._all = asyncio.Semaphore(everywhere)
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._next: dict[str, float] = {}

    @contextlib.asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits for this host's turn and holds it for the block."""
        async with self._hosts.setdefault(host, asyncio.Semaphore(self._at_once)):
            now = asyncio.get_running_loop().time()
            begin = max(now, self._next.get(host, now))
            self._next[host] = begin + self._interval
            if begin > now:
                await asyncio.sleep(begin - now)
            # Last, so that a host that has to wait takes no place from the others.
            async with self._all:
                yield
