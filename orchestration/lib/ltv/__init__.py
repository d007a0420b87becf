"""Predicted lifetime value: how often customers come back (BG/NBD) and what they spend then (Gamma-Gamma)."""

from orchestration.lib.ltv.bgnbd import BgNbd, History, expected_purchases, fit_bgnbd, probability_alive
from orchestration.lib.ltv.fitting import FitError
from orchestration.lib.ltv.gammagamma import GammaGamma, expected_value, fit_gamma_gamma

__all__ = [
    "BgNbd",
    "FitError",
    "GammaGamma",
    "History",
    "expected_purchases",
    "expected_value",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "probability_alive",
]
