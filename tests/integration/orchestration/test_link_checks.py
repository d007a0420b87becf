"""Links in Dagster: a check of what was found last, and a job that follows them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, DefaultScheduleStatus

from orchestration.defs.links.checks import LINKS_CHECK, build_links_job, build_links_schedule, links_result
from orchestration.lib.links.checker.agents import choose_agents
from orchestration.lib.links.checker.check import Manners, check_links
from orchestration.lib.links.checker.history import read_latest, save
from orchestration.lib.links.model import read_links
from orchestration.lib.registry import read_registry
from orchestration.lib.settings import Settings
from tests.support.registry import change, write_registry
from tests.support.warehouse import settings_for
from tests.support.web import Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as made:
        made.page("/p", lambda visit: visit.answer(200, "x"))
        yield made


@pytest.fixture
def settings(tmp_path: Path, site: Site) -> Settings:
    """A registry with one link to a page and one that ended long ago."""
    rows = [
        f"lnk_1,inf_1,cmp_1,,a-b,{site.url('/p')},ada,instagram,spring,reel1,,",
        f"lnk_2,inf_2,cmp_1,,b-b,{site.url('/p')},bo,youtube,spring,,2020-01-01,2020-02-01",
    ]
    folder = write_registry(
        tmp_path / "registry", change("tracking_links", 2, rows[0]), change("tracking_links", 3, rows[1])
    )
    (tmp_path / "landing").mkdir()
    return settings_for(tmp_path / "landing", folder, tmp_path / "data")


def test_before_the_first_check_it_passes_and_says_so(settings: Settings) -> None:
    result = links_result(settings, read_registry(settings.registry)[0])
    assert result.passed
    assert result.description == "None of 1 links has been checked yet; `roi links check` does it."


def test_what_was_found_last_decides(settings: Settings, site: Site) -> None:
    registry, _ = read_registry(settings.registry)
    links = read_links(registry)[0]
    manners = Manners(interval=0, tries=1, allow_private=True)
    save(settings.data, check_links(links, choose_agents(["desktop"]), "", manners))
    result = links_result(settings, registry)
    assert not result.passed and result.severity.value == "WARN"
    assert "1 of 1 links have errors" in (result.description or "")
    assert "lnk_1 as desktop: The page" in str(result.metadata["problems"].value)
    assert "lnk_2" not in str(result.metadata["problems"].value)


def test_the_job_follows_the_links_and_evaluates_the_check(settings: Settings, site: Site) -> None:
    with DagsterInstance.ephemeral() as instance:
        result = build_links_job(settings).execute_in_process(instance=instance, raise_on_error=True)
    assert result.success
    # Addresses inside are refused, so the site was not even asked.
    assert site.visits == []
    rows = read_latest(settings.data)
    assert {row.link_id for row in rows} == {"lnk_1"}
    assert {row.agent for row in rows} == {agent.name for agent in choose_agents()}
    [evaluation] = [
        event.event_specific_data
        for event in result.all_events
        if event.event_type_value == "ASSET_CHECK_EVALUATION"
    ]
    assert (evaluation.check_name, evaluation.passed) == (LINKS_CHECK, False)


def test_the_schedule_is_off_until_it_is_switched_on(settings: Settings) -> None:
    schedule = build_links_schedule(build_links_job(settings))
    assert schedule.default_status is DefaultScheduleStatus.STOPPED
