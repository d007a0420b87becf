"""Markov from table to table: for engines without Python models, and for dbt's Python model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from orchestration.lib.attribution.chain import MarkovError, Transitions
from orchestration.lib.attribution.markov import weights_of

#: Columns of `int_markov_transitions`: states by number, negative ones as in `chain`.
COLUMNS = ("origin_state", "target_state", "target_key_number", "journeys")
#: So that another processor's last bits do not show in published tables.
SIGNIFICANT_DIGITS = 12


class Effect(NamedTuple):
    """A row of `int_markov_effects`.

    Attributes:
        key_number: the key, as `int_markov_keys` numbers it.
        removal_effect: the share of all conversions that would be lost without it, 0 to 1.
        share: of the sum of all removal effects, 0 to 1; null where nothing converts.
        conversion_rate: of the whole chain, the same in every row.
    """

    key_number: int
    removal_effect: float
    share: float | None
    conversion_rate: float


class Cursor(Protocol):
    """What is used of a cursor of Python's database API."""

    def execute(self, operation: str) -> Any:
        """Runs one statement."""

    def fetchall(self) -> Sequence[Sequence[Any]]:
        """All rows of the last query."""


def solve_columns(columns: Mapping[str, npt.NDArray[Any]]) -> list[Effect]:
    """Removal effects from the columns of `int_markov_transitions`, a row a key, by key number.

    Args:
        columns: the four COLUMNS by name; `target_key_number` counts only where a state is entered.

    Raises:
        MarkovError: a column is missing, a state has two keys, or some steps come to no end.
    """
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise MarkovError(f"the transitions lack the column {missing[0]!r}; they need {', '.join(COLUMNS)}")
    origins, targets, key_numbers = (np.ma.filled(columns[name], -1).astype(np.int64) for name in COLUMNS[:3])
    entering = targets >= 0
    keys = np.full(int(targets.max(initial=-1)) + 1, -1, dtype=np.int64)
    keys[targets[entering]] = key_numbers[entering]
    if (keys[targets[entering]] != key_numbers[entering]).any() or (keys < 0).any():
        raise MarkovError("each state needs one key number, the same in every step that enters it")
    transitions = Transitions(
        keys=tuple(map(str, keys)),
        origins=origins,
        targets=targets,
        journeys=np.asarray(columns["journeys"], dtype=np.float64),
    )
    weights = weights_of(transitions)
    rate = _rounded(weights.conversion_rate)
    effects = {int(key): _rounded(effect) for key, effect in weights.removal_effects.items()}
    total = math.fsum(effects.values())
    return [
        Effect(key, effect, effect / total if total else None, rate)
        for key, effect in sorted(effects.items())
    ]


def effects_query(effects: Sequence[Effect]) -> str:
    """A query, the same for every engine, whose rows are the effects."""
    columns = ("bigint", "double", "double", "double")
    selected = ", ".join(
        f"cast({name} as {kind}) as {name}" for name, kind in zip(Effect._fields, columns, strict=True)
    )
    # Doubles as text, because engines read long literals as decimals.
    rows = ", ".join(
        "(" + ", ".join("null" if value is None else f"'{value!r}'" for value in effect) + ")"
        for effect in effects
    )
    nothing = "" if effects else " where key_number is not null"
    return (
        f"select {selected} from (values {rows or '(null, null, null, null)'}) "
        f"as effects ({', '.join(Effect._fields)}){nothing}"
    )


def solve_in_database(cursor: Cursor, transitions: str, effects: str) -> int:
    """Reads the table `transitions` and replaces the table `effects`; returns how many keys it wrote.

    Args:
        cursor: of any engine that knows `create table ... as select`.
        transitions: name of `int_markov_transitions` with its schema; it becomes part of a statement.
        effects: name of the table to replace, likewise.

    Raises:
        MarkovError: see `solve_columns`; the old table is still there then.
    """
    cursor.execute(f"select {', '.join(COLUMNS)} from {transitions}")
    rows = cursor.fetchall()
    columns = {
        name: np.array([-1 if row[index] is None else row[index] for row in rows], dtype=np.float64)
        for index, name in enumerate(COLUMNS)
    }
    solved = solve_columns(columns)
    cursor.execute(f"drop table if exists {effects}")
    cursor.execute(f"create table {effects} as {effects_query(solved)}")
    return len(solved)


def _rounded(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
