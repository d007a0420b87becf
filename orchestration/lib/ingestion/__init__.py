"""Ingestion: landing files in many formats become the append-only tables of the schema `raw`."""

from orchestration.lib.ingestion.limits import Limits
from orchestration.lib.ingestion.loader import load_landing
from orchestration.lib.ingestion.report import FileResult, LoadReport, OnProgress

__all__ = ["FileResult", "Limits", "LoadReport", "OnProgress", "load_landing"]
