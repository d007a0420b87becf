"""Checks links: each one followed as each browser, many at a time and politely."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from orchestration.lib.links.checker.addresses import Resolver, resolve
from orchestration.lib.links.checker.agents import Agent
from orchestration.lib.links.checker.follow import Chain, Follower
from orchestration.lib.links.checker.politeness import HostGate
from orchestration.lib.links.checker.transport import Wire
from orchestration.lib.links.checker.verdict import Problem, judge
from orchestration.lib.links.model import Link
from orchestration.lib.registry.model import Severity


@dataclass(frozen=True)
class Manners:
    """How a check goes about it.

    Attributes:
        at_once: requests under way in all.
        per_host: requests under way to one host.
        interval: seconds between the beginnings of two requests to one host.
        timeout: seconds for one request.
        tries: of a page that does not answer.
        pause: seconds before the second try.
        most_hops: redirects until a browser gives up.
        body_bytes: read of one page at most.
        allow_private: addresses inside may be asked.
    """

    at_once: int = 16
    per_host: int = 2
    interval: float = 0.25
    timeout: float = 15.0
    tries: int = 3
    pause: float = 1.0
    most_hops: int = 20
    body_bytes: int = 512 * 1024
    allow_private: bool = False


@dataclass(frozen=True)
class Check:
    """One link as one browser.

    Attributes:
        start: the address that was followed: the short one where there is one.
        checked_at: when it began (UTC).
    """

    link: Link
    agent: str
    start: str
    checked_at: datetime
    chain: Chain
    problems: tuple[Problem, ...]

    @property
    def outcome(self) -> str:
        """`ok`, `warning` or `error`: the worst of its problems."""
        worst = {problem.severity for problem in self.problems}
        return "error" if Severity.ERROR in worst else "warning" if worst else "ok"


def start_address(link: Link, short_url: str) -> str:
    """What a visitor taps: the short link where slugs have a home, else the tracked address."""
    return f"{short_url}/{link.slug}" if short_url and link.slug else link.url


def check_links(
    links: Sequence[Link],
    agents: Sequence[Agent],
    short_url: str = "",
    manners: Manners | None = None,
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
    on_done: Callable[[Check], None] | None = None,
) -> list[Check]:
    """Follows each link as each browser; the results are in the order of links, then browsers.

    Args:
        links: what to check; their UTM values must arrive.
        agents: the browsers.
        short_url: where slugs live; empty: the tracked addresses are followed.
        manners: limits and patience.
        resolver: names to addresses.
        tls: certificates to trust; the system's unless given.
        on_done: called after each check, in the order in which they end.
    """
    manners = manners or Manners()
    wire = Wire(
        resolver,
        tls or ssl.create_default_context(),
        manners.allow_private,
        manners.timeout,
        manners.body_bytes,
    )

    async def run() -> list[Check]:
        gate = HostGate(manners.per_host, manners.interval, manners.at_once)
        follower = Follower(wire, gate, manners.most_hops, manners.tries, manners.pause)

        async def one(link: Link, agent: Agent) -> Check:
            began = datetime.now(UTC)
            start = start_address(link, short_url)
            chain = await follower.follow(start, agent)
            problems = tuple(judge(chain, link.url, link.utms))
            check = Check(link, agent.name, start, began, chain, problems)
            if on_done is not None:
                on_done(check)
            return check

        return list(await asyncio.gather(*(one(link, agent) for link in links for agent in agents)))

    return _finished(run)


def _finished(run: Callable[[], Coroutine[Any, Any, list[Check]]]) -> list[Check]:
    """What the coroutine gives; in a thread of its own where a loop runs already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(run())
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(lambda: asyncio.run(run())).result()
