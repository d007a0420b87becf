"""QR codes of links as SVG: for stories, packaging and everything else that nobody can tap."""

from __future__ import annotations

import io

import segno

# 15 % of the picture may be dirty or covered.
_ERROR_CORRECTION = "m"


def qr_svg(url: str) -> str | None:
    """A complete SVG document with the address; the same address, the same bytes. None if it is too long."""
    code = _code(url)
    if code is None:
        return None
    out = io.BytesIO()
    code.save(out, kind="svg", scale=8, border=4, light="#ffffff")
    return out.getvalue().decode("utf-8")


def qr_inline(url: str) -> str | None:
    """The same picture as an element for an HTML page; None if the address is too long."""
    code = _code(url)
    return str(code.svg_inline(scale=3, border=2, light="#ffffff")) if code else None


def _code(url: str) -> segno.QRCode | None:
    try:
        return segno.make_qr(url, error=_ERROR_CORRECTION)
    except segno.DataOverflowError:
        return None
