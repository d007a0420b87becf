"""Folder, list, descriptions and page agree on which models there are."""

from __future__ import annotations

import re

import pytest

from orchestration.lib.attribution.models_page import PAGE, PREFIX, model_sentences, page
from orchestration.lib.settings import DBT_PROJECT

FOLDER = DBT_PROJECT / "models" / "attribution"


def listed() -> list[str]:
    """The words of the macro `attribution_models()`."""
    macro = (DBT_PROJECT / "macros" / "attribution" / "attribution_models.sql").read_text(encoding="utf-8")
    return re.findall(r"'([a-z_]+)'", macro)


def test_folder_list_and_descriptions_agree() -> None:
    files = sorted(file.stem.removeprefix(PREFIX) for file in FOLDER.glob(f"{PREFIX}*.sql"))
    assert sorted(listed()) == files
    assert sorted(model_sentences()) == files
    assert len(set(listed())) == len(listed())


@pytest.mark.parametrize("model", sorted(model_sentences()))
def test_each_model_has_a_sentence(model: str) -> None:
    sentence = model_sentences()[model]
    assert sentence.endswith(".")
    assert len(sentence) > 20


def test_the_page_is_what_would_be_written() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run python -m orchestration.lib.attribution.models_page"
    )
