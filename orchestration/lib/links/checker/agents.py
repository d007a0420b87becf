"""The browsers that links are followed as."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("agents.toml")


@dataclass(frozen=True)
class Agent:
    """A browser: its name here, what it is, what it sends, and the page that a tap comes from."""

    name: str
    says: str
    user_agent: str
    referer: str | None = None

    def headers(self) -> dict[str, str]:
        """What the browser sends with the first request of a visit."""
        headers = {
            "User-Agent": self.user_agent,
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "en-US,en;q=0.9",
            "Accept-Encoding": "gzip, deflate",
            "Upgrade-Insecure-Requests": "1",
        }
        return {**headers, "Referer": self.referer} if self.referer else headers


@cache
def all_agents() -> dict[str, Agent]:
    """Every known browser by name."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        name: Agent(name, each["says"], each["user_agent"], each.get("referer"))
        for name, each in data.items()
    }


def choose_agents(names: Iterable[str] = ()) -> tuple[Agent, ...]:
    """The browsers of these names; without names the default ones: desktop, phone and in-app.

    Raises:
        ValueError: a name is unknown; the message says which are known.
    """
    known = all_agents()
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ValueError(f"There is no browser {unknown[0]!r}; known are {', '.join(known)}.")
    if wanted:
        return tuple(known[name] for name in wanted)
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(agent for name, agent in known.items() if data[name]["default"])
