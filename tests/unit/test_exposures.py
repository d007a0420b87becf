"""Exposures name every page of the dashboard and everything that is published."""

from __future__ import annotations

import re
from typing import Any

import yaml

from orchestration.lib.settings import ROOT

MODELS = ROOT / "dbt_project" / "models"


def exposures() -> dict[str, Any]:
    loaded = yaml.safe_load((MODELS / "marts" / "_exposures.yml").read_text(encoding="utf-8"))
    return {exposure["name"]: exposure for exposure in loaded["exposures"]}


def refs(exposure: dict[str, Any]) -> set[str]:
    return {re.fullmatch(r"ref\('(\w+)'\)", text).group(1) for text in exposure["depends_on"]}  # type: ignore[union-attr]


def test_every_page_has_an_exposure() -> None:
    pages = re.findall(r'url_path="(\w+)"', (ROOT / "dashboards" / "app.py").read_text(encoding="utf-8"))
    assert {f"dashboard_{page}" for page in pages} == {name for name in exposures() if "dashboard" in name}


def test_what_is_published_is_every_model_of_the_schema() -> None:
    models = {file.stem for folder in ("marts", "attribution") for file in (MODELS / folder).rglob("*.sql")}
    for name in ("published_duckdb", "published_parquet", "published_postgres"):
        assert refs(exposures()[name]) == models, f"{name} of _exposures.yml does not name what is published"
