"""A Java that is missing or too old is said in one sentence, with what to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.java import find_java


def java_that_says(folder: Path, text: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho '{text}' >&2\n", encoding="utf-8")
    java.chmod(0o755)
    return java


@pytest.mark.parametrize("version", ["17.0.15", "21", "25-ea"])
def test_new_enough(tmp_path: Path, version: str) -> None:
    java = java_that_says(tmp_path, f'openjdk version "{version}" 2025-04-15')
    assert find_java({"JAVA_HOME": str(tmp_path)}) == java
    assert find_java({"PATH": f"{java.parent}:/bin:/usr/bin"}) == java


@pytest.mark.parametrize(("version", "release"), [("1.8.0_392", "8"), ("11.0.2", "11"), ("16", "16")])
def test_too_old(tmp_path: Path, version: str, release: str) -> None:
    java_that_says(tmp_path, f'java version "{version}"')
    with pytest.raises(
        SparkError, match=f"^Spark needs Java 17, but .* is Java {release}: install Java 17 or newer"
    ):
        find_java({"JAVA_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"PATH": "/nowhere"}, "there is no java on the PATH"),
        ({"JAVA_HOME": "/nowhere"}, "JAVA_HOME is '/nowhere' and has no bin/java"),
    ],
)
def test_missing(environment: dict[str, str], problem: str) -> None:
    with pytest.raises(SparkError, match=f"^Spark needs Java, but {problem}: install Java 17 or newer"):
        find_java(environment)


def test_something_else_called_java(tmp_path: Path) -> None:
    java_that_says(tmp_path, "hello")
    with pytest.raises(SparkError, match="does not say its version: install Java 17"):
        find_java({"JAVA_HOME": str(tmp_path)})
