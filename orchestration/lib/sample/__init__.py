"""A generator of worlds whose truth is known: landing files, a registry, and every order's real cause."""

from orchestration.lib.sample.config import BUNDLED, FILE_FORMATS
from orchestration.lib.sample.fx import RatesError
from orchestration.lib.sample.generate import SampleReport, write_sample

__all__ = ["BUNDLED", "FILE_FORMATS", "RatesError", "SampleReport", "write_sample"]
