"""Pure, typed building blocks; nothing in here imports Dagster."""
