"""What lies in the landing folder, and which dataset and format each file is by the folders it lies in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.lib.ingestion.formats import all_formats, folders
from orchestration.lib.ingestion.formats.base import Format
from orchestration.lib.ingestion.schema import DATASETS

DONE_MARKER = ".done"
# How tools name a file that they are still writing.
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")


@dataclass(frozen=True)
class LandingFile:
    """A file to load: `relative` is its path below the landing folder, with forward slashes.

    `problem` says why it must not be opened, or cannot be anything that we know.
    """

    path: Path
    relative: str
    dataset: str
    format_name: str
    format: Format | None
    problem: str | None = None
    readable: bool = True


def is_unfinished(name: str) -> bool:
    """Whether a file name says that the file is hidden, still being written, or only a marker."""
    lower = name.lower()
    return lower.startswith((".", "~$")) or lower.endswith((*_UNFINISHED, DONE_MARKER))


def discover(landing: Path) -> list[LandingFile]:
    """Every file that a run must take note of, oldest first, then by path.

    That order decides nothing in the warehouse: it only makes two runs on the same files alike.
    NotADirectoryError where the folder is missing.
    """
    if not landing.is_dir():
        raise NotADirectoryError(f"the landing folder {landing} does not exist; create it or set ROI_LANDING")
    root = landing.resolve()
    found = [_identify(path, root) for path in _walk(root)]
    return sorted(found, key=lambda file: (_modified(file.path), file.relative))


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _walk(root: Path) -> Iterator[Path]:
    """Files and links to folders; linked folders are not entered, so no loop and no outside is walked."""
    for folder, subfolders, names in os.walk(root):
        here = Path(folder)
        subfolders[:] = [name for name in sorted(subfolders) if not name.startswith(".")]
        for name in list(subfolders):
            if (here / name).is_symlink():
                subfolders.remove(name)
                if not (here / name).resolve().is_relative_to(root):
                    yield here / name
        for name in sorted(names):
            if not is_unfinished(name):
                yield here / name


def _identify(path: Path, root: Path) -> LandingFile:
    relative = path.relative_to(root).as_posix()
    # A name that is no UTF-8 is kept in a form that can be stored.
    relative = relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    parts = path.relative_to(root).parts
    dataset = parts[0] if len(parts) > 1 else ""
    name = parts[1] if len(parts) > 2 else ""

    def refused(problem: str, readable: bool = True) -> LandingFile:
        return LandingFile(path, relative, dataset, name, None, problem, readable)

    if not str(path).isprintable() or relative != path.relative_to(root).as_posix():
        return refused("the file name is not printable UTF-8; rename the file", readable=False)
    if path.is_symlink():
        target = path.resolve()
        if not target.is_relative_to(root):
            return refused("a link out of the landing folder (refused); copy the file itself", readable=False)
        if not target.exists():
            return refused("a link to a file that does not exist", readable=False)
    if not path.is_file():
        return refused("not a regular file", readable=False)
    if dataset not in DATASETS:
        return refused(f"unknown dataset folder {dataset!r}; expected one of {', '.join(DATASETS)}")
    found = all_formats().get((dataset, name))
    if found is None:
        return refused(
            f"unknown format folder {dataset}/{name}; expected one of {', '.join(folders(dataset))}"
        )
    if found.reader(path.name) is None:
        return refused(
            f"unknown file extension for {dataset}/{name} in {path.name!r};"
            f" expected {', '.join(found.extensions)}"
        )
    return LandingFile(path, relative, dataset, name, found)
