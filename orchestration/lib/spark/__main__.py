"""`python -m orchestration.lib.spark up|down`: the cluster of this machine."""

from __future__ import annotations

import sys

from orchestration.lib.settings import Settings, SettingsError
from orchestration.lib.spark import cluster
from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.place import SparkPlace


def main(arguments: list[str]) -> int:
    """Starts or ends the cluster; returns the exit code."""
    if arguments not in (["up"], ["down"]):
        print("usage: python -m orchestration.lib.spark up|down", file=sys.stderr)
        return 2
    try:
        place = SparkPlace.from_env(Settings.from_env().data)
        if arguments == ["up"]:
            cluster.up(place)
            print(
                f"Spark is up at {place.host}:{place.port}, tables in {place.warehouse}, "
                f"pages http://{place.host}:{place.master_page_port} and "
                f"http://{place.host}:{place.application_page_port}"
            )
        else:
            print(f"Spark is down; {cluster.down(place)} processes ended")
    except (SparkError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
