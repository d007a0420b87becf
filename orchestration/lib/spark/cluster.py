"""A Spark cluster on this machine, out of the pyspark wheel: master, workers, Thrift server, on loopback."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.lib.spark.errors import SparkError
from orchestration.lib.spark.java import find_java
from orchestration.lib.spark.place import HOST, SparkPlace

WORKERS = 2
WORKER_CORES = 1
WORKER_MEMORY = "1500m"
EXECUTOR_MEMORY = "1200m"
DRIVER_MEMORY = "2g"
DAEMON_MEMORY = "256m"
# Further ones wait; dbt sends four.
QUERIES_AT_ONCE = 8
_THRIFT_SERVER = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
# A limit for what hangs, not for what is slow: a process that ends is seen at once.
_START_SECONDS = 600
_STOP_SECONDS = 60


@dataclass(frozen=True)
class Process:
    """A process of the cluster: its name, its id, and when it started, which tells it from a later one."""

    name: str
    pid: int
    started: str

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return _started(self.pid) == self.started


def spark_home() -> Path:
    """The folder of the pyspark wheel.

    Raises:
        SparkError: it is not installed.
    """
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise SparkError("Spark is not installed: run `make spark-setup` once.")
    return Path(found.origin).parent


def up(place: SparkPlace, workers: int = WORKERS, settings: Mapping[str, str] | None = None) -> list[Process]:
    """Starts what does not run yet; returns when queries can be sent. A cluster that runs is left alone.

    Args:
        place: where it is.
        workers: how many workers it has.
        settings: settings of Spark beside, or in place of, those of this module.

    Raises:
        SparkError: Spark or Java is missing, a port is taken, or a process ended before it was ready.
    """
    home, java = spark_home(), find_java()
    running = [process for process in processes(place) if process.is_alive]
    wanted = ["master", *(f"worker{number}" for number in range(1, workers + 1)), "thriftserver"]
    if [process.name for process in running] == wanted:
        _wait_for(place.port, running, place)
        return running
    if running:
        down(place)
    _refuse_taken_ports(place, workers)
    for folder in (place.warehouse, place.logs, place.metastore, place.path / "work"):
        folder.mkdir(parents=True, exist_ok=True)
    started: list[Process] = []
    try:
        for name in wanted:
            command = _command(home, place, name, settings)
            started.append(_start(name, command, place, home, java))
            place.state.write_text(json.dumps([asdict(process) for process in started]), encoding="utf-8")
            if name == "master":
                _wait_for(place.master_port, started, place)
        _wait_for(place.port, started, place)
    except BaseException:
        down(place)
        raise
    return started


def down(place: SparkPlace) -> int:
    """Ends the processes of the cluster, the last started first; returns how many there were."""
    alive = [process for process in processes(place) if process.is_alive]
    for process in reversed(alive):
        _end(process)
    place.state.unlink(missing_ok=True)
    return len(alive)


def processes(place: SparkPlace) -> list[Process]:
    """The processes that were started, alive or not."""
    try:
        return [Process(**entry) for entry in json.loads(place.state.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def start_worker(place: SparkPlace, number: int) -> Process:
    """One worker more, or again after it was lost."""
    name = f"worker{number}"
    home, java = spark_home(), find_java()
    process = _start(name, _command(home, place, name), place, home, java)
    known = {**{other.name: other for other in processes(place)}, name: process}
    place.state.write_text(json.dumps([asdict(entry) for entry in known.values()]), encoding="utf-8")
    return process


def _command(home: Path, place: SparkPlace, name: str, more: Mapping[str, str] | None = None) -> list[str]:
    spark_class = str(home / "bin" / "spark-class")
    if name == "master":
        return [
            *(spark_class, "org.apache.spark.deploy.master.Master", "--host", HOST),
            *("--port", str(place.master_port), "--webui-port", str(place.master_page_port)),
        ]
    if name.startswith("worker"):
        number = int(name.removeprefix("worker"))
        return [
            *(spark_class, "org.apache.spark.deploy.worker.Worker", "--host", HOST),
            *("--cores", str(WORKER_CORES), "--memory", WORKER_MEMORY),
            *("--webui-port", str(place.worker_page_port(number))),
            *("--work-dir", str(place.path / "work"), place.master),
        ]
    conf = {**configuration(place), **(more or {})}
    settings = [part for key, value in conf.items() for part in ("--conf", f"{key}={value}")]
    return [
        *(str(home / "bin" / "spark-submit"), "--class", _THRIFT_SERVER, "--master", place.master),
        *("--name", "roi", *settings, "spark-internal"),
        *("--hiveconf", f"hive.server2.thrift.bind.host={HOST}"),
        *("--hiveconf", f"hive.server2.thrift.port={place.port}"),
        # A thread reads Hive's settings when it first asks the metastore, which costs more than most queries'
        # planning; the default is a new thread a query.
        *("--hiveconf", f"hive.server2.async.exec.threads={QUERIES_AT_ONCE}"),
        *("--hiveconf", "hive.server2.async.exec.keepalive.time=3600s"),
    ]


def configuration(place: SparkPlace) -> dict[str, str]:
    """What differs from Spark's defaults; docs/scale.md says what a larger cluster sets."""
    # Code that is compiled for queries fills the metaspace, and each step of its growth stops everything.
    java_options = "-Duser.timezone=UTC -XX:MetaspaceSize=256m"
    return {
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.driver.extraJavaOptions": f"{java_options} -Dderby.system.home={place.metastore}",
        "spark.executor.extraJavaOptions": java_options,
        "spark.executor.memory": EXECUTOR_MEMORY,
        "spark.ui.port": str(place.application_page_port),
        "spark.local.dir": str(place.path / "work"),
        "spark.sql.warehouse.dir": str(place.warehouse),
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={place.metastore}/db;create=true"
        ),
        # Few cores: more partitions only cost starts of tasks; adaptive execution makes them fewer still.
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.session.timeZone": "UTC",
        # A session that is kept must not read what another one has replaced (`dbt_adapter`).
        "spark.sql.filesourceTableRelationCacheSize": "0",
        # A killed worker is seen at once, because its connections end. One that is only silent, for the two
        # minutes that are the default, is out of processor time here.
        "spark.network.timeout": "600s",
        # A small table that is sent to all workers may have to wait for busy ones, or for one that was lost;
        # after five minutes, the default, the query would fail.
        "spark.sql.broadcastTimeout": "3600",
        # The server lists a table's folders itself, in milliseconds here. Beyond these numbers tasks would,
        # one a folder, anew for each statement that reads the table.
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "10000",
        "spark.rdd.parallelListingThreshold": "10000",
        # Plans are drawn for the pages at each step of adaptive execution; the short form costs a fraction.
        "spark.sql.ui.explainMode": "simple",
        # The Thrift server writes out all plans of each statement for its page, in full by default.
        "spark.sql.debug.maxToStringFields": "1",
        "spark.sql.maxPlanStringLength": "1024",
        # Other readers of Parquet do not know Spark's older type of times.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }


def _start(name: str, command: list[str], place: SparkPlace, home: Path, java: Path) -> Process:
    place.logs.mkdir(parents=True, exist_ok=True)
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("SPARK_", "ROI_"))},
        "SPARK_HOME": str(home),
        "JAVA_HOME": str(java.parent.parent),
        "SPARK_LOCAL_IP": HOST,
        # Spark takes the Thrift server for a daemon, and then heeds no `spark.driver.memory`.
        "SPARK_DAEMON_MEMORY": DRIVER_MEMORY if name == "thriftserver" else DAEMON_MEMORY,
        "SPARK_NO_DAEMONIZE": "1",
    }
    with (place.logs / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=place.path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Process(name, process.pid, _started(process.pid))


def _started(pid: int) -> str:
    """When a process started, in words that tell it from another of the same id; empty for none."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            # The name may hold blanks and ends at the last bracket; then come the state and, 20th, the start.
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    said = subprocess.run(["ps", "-o", "lstart=,stat=", "-p", str(pid)], capture_output=True, text=True)
    words = said.stdout.split()
    return "" if not words or words[-1].startswith("Z") else " ".join(words[:-1])


def _wait_for(port: int, running: list[Process], place: SparkPlace) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if is_open(HOST, port):
            return
        for process in running:
            if not process.is_alive:
                raise SparkError(
                    f"Spark's {process.name} ended before it was ready; "
                    f"{place.logs / (process.name + '.log')} says why."
                )
        time.sleep(0.3)
    raise SparkError(
        f"Spark did not open port {port} within {_START_SECONDS} s; the logs in {place.logs} say why."
    )


def is_open(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def _refuse_taken_ports(place: SparkPlace, workers: int) -> None:
    for port in range(place.port, place.worker_page_port(workers) + 1):
        if is_open(HOST, port):
            raise SparkError(
                f"Port {port} is in use by another program: end it, or set ROI_SPARK_PORT to the first of "
                f"{workers + 4} free ports in a row."
            )


def _end(process: Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if not process.is_alive:
                return
            time.sleep(0.1)
