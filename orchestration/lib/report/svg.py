"""Two charts as SVG, each drawn for a wide and for a narrow screen; the page's style sheet shows one of them.

Colours come from the style sheet, texts are escaped here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from orchestration.lib.readers import text

_TREND_HEIGHT = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 16, 14, 30
_ROW = 26
_TICKS = 5


@dataclass(frozen=True)
class Screen:
    """A width that charts are drawn for, in the units of their text (12.5 high).

    Attributes:
        names: space on the left for names, and how many letters of one fit there.
        dates: how many dates fit below.
    """

    name: str
    width: int
    names: tuple[int, int]
    dates: int


SCREENS = (Screen("wide", 860, (230, 32), 7), Screen("narrow", 360, (118, 14), 3))


@dataclass(frozen=True)
class Bar:
    """One row of an interval chart: a name, its value, and the interval where there is one."""

    label: str
    value: float
    low: float | None
    high: float | None


def trend(periods: Sequence[date], revenue: Sequence[float], cost: Sequence[float], by: str) -> str:
    """Revenue as an area and cost as a dashed line over time."""
    return _chart(lambda screen: _trend(screen, periods, revenue, cost, by))


def intervals(rows: Sequence[Bar], title: str) -> str:
    """A dot a row with its interval as a line; zero is marked."""
    return _chart(lambda screen: _intervals(screen, rows, title))


def _trend(
    screen: Screen, periods: Sequence[date], revenue: Sequence[float], cost: Sequence[float], by: str
) -> str:
    ticks = _ticks(min(0.0, *revenue, *cost), max(0.0, *revenue, *cost))
    bottom, top = ticks[0], ticks[-1]
    across = (screen.width - _LEFT - _RIGHT) / max(len(periods) - 1, 1)
    down = _TREND_HEIGHT - _TOP - _BOTTOM

    def x(position: int) -> float:
        return _LEFT + across * position

    def y(value: float) -> float:
        return _TOP + down * (top - value) / (top - bottom)

    parts = []
    for tick in ticks:
        parts.append(_rule("grid", (_LEFT, y(tick)), (screen.width - _RIGHT, y(tick))))
        parts.append(_label(_LEFT - 8, y(tick) + 4, text.number(tick), "end"))
    step = max(1, -(-len(periods) // screen.dates))
    for position in range(0, len(periods), step):
        shown = f"{periods[position]:%b %Y}" if by == "month" else text.day(periods[position])[:-5]
        parts.append(_label(x(position), _TREND_HEIGHT - 8, shown, "middle"))
    line = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, value in enumerate(revenue))
    area = f"{x(0):.1f},{y(0):.1f} {line} {x(len(periods) - 1):.1f},{y(0):.1f}"
    spent = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, value in enumerate(cost))
    parts.append(f'<polygon class="area" points="{area}"/>')
    parts.append(f'<polyline class="revenue" points="{line}"/>')
    parts.append(f'<polyline class="cost" points="{spent}"/>')
    return _svg(screen, _TREND_HEIGHT, parts, f"Revenue and cost by {by}")


def _intervals(screen: Screen, rows: Sequence[Bar], title: str) -> str:
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    ticks = _ticks(min(0.0, *ends), max(0.0, *ends))
    left, right = ticks[0], ticks[-1]
    height = _ROW * len(rows) + _TOP + _BOTTOM

    def x(value: float) -> float:
        return screen.names[0] + (screen.width - _RIGHT - 20 - screen.names[0]) * (value - left) / (
            right - left
        )

    parts = []
    for tick in ticks:
        kind = "zero" if tick == 0 else "grid"
        parts.append(_rule(kind, (x(tick), _TOP), (x(tick), height - _BOTTOM)))
        parts.append(_label(x(tick), height - 10, text.number(tick), "middle"))
    for position, row in enumerate(rows):
        middle = _TOP + _ROW * (position + 0.5)
        kind = "gain" if row.value >= 0 else "loss"
        parts.append(_label(screen.names[0] - 12, middle + 4, text.name(row.label, screen.names[1]), "end"))
        if row.low is not None and row.high is not None:
            parts.append(_rule(f"interval {kind}", (x(row.low), middle), (x(row.high), middle)))
        parts.append(f'<circle class="{kind}" cx="{x(row.value):.1f}" cy="{middle:.1f}" r="5"/>')
    return _svg(screen, height, parts, title)


def _chart(draw: Callable[[Screen], str]) -> str:
    return f'<div class="chart">{"".join(draw(screen) for screen in SCREENS)}</div>'


def _svg(screen: Screen, height: int, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg class="{screen.name}" viewBox="0 0 {screen.width} {height}" role="img" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>{"".join(parts)}</svg>'
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
