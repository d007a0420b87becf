"""Registry checks: each mistake is found, named with file and line, and says what to do."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from orchestration.lib.registry import TABLES, Finding, Severity, check_registry
from orchestration.lib.registry.model import Registry, Row, Sheet
from orchestration.lib.registry.ownership import overlapping_codes
from orchestration.lib.registry.tables import Table
from tests.support.growth import growth
from tests.support.registry import GOOD, Edit, add, change, only, write_registry


def check(folder: Path, edit: Edit | None = None) -> list[Finding]:
    """Writes a good registry with one edit and checks what must be right for a run."""
    return check_registry(write_registry(folder, *([edit] if edit else [])), lint=())


def test_a_good_registry_has_no_findings(tmp_path: Path) -> None:
    assert check(tmp_path) == []


def test_the_headers_here_are_the_documented_ones() -> None:
    assert {table.name: ",".join(table.header) for table in TABLES} == {
        name: lines[0] for name, lines in GOOD.items()
    }


@pytest.mark.parametrize("table", GOOD)
def test_a_missing_file_is_named_with_its_header(tmp_path: Path, table: str) -> None:
    findings = check(tmp_path)
    (tmp_path / f"{table}.csv").unlink()
    finding = only(check_registry(tmp_path, lint=()))
    assert findings == []
    assert finding.severity is Severity.ERROR
    assert finding.file == f"{table}.csv"
    assert "missing" in finding.message
    assert GOOD[table][0] in finding.mend


def test_a_missing_column_is_named_with_the_expected_header(tmp_path: Path) -> None:
    finding = only(
        check(
            tmp_path,
            lambda tables: tables.update(
                costs=["cost_id,influencer_id,campaign_id,cost_type,incurred_on,currency"]
            ),
        )
    )
    assert (finding.file, finding.line) == ("costs.csv", 1)
    assert "deliverable_id, amount are missing" in finding.message
    assert GOOD["costs"][0] in finding.mend


def test_semicolons_are_recognised(tmp_path: Path) -> None:
    finding = only(check(tmp_path, change("costs", 1, GOOD["costs"][0].replace(",", ";"))))
    assert "semicolons" in finding.message


def test_extra_columns_and_another_order_are_fine(tmp_path: Path) -> None:
    def edit(tables: dict[str, list[str]]) -> None:
        tables["influencers"] = [
            "notes,followers,Country,niche,tier,handle,influencer_name,influencer_id",
            "hello,1,DE,fitness,nano,@ada,Ada,inf_1",
            ",,,,,,Bo,inf_2",
        ]

    assert check(tmp_path, edit) == []


def test_a_column_that_is_there_twice_is_an_error(tmp_path: Path) -> None:
    finding = only(check(tmp_path, change("costs", 1, GOOD["costs"][0] + ",amount")))
    assert "amount is there twice" in finding.message


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", None, "empty"),
        ("influencer_id".encode("utf-16"), None, "UTF-16"),
        (("\n".join(GOOD["influencers"]) + "\ninf_3,Zo\xeb,,,,,\n").encode("latin-1"), 4, "0xeb"),
        (("\n".join(GOOD["influencers"]) + "\ninf_3,a\0b,,,,,\n").encode(), 4, "NUL"),
        (("\n".join(GOOD["influencers"]) + '\ninf_3,"open,,,,,\n').encode(), None, "not CSV"),
    ],
)
def test_an_unreadable_file_is_an_error(tmp_path: Path, data: bytes, line: int | None, words: str) -> None:
    check(tmp_path)
    (tmp_path / "influencers.csv").write_bytes(data)
    finding = only(check_registry(tmp_path, lint=()))
    assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "influencers.csv", line)
    assert words in finding.message


def test_a_byte_order_mark_crlf_and_quoted_newlines_are_fine(tmp_path: Path) -> None:
    check(tmp_path)
    lines = [*GOOD["influencers"], '"inf_3","a name\r\nover lines",,nano,,,', "inf_4,,,micro,,,"]
    (tmp_path / "influencers.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    finding = only(check_registry(tmp_path, lint=()))
    # The row after a value of two lines keeps its true line.
    assert (finding.line, finding.rule) == (6, "required_values")
    assert "influencer_name is empty (influencer_id inf_4)" in finding.message


def test_ragged_rows_are_errors_and_blank_lines_are_not(tmp_path: Path) -> None:
    findings = check(tmp_path, add("influencers", "", "inf_3,Cy", "", "inf_4,D,i,micro,x,y,1,2", ",,,,,,"))
    assert [(f.severity, f.line) for f in findings] == [
        (Severity.ERROR, 5),
        (Severity.ERROR, 7),
        (Severity.WARNING, 8),
    ]
    assert "2 fields, the header has 7" in findings[0].message


@pytest.mark.parametrize(
    ("edit", "file", "line", "words"),
    [
        (add("influencers", "inf_1,Again,,,,,"), "influencers.csv", 4, ["inf_1", "line 2"]),
        (add("influencers", " inf_1 ,Again,,,,,"), "influencers.csv", 4, ["inf_1", "line 2"]),
        (add("influencers", ",Nobody,,,,,"), "influencers.csv", 4, ["influencer_id is empty"]),
        (
            add("tracking_links", "lnk_3,inf_9,,,,,zed,,,,,"),
            "tracking_links.csv",
            4,
            ["inf_9", "lnk_3", "influencers.csv"],
        ),
        (add("promo_codes", "ZED,inf_9,,,,,"), "promo_codes.csv", 4, ["inf_9", "ZED", "influencers.csv"]),
        (
            add("costs", "cst_2,inf_1,cmp_9,,fee,2026-01-01,1,USD"),
            "costs.csv",
            3,
            ["cmp_9", "cst_2", "campaigns.csv"],
        ),
        (
            add("costs", "cst_2,inf_1,,del_9,fee,2026-01-01,1,USD"),
            "costs.csv",
            3,
            ["del_9", "deliverables.csv"],
        ),
        (
            add("deliverables", "del_2,par_9,,,,,,,"),
            "deliverables.csv",
            3,
            ["par_9", "del_2", "partnerships.csv"],
        ),
        (add("partnerships", "par_3,inf_9,,,,,"), "partnerships.csv", 4, ["inf_9", "par_3"]),
        (add("partnerships", "par_3,inf_1,cmp_9,,,,"), "partnerships.csv", 4, ["cmp_9", "par_3"]),
        (add("tracking_links", "lnk_3,inf_1,,,,,,,,,,"), "tracking_links.csv", 4, ["utm_source is empty"]),
        (add("costs", "cst_2,inf_1,,,fee,2026-02-30,1,USD"), "costs.csv", 3, ["2026-02-30", "calendar"]),
        (add("costs", "cst_2,inf_1,,,fee,01/02/2026,1,USD"), "costs.csv", 3, ["01/02/2026", "2026-03-31"]),
        (add("costs", 'cst_2,inf_1,,,fee,2026-01-01,"1,5",USD'), "costs.csv", 3, ["1,5", "not a number"]),
        (add("costs", "cst_2,inf_1,,,fee,2026-01-01,-5,USD"), "costs.csv", 3, ["-5", "negative"]),
        (add("costs", "cst_2,inf_1,,,fee,2026-01-01,1.00001,USD"), "costs.csv", 3, ["4 decimals"]),
        (add("costs", "cst_2,inf_1,,,fee,2026-01-01,1e99,USD"), "costs.csv", 3, ["1e99"]),
        (add("costs", "cst_2,inf_1,,,fee,2026-01-01," + "9" * 15 + ",USD"), "costs.csv", 3, ["too large"]),
        (add("costs", "cst_2,inf_1,,,fee,2026-01-01,,USD"), "costs.csv", 3, ["amount is empty"]),
        (add("costs", "cst_2,inf_1,,,fee,2026-01-01,5,$"), "costs.csv", 3, ["currency '$'", "USD"]),
        (add("influencers", "inf_3,Cy,,,,,12k"), "influencers.csv", 4, ["followers '12k'"]),
        (add("partnerships", "par_3,inf_1,,,,110,"), "partnerships.csv", 4, ["110", "between 0 and 100"]),
        (add("promo_codes", "NEW,inf_1,,,,yesterday,"), "promo_codes.csv", 4, ["'yesterday'", "not a time"]),
        (
            add("promo_codes", "NEW,inf_1,,,,2026-03-02T25:00:00,"),
            "promo_codes.csv",
            4,
            ["25:00:00", "calendar"],
        ),
        (
            add("promo_codes", "NEW,inf_1,,,,2026-03-02,2026-03-02"),
            "promo_codes.csv",
            4,
            ["valid_from", "NEW"],
        ),
        (
            add("campaigns", "cmp_2,X,x,2026-03-02,2026-03-01,,"),
            "campaigns.csv",
            3,
            ["starts_on", "cmp_2"],
        ),
    ],
)
def test_a_wrong_row_is_an_error_with_file_line_and_values(
    tmp_path: Path, edit: Edit, file: str, line: int, words: list[str]
) -> None:
    finding = only(check(tmp_path, edit))
    assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, file, line)
    for word in words:
        assert word in str(finding)


def test_a_campaign_of_one_day_is_fine(tmp_path: Path) -> None:
    assert check(tmp_path, add("campaigns", "cmp_2,X,x,2026-03-01,2026-03-01,,")) == []


def test_an_unknown_tier_or_cost_type_is_a_warning(tmp_path: Path) -> None:
    finding = only(check(tmp_path, add("influencers", "inf_3,Cy,,Giga,,,")))
    assert (finding.severity, finding.line) == (Severity.WARNING, 4)
    assert "nano, micro, mid, macro, mega" in finding.message
    finding = only(check(tmp_path, add("costs", "cst_2,inf_1,,,bribe,2026-01-01,1,USD")))
    assert (finding.severity, finding.file) == (Severity.WARNING, "costs.csv")


class TestOwnership:
    """One owner at a time, from valid_from (inclusive) to valid_to (exclusive)."""

    def test_a_code_of_two_influencers_names_both_rows(self, tmp_path: Path) -> None:
        finding = only(check(tmp_path, add("promo_codes", " ada10 ,inf_2,,,,2026-03-15,2026-03-20")))
        assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "promo_codes.csv", 4)
        for word in ("inf_1 (line 2", "inf_2 (line 4", "2026-03-15", "ADA10"):
            assert word in finding.message

    def test_a_code_that_ends_when_the_next_begins_is_fine(self, tmp_path: Path) -> None:
        assert check(tmp_path) == []
        finding = only(check(tmp_path, change("promo_codes", 2, "ADA10,inf_1,,,,,2026-04-01T00:00:01")))
        assert finding.rule == "overlapping_codes"

    def test_offsets_are_taken_into_account(self, tmp_path: Path) -> None:
        # 01:00 at +02:00 is 23:00 of the day before.
        row = "ADA10,inf_2,,percent,10,2026-04-01T01:00:00+02:00,"
        assert only(check(tmp_path, change("promo_codes", 3, row))).rule == "overlapping_codes"

    def test_open_ends_overlap(self, tmp_path: Path) -> None:
        finding = only(check(tmp_path, add("promo_codes", "X,inf_1,,,,,", "X,inf_2,,,,2030-01-01,")))
        assert "from ever to ever" in finding.message

    def test_a_link_of_two_influencers_names_both_rows(self, tmp_path: Path) -> None:
        row = "lnk_3,inf_2,,,,,ADA,Instagram,spring,reel1,2027-01-01,"
        finding = only(check(tmp_path, add("tracking_links", row)))
        assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "tracking_links.csv", 4)
        for word in ("lnk_1", "lnk_3", "inf_1 (line 2", "inf_2 (line 4", "utm_source=ada"):
            assert word in finding.message

    def test_links_that_differ_in_one_part_do_not_overlap(self, tmp_path: Path) -> None:
        assert check(tmp_path, add("tracking_links", "lnk_3,inf_2,,,,,ada,instagram,spring,,,")) == []

    def test_the_same_owner_twice_is_a_warning(self, tmp_path: Path) -> None:
        finding = only(check(tmp_path, add("promo_codes", "ada10,inf_1,,,,2026-03-15,2026-03-20")))
        assert finding.severity is Severity.WARNING
        assert "lines 2 and 4" in finding.message

    def test_sorting_finds_every_row_that_brute_force_finds(self) -> None:
        table = next(table for table in TABLES if table.name == "promo_codes")
        for seed in range(300):
            rows = _random_claims(random.Random(seed))
            sheet = Sheet(table, rows)
            found = {
                finding.line
                for finding in overlapping_codes(Registry({"promo_codes": sheet}))
                if finding.severity is Severity.ERROR
            }
            assert found == _overlapping_lines(rows), seed


def _random_claims(dice: random.Random) -> tuple[Row, ...]:
    rows = []
    for line in range(2, 2 + dice.randint(2, 9)):
        begins = dice.randint(1, 20)
        values = {
            "promo_code": dice.choice("AaB"),
            "influencer_id": dice.choice("xyz"),
            "valid_from": f"2026-01-{begins:02d}",
            "valid_to": f"2026-01-{begins + dice.randint(1, 8):02d}",
        }
        rows.append(Row(line, values))
    return tuple(rows)


def _overlapping_lines(rows: tuple[Row, ...]) -> set[int]:
    """Lines that overlap an earlier-beginning row of the same code and another owner, pair by pair."""
    lines = set()
    for row in rows:
        for other in rows:
            before = (other.values["valid_from"], other.line) < (row.values["valid_from"], row.line)
            same_code = other.values["promo_code"].lower() == row.values["promo_code"].lower()
            foreign = other.values["influencer_id"] != row.values["influencer_id"]
            if before and same_code and foreign and other.values["valid_to"] > row.values["valid_from"]:
                lines.add(row.line)
    return lines


def test_errors_come_first_and_every_finding_is_kept(tmp_path: Path) -> None:
    def edit(tables: dict[str, list[str]]) -> None:
        add("influencers", "inf_3,Cy,,Giga,,,")(tables)
        add("costs", "cst_2,inf_9,,,fee,2026-01-01,1,USD", "cst_2,inf_1,,,fee,x,1,USD")(tables)

    findings = check(tmp_path, edit)
    assert [(f.severity.value, f.file, f.line, f.rule) for f in findings] == [
        ("error", "costs.csv", 3, "references_exist"),
        ("error", "costs.csv", 4, "readable_values"),
        ("error", "costs.csv", 4, "unique_ids"),
        ("warning", "influencers.csv", 4, "known_words"),
    ]


def test_work_grows_with_the_rows_of_one_code_and_not_with_their_square(tmp_path: Path) -> None:
    def check_rows(count: int) -> None:
        # All rows claim one code, the worst case for finding overlaps.
        lines = [f"SAME,inf_1,,percent,10,2026-01-01T00:00:{n % 60:02d}," for n in range(count)]
        findings = check(tmp_path / str(count), lambda tables: tables["promo_codes"].extend(lines))
        assert len(findings) >= count - 1

    assert growth(check_rows, 10_000) < 9


def test_a_table_is_declared_once() -> None:
    names = [table.name for table in TABLES]
    assert len(set(names)) == len(names)
    assert all(isinstance(table, Table) and table.key in table.header for table in TABLES)
