"""The sample that comes with the project: `seeds/sample` and `seeds/registry` are its output."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from orchestration.lib.sample.config import BUNDLED
from orchestration.lib.sample.generate import SampleReport, write_sample


def write_bundled(seeds: Path) -> SampleReport:
    """Write the bundled sample anew: `sample/` and the CSV files of `registry/` in `seeds`."""
    with tempfile.TemporaryDirectory() as folder:
        report = write_sample(Path(folder), BUNDLED.people, BUNDLED.days, BUNDLED.seed)
        sample, registry = seeds / "sample", seeds / "registry"
        if sample.exists():
            shutil.rmtree(sample)
        sample.mkdir(parents=True)
        shutil.move(str(Path(folder) / "landing"), str(sample / "landing"))
        for truth in sorted(Path(folder).glob("truth*.csv")):
            shutil.move(str(truth), str(sample / truth.name))
        registry.mkdir(parents=True, exist_ok=True)
        for table in sorted((Path(folder) / "registry").glob("*.csv")):
            shutil.copyfile(table, registry / table.name)
    return report
