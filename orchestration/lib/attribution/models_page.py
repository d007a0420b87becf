"""Writes docs/attribution-models.md out of the YAML that describes the models, and of what was measured.

`python -m orchestration.lib.attribution.models_page`
"""

from __future__ import annotations

from pathlib import Path

import yaml

from orchestration.lib.attribution.explained import model_sentence
from orchestration.lib.settings import DBT_PROJECT, ROOT

PAGE = ROOT / "docs" / "attribution-models.md"
DESCRIPTIONS = DBT_PROJECT / "models" / "attribution" / "_attribution__models.yml"
MEASURED = Path(__file__).with_name("measured.md")
PREFIX = "fct_attribution__"

INTRODUCTION = """\
# Attribution models

Which model did you use? `fct_attribution` has them all, `mart_model_comparison` puts them side by side for
each influencer, and `roi explain <order id>` shows what each makes of one order. The setting
`decision_model` names the one that recommendations go by.

This page is written by `python -m orchestration.lib.attribution.models_page`; the sentences are those of
`dbt_project/models/attribution/_attribution__models.yml`. A model more is one file
`fct_attribution__<name>.sql`, one word in `attribution_models()`, and its description there.

| model | in a sentence |
|---|---|
"""


def model_sentences() -> dict[str, str]:
    """One sentence for each attribution model, in the order of the YAML."""
    described = yaml.safe_load(DESCRIPTIONS.read_text(encoding="utf-8"))["models"]
    return {
        model["name"].removeprefix(PREFIX): model_sentence(model["description"])
        for model in described
        if model["name"].startswith(PREFIX)
    }


def page() -> str:
    """The whole page."""
    rows = "".join(f"| `{name}` | {sentence} |\n" for name, sentence in model_sentences().items())
    return f"{INTRODUCTION}{rows}\n{MEASURED.read_text(encoding='utf-8')}"


def main() -> None:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
