"""The dbt variables that `ROI_VARS` may override, and what each may be.

Names and defaults come from `vars:` of `dbt_project/dbt_project.yml`, the one place where they are set.
The rules below say more than a default can (choices, ranges); a variable without a rule must have the type
of its default.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import available_timezones

import yaml


class VariableError(ValueError):
    """A variable is unknown or has a value it must not have; the message names it and what is allowed."""


class Rule(NamedTuple):
    """What a value may be: a sentence for people and a test."""

    allowed: str
    accepts: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    # bool is an int in Python, but true is not a number of minutes.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _choice(*words: str) -> Rule:
    return Rule("one of " + ", ".join(words), lambda value: isinstance(value, str) and value in words)


def _attribution_models() -> tuple[str, ...]:
    folder = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "attribution"
    return tuple(sorted(file.stem.split("__")[1] for file in folder.glob("fct_attribution__*.sql")))


POSITIVE = Rule("a number greater than 0", lambda value: _is_number(value) and value > 0)
SHARE = Rule("a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1)
BOOLEAN = Rule("true or false", lambda value: isinstance(value, bool))
NUMBER = Rule("a number", _is_number)
TEXT = Rule("a text", lambda value: isinstance(value, str))
LIST = Rule("a list", lambda value: isinstance(value, list))
MAPPING = Rule("an object", lambda value: isinstance(value, dict))
ANYTHING = Rule("anything", lambda value: True)

RULES: dict[str, Rule] = {
    "reporting_currency": Rule(
        "a three-letter currency code in capitals, such as USD",
        lambda value: isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value) is not None,
    ),
    "reporting_timezone": Rule(
        "an IANA time zone, such as UTC or Europe/Berlin",
        lambda value: isinstance(value, str) and value in available_timezones(),
    ),
    "session_timeout_minutes": POSITIVE,
    "attribution_window_hours": POSITIVE,
    "restart_after_purchase": BOOLEAN,
    "direct_touches": _choice("drop", "keep"),
    "code_policy": _choice("fill_gap", "touch", "code_wins", "ignore"),
    "collapse_repeats": BOOLEAN,
    "half_life_hours": POSITIVE,
    "position_weights": Rule(
        "a list of three numbers, first, middle and last, none negative and not all 0",
        lambda value: (
            isinstance(value, list)
            and len(value) == 3
            and all(_is_number(part) and part >= 0 for part in value)
            and sum(value) > 0
        ),
    ),
    "markov_order": Rule("a whole number from 1", lambda value: _is_whole(value) and value >= 1),
    "markov_min_journeys": Rule("a whole number from 0", lambda value: _is_whole(value) and value >= 0),
    "gross_margin_pct": Rule(
        "null or a number from 0 to 100",
        lambda value: value is None or (_is_number(value) and 0 <= value <= 100),
    ),
    "max_quarantine_share": SHARE,
    "cost_spread": _choice("spread", "on_date"),
    "decision_model": _choice(*_attribution_models()),
    "shipping_cost_per_order": Rule(
        "null or a number from 0", lambda value: value is None or (_is_number(value) and value >= 0)
    ),
    "bootstrap_replicates": Rule(
        "a whole number from 20 to 5000", lambda value: _is_whole(value) and 20 <= value <= 5000
    ),
    "interval_pct": Rule("a number from 50 to 99", lambda value: _is_number(value) and 50 <= value <= 99),
    "plan_budget": Rule(
        "null or a number greater than 0", lambda value: value is None or (_is_number(value) and value > 0)
    ),
    "plan_period_days": Rule("a whole number from 7", lambda value: _is_whole(value) and value >= 7),
    "plan_max_change_pct": Rule(
        "a number from 1 to 500", lambda value: _is_number(value) and 1 <= value <= 500
    ),
    "plan_elasticity": Rule(
        "a number from 0.05 to 0.95", lambda value: _is_number(value) and 0.05 <= value <= 0.95
    ),
    "halo_days": Rule("a whole number from 3 to 60", lambda value: _is_whole(value) and 3 <= value <= 60),
    "silence_after_hours": Rule("a whole number from 1", lambda value: _is_whole(value) and value >= 1),
    "code_silence_days": Rule("a whole number from 1", lambda value: _is_whole(value) and value >= 1),
    "silence_min_visits": Rule("a whole number from 1", lambda value: _is_whole(value) and value >= 1),
    "silence_recent_days": Rule("a whole number from 0", lambda value: _is_whole(value) and value >= 0),
    "min_sample_people": Rule("a whole number from 2", lambda value: _is_whole(value) and value >= 2),
}


def rule_for(name: str, default: Any) -> Rule:
    """The rule of a variable: its own, or else the type of its default."""
    if name in RULES:
        return RULES[name]
    # bool before number: every bool is an int as well.
    for kind, rule in (
        (bool, BOOLEAN),
        ((int, float), NUMBER),
        (str, TEXT),
        (list, LIST),
        (dict, MAPPING),
    ):
        if isinstance(default, kind):
            return rule
    return ANYTHING


def read_defaults(project_file: Path) -> dict[str, Any]:
    """Variables and their defaults from a `dbt_project.yml`, its own name space included."""
    if not project_file.is_file():
        return {}
    project = yaml.safe_load(project_file.read_text(encoding="utf-8")) or {}
    defaults = dict(project.get("vars") or {})
    own = defaults.pop(project.get("name"), None)
    return {**defaults, **own} if isinstance(own, dict) else defaults


def parse_overrides(text: str, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """`ROI_VARS` as a dictionary, every key known and every value allowed.

    Raises:
        VariableError: not a JSON object, an unknown key or a value outside its rule.
    """
    try:
        overrides = json.loads(text)
    except json.JSONDecodeError as error:
        raise VariableError(
            f"it is not JSON ({error.msg} at character {error.pos + 1}). "
            """Write an object, for example {"half_life_hours": 72}."""
        ) from error
    if not isinstance(overrides, dict):
        raise VariableError(
            f"it is a JSON {_json_type(overrides)}, not an object. "
            """Write, for example, {"half_life_hours": 72}."""
        )
    for name, value in overrides.items():
        if name not in defaults:
            raise VariableError(
                f"there is no variable {name!r}. Allowed are {', '.join(sorted(defaults)) or '(none)'}."
            )
        rule = rule_for(name, defaults[name])
        if not rule.accepts(value):
            raise VariableError(f"{name!r} is {json.dumps(value)}; it must be {rule.allowed}.")
    return overrides


def _json_type(value: Any) -> str:
    if isinstance(value, list):
        return "array"
    if isinstance(value, str):
        return "string"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return "number"
