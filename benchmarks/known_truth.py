"""Every attribution model against worlds whose truth is known.

`python -m benchmarks.known_truth [--people N] [--days D] [--seeds 1,2,3] [--work DIR]`

Prints, over all worlds together: for each model how far its revenue by influencer is from what was
caused, and how alike the two rankings are; for each kind of influencer the share of its true revenue
that a model reports; and how well the leak score tells leaked codes from clean ones. Nothing is fitted
to the worlds.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import duckdb
from scipy.stats import rankdata, spearmanr

from benchmarks.worlds import build_world

SELECT = ("+fct_attribution", "+mart_channel_weights", "+mart_promo_code_health", "dim_influencers")

REVENUE = """
select models.attribution_model, truth.influencer_id, truth.archetype, truth.revenue as caused,
    coalesce(credited.revenue, 0) as reported
from (
    select
        influencer_id, any_value(archetype) as archetype,
        any_value(incremental_revenue)::double as revenue
    from read_csv($truth, all_varchar = false) group by influencer_id
) as truth
cross join (select distinct attribution_model from marts.fct_attribution) as models
left join (
    select attribution_model, influencer_id, sum(attributed_revenue)::double as revenue
    from marts.fct_attribution where conversion_type = 'purchase' group by all
) as credited
    on credited.influencer_id = truth.influencer_id and credited.attribution_model = models.attribution_model
order by all
"""
CODES = """
select health.influencer_id, max(health.leak_score), max(truth.leaked_orders) > 0
from marts.mart_promo_code_health as health
inner join read_csv($truth, all_varchar = false) as truth on truth.influencer_id = health.influencer_id
where health.redemptions >= 5
group by health.influencer_id
order by health.influencer_id
"""
REDEMPTIONS = """
select
    count(*) filter (where redemptions.is_suspect and truth.is_leaked_code),
    count(*) filter (where redemptions.is_suspect),
    count(*) filter (where truth.is_leaked_code)
from intermediate.int_code_redemptions as redemptions
inner join read_csv($truth, all_varchar = false) as truth on truth.order_id = redemptions.order_id
where redemptions.is_winning_claim
"""


@dataclass(frozen=True)
class Line:
    """One influencer of one world under one model; revenue in the reporting currency."""

    world: int
    model: str
    influencer: str
    archetype: str
    caused: float
    reported: float


@dataclass(frozen=True)
class Leaks:
    """Codes with five redemptions or more as (score, leaked), and suspect redemptions counted."""

    codes: list[tuple[float, bool]]
    suspect_and_leaked: int
    suspect: int
    leaked: int


def measure(folder: Path, people: int, days: int, seed: int) -> tuple[list[Line], Leaks]:
    """Builds one world and reads what each model makes of it."""
    settings = build_world(folder, people, days, seed, SELECT)
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        influencers = {"truth": str(folder / "truth_influencers.csv")}
        orders = {"truth": str(folder / "truth.csv")}
        lines = [Line(seed, *row) for row in connection.execute(REVENUE, influencers).fetchall()]
        codes = [(score, leaked) for _, score, leaked in connection.execute(CODES, influencers).fetchall()]
        return lines, Leaks(codes, *connection.execute(REDEMPTIONS, orders).fetchall()[0])


def model_table(lines: Sequence[Line]) -> list[str]:
    """Error and rank correlation of each model, the smallest error first.

    The error is the sum of |reported - caused| over influencers, in per cent of the sum of what they caused;
    the bias is the sum of (reported - caused), likewise. Both are means over worlds.
    """
    rows = []
    for model in sorted({line.model for line in lines}):
        errors, biases, ranks = [], [], []
        for world in sorted({line.world for line in lines}):
            mine = [line for line in lines if line.model == model and line.world == world]
            caused = sum(line.caused for line in mine)
            errors.append(100 * sum(abs(line.reported - line.caused) for line in mine) / caused)
            biases.append(100 * sum(line.reported - line.caused for line in mine) / caused)
            ranks.append(float(spearmanr([x.caused for x in mine], [x.reported for x in mine]).statistic))
        rows.append((mean(errors), model, mean(biases), mean(ranks), min(ranks), max(ranks)))
    table = [
        "| model | error % | bias % | rank correlation | lowest | highest |",
        "|---|---|---|---|---|---|",
    ]
    for error, model, bias, rank, low, high in sorted(rows):
        table.append(f"| `{model}` | {error:.0f} | {bias:+.0f} | {rank:.2f} | {low:.2f} | {high:.2f} |")
    return table


def archetype_table(lines: Sequence[Line]) -> list[str]:
    """What a model reports in per cent of what was caused, by kind of influencer, over all worlds."""
    kinds = sorted({line.archetype for line in lines if line.caused > 0})
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for line in lines:
        entry = sums[line.model, line.archetype]
        entry[0] += line.reported
        entry[1] += line.caused
    table = ["| model | " + " | ".join(kinds) + " |", "|---|" + "---|" * len(kinds)]
    for model in sorted({line.model for line in lines}):
        cells = (f"{100 * sums[model, kind][0] / sums[model, kind][1]:.0f}" for kind in kinds)
        table.append(f"| `{model}` | " + " | ".join(cells) + " |")
    return table


def leak_lines(leaks: Sequence[Leaks]) -> list[str]:
    """How well scores separate leaked from clean codes, and suspect redemptions from innocent ones."""
    leaked = [score for world in leaks for score, is_leaked in world.codes if is_leaked]
    clean = [score for world in leaks for score, is_leaked in world.codes if not is_leaked]
    if not leaked or not clean:
        return ["No world has both leaked and clean codes."]
    # The chance that a leaked code scores above a clean one (Mann-Whitney).
    ranks = rankdata(leaked + clean)[: len(leaked)]
    auc = (sum(ranks) - len(leaked) * (len(leaked) + 1) / 2) / (len(leaked) * len(clean))
    both = sum(world.suspect_and_leaked for world in leaks)
    suspect, all_leaked = sum(world.suspect for world in leaks), sum(world.leaked for world in leaks)
    return [
        f"{len(leaked)} owners of leaked codes, {len(clean)} of clean ones, each with 5 redemptions or more.",
        f"Chance that a leaked one scores above a clean one: {auc:.3f}.",
        f"Scores: leaked {min(leaked):.0f} to {max(leaked):.0f}, clean {min(clean):.0f} to {max(clean):.0f}.",
        f"Suspect redemptions that are leaks: {100 * both / (suspect or math.nan):.0f} %; "
        f"leaks that are suspect: {100 * both / (all_leaked or math.nan):.0f} %.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=6_000)
    parser.add_argument("--days", type=int, default=150)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--work", type=Path, help="folder for the worlds, kept; else a temporary one")
    options = parser.parse_args()
    lines: list[Line] = []
    leaks: list[Leaks] = []
    with tempfile.TemporaryDirectory() as temporary:
        for seed in map(int, options.seeds.split(",")):
            world, code_leaks = measure(
                (options.work or Path(temporary)) / f"world_{seed}", options.people, options.days, seed
            )
            lines += world
            leaks.append(code_leaks)
    print(
        f"{len(leaks)} worlds of {options.people:,} people and {options.days} days, seeds {options.seeds}.\n"
    )
    print("\n".join(model_table(lines)), "\n")
    print("Reported in per cent of caused, by kind of influencer:\n")
    print("\n".join(archetype_table(lines)), "\n")
    print("\n".join(leak_lines(leaks)))


if __name__ == "__main__":
    main()
