"""Which engine a run builds on, as run configuration: the same job, the same assets and checks."""

from enum import Enum

from dagster import ConfigurableResource, Failure
from pydantic import Field

from orchestration.lib.settings import Settings, SettingsError, targets
from orchestration.lib.spark import connection
from orchestration.lib.spark.errors import SparkError

ENGINE = "engine"

# The targets of profiles.yml; the pages offer them to choose from.
Target = Enum("Target", {name: name for name in targets()})  # type: ignore[misc]


class Engine(ConfigurableResource):
    """What builds the models of a run."""

    target: Target = Field(
        description="What builds: duckdb on this machine; spark, at ROI_SPARK_HOST and ROI_SPARK_PORT; "
        "spark_session, Spark without a server, for a try."
    )

    def apply(self, settings: Settings) -> Settings:
        """The settings of a run on this engine.

        Raises:
            Failure: where Spark is, is not set rightly.
        """
        try:
            return settings.on(self.target.value)
        except SettingsError as error:
            raise Failure(description=str(error), allow_retries=False) from error

    def reach(self, settings: Settings) -> Settings:
        """The same, once the engine has answered.

        Raises:
            Failure: no Spark answers, or it has no workers; the description is one sentence.
        """
        applied = self.apply(settings)
        if applied.spark:
            try:
                connection.require_workers(applied.spark)
            except SparkError as error:
                raise Failure(description=str(error), allow_retries=False) from error
        return applied
