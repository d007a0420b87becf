"""What the code imports is what its set-up installs: `make run` is all that a user of `roi` has done."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from orchestration.lib.settings import ROOT

#: Of `ROI_TARGET=spark`, whose set-up is `make spark-setup`; not installed here.
SPARK = {"pyspark": "pyspark", "pyhive": "pyhive", "TCLIService": "pyhive", "fsspec": "fsspec"}
#: Packages of one name from several distributions; `dbt` of Spark's adapter is asked for where Spark is.
SHARED = {"dbt": "dbt-core", "google": "protobuf"}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (name.partition(".")[0] for name in names)


def _locked(name: str) -> set[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return {_normal(found) for found in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==", text, re.M)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_is_imported_is_locked() -> None:
    """Seen to fail: `roi sample` needed a package that only the tools for tests brought."""
    own = {"orchestration", *sys.stdlib_module_names}
    # Reference data that is compiled into seeds, by who maintains them.
    own.add("crawleruseragents")
    files = [*(ROOT / "orchestration").rglob("*.py"), *(ROOT / "dbt_project" / "models").rglob("*.py")]
    used = {module for file in files for module in _imports(file)} - own
    assert {"duckdb", "pyarrow", "numpy", "pyspark"} <= used
    run, spark = _locked("requirements.lock"), _locked("requirements-spark.lock")
    installed = packages_distributions()
    missing = {}
    for module in sorted(used):
        name = SPARK.get(module) or SHARED.get(module) or installed[module][0]
        if _normal(name) not in (spark if module in SPARK else run):
            missing[module] = name
    assert not missing
