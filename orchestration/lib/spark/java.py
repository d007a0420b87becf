"""Finds a Java that Spark can run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from orchestration.lib.spark.errors import SparkError

OLDEST = 17
_ADVICE = f"install Java {OLDEST} or newer (Debian, Ubuntu: apt-get install openjdk-{OLDEST}-jre-headless)"


def find_java(env: Mapping[str, str] | None = None) -> Path:
    """The `java` of JAVA_HOME, else the one on the PATH.

    Raises:
        SparkError: there is none, it does not start, or it is too old.
    """
    env = os.environ if env is None else env
    home = env.get("JAVA_HOME")
    named = str(Path(home) / "bin" / "java") if home else "java"
    found = shutil.which(named, path=env.get("PATH"))
    if found is None:
        where = f"JAVA_HOME is {home!r} and has no bin/java" if home else "there is no java on the PATH"
        raise SparkError(f"Spark needs Java, but {where}: {_ADVICE}.")
    version = _version(found)
    if version < OLDEST:
        raise SparkError(f"Spark needs Java {OLDEST}, but {found} is Java {version}: {_ADVICE}.")
    return Path(found).resolve()


def _version(java: str) -> int:
    """The feature release: 17 of `17.0.15`, 8 of `1.8.0_392`."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SparkError(f"Spark needs Java, but {java} does not start ({error}): {_ADVICE}.") from error
    match = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    if match is None:
        raise SparkError(f"Spark needs Java, but {java} does not say its version: {_ADVICE}.")
    return int(match[1])
