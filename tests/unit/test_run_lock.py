"""One run at a time in a data folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.lib import run_lock
from orchestration.lib.run_lock import RunInProgressError

HOLDER = """
import sys
from pathlib import Path
from orchestration.lib import run_lock
run_lock.take(Path(sys.argv[1]))
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_run(tmp_path: Path):
    """A process that runs in the folder until it is told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "taken\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_run_is_refused_and_told_about_the_first(
    tmp_path: Path, other_run: subprocess.Popen[str]
) -> None:
    with pytest.raises(RunInProgressError, match=rf"in progress in .*process {other_run.pid} since 20"):
        run_lock.take(tmp_path)
    assert run_lock.is_taken(tmp_path)


def test_a_killed_run_gives_the_folder_back(tmp_path: Path, other_run: subprocess.Popen[str]) -> None:
    other_run.kill()
    other_run.wait()
    assert not run_lock.is_taken(tmp_path)
    with run_lock.held(tmp_path):
        assert run_lock.is_taken(tmp_path)
    assert not run_lock.is_taken(tmp_path)


def test_a_process_may_take_it_again_and_only_the_first_gives_it_back(tmp_path: Path) -> None:
    with run_lock.held(tmp_path):
        with run_lock.held(tmp_path):
            run_lock.take(tmp_path)
        assert run_lock.is_taken(tmp_path)
    assert not run_lock.is_taken(tmp_path)
    run_lock.release(tmp_path)


def test_looking_does_not_take_it_or_create_anything(tmp_path: Path) -> None:
    assert not run_lock.is_taken(tmp_path)
    assert list(tmp_path.iterdir()) == []
