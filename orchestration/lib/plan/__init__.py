"""The budget plan: what the next money brings with whom, and how to split it."""

from orchestration.lib.plan.allocate import Allocation, allocate
from orchestration.lib.plan.curves import Curves, Expected, expect
from orchestration.lib.plan.fitting import Doses, fit_curves

__all__ = ["Allocation", "Curves", "Doses", "Expected", "allocate", "expect", "fit_curves"]
