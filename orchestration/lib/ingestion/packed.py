"""Reading files as bytes: hashing, unpacking with limits, and the look for NUL bytes."""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.ingestion.errors import FileProblem
from orchestration.lib.ingestion.limits import Limits

_CHUNK = 1 << 20
_PACKED_CHUNK = 1 << 18


def is_packed(path: Path) -> bool:
    """Whether the name says gzip."""
    return path.name.lower().endswith(".gz")


@dataclass(frozen=True)
class Fingerprint:
    """The sha256 of a file's bytes, and whether there is a NUL byte among them."""

    sha256: str
    has_nul: bool


def fingerprint(path: Path) -> Fingerprint:
    """Reads the file once. OSError where it cannot be read."""
    digest, has_nul = hashlib.sha256(), False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            has_nul = has_nul or b"\0" in chunk
    return Fingerprint(digest.hexdigest(), has_nul)


def _unpack(path: Path, limits: Limits) -> Generator[bytes, None, None]:
    packed = unpacked = 0
    engine = zlib.decompressobj(31)
    with path.open("rb") as file:
        while chunk := file.read(_PACKED_CHUNK):
            packed += len(chunk)
            while chunk:
                if engine.eof:
                    # Another member may follow; padding with zeros is no member.
                    chunk = chunk.lstrip(b"\0")
                    if not chunk:
                        break
                    engine = zlib.decompressobj(31)
                try:
                    piece = engine.decompress(chunk, _CHUNK)
                except zlib.error as error:
                    raise FileProblem(f"not a readable gzip file ({error}); write it again") from error
                chunk = engine.unconsumed_tail or engine.unused_data
                unpacked += len(piece)
                if unpacked > limits.gz_bytes:
                    raise FileProblem(
                        f"the gzip file unpacks to more than {limits.gz_bytes:,} bytes; split it, or raise"
                        " ROI_MAX_GZ_BYTES and touch the file"
                    )
                if unpacked > limits.gz_ratio_from and unpacked > packed * limits.gz_ratio:
                    raise FileProblem(
                        f"the gzip file unpacks to over {limits.gz_ratio} times its size, like a zip bomb;"
                        " if it is meant so, raise ROI_MAX_GZ_RATIO and touch the file"
                    )
                if piece:
                    yield piece
    if packed and not engine.eof:
        raise FileProblem("the gzip file is truncated; copy it again")


def chunks(path: Path, limits: Limits) -> Generator[bytes, None, None]:
    """The file's content in pieces of at most 1 MiB, unpacked within the limits."""
    if is_packed(path):
        yield from _unpack(path, limits)
        return
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


class Watch(threading.Thread):
    """Unpacks a gzip file beside DuckDB, which knows no limits and verifies no checksums.

    A find is told at once by calling `alarm`; `finish()` waits and says what it was. zlib frees Python's lock
    while it works, so a second core does it.
    """

    def __init__(self, path: Path, limits: Limits, alarm: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._path, self._limits, self._alarm = path, limits, alarm
        self._problem: BaseException | None = None
        self._has_nul = False
        self._stop_asked = threading.Event()

    def run(self) -> None:
        """The thread's work."""
        try:
            for chunk in chunks(self._path, self._limits):
                if self._stop_asked.is_set():
                    return
                if b"\0" in chunk:
                    self._has_nul = True
                    break
        except BaseException as error:  # handed to the thread that asks
            self._problem = error
        if self.found_something:
            self._alarm()

    @property
    def found_something(self) -> bool:
        """Whether the file has something that DuckDB does not see."""
        return self._has_nul or self._problem is not None

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Asks the thread to end early, and waits for it."""
        self._stop_asked.set()
        self.join()

    def finish(self) -> bool:
        """Waits; True when the content has a NUL byte. Raises what the reading raised."""
        self.join()
        if self._problem:
            raise self._problem
        return self._has_nul
