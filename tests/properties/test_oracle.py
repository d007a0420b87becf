"""The published tables beside a second implementation of the definitions, row by row."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.lib.publish import RunFacts, publish
from tests.support.nasty_world import NastyWorld
from tests.support.oracle.__main__ import SELECTED, VARIANTS
from tests.support.oracle.compare import Comparison
from tests.support.oracle.inputs import Inputs, moment
from tests.support.oracle.people import stream
from tests.support.oracle.solution import Solution
from tests.support.warehouse import build, settings_for
from tests.support.world import write_batch

SEED = 2


@pytest.mark.slow
def test_the_warehouse_agrees_with_the_oracle(tmp_path: Path) -> None:
    """One world full of edges, under the defaults and then, in the same folder, under other settings.

    More worlds: `python -m tests.support.oracle --seeds 20`.
    """
    world = NastyWorld(SEED, people=24)
    world.write_registry(tmp_path / "registry")
    write_batch(tmp_path / "landing", "all", world.rows)
    edges: set[str] = set()
    for number in (0, 1):
        settings = settings_for(
            tmp_path / "landing", tmp_path / "registry", tmp_path / "data", json.dumps(VARIANTS[number])
        )
        # The registry is the same, so its tables need not be loaded again.
        build(settings, SELECTED if number == 0 else [*SELECTED, "--exclude", "resource_type:seed"])
        published = settings.data / f"{number}.duckdb"
        publish(settings.warehouse, published, RunFacts(str(number), VARIANTS[number]))
        inputs = Inputs.of(world.rows, world.registry, VARIANTS[number])
        comparison = Comparison(inputs, settings.warehouse, published)
        differences = comparison.run()
        assert not differences, f"{len(differences)} differences\n" + "\n".join(differences[:20])
        assert comparison.compared["fct_attribution__linear"] > 100
        edges |= met(comparison.solution)
    assert edges == {
        "assist_only", "code_only", "link_and_code", "link_only", "survey_only", "crm", "code", "visit",
        "at the window's end", "at the conversion", "two touches at once", "two orders of a person at once",
        "given back more than paid", "idle for exactly the timeout", "no consent", "several owners of codes",
        "an order of too many with a buyer of its own",
    }  # fmt: skip


def met(solution: Solution) -> set[str]:
    """What the world has of what is easily got wrong."""
    edges = {row["evidence_class"] for row in solution.evidence.values()}
    idle = timedelta(minutes=solution.settings["session_timeout_minutes"])
    for session in solution.sessions:
        times = [moment(event["event_at"]) or datetime.min for event in session.events]
        if any(after - before == idle for before, after in zip(times, times[1:], strict=False)):
            edges.add("idle for exactly the timeout")
        if session.denied:
            edges.add("no consent")
    for conversion in solution.conversions:
        touches = [step.touch for step in conversion.journey]
        edges |= {touch.evidence for touch in touches}
        if any(conversion.at - touch.at == touch.window for touch in touches):
            edges.add("at the window's end")
        if any(touch.at == conversion.at and touch.evidence == "visit" for touch in touches):
            edges.add("at the conversion")
        if len({touch.at for touch in touches}) < len(touches):
            edges.add("two touches at once")
        if conversion.revenue < 0:
            edges.add("given back more than paid")
        if len(conversion.codes) > 1:
            edges.add("several owners of codes")
    named = [click for click in solution.inputs.clicks if click.get("order_id") == "undefined"]
    strangers = {solution.persons[stream(click)] for click in named if stream(click) in solution.persons}
    if len(strangers) > 10 and len(solution.persons["order", "undefined"]) > 1:
        edges.add("an order of too many with a buyer of its own")
    orders = [(purchase.person, purchase.at) for purchase in solution.purchases]
    if len(set(orders)) < len(orders):
        edges.add("two orders of a person at once")
    return edges
