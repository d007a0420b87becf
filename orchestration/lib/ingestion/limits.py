"""Stated limits, so that no file can take the machine with it. Each can be set by an environment variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """How much of the machine one landing file may take.

    gz_bytes      bytes that one `.gz` may unpack to (`ROI_MAX_GZ_BYTES`, default 200 GiB)
    gz_ratio      unpacked bytes per packed byte once `gz_ratio_from` bytes are out (`ROI_MAX_GZ_RATIO`,
    default
                  200: click logs pack 10 to 40 times, a bomb about 1,000 times)
    gz_ratio_from bytes below which the ratio says nothing (`ROI_MAX_GZ_RATIO_FROM`, default 64 MiB)
    record_bytes  bytes of one row, line or JSON record (`ROI_MAX_RECORD_BYTES`, default 16 MiB)
    piece_bytes   bytes of records staged and judged at a time (`ROI_MAX_PIECE_BYTES`, default 48 MiB)
    memory_bytes  what DuckDB may take while loading (`ROI_LOAD_MEMORY_BYTES`, default 1.2 GiB)
    """

    gz_bytes: int = 200 * 2**30
    gz_ratio: int = 200
    gz_ratio_from: int = 64 * 2**20
    record_bytes: int = 16 * 2**20
    piece_bytes: int = 48 * 2**20
    memory_bytes: int = 1200 * 2**20

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Limits:
        """The defaults, unless the environment says otherwise; ValueError names a value that is no number."""
        env = os.environ if env is None else env
        names = {name: f"ROI_MAX_{name.upper()}" for name in (f.name for f in fields(cls))}
        names["memory_bytes"] = "ROI_LOAD_MEMORY_BYTES"
        given: dict[str, int] = {}
        for name, variable in names.items():
            value = env.get(variable)
            if not value:
                continue
            if not value.isdigit() or int(value) == 0:
                raise ValueError(f"{variable} is {value!r}; expected a whole number above 0")
            given[name] = int(value)
        return cls(**given)


RAW_TEXT_CHARACTERS = 20_000
"""What quarantine keeps of a row's raw text."""
