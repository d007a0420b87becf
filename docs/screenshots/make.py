"""Pictures of the upper part of every dashboard page, and of the report, over what was published.

`make screenshots` after `make run`; or `python -m docs.screenshots.make [folder]`. It takes 1280 px in light
and 390 px in dark; `--all` takes whole pages in all schemes, for a look by eye. Playwright and a Chromium are
needed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from orchestration.lib.report import write_report
from orchestration.lib.settings import Settings
from tests.support.dashboard import chromium, serve, settle

PAGES = {
    "executive": "",
    "influencers": "influencers",
    "influencer": "influencer?influencer=inf_0001",
    "models": "models",
    "journeys": "journeys",
    "budget": "budget",
    "data": "data",
}
SHOWN = ((1280, "light"), (390, "dark"))
ALL = (*SHOWN, (1280, "dark"), (390, "light"))


def make(address: str, report: Path, folder: Path, kinds: tuple[tuple[int, str], ...], highest: int) -> None:
    """Writes `<page>-<width>-<scheme>.png` of each page, down to `highest` pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for width, scheme in kinds:
            size = {"width": width, "height": 1000}
            page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
            page.set_default_timeout(60_000)
            for name, path in PAGES.items():
                page.set_viewport_size(size)
                page.goto(f"{address}/{path}")
                settle(page)
                # The page scrolls inside of the window: make the window as high as the page.
                height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                page.set_viewport_size({"width": width, "height": min(height, highest)})
                settle(page)
                page.wait_for_timeout(800)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
            page.goto(report.as_uri())
            page.set_viewport_size({"width": width, "height": highest})
            page.screenshot(path=folder / f"report-{width}-{scheme}.png")
        browser.close()


def main() -> None:
    """Starts the dashboard, writes the report, takes the pictures."""
    everything = "--all" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--all"]
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    published = Settings.from_env(create=False).published
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.html"
        write_report(published, report)
        with serve(published.parent, Path(scratch) / "server.log") as address:
            make(address, report, folder, ALL if everything else SHOWN, 3200 if everything else 1200)


if __name__ == "__main__":
    main()
