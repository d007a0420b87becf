"""Where things are and how a run behaves: the environment variables, checked before anything is written."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from orchestration.lib.pepper import pepper
from orchestration.lib.publish_options import (
    DEFAULT_KEPT,
    OptionError,
    PublishOptions,
    read_keep_versions,
    read_postgres,
)
from orchestration.lib.variables import VariableError, parse_overrides, read_defaults

if TYPE_CHECKING:
    from orchestration.lib.spark.place import SparkPlace

ROOT = Path(__file__).resolve().parents[2]
DBT_PROJECT = ROOT / "dbt_project"
PROFILE = "influencer_roi"
# The targets of profiles.yml that are Spark, with its server and within the process that asks.
SPARK, SPARK_SESSION = "spark", "spark_session"

DEFAULT_LANDING = "seeds/sample/landing"
DEFAULT_REGISTRY = "seeds/registry"
DEFAULT_DATA = "data"
HASH_KEY_FILE = "hash_key"


class SettingsError(ValueError):
    """A setting is wrong; the message names the variable, its value and what is allowed."""


@dataclass(frozen=True)
class Settings:
    """Everything a run needs to know, with absolute paths.

    `vars` holds only what `ROI_VARS` overrides. `hash_key` is empty when there is none yet and none may be
    created. `spark` is where Spark is, None where it is not the target.
    """

    root: Path
    landing: Path
    registry: Path
    data: Path
    target: str
    vars: dict[str, Any]
    hash_key: bytes = field(repr=False)
    memory_limit: str | None = None
    threads: int | None = None
    keep_versions: int = DEFAULT_KEPT
    publish_postgres: str | None = field(default=None, repr=False)
    spark: SparkPlace | None = None

    @property
    def warehouse(self) -> Path:
        """The work database, written by runs only."""
        return self.data / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The published database, replaced as a whole and opened read-only by everybody else."""
        return self.data / "roi.duckdb"

    @property
    def quarantine_dir(self) -> Path:
        """Where quarantined rows are kept as files."""
        return self.data / "quarantine"

    @property
    def dagster_home(self) -> Path:
        """The orchestrator's state: run history, logs, sensor cursors."""
        return self.data / "dagster"

    @property
    def dbt_target_dir(self) -> Path:
        """dbt's artifacts: manifest, compiled SQL, run results."""
        return self.data / "dbt" / "target"

    @property
    def dbt_log_dir(self) -> Path:
        """dbt's log files."""
        return self.data / "dbt" / "logs"

    def variables(self) -> dict[str, Any]:
        """All dbt variables in force: the project's defaults with the overrides of this run."""
        return {**read_defaults(DBT_PROJECT / "dbt_project.yml"), **self.vars}

    @property
    def publish_options(self) -> PublishOptions:
        """How a run publishes beyond the database file."""
        return PublishOptions(self.keep_versions, self.publish_postgres, self.memory_limit, self.threads)

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables with absolute paths, for programs that are started."""
        shared = {
            "ROI_LANDING": str(self.landing),
            "ROI_REGISTRY": str(self.registry),
            "ROI_DATA": str(self.data),
            "ROI_TARGET": self.target,
        }
        if self.memory_limit:
            shared["ROI_MEMORY_LIMIT"] = self.memory_limit
        if self.threads:
            shared["ROI_THREADS"] = str(self.threads)
        if self.spark:
            shared |= self.spark.environment()
        if self.spark and self.hash_key:
            # Spark's sessions get it from profiles.yml; dbt keeps what is named so out of its logs.
            shared["DBT_ENV_SECRET_ROI_PEPPER"] = pepper(self.hash_key)
        return shared

    def on(self, target: str, env: Mapping[str, str] | None = None) -> Settings:
        """The same settings for another target.

        Args:
            target: one of `targets()`.
            env: where Spark is (`os.environ` unless given).

        Raises:
            SettingsError: a variable that says where Spark is cannot be used.
        """
        if target == self.target:
            return self
        env = os.environ if env is None else env
        return replace(self, target=target, spark=_spark_place(env, self.data, target))

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, create: bool = True) -> Settings:
        """Settings from environment variables (`os.environ` unless given).

        Args:
            env: the variables; empty ones count as unset.
            create: create `ROI_DATA` and the hash key where missing, after every check has passed.

        Raises:
            SettingsError: a variable has an unknown value, names a missing folder or an unknown key.
        """
        env = os.environ if env is None else env
        target = env.get("ROI_TARGET") or "duckdb"
        if target not in targets():
            raise SettingsError(f"ROI_TARGET is {target!r}; allowed are {', '.join(targets())}.")
        try:
            overrides = parse_overrides(
                env.get("ROI_VARS") or "{}", read_defaults(DBT_PROJECT / "dbt_project.yml")
            )
        except VariableError as error:
            raise SettingsError(f"ROI_VARS cannot be used: {error}") from error
        try:
            keep_versions, publish_postgres = read_keep_versions(env), read_postgres(env)
        except OptionError as error:
            raise SettingsError(str(error)) from error
        landing = _existing_folder(env, "ROI_LANDING", DEFAULT_LANDING)
        registry = _existing_folder(env, "ROI_REGISTRY", DEFAULT_REGISTRY)
        memory_limit = _memory_limit(env)
        threads = _threads(env)
        data = _data_folder(env, create)
        spark = _spark_place(env, data, target)
        return cls(
            root=ROOT,
            landing=landing,
            registry=registry,
            data=data,
            target=target,
            vars=overrides,
            hash_key=_hash_key(env, data / HASH_KEY_FILE, create),
            memory_limit=memory_limit,
            threads=threads,
            keep_versions=keep_versions,
            publish_postgres=publish_postgres,
            spark=spark,
        )


def targets() -> tuple[str, ...]:
    """The targets that `profiles.yml` knows, the default first."""
    profiles = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))
    return tuple(profiles[PROFILE]["outputs"])


def resolve(path: str) -> Path:
    """An absolute path; relative ones are taken from the repository root, wherever the command is started."""
    return Path(os.path.abspath(ROOT / Path(path).expanduser()))


def _existing_folder(env: Mapping[str, str], variable: str, default: str) -> Path:
    given = env.get(variable)
    folder = resolve(given or default)
    if folder.is_dir():
        return folder
    problem = "is not a folder" if folder.exists() else "does not exist"
    origin = f"{variable} is {given!r}" if given else f"{variable} is not set and its default is {default!r}"
    raise SettingsError(f"{origin}, but {folder} {problem}. Create it or set {variable} to another folder.")


def _data_folder(env: Mapping[str, str], create: bool) -> Path:
    given = env.get("ROI_DATA")
    folder = resolve(given or DEFAULT_DATA)
    advice = "Set ROI_DATA to a folder that can be written."
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"ROI_DATA is {given or DEFAULT_DATA!r}, but {folder} is not a folder. {advice}")
    if create:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingsError(f"ROI_DATA: {folder} cannot be created ({reason}). {advice}") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise SettingsError(f"ROI_DATA: {folder} cannot be written. {advice}")
    return folder


def _spark_place(env: Mapping[str, str], data: Path, target: str) -> SparkPlace | None:
    if target not in (SPARK, SPARK_SESSION):
        return None
    from orchestration.lib.spark.errors import SparkError
    from orchestration.lib.spark.place import SparkPlace

    try:
        return SparkPlace.from_env(data, env, is_session=target == SPARK_SESSION)
    except SparkError as error:
        raise SettingsError(str(error)) from error


def _memory_limit(env: Mapping[str, str]) -> str | None:
    value = (env.get("ROI_MEMORY_LIMIT") or "").strip()
    if not value:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?\s*([KMGT]i?B|%)", value, re.IGNORECASE):
        raise SettingsError(f"ROI_MEMORY_LIMIT is {value!r}; write a size such as 6GB, 512MiB or 70%.")
    return value


def _threads(env: Mapping[str, str]) -> int | None:
    value = (env.get("ROI_THREADS") or "").strip()
    if not value:
        return None
    if not value.isdigit() or int(value) < 1:
        raise SettingsError(f"ROI_THREADS is {value!r}; it must be a whole number from 1.")
    return int(value)


def _hash_key(env: Mapping[str, str], file: Path, create: bool) -> bytes:
    """The key as bytes of its text: a generated key moved into `ROI_HASH_KEY` hashes alike."""
    given = (env.get("ROI_HASH_KEY") or "").strip()
    if given:
        return given.encode()
    if not file.exists():
        if not create:
            return b""
        _create_secret(file)
    try:
        key = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the hash key in {file} cannot be read ({error}). Restore the file or set ROI_HASH_KEY."
        ) from error
    if not key:
        raise SettingsError(f"the hash key in {file} is empty. Restore the file or set ROI_HASH_KEY.")
    return key.encode()


def _create_secret(file: Path) -> None:
    """Writes a new key aside and links it into place: whoever comes second keeps the first one's key."""
    aside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(aside, file)
        except FileExistsError:
            return
        except OSError:
            # A file system without hard links.
            os.rename(aside, file)
    finally:
        aside.unlink(missing_ok=True)
