"""What holds for every reference seed: the file and its description agree, and the text is clean."""

import re

import pytest
import yaml

from orchestration.lib.reference.__main__ import main
from orchestration.lib.reference.seed import ReferenceError, Seed, read_seed

from .conftest import FOLDER

DESCRIBED = {
    seed["name"]: seed
    for seed in yaml.safe_load((FOLDER / "_reference__seeds.yml").read_text(encoding="utf-8"))["seeds"]
}
FILES = sorted(path.stem for path in FOLDER.glob("*.csv"))


def test_every_file_is_described_and_every_description_has_a_file():
    assert sorted(DESCRIBED) == FILES


@pytest.mark.parametrize("name", FILES)
def test_columns_are_described_and_typed_in_the_order_of_the_file(name):
    header = list(read_seed(FOLDER / f"{name}.csv").columns)
    described = DESCRIBED[name]
    assert [column["name"] for column in described["columns"]] == header
    assert list(described["config"]["column_types"]) == header
    assert all(column["description"] for column in described["columns"])


@pytest.mark.parametrize("name", FILES)
def test_file_is_as_the_writer_would_write_it(name):
    path = FOLDER / f"{name}.csv"
    assert path.read_bytes().decode("utf-8") == read_seed(path).to_csv()


@pytest.mark.parametrize("name", FILES)
def test_cells_are_trimmed_and_rows_are_distinct(name):
    seed = read_seed(FOLDER / f"{name}.csv")
    assert [cell for row in seed.rows for cell in row if cell != cell.strip()] == []
    assert len(set(seed.rows)) == len(seed.rows)


@pytest.mark.parametrize("name", FILES)
def test_the_key_that_the_description_names_is_one(name):
    columns = [column["name"] for column in DESCRIBED[name]["columns"]]
    (test,) = DESCRIBED[name]["data_tests"]
    key = [
        columns.index(part.strip()) for part in test["sound"]["arguments"].get("key", "").split(",") if part
    ]
    if key:
        keys = [tuple(row[place] for place in key) for row in read_seed(FOLDER / f"{name}.csv").rows]
        assert len(set(keys)) == len(keys)
    else:
        assert name == "conversion_events"  # a goal may be reached in several ways


@pytest.mark.parametrize("name", ["coupon_sites", "excluded_referrers", "referrer_spam"])
def test_hosts_are_bare_lower_case_names(name):
    host = re.compile(r"[a-z0-9-]+([.][a-z0-9-]+)+")
    for row in read_seed(FOLDER / f"{name}.csv").rows:
        assert host.fullmatch(row[0]), row
        assert not row[0].startswith("www."), row


def test_compiled_seeds_are_what_their_sources_give(capsys):
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_check_reports_a_stale_file_and_writing_repairs_it(tmp_path, capsys):
    coupons = "coupon_sites.csv"
    (tmp_path / coupons).write_text((FOLDER / coupons).read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["--folder", str(tmp_path), "--check"]) == 1
    assert "bot_patterns.csv: stale" in capsys.readouterr().out
    assert not (tmp_path / "bot_patterns.csv").exists()
    assert main(["--folder", str(tmp_path)]) == 0
    assert main(["--folder", str(tmp_path), "--check"]) == 0


def test_a_missing_source_is_an_error_that_names_it(tmp_path, capsys):
    assert main(["--folder", str(tmp_path)]) == 2
    assert "coupon_sites.csv" in capsys.readouterr().err


def test_a_ragged_row_is_named():
    with pytest.raises(ReferenceError, match="seed x, row 2: 1 cells for 2 columns"):
        Seed.of("x", ["a", "b"], [["1", "2"], ["3"]])


def test_an_empty_file_is_an_error(tmp_path):
    (tmp_path / "x.csv").touch()
    with pytest.raises(ReferenceError, match="first line must be a header"):
        read_seed(tmp_path / "x.csv")


def test_a_cell_with_quotes_commas_and_line_ends_survives(tmp_path):
    seed = Seed.of("x", ["a", "b"], [['say "hi", you', "two\nlines"], ["", "é"]])
    assert read_seed(seed.write(tmp_path)) == seed
