"""Where raw files, seeds and Spark's tables lie: a folder that all share, or an object store.

Names are relative to the place, with `/` between their parts. Whoever writes does so in a folder of this
machine first and hands over whole files, so that no reader ever sees half of one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from orchestration.lib.spark.errors import SparkError
from orchestration.lib.terminal import stated

# What Hadoop calls a store that Arrow and fsspec know by another name.
_SCHEMES = {"s3a": "s3", "s3n": "s3"}
_ADVICE = "Run `make spark-setup` once, and give the credentials as that store's own tools take them."


class Store(Protocol):
    """Files by their names."""

    def files(self, folder: str) -> list[str]:
        """The names of all files below a folder, sorted; none where there is no such folder."""

    def read(self, name: str) -> str | None:
        """A small file's text; None where there is none."""

    def write(self, name: str, text: str) -> None:
        """Writes or replaces a small file as a whole."""
        with self.aside() as folder:
            (folder / "text").write_text(text, encoding="utf-8")
            self.put(folder / "text", name)

    def put(self, file: Path, name: str) -> None:
        """Hands over a file of this machine; whether it is still there afterwards is left open."""

    def remove(self, names: Iterable[str]) -> None:
        """Removes files."""

    def aside(self) -> Any:
        """A context with a new folder on this machine to write files in, which is removed at its end."""

    def local(self, names: Iterable[str], aside: Path) -> list[Path]:
        """Files as files of this machine: as they are, or copied below `aside`."""


class FolderStore(Store):
    """A folder of this machine: local, or mounted."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def files(self, folder: str) -> list[str]:
        """See `Store`."""
        return sorted(
            file.relative_to(self._root).as_posix()
            for file in (self._root / folder).rglob("*")
            if file.is_file()
        )

    def read(self, name: str) -> str | None:
        """See `Store`."""
        try:
            return (self._root / name).read_text(encoding="utf-8")
        except OSError:
            return None

    def put(self, file: Path, name: str) -> None:
        """See `Store`; a file of `aside` is renamed."""
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, target)

    def remove(self, names: Iterable[str]) -> None:
        """See `Store`; folders that this empties go too."""
        for name in names:
            (self._root / name).unlink(missing_ok=True)
            for folder in PurePosixPath(name).parents[:-1]:
                try:
                    (self._root / folder).rmdir()
                except OSError:
                    break

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """See `Store`; on the same file system, so that files are renamed and not copied."""
        self._root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=self._root, prefix=".aside-", ignore_cleanup_errors=True
        ) as folder:
            yield Path(folder)

    def local(self, names: Iterable[str], aside: Path) -> list[Path]:
        """See `Store`."""
        return [self._root / name for name in names]


class ObjectStore(Store):
    """An object store, or whatever else fsspec has a file system for.

    Every method raises SparkError where the store does not answer, or refuses.
    """

    def __init__(self, files: Any, root: str) -> None:
        """`files` is an fsspec file system, `root` the place in it, without a scheme."""
        self._files, self._root = files, root.rstrip("/")

    @contextmanager
    def _answering(self, doing: str, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            # Each client has errors of its own.
            raise SparkError(
                f"Cannot {doing} {name or '/'} in the object store at {self._root}: {stated(error)} "
                "Nothing was published; run again when it answers."
            ) from error

    def files(self, folder: str) -> list[str]:
        """See `Store`."""
        # Another program may have written since this one last asked.
        self._files.invalidate_cache()
        with self._answering("list", folder):
            try:
                # By default what cannot be listed counts as empty.
                found = self._files.find(f"{self._root}/{folder}", on_error="raise")
            except FileNotFoundError:
                return []
        start = self._files._strip_protocol(self._root).rstrip("/") + "/"
        return sorted(self._files._strip_protocol(name).removeprefix(start) for name in found)

    def read(self, name: str) -> str | None:
        """See `Store`."""
        self._files.invalidate_cache()
        with self._answering("read", name):
            try:
                return bytes(self._files.cat_file(f"{self._root}/{name}")).decode()
            except FileNotFoundError:
                return None

    def put(self, file: Path, name: str) -> None:
        """See `Store`."""
        target = f"{self._root}/{name}"
        with self._answering("write", name):
            self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
            self._files.put_file(str(file), target)

    def remove(self, names: Iterable[str]) -> None:
        """See `Store`."""
        for name in names:
            with self._answering("remove", name):
                self._files.rm_file(f"{self._root}/{name}")

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """See `Store`; in the system's folder for temporary files."""
        with tempfile.TemporaryDirectory(prefix="roi-spark-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def local(self, names: Iterable[str], aside: Path) -> list[Path]:
        """See `Store`."""
        copies = []
        for name in names:
            copy = aside / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            with (
                self._answering("read", name),
                self._files.open(f"{self._root}/{name}", "rb") as source,
                copy.open("wb") as target,
            ):
                shutil.copyfileobj(source, target, 1 << 22)
            copies.append(copy)
        return copies


def open_store(address: str) -> Store:
    """The store at an address: `file:/folder`, or a URL such as `s3a://bucket/roi`.

    Raises:
        SparkError: there is no client for such addresses, or it refuses this one.
    """
    scheme, _, rest = address.partition(":")
    if scheme == "file":
        return FolderStore(Path("/" + rest.lstrip("/")))
    try:
        return ObjectStore(*_object_store(scheme, rest.removeprefix("//")))
    except Exception as error:
        # Each client has errors of its own.
        raise SparkError(
            f"ROI_SPARK_PATH is {address!r}, which cannot be used from here: {stated(error)} {_ADVICE}"
        ) from error


def _object_store(scheme: str, rest: str) -> tuple[Any, str]:
    """A client and the place for it: Arrow's, which needs nothing installed beside it, else fsspec's."""
    import fsspec

    url = f"{_SCHEMES.get(scheme, scheme)}://{rest}"
    if scheme in ("s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss"):
        from fsspec.implementations.arrow import ArrowFSWrapper
        from pyarrow.fs import FileSystem

        files, place = FileSystem.from_uri(url)
        return ArrowFSWrapper(files), place
    files, place = fsspec.core.url_to_fs(url)
    return files, place
