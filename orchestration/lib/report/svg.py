"""Two charts as SVG. Colours come from the page's style sheet, texts are escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from orchestration.lib.readers import text

WIDTH = 860
_TREND_HEIGHT = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 16, 14, 30
_ROW = 26
_NAME_LEFT = 230
_TICKS = 5
_DATE_LABELS = 7


@dataclass(frozen=True)
class Bar:
    """One row of an interval chart: a name, its value, and the interval where there is one."""

    label: str
    value: float
    low: float | None
    high: float | None


def trend(periods: Sequence[date], revenue: Sequence[float], cost: Sequence[float], by: str) -> str:
    """Revenue as an area and cost as a dashed line over time."""
    ticks = _ticks(min(0.0, *revenue, *cost), max(0.0, *revenue, *cost))
    bottom, top = ticks[0], ticks[-1]
    across = (WIDTH - _LEFT - _RIGHT) / max(len(periods) - 1, 1)
    down = _TREND_HEIGHT - _TOP - _BOTTOM

    def x(position: int) -> float:
        return _LEFT + across * position

    def y(value: float) -> float:
        return _TOP + down * (top - value) / (top - bottom)

    parts = []
    for tick in ticks:
        parts.append(_rule("grid", (_LEFT, y(tick)), (WIDTH - _RIGHT, y(tick))))
        parts.append(_label(_LEFT - 8, y(tick) + 4, text.number(tick), "end"))
    step = max(1, -(-len(periods) // _DATE_LABELS))
    for position in range(0, len(periods), step):
        shown = f"{periods[position]:%b %Y}" if by == "month" else text.day(periods[position])[:-5]
        parts.append(_label(x(position), _TREND_HEIGHT - 8, shown, "middle"))
    line = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, value in enumerate(revenue))
    area = f"{x(0):.1f},{y(0):.1f} {line} {x(len(periods) - 1):.1f},{y(0):.1f}"
    spent = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, value in enumerate(cost))
    parts.append(f'<polygon class="area" points="{area}"/>')
    parts.append(f'<polyline class="revenue" points="{line}"/>')
    parts.append(f'<polyline class="cost" points="{spent}"/>')
    return _svg(_TREND_HEIGHT, parts, f"Revenue and cost by {by}")


def intervals(rows: Sequence[Bar], title: str) -> str:
    """A dot a row with its interval as a line; zero is marked."""
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    ticks = _ticks(min(0.0, *ends), max(0.0, *ends))
    left, right = ticks[0], ticks[-1]
    height = _ROW * len(rows) + _TOP + _BOTTOM

    def x(value: float) -> float:
        return _NAME_LEFT + (WIDTH - _RIGHT - 20 - _NAME_LEFT) * (value - left) / (right - left)

    parts = []
    for tick in ticks:
        kind = "zero" if tick == 0 else "grid"
        parts.append(_rule(kind, (x(tick), _TOP), (x(tick), height - _BOTTOM)))
        parts.append(_label(x(tick), height - 10, text.number(tick), "middle"))
    for position, row in enumerate(rows):
        middle = _TOP + _ROW * (position + 0.5)
        kind = "gain" if row.value >= 0 else "loss"
        parts.append(_label(_NAME_LEFT - 12, middle + 4, row.label, "end"))
        if row.low is not None and row.high is not None:
            parts.append(_rule(f"interval {kind}", (x(row.low), middle), (x(row.high), middle)))
        parts.append(f'<circle class="{kind}" cx="{x(row.value):.1f}" cy="{middle:.1f}" r="5"/>')
    return _svg(height, parts, title)


def _svg(height: int, parts: Sequence[str], title: str) -> str:
    return (
        f'<div class="chart"><svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg></div>"
    )


def _rule(kind: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _label(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers that cover the range, about five of them; never all the same."""
    rough = max(high - low, 1e-9) / _TICKS
    power = 1.0
    while power * 10 <= rough:
        power *= 10
    while power > rough:
        power /= 10
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = step * (low // step)
    ticks = [first]
    while ticks[-1] < high:
        ticks.append(first + step * len(ticks))
    return ticks if len(ticks) > 1 else [*ticks, first + step]
