"""The same arguments write the same bytes, and the bundled sample is such an output."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from orchestration.lib.sample import BUNDLED, config, generate, write_sample
from orchestration.lib.sample.bundled import write_bundled

from .conftest import files_of

SEEDS = Path(__file__).resolve().parents[3] / "seeds"


@pytest.mark.parametrize("file_format", ["mixed", "parquet", "jsonl.gz"])
def test_same_seed_same_bytes(tmp_path: Path, file_format: str) -> None:
    for name in ("one", "two"):
        write_sample(tmp_path / name, 400, 40, 5, file_format=file_format)
    one, two = files_of(tmp_path / "one"), files_of(tmp_path / "two")
    assert one == two
    assert len(one) > 15


def test_another_seed_another_world(tmp_path: Path) -> None:
    write_sample(tmp_path / "one", 400, 40, 5)
    write_sample(tmp_path / "two", 400, 40, 6)
    assert files_of(tmp_path / "one")["truth.csv"] != files_of(tmp_path / "two")["truth.csv"]


def test_roster_seed_keeps_the_influencers_and_changes_the_people(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_sample(tmp_path / str(seed), 400, 40, seed, roster_seed=77)
    one, two = files_of(tmp_path / "1"), files_of(tmp_path / "2")
    for table in ("influencers", "deliverables", "tracking_links", "promo_codes"):
        assert one[f"registry/{table}.csv"] == two[f"registry/{table}.csv"]
    assert one["truth.csv"] != two["truth.csv"]


def test_chunks_have_their_own_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More people change nothing for the first chunk but what the larger roster brings."""
    monkeypatch.setattr(generate, "CHUNK_PEOPLE", 300)
    report = write_sample(tmp_path / "one", 900, 30, 5, file_format="csv")
    orders = (tmp_path / "one" / "truth.csv").read_text().splitlines()[1:]
    ids = [line.split(",")[0] for line in orders]
    assert len(ids) == len(set(ids)) == report.orders
    events: list[str] = []
    for path in (tmp_path / "one" / "landing" / "clicks").rglob("*.csv"):
        events += [line.split(",")[0] for line in path.read_text().splitlines()[1:]]
    named = [event for event in events if event]
    # Only the planted duplicates share an id.
    assert 0.985 < len(set(named)) / len(named) < 0.998


def test_the_bundled_sample_is_the_output_of_its_arguments(tmp_path: Path) -> None:
    """If this fails on purpose: `python -m orchestration.lib.sample` writes the sample anew."""
    write_bundled(tmp_path)
    fresh = files_of(tmp_path)
    kept = {f"sample/{name}": data for name, data in files_of(SEEDS / "sample").items()}
    kept |= {f"registry/{path.name}": path.read_bytes() for path in (SEEDS / "registry").glob("*.csv")}
    assert sorted(fresh) == sorted(kept)
    for name, data in fresh.items():
        # Builds of zlib differ in what they make of the same text; what is in the file does not.
        same = (
            gzip.decompress(data) == gzip.decompress(kept[name])
            if name.endswith(".gz")
            else data == kept[name]
        )
        assert same, f"seeds/{name} is not what {BUNDLED} gives"


def test_the_bundled_sample_is_small() -> None:
    size = sum(path.stat().st_size for path in (SEEDS / "sample").rglob("*") if path.is_file())
    assert size < 4_500_000


def test_gzip_headers_carry_no_time(tmp_path: Path) -> None:
    write_sample(tmp_path, 200, 20, 1, file_format="csv.gz")
    for path in tmp_path.rglob("*.gz"):
        assert path.read_bytes()[3:8] == b"\x00" * 5


def test_tail_days_are_files_of_their_own_and_change_no_row(tmp_path: Path) -> None:
    write_sample(tmp_path / "months", 300, 40, 3, file_format="csv")
    write_sample(tmp_path / "days", 300, 40, 3, file_format="csv", tail_days=2)

    def lines(name: str) -> list[str]:
        folder = tmp_path / name / "landing" / "clicks" / "standard"
        return sorted(line for path in folder.iterdir() for line in path.read_text().splitlines()[1:])

    assert lines("months") == lines("days")
    last = config.World(300, 40, 3).start.replace()
    names = {path.stem for path in (tmp_path / "days" / "landing" / "clicks" / "standard").iterdir()}
    assert {"clicks-2026-06-02", "clicks-2026-06-03"} <= names
    assert last.isoformat() == "2026-04-25"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"people": 10, "days": 30, "seed": 1}, "people is 10"),
        ({"people": 100, "days": 3, "seed": 1}, "days is 3"),
        ({"people": 100, "days": 30, "seed": -1}, "seed is -1"),
        ({"people": 100, "days": 30, "seed": 1, "file_format": "xlsx"}, "file_format is 'xlsx'"),
        ({"people": 100, "days": 30, "seed": 1, "tail_days": 30}, "tail_days is 30"),
        ({"people": 100, "days": 30, "seed": 1, "halo_strength": -1}, "halo_strength is -1"),
        ({"people": 100, "days": 3_650, "seed": 1, "file_format": "orc"}, "use one of mixed"),
    ],
)
def test_arguments_out_of_range_say_so_and_write_nothing(
    tmp_path: Path, arguments: dict[str, int | str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        write_sample(tmp_path / "out", **arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_a_world_is_never_written_over_another(tmp_path: Path) -> None:
    write_sample(tmp_path, 100, 20, 1)
    before = files_of(tmp_path)
    with pytest.raises(ValueError, match="is not empty"):
        write_sample(tmp_path, 100, 20, 2)
    assert files_of(tmp_path) == before


def test_progress_is_told_after_each_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "CHUNK_PEOPLE", 100)
    told: list[tuple[int, int]] = []
    write_sample(tmp_path, 250, 20, 1, on_progress=lambda done, people: told.append((done, people)))
    assert told == [(100, 250), (200, 250), (250, 250)]


def test_roster_grows_with_people() -> None:
    sizes = [config.World(people, 365, 1).influencers for people in (1_000, 5_000, 100_000, 1_000_000)]
    assert sizes[:2] == [12, 12]
    assert np.all(np.diff(sizes[1:]) > 0)
    assert 400 < sizes[-1] < 600
