"""Attribution where SQL is the wrong tool: Markov's linear algebra, and explanations in words."""

from orchestration.lib.attribution.chain import (
    CONVERTED,
    LOST,
    START,
    Journey,
    MarkovError,
    Transitions,
    count_transitions,
)
from orchestration.lib.attribution.markov import MarkovWeights, markov_weights, weights_of

__all__ = [
    "CONVERTED",
    "LOST",
    "START",
    "Journey",
    "MarkovError",
    "MarkovWeights",
    "Transitions",
    "count_transitions",
    "markov_weights",
    "weights_of",
]
