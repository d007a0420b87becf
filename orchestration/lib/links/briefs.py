"""A page for one influencer: links, codes, dates and posts. It needs nothing but itself, also offline.

Every text of the registry is escaped; only http(s) addresses become links; the page allows no script at all.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from orchestration.lib.links.handout import Handout, HandoutCampaign, HandoutCode, HandoutLink
from orchestration.lib.links.qr import qr_inline

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c1c1c; max-width: 50rem; }
body { margin: 2rem auto; padding: 0 1rem; }
h1 { margin: 0; } h2 { margin: 2rem 0 0; border-top: 1px solid #ccc; padding-top: 1rem; }
.handle, .dates { color: #555; margin: 0; }
.post { display: flex; gap: 1rem; align-items: flex-start; margin: 1rem 0; break-inside: avoid; }
.post svg { flex: none; } .post p { margin: 0; overflow-wrap: anywhere; }
.code { font: 700 1.4rem ui-monospace, monospace; letter-spacing: .05em; }
.note { background: #f4f4f4; padding: .75rem 1rem; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def brief_html(handout: Handout) -> str:
    """The page as HTML, complete in itself; the same handout gives the same bytes."""
    name = escape(handout.name)
    body = [f"<h1>{name}</h1>"]
    if handout.handle:
        body.append(f'<p class="handle">{escape(handout.handle)}</p>')
    body += [_campaign(campaign) for campaign in handout.campaigns]
    body.append(
        '<p class="note">Please use each link as it is, in its own post, and do not shorten it again. '
        "Mark the post as advertising, as the law and the platform ask for.</p>"
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Links and codes: {name}</title>",
            f"<style>{_STYLE}</style></head><body>",
            *body,
            "</body></html>",
            "",
        ]
    )


def _campaign(campaign: HandoutCampaign) -> str:
    parts = [f"<h2>{escape(campaign.name or 'At any time')}</h2>"]
    if campaign.starts_on or campaign.ends_on:
        parts.append(f'<p class="dates">{escape(_period(campaign.starts_on, campaign.ends_on))}</p>')
    parts += [_code(code) for code in campaign.codes]
    parts += [_link(link) for link in campaign.links]
    return "\n".join(parts)


def _code(code: HandoutCode) -> str:
    details = [code.gives] if code.gives else []
    # Ends are exclusive in the registry: "until" is the first moment at which the code no longer works.
    if code.valid_from:
        details.append(f"from {code.valid_from}")
    if code.valid_to:
        details.append(f"until {code.valid_to}")
    return f'<p><span class="code">{escape(code.code)}</span> {escape(", ".join(details))}</p>'


def _link(link: HandoutLink) -> str:
    what = " ".join(each for each in (link.platform, link.content_format) if each) or "For your profile"
    when = f", {link.posted_at}" if link.posted_at else ""
    address = escape(link.address, quote=True)
    shown = f'<a href="{address}">{address}</a>' if _is_web(link.address) else address
    picture = qr_inline(link.address) or ""
    return f'<div class="post">{picture}<p><strong>{escape(what)}</strong>{escape(when)}<br>{shown}</p></div>'


def _period(first: str, last: str) -> str:
    if first and last:
        return f"{first} to {last}"
    return f"from {first}" if first else f"until {last}"


def _is_web(address: str) -> bool:
    return urlsplit(address).scheme in ("http", "https")
