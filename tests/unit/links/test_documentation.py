"""The page on links and codes says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from orchestration.lib.links.checker import verdict
from orchestration.lib.links.checker.errors import Kind
from orchestration.lib.registry.lint import LINT_RULES
from orchestration.lib.settings import ROOT

PAGE = (ROOT / "docs" / "links-and-codes.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> set[str]:
    """The words in code style of the first column of a table."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {word for cell in cells for word in re.findall(r"`(\w+)`", cell)}


def test_every_rule_is_described_and_no_other() -> None:
    assert first_cells(section("Checks")) == {rule.name for rule in LINT_RULES}


def test_everything_that_the_checker_can_find_is_described() -> None:
    source = Path(verdict.__file__).read_text(encoding="utf-8")
    found = set(re.findall(r'Problem\(\s*"(\w+)"', source)) | set(re.findall(r'"(utm_[a-z_]+)": \(', source))
    assert first_cells(section("Checking where links lead")) == found | set(get_args(Kind))
