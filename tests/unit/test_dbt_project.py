"""The dbt project is complete: what is in its folders is in its lists and in its documentation."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.lib.settings import DBT_PROJECT
from orchestration.lib.variables import read_defaults

MODELS = DBT_PROJECT / "models"
ATTRIBUTION = MODELS / "attribution"
# What readers of roi.duckdb find.
PUBLISHED = (ATTRIBUTION, MODELS / "marts")
# Columns that readers rely on; a table may have more.
PROMISED = {
    "fct_sessions": "session_id person_id started_at ended_at page_views engagement_seconds landing_page"
    " channel source medium campaign content influencer_id campaign_id deliverable_id link_id is_bounce"
    " is_engaged",
    "fct_conversions": "conversion_id conversion_type person_id converted_at order_id is_first_purchase"
    " revenue gross_revenue discount_amount refunded_amount customer_segment value_segment",
    "fct_journeys": "conversion_id touchpoint_id touch_position path_length touched_at channel influencer_id"
    " campaign_id deliverable_id evidence is_creditable hours_to_conversion",
    "fct_attribution": "attribution_model conversion_id touchpoint_id conversion_type converted_at person_id"
    " touched_at channel influencer_id campaign_id deliverable_id evidence credit attributed_revenue",
    "mart_channel_weights": "attribution_model touch_key removal_effect share conversions revenue",
    "mart_influencer_roi": "influencer_id influencer_name tier niche attribution_model visitors sessions"
    " conversions new_customers attributed_revenue new_customer_revenue direct_conversions"
    " assisted_conversions link_only_orders code_only_orders link_and_code_orders assist_only_orders"
    " average_order_value conversion_rate micro_conversion_rate fixed_fee commission product_cost other_cost"
    " total_cost discount_given cpa cac roi_pct roi_pct_low roi_pct_high roas contribution_roi_pct"
    " ltv_per_customer",
}


@cache
def documented() -> dict[str, dict[str, Any]]:
    """What the project's YAML files say of each model."""
    models: dict[str, dict[str, Any]] = {}
    for file in sorted(MODELS.rglob("*.yml")):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models") or []:
            assert model["name"] not in models, f"{model['name']} is described twice, again in {file}"
            models[model["name"]] = model
    return models


def model_files(*folders: Path) -> list[Path]:
    return sorted(file for folder in folders for file in folder.rglob("*") if file.suffix in {".sql", ".py"})


def test_attribution_models_are_the_same_in_folder_list_and_documentation() -> None:
    macro = (DBT_PROJECT / "macros" / "attribution" / "attribution_models.sql").read_text(encoding="utf-8")
    listed = re.findall(r"'(\w+)'", macro[macro.index("return(") :])
    files = [
        file.stem.removeprefix("fct_attribution__") for file in ATTRIBUTION.glob("fct_attribution__*.sql")
    ]
    described = [name.removeprefix("fct_attribution__") for name in documented() if "attribution__" in name]
    assert len(listed) == len(set(listed))
    assert sorted(files) == sorted(listed)
    assert sorted(described) == sorted(listed)


def test_attribution_facts_share_their_columns() -> None:
    facts = [model for name, model in documented().items() if name.startswith("fct_attribution")]
    assert len(facts) > 1
    assert all(fact["columns"] == facts[0]["columns"] for fact in facts)


def test_no_model_is_described_that_does_not_exist() -> None:
    assert documented().keys() - {file.stem for file in model_files(MODELS)} == set()


@pytest.mark.parametrize("file", model_files(MODELS), ids=lambda file: file.stem)
def test_every_model_says_what_a_row_is(file: Path) -> None:
    model = documented().get(file.stem)
    assert model is not None, f"{file.stem} is in no YAML file beside it"
    assert model.get("description", "").strip().startswith("Grain: "), (
        f"{file.stem}: describe its grain first"
    )


@pytest.mark.parametrize("file", model_files(*PUBLISHED), ids=lambda file: file.stem)
def test_every_published_table_is_a_public_contract(file: Path) -> None:
    model = documented()[file.stem]
    config = model.get("config", {})
    assert config.get("access") == "public"
    assert config.get("contract", {}).get("enforced") is True
    for column in model["columns"]:
        assert column.get("data_type"), f"{file.stem}.{column['name']} has no data type"
        assert column.get("description", "").strip(), f"{file.stem}.{column['name']} has no description"


@pytest.mark.parametrize("file", sorted((DBT_PROJECT / "tests").rglob("*.sql")), ids=lambda file: file.stem)
def test_every_data_test_says_what_it_detects_and_what_a_failure_means(file: Path) -> None:
    text = " ".join(line.removeprefix("-- ") for line in file.read_text(encoding="utf-8").splitlines())
    assert "Detects " in text
    assert "A failure " in text


def test_runs_remember_every_setting() -> None:
    macro = (DBT_PROJECT / "macros" / "generic" / "setting_names.sql").read_text(encoding="utf-8")
    listed = re.findall(r"'(\w+)'", macro[macro.index("return(") :])
    assert sorted(listed) == sorted(read_defaults(DBT_PROJECT / "dbt_project.yml"))
