"""Maximum likelihood for models whose parameters are all positive."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]

#: Where customers hardly differ, or hardly leave, parameters run off together; beyond these nothing changes.
SMALLEST, LARGEST = 1e-3, 1e3


class FitError(ValueError):
    """The data carries no such model; the message says why in words for a report."""


def maximise(
    likelihood: Callable[[Floats], tuple[float, Floats]],
    starts: Sequence[Sequence[float]],
) -> Floats:
    """The positive parameters of the highest likelihood, searched on the log scale from several starts.

    Args:
        likelihood: mean log likelihood and its gradient, at parameters in their natural scale.
        starts: where to begin, in the natural scale; the best end wins, the earlier one of equals.

    Raises:
        FitError: no search ended.
    """
    bounds = [(np.log(SMALLEST), np.log(LARGEST))] * len(starts[0])

    def cost(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, gradient = likelihood(parameters)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return 1e10, np.zeros_like(logs)
        return -value, -gradient * parameters

    best: Floats | None = None
    lowest = 1e9
    for start in starts:
        found = minimize(
            cost, np.log(np.asarray(start, dtype=np.float64)), jac=True, method="L-BFGS-B", bounds=bounds,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )  # fmt: skip
        if found.fun < lowest - 1e-9:
            best, lowest = found.x, float(found.fun)
    if best is None:
        raise FitError("the search for the highest likelihood did not end")
    parameters: Floats = np.exp(best)
    return parameters
