"""Compile the reference seeds that are made from other data; the other seeds are edited by hand."""

from orchestration.lib.reference.bots import compile_bot_patterns
from orchestration.lib.reference.fx import compile_fx_rates
from orchestration.lib.reference.seed import ReferenceError, Seed
from orchestration.lib.reference.sources import compile_source_categories

__all__ = [
    "ReferenceError",
    "Seed",
    "compile_bot_patterns",
    "compile_fx_rates",
    "compile_source_categories",
]
