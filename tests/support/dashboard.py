"""A dashboard server over a folder of data, and a browser that knows when a page of it is done."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orchestration.lib.settings import ROOT

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 60
# The server is done, nothing is grey, and each chart and table that is seen, or will be below, is drawn.
READY = """
    document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')
    && [...document.querySelectorAll('[data-testid=stVegaLiteChart], [data-testid=stDataFrame]')].every(
        drawn => drawn.offsetParent === null || drawn.querySelector('svg.marks, canvas')
    )
"""


@contextmanager
def serve(data: Path, log: Path) -> Iterator[str]:
    """A dashboard over `data/roi.duckdb`; gives its address, and ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "orchestration.cli", "dashboard", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"ROI_DATA": str(data), "ROI_HASH_KEY": "a key of the tests"},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            # A machine with much else to do; what a page shows has been tested by now.
            server.kill()
            server.wait()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the dashboard did not start in {START_SECONDS} s: {log.read_text()}")


def chromium() -> str | None:
    """The path of a Chromium; None where there is none."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def settle(page: Any) -> None:
    """Waits until the server is done and nothing on the page is still loading."""
    page.wait_for_selector("h1")
    page.wait_for_function(READY)


def follow(page: Any, name: str) -> None:
    """Follows a link of the menu, and waits."""
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_function(
        "name => location.pathname.slice(1) === (name === 'Executive' ? '' : name.toLowerCase())", arg=name
    )
    settle(page)
