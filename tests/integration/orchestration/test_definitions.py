"""The Dagster definitions: what is there, what waits for what, and what stops a run."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    AssetKey,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    Definitions,
    RunRequest,
    SkipReason,
    build_sensor_context,
)

from orchestration.defs import project
from orchestration.defs.dbt.selection import build_command
from orchestration.defs.dbt.translator import REGISTRY_KEY, REGISTRY_SEEDS, group_of
from orchestration.defs.engine import Target
from orchestration.defs.ingestion import raw
from orchestration.defs.project import build_definitions
from orchestration.defs.publish.assets import PUBLISHED_KEY
from orchestration.lib import run_lock
from orchestration.lib.dbt_runner import DbtResult, NodeEvent
from orchestration.lib.ingestion import load_landing
from orchestration.lib.manifest import prepare_manifest, read_manifest
from orchestration.lib.settings import Settings, targets
from orchestration.lib.spark import connection
from orchestration.run import failure_of
from tests.support.warehouse import settings_for
from tests.support.world import random_world, write_batch, write_registry

GROUPS = {
    "raw",
    "registry",
    "reference",
    "staging",
    "identity",
    "sessions",
    "journeys",
    "attribution",
    "marts",
    "publish",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("definitions")
    write_registry(folder / "registry")
    write_batch(folder / "landing", "all", random_world(seed=1, visitors=5))
    return settings_for(folder / "landing", folder / "registry", folder / "data")


@pytest.fixture(scope="module")
def definitions(settings: Settings) -> Definitions:
    return build_definitions(settings)


@pytest.fixture(scope="module")
def manifest(settings: Settings, definitions: Definitions) -> dict[str, Any]:
    return read_manifest(settings.dbt_target_dir / "manifest.json")


def test_groups_read_like_the_architecture(definitions: Definitions) -> None:
    specs = definitions.resolve_all_asset_specs()
    assert {spec.group_name for spec in specs} >= GROUPS
    by_key = {spec.key.to_user_string(): spec.group_name for spec in specs}
    assert by_key["raw/clicks"] == "raw"
    assert by_key["marts/fct_attribution__linear"] == "attribution"
    assert by_key["marts/mart_influencer_roi"] == "marts"
    assert by_key["published/roi"] == "publish"


def test_every_dbt_node_is_an_asset_and_the_job_runs_them_all(
    definitions: Definitions, manifest: dict[str, Any]
) -> None:
    keys = {key.path[-1] for key in definitions.resolve_job_def("roi").asset_layer.executable_asset_keys}
    nodes = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed", "snapshot"}
    }
    assert nodes <= keys
    assert {"clicks", "orders", "order_lines", "refunds", "contacts", "load_log", "quarantine"} <= keys


def test_dbt_tests_are_asset_checks(definitions: Definitions, manifest: dict[str, Any]) -> None:
    checks = {key.name for key in definitions.resolve_job_def("roi").asset_layer.asset_graph.asset_check_keys}
    generic = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("attached_node")
    }
    assert generic and generic <= checks
    assert {"quarantine", "registry_is_consistent"} <= checks


def test_data_goes_one_way(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for table in REGISTRY_SEEDS:
        assert REGISTRY_KEY in graph.get(AssetKey(["seeds", table])).parent_keys
    assert graph.get(AssetKey(["raw", "clicks"])).parent_keys == {REGISTRY_KEY}
    published = graph.get(PUBLISHED_KEY).parent_keys
    marts = {key for key in graph.get_all_asset_keys() if key.path[0] == "marts"}
    assert published == marts


@pytest.mark.parametrize(
    ("props", "group"),
    [
        ({"resource_type": "source", "source_name": "raw", "name": "clicks"}, "raw"),
        ({"resource_type": "seed", "name": "influencers"}, "registry"),
        ({"resource_type": "seed", "name": "fx_rates"}, "reference"),
        ({"resource_type": "model", "fqn": ["roi", "staging", "web", "stg_web__clicks"]}, "staging"),
        ({"resource_type": "model", "fqn": ["roi", "intermediate", "identity", "int_x"]}, "identity"),
        ({"resource_type": "model", "fqn": ["roi", "intermediate", "int_x"]}, "intermediate"),
        ({"resource_type": "model", "fqn": ["roi", "marts", "roi", "mart_x"]}, "marts"),
        ({"resource_type": "model", "fqn": ["roi", "x"]}, "default"),
    ],
)
def test_a_node_belongs_to_the_group_of_its_folder(props: dict[str, Any], group: str) -> None:
    assert group_of(props) == group


def test_a_partial_run_asks_dbt_for_just_that(manifest: dict[str, Any]) -> None:
    assert build_command(manifest, None, full_refresh=True) == [
        "build", "--exclude-resource-type", "unit_test", "--full-refresh",
    ]  # fmt: skip
    model = "model.influencer_roi.fct_sessions"
    command = build_command(manifest, [model], full_refresh=False)
    assert command[-2:] == ["--select", ".".join(manifest["nodes"][model]["fqn"])]
    assert "empty" in command


def test_the_manifest_is_parsed_again_only_when_something_changed(settings: Settings) -> None:
    file = prepare_manifest(settings)
    written = file.stat().st_mtime_ns
    assert prepare_manifest(settings).stat().st_mtime_ns == written
    registry = settings.registry / "influencers.csv"
    os.utime(registry, (1_700_000_000, 1_700_000_000))
    assert prepare_manifest(settings).stat().st_mtime_ns > written


class FakeDbt:
    """What a dbt process says, without dbt: one model built, and one test with the given status."""

    def __init__(self, manifest: dict[str, Any], status: str) -> None:
        test = next(
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "test"
            and node.get("attached_node") == "model.influencer_roi.fct_sessions"
        )
        self._nodes = (
            NodeEvent(
                "model.influencer_roi.fct_sessions", "fct_sessions", "model", "success", 0.1, "", 7, 1, 2
            ),
            NodeEvent(test["unique_id"], test["name"], "test", status, 0.1, "Got 3 results", None, 2, 2),
        )
        self.commands: list[Sequence[str]] = []
        self.targets: list[str] = []
        self.result = DbtResult(status in {"pass", "warn"}, self._nodes)

    def started_for(self, settings: Settings) -> FakeDbt:
        self.targets.append(settings.target)
        return self

    def __enter__(self) -> FakeDbt:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def run(self, command: Sequence[str]) -> Iterator[NodeEvent]:
        self.commands.append(command)
        yield from self._nodes


class Heard:
    """A watcher that writes down what it was told."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.finished: dict[str, str] = {}

    def start(self, phase: str, total: int | None) -> None: ...

    def step(self, phase: str, label: str) -> None: ...

    def finish(self, phase: str, summary: str) -> None:
        self.finished[phase] = summary

    def problem(self, text: str) -> None:
        self.problems.append(text)


def run_with(settings: Settings, dbt: FakeDbt, heard: Heard, target: str | None = None, **config: Any) -> Any:
    definitions = build_definitions(settings, heard, start_dbt=dbt.started_for)  # type: ignore[arg-type]
    resources = {"engine": {"config": {"target": target}}} if target else {}
    with DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def("roi").execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={
                "ops": {"dbt_build": {"config": config}},
                "resources": resources,
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )


def step_names(result: Any, kind: str) -> set[str]:
    return {event.step_key for event in result.all_events if event.event_type_value == kind}


@pytest.fixture
def fresh(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The same landing folder and registry with an empty data folder, whose lock is given back."""
    made = settings_for(settings.landing, settings.registry, tmp_path / "data")
    # Reading the project for each data folder takes longer than all else here, and dbt is not run.
    monkeypatch.setattr(project, "prepare_manifest", lambda _: prepare_manifest(settings))
    yield made
    run_lock.release(made.data)


def test_a_failed_test_of_severity_error_stops_the_run_before_publishing(
    fresh: Settings, manifest: dict[str, Any]
) -> None:
    heard = Heard()
    result = run_with(fresh, FakeDbt(manifest, "fail"), heard)
    assert not result.success
    assert step_names(result, "STEP_FAILURE") == {"dbt_build"}
    assert (failure_of(result) or "").startswith("dbt_build: dbt failed: ")
    assert "load" in step_names(result, "STEP_SUCCESS")
    assert not fresh.published.exists()
    assert any("Failed: test" in text and "Got 3 results" in text for text in heard.problems)
    assert heard.finished["tests"] == "0 of 1 tests passed"


def test_a_failed_test_of_severity_warn_is_told_and_the_run_goes_on(
    fresh: Settings, manifest: dict[str, Any]
) -> None:
    heard = Heard()
    dbt = FakeDbt(manifest, "warn")
    result = run_with(fresh, dbt, heard, full_refresh=True)
    assert "dbt_build" in step_names(result, "STEP_SUCCESS")
    assert any(text.startswith("Warning: test") for text in heard.problems)
    assert "--full-refresh" in dbt.commands[0]
    # The other marts were not built here, so there is nothing to publish, and the run must not look as if.
    assert step_names(result, "STEP_SKIPPED") == {"published_roi"}
    assert "published_roi was skipped" in (failure_of(result) or "")


def test_materializations_carry_row_counts_and_durations(fresh: Settings, manifest: dict[str, Any]) -> None:
    result = run_with(fresh, FakeDbt(manifest, "pass"), Heard())
    found = {
        event.asset_key.to_user_string(): event.materialization.metadata
        for event in result.all_events
        if event.event_type_value == "ASSET_MATERIALIZATION"
    }
    assert found["marts/fct_sessions"]["dagster/row_count"].value == 7
    assert found["marts/fct_sessions"]["seconds"].value == 0.1
    assert found["raw/clicks"]["dagster/row_count"].value > 0
    assert found["raw/clicks"]["files_loaded"].value == 1
    assert found["raw/clicks"]["seconds"].value >= 0
    assert found["registry/files"]["influencers"].value == 3


def test_a_build_that_stands_is_not_made_again(fresh: Settings, manifest: dict[str, Any]) -> None:
    fresh.dbt_target_dir.mkdir(parents=True)
    results = {"metadata": {"invocation_id": "of the first"}, "results": []}
    (fresh.dbt_target_dir / "run_results.json").write_text(json.dumps(results))
    failed, first, second, third = (FakeDbt(manifest, status) for status in ("fail", "pass", "pass", "pass"))
    run_with(fresh, failed, Heard())
    run_with(fresh, first, Heard())
    heard = Heard()
    result = run_with(fresh, second, heard)
    run_with(fresh, third, Heard(), full_refresh=True)
    # A failed build does not stand, and somebody may want one all the same.
    assert [len(dbt.commands) for dbt in (failed, first, second, third)] == [1, 1, 0, 1]
    assert heard.finished["models"].startswith("nothing has changed since ")
    assert "dbt_build" in step_names(result, "STEP_SUCCESS")
    # Publishing is asked as ever; of a dbt that built nothing there is nothing to publish.
    assert step_names(result, "STEP_FAILURE") == {"published_roi"}


def test_a_build_that_failed_leaves_nothing_that_stands(
    fresh: Settings, manifest: dict[str, Any], tmp_path: Path
) -> None:
    write_registry(tmp_path / "registry")
    own = settings_for(fresh.landing, tmp_path / "registry", fresh.data)
    own.dbt_target_dir.mkdir(parents=True)
    results = {"metadata": {"invocation_id": "of the first"}, "results": []}
    (own.dbt_target_dir / "run_results.json").write_text(json.dumps(results))
    file = own.registry / "influencers.csv"
    before = file.read_bytes()
    first, failed, after = (FakeDbt(manifest, status) for status in ("pass", "fail", "pass"))
    run_with(own, first, Heard())
    file.write_bytes(before.replace(b"Creator 0", b"Creator 9"))
    run_with(own, failed, Heard())
    # All is as it was when the first build was made, but for the tables.
    file.write_bytes(before)
    run_with(own, after, Heard())
    assert [len(dbt.commands) for dbt in (first, failed, after)] == [1, 1, 1]


def test_a_wrong_registry_stops_the_run_before_anything_is_loaded(
    fresh: Settings, manifest: dict[str, Any], tmp_path: Path
) -> None:
    write_registry(tmp_path / "registry")
    codes = tmp_path / "registry" / "promo_codes.csv"
    header = codes.read_text().splitlines()[0]
    codes.write_text(f"{header}\nSAME,inf_0,,,,,\nsame,inf_1,,,,,\n")
    wrong = settings_for(fresh.landing, tmp_path / "registry", fresh.data)
    result = run_with(wrong, FakeDbt(manifest, "pass"), Heard())
    assert not result.success
    assert step_names(result, "STEP_START") == {"registry"}
    assert "registry_is_consistent" in (failure_of(result) or "")
    assert not wrong.warehouse.exists()


class TestTarget:
    """Which engine builds is run configuration: the same job, the same assets and checks."""

    @pytest.fixture
    def server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
        """Something that listens where Spark should be."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            monkeypatch.setenv("ROI_SPARK_PORT", str(listening.getsockname()[1]))
            # Spark's packages are not installed everywhere.
            monkeypatch.setattr(connection, "require_workers", lambda place: None)
            monkeypatch.setattr(raw, "prepare", lambda settings, _: None)
            yield listening

    def test_every_target_of_the_profile_can_be_chosen(self) -> None:
        assert tuple(target.value for target in Target) == targets()

    def test_it_is_what_the_environment_says_unless_chosen(
        self, fresh: Settings, manifest: dict[str, Any], server: socket.socket
    ) -> None:
        on_spark = fresh.on("spark")
        found = [FakeDbt(manifest, "fail") for _ in range(4)]
        for settings, target, dbt in (
            (fresh, None, found[0]),
            (fresh, "spark", found[1]),
            (on_spark, None, found[2]),
            (on_spark, "duckdb", found[3]),
        ):
            run_with(settings, dbt, Heard(), target)
        assert [dbt.targets for dbt in found] == [["duckdb"], ["spark"], ["spark"], ["duckdb"]]

    def test_no_spark_is_one_sentence_before_anything_is_loaded(
        self, fresh: Settings, manifest: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ROI_SPARK_PORT", "1999")
        dbt = FakeDbt(manifest, "pass")
        result = run_with(fresh, dbt, Heard(), "spark")
        assert step_names(result, "STEP_FAILURE") == {"load"}
        said = failure_of(result) or ""
        assert re.fullmatch(
            r"load: (Spark's client is not installed|No Spark answers at 127.0.0.1:1999): .*[.]", said
        )
        assert not dbt.targets and not fresh.warehouse.exists()

    def test_a_spark_that_goes_away_during_the_build_is_one_sentence(
        self, fresh: Settings, manifest: dict[str, Any], server: socket.socket
    ) -> None:
        class Dying(FakeDbt):
            def run(self, command: Sequence[str]) -> Iterator[NodeEvent]:
                server.close()
                return super().run(command)

        heard = Heard()
        port = server.getsockname()[1]
        result = run_with(fresh, Dying(manifest, "fail"), heard, "spark")
        assert failure_of(result) == (
            f"dbt_build: Spark at 127.0.0.1:{port} stopped answering during the build: "
            "start it and run again. Nothing is published."
        )
        assert not heard.problems


def test_the_schedule_is_daily_in_the_reporting_time_zone(
    settings: Settings, definitions: Definitions
) -> None:
    schedule = definitions.resolve_schedule_def("daily")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 5 * * *", "UTC")


class TestSensor:
    """Starts a run when files have landed, are complete, and are new."""

    @pytest.fixture
    def landing(self, fresh: Settings, tmp_path: Path) -> Settings:
        (tmp_path / "landing" / "refunds" / "standard").mkdir(parents=True)
        return settings_for(tmp_path / "landing", fresh.registry, fresh.data)

    def look(
        self, settings: Settings, instance: DagsterInstance, cursor: str | None
    ) -> tuple[Any, str | None]:
        from orchestration.defs.jobs import build_sensor

        context = build_sensor_context(instance=instance, cursor=cursor)
        [answer] = list(build_sensor(settings)(context))  # type: ignore[call-overload]
        return answer, context.cursor

    def land(self, settings: Settings, name: str, row: str) -> Path:
        file = settings.landing / "refunds" / "standard" / name
        file.write_text(f"refund_id,order_id,refunded_at,amount\n{row}\n")
        return file

    def test_nothing_landed(self, landing: Settings) -> None:
        with DagsterInstance.ephemeral() as instance:
            answer, _ = self.look(landing, instance, None)
        assert isinstance(answer, SkipReason)

    def test_a_file_starts_a_run_when_it_has_stopped_growing_and_only_once(self, landing: Settings) -> None:
        with DagsterInstance.ephemeral() as instance:
            self.land(landing, "a.csv", "r1,o1,2026-01-01,1.00")
            first, cursor = self.look(landing, instance, None)
            assert isinstance(first, SkipReason) and "waiting" in (first.skip_message or "")
            second, cursor = self.look(landing, instance, cursor)
            assert isinstance(second, RunRequest)
            third, cursor = self.look(landing, instance, cursor)
            # The same key: Dagster starts no second run for it.
            assert isinstance(third, RunRequest) and third.run_key == second.run_key

            self.load(landing)
            fourth, cursor = self.look(landing, instance, cursor)
            assert isinstance(fourth, SkipReason)

            self.land(landing, "a.csv", "r1,o1,2026-01-01,2.00")
            fifth, cursor = self.look(landing, instance, cursor)
            assert isinstance(fifth, SkipReason)
            sixth, _ = self.look(landing, instance, cursor)
            assert isinstance(sixth, RunRequest) and sixth.run_key != second.run_key

    def test_a_done_marker_saves_the_second_look(self, landing: Settings) -> None:
        with DagsterInstance.ephemeral() as instance:
            file = self.land(landing, "a.csv", "r1,o1,2026-01-01,1.00")
            file.with_name("a.csv.done").touch()
            answer, _ = self.look(landing, instance, None)
        assert isinstance(answer, RunRequest)

    @pytest.mark.parametrize("status", [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTED])
    def test_a_run_in_progress_is_never_doubled(self, landing: Settings, status: DagsterRunStatus) -> None:
        with DagsterInstance.ephemeral() as instance:
            self.land(landing, "a.csv", "r1,o1,2026-01-01,1.00").with_name("a.csv.done").touch()
            instance.add_run(DagsterRun(job_name="roi", status=status))
            answer, _ = self.look(landing, instance, None)
        assert isinstance(answer, SkipReason) and "in progress" in (answer.skip_message or "")

    def test_nor_is_one_that_a_terminal_started(self, landing: Settings) -> None:
        with DagsterInstance.ephemeral() as instance, run_lock.held(landing.data):
            self.land(landing, "a.csv", "r1,o1,2026-01-01,1.00").with_name("a.csv.done").touch()
            answer, _ = self.look(landing, instance, None)
        assert isinstance(answer, SkipReason) and "elsewhere" in (answer.skip_message or "")

    def load(self, settings: Settings) -> None:
        import duckdb

        with duckdb.connect(str(settings.warehouse)) as connection:
            load_landing(connection, settings.landing, settings.hash_key, settings.quarantine_dir)
