"""How dbt's nodes appear in Dagster: names, groups and what they wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import AssetDep, AssetKey, AssetSpec
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

from orchestration.lib.registry import TABLES

REGISTRY_KEY = AssetKey(["registry", "files"])
REGISTRY_SEEDS = frozenset(table.name for table in TABLES)


class RoiTranslator(DagsterDbtTranslator):
    """Groups read like the architecture: raw, registry, reference, staging, identity, ..., marts."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer's folder; for intermediate models the folder below it, which names the stage."""
        return group_of(dbt_resource_props)

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetSpec:
        """Registry seeds wait for the check of their files."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        props = self.get_resource_props(manifest, unique_id)
        if props["resource_type"] == "seed" and props["name"] in REGISTRY_SEEDS:
            return spec.replace_attributes(deps=[*spec.deps, AssetDep(REGISTRY_KEY)])
        return spec


def group_of(dbt_resource_props: Mapping[str, Any]) -> str:
    """The group of a dbt node by its place in the project."""
    if dbt_resource_props["resource_type"] == "source":
        return str(dbt_resource_props["source_name"])
    if dbt_resource_props["resource_type"] == "seed":
        return "registry" if dbt_resource_props["name"] in REGISTRY_SEEDS else "reference"
    # fqn: project, layer, folders ..., name
    folders = dbt_resource_props["fqn"][1:-1]
    if folders[:1] == ["intermediate"] and len(folders) > 1:
        return str(folders[1])
    return str(folders[0]) if folders else "default"
