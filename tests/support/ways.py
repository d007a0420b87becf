"""Reading the result of one link's check."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.lib.links.checker.check import Check
from tests.support.web import Visit


def codes(check: Check) -> list[str]:
    """What is wrong, problem by problem."""
    return [problem.code for problem in check.problems]


def only(check: Check, code: str) -> str:
    """The message and mend of the only problem, which is of this kind."""
    assert codes(check) == [code], [str(problem) for problem in check.problems]
    return str(check.problems[0])


def keeping(target: str) -> Callable[[Visit], None]:
    """A redirect that keeps the query, as it should be."""
    return lambda visit: visit.redirect(f"{target}?{visit.query}")
