"""Thin Dagster wrappers around `orchestration.lib`; one folder a stage of the way from files to ROI."""
