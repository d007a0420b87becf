"""The folder beside the published file in which a publish works, and what makes files last."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = re.compile(r"\.publish\.(\d+)\.[0-9a-f]{8}\.tmp")


@contextmanager
def workspace(parent: Path) -> Iterator[Path]:
    """A new folder, removed at the end. Folders that killed publishes left behind go first."""
    remove_stale(parent)
    folder = parent / f".publish.{os.getpid()}.{secrets.token_hex(4)}.tmp"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_stale(parent: Path) -> None:
    """Removes the folders of dead processes; those of living ones stay."""
    for folder in parent.glob(".publish.*.tmp"):
        match = _NAME.fullmatch(folder.name)
        if match and not _is_alive(int(match[1])):
            shutil.rmtree(folder, ignore_errors=True)


def flush(path: Path) -> None:
    """Writes a file, or a folder's list of names, through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def link_or_copy(source: Path, target: Path) -> None:
    """A second name for a file that no longer changes; a flushed copy where there are no hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        flush(target)


def replace_link(link: Path, target: str) -> None:
    """Points a symbolic link to another target in one step."""
    aside = link.with_name(f".{link.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        os.symlink(target, aside)
        os.replace(aside, link)
    finally:
        with contextlib.suppress(FileNotFoundError):
            aside.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
