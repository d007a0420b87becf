"""Pictures of the upper part of every dashboard page, over the sample.

`roi dashboard` first, then `python docs/screenshots/make.py http://127.0.0.1:8501 [folder]`.
It takes 1280 px in light and 390 px in dark; `--all` takes whole pages in all schemes, for a look by eye.
Playwright and a Chromium are needed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PAGES = {
    "executive": "",
    "influencers": "influencers",
    "influencer": "influencer?influencer=inf_0001",
    "models": "models",
    "journeys": "journeys",
    "budget": "budget",
    "data": "data",
}
READY = (
    "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
    " && !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')"
)


SHOWN = ((1280, "light"), (390, "dark"))
ALL = (*SHOWN, (1280, "dark"), (390, "light"))


def make(address: str, folder: Path, kinds: tuple[tuple[int, str], ...], highest: int) -> None:
    """Writes `<page>-<width>-<scheme>.png` of the whole of each page."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width, scheme in kinds:
            size = {"width": width, "height": 1000}
            page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
            page.set_default_timeout(60_000)
            for name, path in PAGES.items():
                page.set_viewport_size(size)
                page.goto(f"{address}/{path}")
                page.wait_for_selector("h1")
                page.wait_for_function(READY)
                # The page scrolls inside of the window: make the window as high as the page.
                height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                page.set_viewport_size({"width": width, "height": min(height, highest)})
                page.wait_for_function(READY)
                page.wait_for_timeout(800)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    everything = "--all" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--all"]
    target = Path(arguments[1]) if len(arguments) > 1 else Path(__file__).parent
    make(arguments[0], target, ALL if everything else SHOWN, 3200 if everything else 1200)
