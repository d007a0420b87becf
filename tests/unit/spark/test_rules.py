"""What Spark has to be told so that SQL means what it means to DuckDB, in each of the places that tell it."""

from __future__ import annotations

from pathlib import Path

import yaml

from orchestration.lib.settings import ROOT
from orchestration.lib.spark import cluster, connection, session
from orchestration.lib.spark.place import SparkPlace

PREFIX = "set:hiveconf:"
#: Spark's own default, said by the profile because a server's may differ.
DEFAULT = {"spark.sql.sources.partitionOverwriteMode": "static"}


def test_all_sessions_have_the_rules_of_the_profile(tmp_path: Path) -> None:
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))
    told = profile["influencer_roi"]["outputs"]["spark"]["server_side_parameters"]
    rules = {name.removeprefix(PREFIX): value for name, value in told.items() if name.startswith(PREFIX)}
    assert len(rules) > 5
    place = SparkPlace.from_env(tmp_path, {}, is_session=True)
    in_process = {**DEFAULT, **cluster.configuration(place), **session._RULES}
    assert {name: in_process.get(name) for name in rules} == rules
    assert connection._SESSION.items() <= rules.items()
    assert session._RULES.items() <= rules.items()
