"""What Dagster loads: the project's definitions for the settings of the environment.

The table of contents is `orchestration/defs/project.py`.
"""

from orchestration.defs.project import build_definitions
from orchestration.lib.settings import Settings

defs = build_definitions(Settings.from_env())
