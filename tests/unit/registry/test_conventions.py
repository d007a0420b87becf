"""What the rules ask for is data, and a registry may bring its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.lib.registry import Severity
from orchestration.lib.registry.conventions import ConventionsError, load_conventions
from tests.support.registry import add, lint, only

LINK = "lnk_3,inf_1,cmp_1,,{slug},https://shop.example/,{source},{medium},{campaign},{content},,"


def link(**values: str) -> str:
    defaults = {"slug": "new-one", "source": "ada", "medium": "tiktok", "campaign": "spring", "content": ""}
    return LINK.format(**{**defaults, **values})


class TestConventions:
    """`conventions.toml` beside the CSVs replaces single keys."""

    def test_a_rule_may_be_an_error_or_off(self, tmp_path: Path) -> None:
        edit = add("promo_codes", "SUMMER20,inf_1,,,,,")
        own = '[severity]\nguessable_code = "error"\n'
        assert only(lint(tmp_path, edit, own=own)).severity is Severity.ERROR
        assert lint(tmp_path, edit, own='[severity]\nguessable_code = "off"\n') == []

    def test_names_may_be_written_otherwise(self, tmp_path: Path) -> None:
        own = """
        [[naming]]
        columns = ["tracking_links.utm_content"]
        pattern = "[a-z0-9-]+"
        says = "lower case and hyphens"
        suggest = "slug"
        """
        assert lint(tmp_path, add("tracking_links", link(content="reel-2")), own=own) == []
        finding = only(lint(tmp_path, add("tracking_links", link(content="reel_2")), own=own))
        assert "Write reel-2." in finding.mend

    def test_own_words_and_a_longer_code(self, tmp_path: Path) -> None:
        own = '[codes]\nwords = ["ADA"]\n'
        assert {f.line for f in lint(tmp_path, own=own)} == {2}

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("severity = 3", ["severity", "table"]),
            ("[severity]\nguessable = 'off'", ["severity.guessable", "guessable_code"]),
            ("[severity]\nnaming = 'loud'", ["severity.naming", "'loud'", "'warning'"]),
            ("[sevrity]\nnaming = 'off'", ["sevrity", "severity"]),
            ("[dates]\nbefore_days = -1", ["dates.before_days", "-1", "whole number"]),
            ("[[naming]]\ncolumns=['links.x']\npattern='a'", ["naming.columns", "links.x"]),
            ("[[naming]]\ncolumns=['campaigns.utm_campaign']\npattern='('", ["naming.pattern", "regular"]),
            ("[[naming]]\ncolumn='x'", ["naming.column", "columns"]),
            ("[[duplicate]]\ntable='costs'\ncolumns=['nope']", ["costs.nope"]),
            ("[codes]\nwords = 'A'", ["codes.words", "list"]),
            ("= nonsense", ["cannot be read"]),
        ],
    )
    def test_a_mistake_in_the_file_is_named_with_what_is_allowed(
        self, tmp_path: Path, text: str, words: list[str]
    ) -> None:
        (tmp_path / "conventions.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ConventionsError) as raised:
            load_conventions(tmp_path)
        for word in ["conventions.toml", *words]:
            assert word in str(raised.value)

    def test_it_stops_a_run_like_any_error_of_the_registry(self, tmp_path: Path) -> None:
        finding = only(lint(tmp_path, own="[sevrity]\n"))
        assert (finding.severity, finding.file) == (Severity.ERROR, "conventions.toml")
