"""A seed file: its name, header and rows, and how it is written and read."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


class ReferenceError(ValueError):
    """Reference data that contradicts itself; the message says where and what to change."""


@dataclass(frozen=True)
class Seed:
    """A table of text: `columns`, and `rows` of as many cells; an empty cell is null."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> "Seed":
        """Build a seed; raise `ReferenceError` on a row that is not as wide as the header."""
        kept = tuple(tuple(row) for row in rows)
        for number, row in enumerate(kept, start=1):
            if len(row) != len(columns):
                raise ReferenceError(
                    f"seed {name}, row {number}: {len(row)} cells for {len(columns)} columns: {row!r}"
                )
        return cls(name, tuple(columns), kept)

    def to_csv(self) -> str:
        """The file's text: UTF-8, comma separated, quoted only where needed, `\\n` line ends."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return out.getvalue()

    def write(self, folder: Path) -> Path:
        """Write `<folder>/<name>.csv` and return its path."""
        path = folder / f"{self.name}.csv"
        path.write_text(self.to_csv(), encoding="utf-8", newline="")
        return path


def read_seed(path: Path) -> Seed:
    """Read a seed file back; raise `ReferenceError` if it is empty or ragged."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    if not lines:
        raise ReferenceError(f"{path}: empty; the first line must be a header")
    return Seed.of(path.stem, lines[0], lines[1:])
