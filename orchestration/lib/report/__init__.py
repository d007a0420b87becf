"""The executive's figures as one HTML file that can be mailed: no script, no network."""

from orchestration.lib.report.page import ReportError, write_report

__all__ = ["ReportError", "write_report"]
