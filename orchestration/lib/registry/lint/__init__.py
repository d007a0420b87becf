"""Lint rules: what is not wrong but will cost money later.

A new rule is one function and one line in `LINT_RULES`. How severe each rule is, and what it
asks for, is data: `conventions.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orchestration.lib.registry.lint.context import Joined, LintContext
from orchestration.lib.registry.lint.coverage import deliverable_without_cost, without_link_or_code
from orchestration.lib.registry.lint.duplicates import (
    duplicates,
    near_duplicates,
    overlapping_slugs,
    owners_agree,
    shared_sources,
)
from orchestration.lib.registry.lint.guessable import guessable_code
from orchestration.lib.registry.lint.money import currency_without_rates, discounts, rate_missing_on_day
from orchestration.lib.registry.lint.naming import destinations, meaning, naming
from orchestration.lib.registry.lint.timing import links_cover_posts, outside_campaign
from orchestration.lib.registry.model import Finding, Registry

__all__ = ["LINT_RULES", "Joined", "LintContext", "LintRule"]


@dataclass(frozen=True)
class LintRule:
    """A named check over the whole registry, measured by the conventions."""

    name: str
    check: Callable[[Registry, LintContext], Iterable[Finding]]


LINT_RULES: tuple[LintRule, ...] = (
    LintRule("naming", naming),
    LintRule("meaning", meaning),
    LintRule("destinations", destinations),
    LintRule("duplicates", duplicates),
    LintRule("near_duplicates", near_duplicates),
    LintRule("overlapping_slugs", overlapping_slugs),
    LintRule("shared_sources", shared_sources),
    LintRule("owners_agree", owners_agree),
    LintRule("outside_campaign", outside_campaign),
    LintRule("links_cover_posts", links_cover_posts),
    LintRule("without_link_or_code", without_link_or_code),
    LintRule("deliverable_without_cost", deliverable_without_cost),
    LintRule("guessable_code", guessable_code),
    LintRule("discounts", discounts),
    LintRule("currency_without_rates", currency_without_rates),
    LintRule("rate_missing_on_day", rate_missing_on_day),
)
