"""Credited revenue under each model, as bars: of everybody, or of one influencer."""

from __future__ import annotations

from dashboards.parts import charts, tables
from orchestration.lib.readers import Table
from orchestration.lib.readers.explain import model_label


def model_bars(table: Table, model: str, currency: str, whose: str, name: str) -> None:
    """Draws a bar a row of `table` (`attribution_model`, `attributed_revenue`), that of `model` in colour.

    Args:
        whose: what the revenue is of, for those who hear the chart; empty for one influencer.
        name: the file name of the download, without ending.
    """
    data = tables.frame(table)
    data["label"] = [model_label(one) for one in data["attribution_model"]]
    charts.draw(
        charts.bars(data, "attributed_revenue", "label", f"Revenue ({currency})", chosen=model_label(model)),
        f"Credited revenue{whose} under {len(table)} models in {currency}; the figures are in the download "
        "below.",
    )
    tables.download(table, name)
