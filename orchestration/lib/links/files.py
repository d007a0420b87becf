"""Writes what is handed out: redirect rules, and a folder for each influencer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from orchestration.lib.links.briefs import brief_html
from orchestration.lib.links.handout import Handout, links_csv
from orchestration.lib.links.model import Link
from orchestration.lib.links.qr import qr_svg
from orchestration.lib.links.redirects import FORMATS, plan_redirects
from orchestration.lib.registry.text import slug

REDIRECTS = "redirects"
INFLUENCERS = "influencers"
BRIEF = "brief.html"
TABLE = "links.csv"

_PLAIN = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
_LONGEST = 60


def file_name(text: str) -> str:
    """A file name for an id or slug: itself where it is plain, else its plain words and a hash of it.

    No registry value can name a folder above, a hidden file or another value's file.
    """
    if len(text) <= _LONGEST and _PLAIN.fullmatch(text):
        return text
    return f"{slug(text)[:_LONGEST] or 'x'}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def write_redirects(
    folder: Path, links: Sequence[Link], names: Iterable[str], short_url: str, at: datetime
) -> list[Path]:
    """The rules for these servers (keys of `FORMATS`); all are made before any is written.

    Raises:
        ExportError: a slug cannot be exported, or a server needs what is not set.
        OSError: the folder cannot be written.
    """
    redirects = plan_redirects(links, short_url, at)
    texts = {FORMATS[name][0]: FORMATS[name][1](redirects, short_url) for name in names}
    return [_write(folder / REDIRECTS / file, text) for file, text in texts.items()]


def write_handouts(
    folder: Path, handouts: Iterable[Handout], brief: bool = True, table: bool = True, qr: bool = True
) -> list[Path]:
    """A folder an influencer, with the parts that are wanted: a page, a table, and a QR code for each link.

    Raises:
        OSError: the folder cannot be written.
    """
    written: list[Path] = []
    for handout in handouts:
        own = folder / INFLUENCERS / file_name(handout.influencer_id)
        if brief:
            written.append(_write(own / BRIEF, brief_html(handout)))
        if table:
            written.append(_write(own / TABLE, links_csv(handout)))
        for campaign in handout.campaigns if qr else ():
            for each in campaign.links:
                picture = qr_svg(each.address)
                if picture:
                    name = file_name(each.link.slug or each.link.link_id)
                    written.append(_write(own / "qr" / f"{name}.svg", picture))
    return written


def _write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="")
    return file
