"""The registry: who the influencers are, what was agreed, and which links and codes are whose.

`check_registry` is the door: it reads the CSV files of a folder and says everything that is wrong with them.
Tables and columns are declared in `tables`, single checks in `rules` and `ownership`.
"""

from orchestration.lib.registry.check import check_registry, read_registry
from orchestration.lib.registry.model import Finding, Registry, Severity, Sheet
from orchestration.lib.registry.rules import RULES, Rule
from orchestration.lib.registry.tables import TABLES

__all__ = [
    "RULES",
    "TABLES",
    "Finding",
    "Registry",
    "Rule",
    "Severity",
    "Sheet",
    "check_registry",
    "read_registry",
]
