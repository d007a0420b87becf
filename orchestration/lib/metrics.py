"""Metrics of the semantic layer: MetricFlow plans a query and writes its SQL, the published file answers."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import duckdb
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.type_enums.dimension_type import DimensionType
from metricflow_semantics.errors.error_classes import InvalidQueryException, UnknownMetricError
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from orchestration.lib.publish import SCHEMA
from orchestration.lib.readers import Reader, Table

# The entity that every fact has; without it a sum counts each order once a model.
MODEL = "model"
# The day of what has none: figures over all time (see _semantic_models.yml).
_NO_DAY = "no_day"
_TIMES = tuple(f"metric_time__{grain}" for grain in ("day", "week", "month"))

logging.getLogger("metricflow").setLevel(logging.ERROR)
logging.getLogger("metricflow_semantics").setLevel(logging.ERROR)


class MetricError(ValueError):
    """A metric, group or condition that does not exist; the message is MetricFlow's."""


@dataclass(frozen=True)
class Question:
    """Metrics by groups, such as `roi_pct` by `influencer__tier`.

    Attributes:
        where: conditions in MetricFlow's words, such as `{{ Entity('platform') }} = 'instagram'`.
        model: the attribution model; None for all of them, which only makes sense when grouped by it.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    model: str | None = None


@dataclass(frozen=True)
class MetricInfo:
    """What can be asked for: a metric, what it means, and what it may be grouped by."""

    name: str
    description: str
    groups: tuple[str, ...]


class _PlanOnly:
    """What the engine must know of a database to write SQL; asked by itself it would make money floats."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def query(self, *_: object) -> NoReturn:
        raise NotImplementedError

    execute = dry_run = render_bind_parameter_key = query

    def close(self) -> None:
        """Nothing is open."""


class Metrics:
    """The metrics of one semantic manifest, asked of a published file."""

    def __init__(self, semantic_manifest: Path) -> None:
        described = json.loads(semantic_manifest.read_bytes())
        # Tables of the work database are published under the same names in another file.
        spines = described["project_configuration"]["time_spines"]
        for owner in [*described["semantic_models"], *spines]:
            relation = owner["node_relation"]
            name = f'"roi"."{SCHEMA}"."{relation["alias"]}"'
            relation |= {"database": "roi", "schema_name": SCHEMA, "relation_name": name}
        self._manifest = parse_manifest_from_dbt_generated_manifest(json.dumps(described))
        self._engine = MetricFlowEngine(SemanticManifestLookup(self._manifest), _PlanOnly())

    def known(self) -> list[MetricInfo]:
        """Every metric by name."""
        found = self._engine.list_metrics()
        return sorted(
            (
                MetricInfo(metric.name, metric.description or "", self._groups(metric.name))
                for metric in found
            ),
            key=lambda metric: metric.name,
        )

    def sql(self, question: Question) -> str:
        """The SQL that answers; its columns are the groups, then the metrics.

        Raises:
            MetricError: MetricFlow does not know a name, or metrics have no such group in common.
        """
        where = list(question.where)
        if question.model is not None and MODEL not in question.by:
            quoted = question.model.replace("'", "''")
            where.append(f"{{{{ Entity('{MODEL}') }}}} = '{quoted}'")
        request = MetricFlowQueryRequest.create(
            metric_names=list(question.metrics),
            group_by_names=list(question.by),
            where_constraints=where or None,
            order_by_names=list(question.by),
        )
        try:
            return self._engine.explain(request).sql_statement.sql
        except (InvalidQueryException, UnknownMetricError) as error:
            raise MetricError(str(error).strip()) from error

    def ask(self, reader: Reader, question: Question) -> Table:
        """The answer of a published file, ordered by its groups; money stays decimal."""
        try:
            answer = reader.query(self.sql(question))
        except duckdb.Error as error:
            raise MetricError(f"The condition is not SQL: {error}") from error
        rows = (
            tuple(cell.date() if isinstance(cell, datetime) else cell for cell in row) for row in answer.rows
        )
        return Table(answer.columns, tuple(rows))

    def under(self, question: Question, model: str) -> Question:
        """The same question about one attribution model, where its metrics know models and it names none.

        Raises:
            MetricError: only some of the metrics know models; filtered, the others would be nothing, and
                unfiltered these would count every order once a model.
        """
        known = [metric for metric in question.metrics if MODEL in self._groups(metric)]
        if known and len(known) < len(question.metrics):
            others = [metric for metric in question.metrics if metric not in known]
            raise MetricError(
                f"{', '.join(known)} is counted under an attribution model, {', '.join(others)} is not: "
                "ask for them one after the other."
            )
        return replace(question, model=model) if known and question.model is None else question

    def _groups(self, metric: str) -> tuple[str, ...]:
        try:
            entities = {entity.name for entity in self._engine.entities_for_metrics([metric])}
            dimensions = self._engine.simple_dimensions_for_metrics([metric])
        except (InvalidQueryException, UnknownMetricError) as error:
            raise MetricError(str(error).strip()) from error
        words = {one.dunder_name for one in dimensions if one.type is DimensionType.CATEGORICAL}
        times = () if any(one.name == _NO_DAY for one in dimensions) else _TIMES
        return (*sorted(entities | words), *times)
