"""The attribution models beside two public packages, on the same journeys, in one run.

`python -m benchmarks.attribution_peers --peer-python PATH [--journeys N] [--keys 12,200,2000] [--patience S]`

PATH is the Python of an environment with the peers, which nothing else here needs:
`python -m venv peers && peers/bin/pip install ChannelAttribution marketing-attribution-models matplotlib`.

Made-up journeys fill the tables that dbt's models read; the time of ours is what dbt says of those models,
from journeys to facts and to removal effects, counting included; most facts are views, so reading all their
rows is in it, too. The peers get distinct paths counted
beforehand, and only their own calls are timed. Our removal effects are the exact ones; a peer's error is its
largest difference.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lib.dbt_runner import invoke_dbt, run_dbt
from orchestration.lib.settings import Settings

PROGRAM = Path(__file__).with_name("peer_program.py")
PEERS = ("ChannelAttribution", "marketing-attribution-models")
MARKOV = ("int_markov_keys", "int_markov_transitions", "int_markov_effects")
COMPARED = ("first_touch", "last_non_direct", "linear", "position_based")
RULES = (
    "first_touch", "last_touch", "last_non_direct", "linear", "time_decay", "position_based", "j_shaped",
    "inverse_j", "w_shaped", "full_path", "promo_code", "hybrid",
)  # fmt: skip
#: In place of an unused column.
TEXT = "cast(null as varchar)"

JOURNEYS = """
create table journeys as
select
    id,
    hash(id, 'won') % 10 < {won} as is_converting,
    {length} as path_length
from range({journeys}) as rows(id);
create table touches as
select
    id, is_converting, path_length, position,
    -- A few keys are met often, most of them rarely.
    'k' || lpad(floor({keys} * power((hash(id, position) % 1000003) / 1000003.0, 2))::int::varchar, 5, '0')
        as touch_key
from journeys, range(1, 13) as positions(position)
where position <= path_length;
"""
WAREHOUSE = """
create schema intermediate;
create schema staging;
create table intermediate.int_conversions as
select
    id as conversion_key, id as person_key, 'purchase:' || id as conversion_id,
    'purchase' as conversion_type, timestamp '2026-03-01' as converted_at, 'p' || id as person_id,
    (100 + id % 100)::decimal(18, 2) as revenue, {text} as customer_segment, {text} as value_segment
from journeys where is_converting;
create table intermediate.int_changed_people as
select id as person_key, '' as person_id from journeys where false;
create table intermediate.int_journeys as
select
    id as conversion_key, id as person_key, id || '-' || position as touchpoint_id, touch_key,
    timestamp '2026-02-01' + to_hours(position::int) as touched_at, touch_key as channel,
    {text} as influencer_id, {text} as campaign_id, {text} as deliverable_id, 'visit' as evidence,
    true as is_in_path, true as is_creditable, position as touch_number, position as touch_position,
    path_length,
    position as creditable_position, path_length as creditable_length,
    (path_length - position)::double as hours_to_last_touch, position = path_length as is_last_touch,
    least(path_length, 2) as lead_position, least(path_length, 3) as customer_position,
    (power(2, position / 7.0) - 1) / (power(2, path_length / 7.0) - 1) as decay_up_to,
    (power(2, (position - 1) / 7.0) - 1) / (power(2, path_length / 7.0) - 1) as decay_before,
    false as has_code_owner, false as is_code_claim
from touches where is_converting;
create table intermediate.int_open_journeys as
select id as person_key, touch_key, position as touch_position, path_length
from touches where not is_converting;
create table staging.stg_registry__influencers as select {text} as influencer_id, {text} as tier where false;
"""
PATHS = """
copy (
    select path, count(*) filter (where is_converting) as conversions,
        count(*) filter (where not is_converting) as losses
    from (
        select id, is_converting, string_agg(touch_key, '>' order by position) as path
        from touches group by id, is_converting
    )
    group by path order by path
) to '{file}' (header)
"""


@dataclass(frozen=True)
class Ours:
    """What the project's own models gave; times in seconds."""

    seconds: dict[str, float]
    rules: dict[str, dict[str, float]]
    effects: dict[str, float]


def fill(warehouse: Path, journeys: int, keys: int, won: int, length: str, paths: Path | None) -> None:
    """Made-up journeys as the tables that the models read, and as a file of paths."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(JOURNEYS.format(journeys=journeys, keys=keys, won=won, length=length))
        connection.execute(WAREHOUSE.format(text=TEXT))
        if paths:
            connection.execute(PATHS.format(file=paths))


def run_models(settings: Settings, models: Sequence[str]) -> dict[str, float]:
    """Runs dbt's models and says how long each took."""
    result = run_dbt(settings, ["run", "--full-refresh", "--select", *models])
    if not result.success:
        raise SystemExit("; ".join([result.error or "", *(node.message for node in result.failures)]))
    return {node.name: node.seconds for node in result.nodes}


def read_facts(settings: Settings, rules: Sequence[str]) -> float:
    """Seconds to sum up credit and money of all rows of these facts."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        start = time.perf_counter()
        for rule in rules:
            connection.execute(
                f"select sum(credit), sum(attributed_revenue) from marts.fct_attribution__{rule}"
            ).fetchall()
        return time.perf_counter() - start


def ours(settings: Settings) -> Ours:
    """The compared models and Markov's effects."""
    seconds = run_models(settings, [*MARKOV, *(f"fct_attribution__{rule}" for rule in COMPARED)])
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        rules = {
            rule: dict(
                connection.execute(
                    f"select channel, sum(credit) from marts.fct_attribution__{rule} group by channel"
                ).fetchall()
            )
            for rule in COMPARED
        }
        effects = dict(
            connection.execute(
                "select touch_key, removal_effect from intermediate.int_markov_keys "
                "inner join intermediate.int_markov_effects using (key_number)"
            ).fetchall()
        )
    return Ours(seconds, rules, effects)


def peer(python: Path, name: str, paths: Path, keys: int, patience: float) -> dict[str, Any]:
    """What a peer says within that many seconds; its own message where it fails."""
    command = [str(python), str(PROGRAM), name, str(paths), str(keys)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            said, complaints = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            said, complaints = process.communicate()
            if not said.strip():
                return {"error": f"nothing within {patience:.0f} s"}
            return {**json.loads(said.splitlines()[-1]), "gave_up_after": patience}
    if process.returncode:
        return {"error": complaints.strip().splitlines()[-1]}
    found: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return found


def largest_difference(mine: dict[str, float], theirs: dict[str, float]) -> float:
    """The largest difference over all keys of either."""
    return max(abs(mine.get(key, 0.0) - theirs.get(key, 0.0)) for key in mine.keys() | theirs.keys())


def compare(python: Path, journeys: int, keys: int, patience: float) -> list[str]:
    """The table's rows for so many keys."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({"ROI_DATA": folder, "ROI_HASH_KEY": "benchmark"})
        paths = Path(folder) / "paths.csv"
        fill(settings.warehouse, journeys, keys, 1, "1 + least(hash(id, 'n') % 7, hash(id, 'm') % 7)", paths)
        mine = ours(settings)
        markov = sum(mine.seconds[name] for name in MARKOV)
        facts = sum(mine.seconds[f"fct_attribution__{rule}"] for rule in COMPARED)
        facts += read_facts(settings, COMPARED)
        rows = [f"| {keys:,} | ours | {facts:.1f} ({len(COMPARED)} facts) | 0 | {markov:.2f} | 0 | 1 |"]
        for name in PEERS:
            found = peer(python, name, paths, keys, patience)
            if "error" in found:
                rows.append(f"| {keys:,} | {name} | failed: {found['error']} | | | | |")
                continue
            rules = max(
                largest_difference(mine.rules[rule], values) / sum(values.values())
                for rule, values in found["rules"].items()
            )
            seconds = found.get("markov_seconds")
            if "gave_up_after" in found:
                spent = found["gave_up_after"] - found["rule_seconds"]
                markov_cells = f"more than {spent:.0f} | | more than {spent / markov:.0f} |"
            elif seconds is None:
                markov_cells = "not run | | |"
            else:
                error = largest_difference(mine.effects, found["effects"])
                markov_cells = f"{seconds:.2f} | {error:.1e} | {seconds / markov:.0f} |"
            rows.append(
                f"| {keys:,} | {name} | {found['rule_seconds']:.1f} ({len(found['rules'])} sums) | "
                f"{rules:.0e} | {markov_cells}"
            )
        return rows


def compiled(settings: Settings, template: str) -> str:
    """The SQL that dbt makes of a template."""
    result, artifacts = invoke_dbt(settings, ["compile", "--inline", template])
    if not result.success:
        raise SystemExit(result.error)
    return str(artifacts.results[0].node.compiled_code)


def best_of(times: int, warehouse: Path, query: str) -> float:
    """The shortest of so many times that the query took, in seconds."""
    seconds = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for _ in range(times):
            start = time.perf_counter()
            connection.execute(query).fetchall()
            seconds.append(time.perf_counter() - start)
    return min(seconds)


def against_one_pass(conversions: int) -> list[str]:
    """All rule models over conversions of five touches beside one pass over the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({"ROI_DATA": folder, "ROI_HASH_KEY": "benchmark"})
        fill(settings.warehouse, conversions, 200, 10, "5", None)
        side_by_side = compiled(settings, f"{{{{ credits_side_by_side(models={list(RULES)}) }}}}")

        def together(rules: Sequence[str]) -> float:
            sums = "".join(f", sum({rule}_credit), sum({rule}_cents)" for rule in rules)
            query = f"select channel, count(*){sums} from ({side_by_side}) group by channel order by channel"
            return best_of(3, settings.warehouse, query)

        one_pass = best_of(
            3,
            settings.warehouse,
            "select count(n), sum(s) from (select conversion_key, count(*) as n, "
            "sum(hours_to_last_touch) as s from intermediate.int_journeys group by conversion_key)",
        )
        everything, nothing = together(RULES), together(())
        alone = {rule: together((rule,)) - nothing for rule in RULES}
        built = sum(run_models(settings, [f"fct_attribution__{rule}" for rule in RULES]).values())
        read = read_facts(settings, RULES)
    return [
        f"{len(RULES)} rule models side by side, credit and cents summed by channel, {conversions:,} "
        f"conversions of 5 touches: {everything:.2f} s; one `group by conversion_key`: {one_pass:.2f} s; "
        f"{everything / one_pass:.1f} times. As facts, one after the other: {built:.1f} s to create the "
        f"views, {read:.1f} s to read all rows of all.",
        f"Of it, in seconds: {nothing:.2f} rows and channels without a model; "
        + ", ".join(f"{rule} {seconds:.2f}" for rule, seconds in alone.items()),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--peer-python", type=Path, required=True)
    parser.add_argument("--journeys", type=int, default=1_000_000)
    parser.add_argument("--keys", default="12,200,2000")
    parser.add_argument(
        "--patience", type=float, default=1_800, help="seconds after which a peer that is not done is ended"
    )
    options = parser.parse_args()
    print(f"{options.journeys:,} journeys, one in ten converts.\n")
    print("| keys | who | rule models, s | relative difference | Markov, s | largest error | times ours |")
    print("|---|---|---|---|---|---|---|")
    for keys in map(int, options.keys.split(",")):
        print("\n".join(compare(options.peer_python, options.journeys, keys, options.patience)), flush=True)
    print()
    print("\n".join(against_one_pass(options.journeys)))


if __name__ == "__main__":
    main()
