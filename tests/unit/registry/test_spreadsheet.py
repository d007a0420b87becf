"""The registry as one spreadsheet: read without guessing, compared before it is written, and handed out."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from orchestration.lib.registry import TABLES, Severity, check_registry, read_registry
from orchestration.lib.registry.spreadsheet import ImportPlan, plan_import
from orchestration.lib.registry.template import TemplateError, write_template
from orchestration.lib.registry.workbook import WorkbookData, read_workbook
from tests.support.registry import GOOD, Edit, add, change, write_registry

NOW = datetime(2026, 3, 15, tzinfo=UTC)


def book(file: Path, **sheets: list[list[Any]]) -> Path:
    """A spreadsheet with these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(file)
    return file


def filled(folder: Path, file: Path) -> Path:
    """The registry of a folder as a spreadsheet."""
    registry, _ = read_registry(folder)
    write_template(file, ("USD", "EUR"), {name: sheet.rows for name, sheet in registry.sheets.items()})
    return file


def plan(folder: Path, file: Path) -> ImportPlan:
    return plan_import(folder, read_workbook(file), NOW)


def texts(data: WorkbookData) -> list[str]:
    return [str(finding) for finding in data.findings]


COSTS = GOOD["costs"][0].split(",")
INFLUENCERS = GOOD["influencers"][0].split(",")
CODES = GOOD["promo_codes"][0].split(",")


class TestReading:
    def costs(self, tmp_path: Path, *rows: list[Any], header: list[str] | None = None) -> WorkbookData:
        return read_workbook(book(tmp_path / "x.xlsx", costs=[header or COSTS, *rows]))

    def test_values_become_what_the_registry_writes(self, tmp_path: Path) -> None:
        data = self.costs(
            tmp_path,
            ["cst_1", "inf_1", None, None, "fee", datetime(2026, 3, 5), 19.99, "EUR"],
            ["cst_2", " inf_1 ", "", None, "fee", date(2026, 3, 6), 500, "EUR"],
            ["cst_3", 17, None, None, "fee", "2026-03-07", 0.1 + 0.2, "EUR"],
        )
        assert data.findings == []
        assert [
            (row["influencer_id"], row["incurred_on"], row["amount"]) for row in data.sheets["costs"].rows
        ] == [
            ("inf_1", "2026-03-05", "19.99"),
            ("inf_1", "2026-03-06", "500"),
            ("17", "2026-03-07", "0.3"),
        ]
        assert "campaign_id" not in data.sheets["costs"].rows[0]

    def test_a_percentage_that_is_shown_as_one(self, tmp_path: Path) -> None:
        file = book(
            tmp_path / "x.xlsx",
            partnerships=[GOOD["partnerships"][0].split(","), ["p", "i", "", 1, "USD", 0.125]],
        )
        made = openpyxl.load_workbook(file)
        made["partnerships"]["F2"].number_format = "0.0%"
        made.save(file)
        assert read_workbook(file).sheets["partnerships"].rows[0]["commission_pct"] == "12.5"

    def test_a_time_keeps_its_seconds_and_loses_the_rounding(self, tmp_path: Path) -> None:
        row = [
            "ADA10",
            "inf_1",
            None,
            "percent",
            10,
            datetime(2026, 3, 1, 17, 59, 59, 999_999),
            datetime(2026, 4, 1),
        ]
        data = read_workbook(book(tmp_path / "x.xlsx", promo_codes=[CODES, row]))
        found = data.sheets["promo_codes"].rows[0]
        assert (found["valid_from"], found["valid_to"]) == ("2026-03-01T18:00:00", "2026-04-01")

    def test_headings_and_sheets_as_people_write_them(self, tmp_path: Path) -> None:
        made = openpyxl.Workbook()
        sheet = made.active
        sheet.title = " Promo Codes"
        sheet.append([])
        sheet.append([name.replace("_", " ").title() for name in CODES] + ["My notes", None])
        sheet.append(["ADA10", "inf_1", None, None, None, None, None, "hello"])
        sheet.append([])
        sheet.append(["BO10", "inf_2"])
        made.save(tmp_path / "x.xlsx")
        data = read_workbook(tmp_path / "x.xlsx")
        assert data.findings == []
        assert data.sheets["promo_codes"].columns == [*CODES, "my_notes"]
        assert [row["promo_code"] for row in data.sheets["promo_codes"].rows] == ["ADA10", "BO10"]

    def test_leading_zeros_that_are_shown_are_kept(self, tmp_path: Path) -> None:
        file = book(tmp_path / "x.xlsx", influencers=[INFLUENCERS, [7, "Ada"]])
        made = openpyxl.load_workbook(file)
        made["influencers"]["A2"].number_format = "0000"
        made.save(file)
        assert read_workbook(file).sheets["influencers"].rows[0]["influencer_id"] == "0007"

    @pytest.mark.parametrize(
        ("column", "value", "words"),
        [
            # MAY10 typed into a cell that is not text.
            (0, datetime(2026, 5, 10), "is the date 2026-05-10"),
            (0, 12345678901234567, "more digits than a spreadsheet keeps"),
            (5, 46083, "is the number 46083, not a date"),
            (0, "=A1&B1", "a formula without a result"),
            (0, "=1/0", "a formula without a result"),
        ],
    )
    def test_what_cannot_be_read_for_sure_is_named_with_sheet_and_row(
        self, tmp_path: Path, column: int, value: Any, words: str
    ) -> None:
        row: list[Any] = ["ADA10", "inf_1", None, "percent", 10, None, None]
        row[column] = value
        data = read_workbook(book(tmp_path / "x.xlsx", promo_codes=[CODES, row]))
        (finding,) = data.findings
        assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "sheet promo_codes", 2)
        assert CODES[column] in finding.message and words in finding.message and finding.mend

    def test_a_missing_column_and_one_that_is_there_twice(self, tmp_path: Path) -> None:
        assert "no column currency" in texts(self.costs(tmp_path, header=COSTS[:-1]))[0]
        assert "amount is there twice" in texts(self.costs(tmp_path, header=[*COSTS, "Amount"]))[0]

    def test_sheets_of_other_things_are_left_out_and_said(self, tmp_path: Path) -> None:
        data = read_workbook(book(tmp_path / "x.xlsx", costs=[COSTS], Budget=[["a"]]))
        (finding,) = data.findings
        assert (finding.severity, finding.file) == (Severity.WARNING, "sheet Budget")
        assert not data.has_errors

    def test_a_file_without_any_table_is_refused(self, tmp_path: Path) -> None:
        assert read_workbook(book(tmp_path / "x.xlsx", Sheet1=[["a"]])).has_errors

    def test_what_is_no_spreadsheet_is_said(self, tmp_path: Path) -> None:
        for name, content in (("a.xlsx", b"a,b\n1,2\n"), ("b.xlsx", b""), ("c.xlsx", b"PK\x03\x04broken")):
            (tmp_path / name).write_bytes(content)
            data = read_workbook(tmp_path / name)
            assert data.has_errors and "cannot be read as XLSX" in texts(data)[0]
        assert read_workbook(tmp_path / "missing.xlsx").has_errors

    def test_one_that_would_fill_the_memory_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("orchestration.lib.registry.workbook.MAX_UNPACKED_BYTES", 2 * 1024 * 1024)
        file = tmp_path / "bomb.xlsx"
        with (
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
            packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry,
        ):
            for _ in range(3):
                entry.write(b"\0" * 1024 * 1024)
        assert "unpacks to" in texts(read_workbook(file))[0]


class TestImport:
    def test_what_comes_back_unchanged_changes_nothing(self, tmp_path: Path) -> None:
        folder = write_registry(tmp_path / "registry")
        made = plan(folder, filled(folder, tmp_path / "x.xlsx"))
        assert (made.changes, made.errors) == (0, ())
        before = {file: file.read_bytes() for file in folder.iterdir()}
        assert made.write() == []
        assert {file: file.read_bytes() for file in folder.iterdir()} == before

    def edited(self, tmp_path: Path, *edits: Edit) -> tuple[Path, ImportPlan]:
        """The plan of bringing an edited registry's spreadsheet into the unedited one."""
        folder = write_registry(tmp_path / "registry")
        other = write_registry(tmp_path / "other", *edits)
        return folder, plan(folder, filled(other, tmp_path / "x.xlsx"))

    def test_added_changed_and_removed_rows_are_shown_and_written(self, tmp_path: Path) -> None:
        folder, made = self.edited(
            tmp_path,
            add("influencers", "inf_3,Cy,@cy,nano,,,"),
            change("campaigns", 2, "cmp_1,Spring Sale,spring,2026-03-01,2026-04-10,shoes,10000"),
            change("promo_codes", 3, "ADA11,inf_2,,percent,10,2026-04-01,"),
        )
        assert [
            (diff.table.name, [str(each) for each in diff.changes]) for diff in made.diffs if diff.changes
        ] == [
            ("influencers", ["added inf_3: inf_3, Cy, @cy, nano"]),
            (
                "campaigns",
                [
                    "changed cmp_1 (line 2): campaign_name Spring -> Spring Sale, "
                    "ends_on 2026-03-31 -> 2026-04-10"
                ],
            ),
            (
                "promo_codes",
                [
                    "added ADA11 of inf_2 from 2026-04-01: ADA11, inf_2, percent, 10, 2026-04-01",
                    "removed ADA10 of inf_2 from 2026-04-01: ADA10, inf_2, percent, 10, 2026-04-01",
                ],
            ),
        ]
        assert made.errors == ()
        assert made.write() == ["influencers.csv", "campaigns.csv", "promo_codes.csv"]
        assert (folder / "campaigns.csv").read_text().splitlines() == [
            GOOD["campaigns"][0],
            # The budget is written 10000.00 in the file and stays so: it means the same.
            "cmp_1,Spring Sale,spring,2026-03-01,2026-04-10,shoes,10000.00",
        ]
        assert check_registry(folder, lint=()) == []
        assert plan(folder, tmp_path / "x.xlsx").changes == 0

    def test_nothing_is_written_before_it_is_asked_for(self, tmp_path: Path) -> None:
        folder, made = self.edited(tmp_path, add("influencers", "inf_3,Cy,,,,,"))
        assert made.changes == 1
        assert "inf_3" not in (folder / "influencers.csv").read_text()

    def test_a_registry_with_errors_is_refused(self, tmp_path: Path) -> None:
        folder, made = self.edited(tmp_path, add("costs", "cst_2,inf_9,,,fee,2026-01-01,1,USD"))
        assert "inf_9" in made.errors[0].message
        with pytest.raises(ValueError, match="errors"):
            made.write()
        assert "cst_2" not in (folder / "costs.csv").read_text()

    def test_a_sheet_that_cannot_be_read_stops_everything(self, tmp_path: Path) -> None:
        folder = write_registry(tmp_path / "registry")
        file = book(tmp_path / "x.xlsx", influencers=[INFLUENCERS, ["inf_1", "Ada"]], costs=[COSTS[:-1]])
        made = plan(folder, file)
        assert made.diffs == () and made.errors

    def test_tables_and_columns_that_the_spreadsheet_lacks_stay(self, tmp_path: Path) -> None:
        folder = write_registry(
            tmp_path / "registry",
            lambda tables: tables.update(
                influencers=[f"{line},note {n}" for n, line in enumerate(tables["influencers"])]
            ),
            change("influencers", 1, GOOD["influencers"][0] + ",notes"),
        )
        rows = [INFLUENCERS, ["inf_2", "Bo"], ["inf_1", "Ada Changed"]]
        made = plan(folder, book(tmp_path / "x.xlsx", influencers=rows))
        made.write()
        assert (folder / "influencers.csv").read_text().splitlines() == [
            GOOD["influencers"][0] + ",notes",
            "inf_2,Bo,,,,,,note 2",
            "inf_1,Ada Changed,,,,,,note 1",
        ]
        assert (folder / "costs.csv").read_text().splitlines() == GOOD["costs"]

    def test_an_empty_folder_is_filled(self, tmp_path: Path) -> None:
        folder = write_registry(tmp_path / "registry")
        file = filled(folder, tmp_path / "x.xlsx")
        empty = tmp_path / "empty"
        empty.mkdir()
        made = plan(empty, file)
        assert made.errors == ()
        made.write()
        for table in TABLES:
            assert len((empty / table.file).read_text().splitlines()) == len(GOOD[table.name])

    def test_changing_a_link_that_is_out_there_is_warned_of(self, tmp_path: Path) -> None:
        _, made = self.edited(
            tmp_path,
            change(
                "tracking_links",
                2,
                "lnk_1,inf_1,cmp_1,del_1,ada-spring,https://shop.example/new,ada,instagram,spring,reel_one,2026-03-01,",
            ),
        )
        (warning,) = [finding for finding in made.findings if finding.rule == "spreadsheet"]
        assert (warning.severity, warning.line) == (Severity.WARNING, 2)
        assert "link lnk_1 gets another utm_content" in warning.message and made.errors == ()


class TestTemplate:
    def test_it_has_a_sheet_a_table_and_is_a_registry(self, tmp_path: Path) -> None:
        file = tmp_path / "x.xlsx"
        write_template(file, ("USD", "EUR"))
        made = openpyxl.load_workbook(file)
        assert made.sheetnames == ["read me", *(table.name for table in TABLES), "lists"]
        assert made["lists"].sheet_state == "hidden"
        for table in TABLES:
            assert [cell.value for cell in made[table.name][1]] == list(table.header)
        data = read_workbook(file)
        assert data.findings == [] and {name for name in data.sheets} == {table.name for table in TABLES}

    def test_drop_down_lists_offer_words_and_ids(self, tmp_path: Path) -> None:
        file = tmp_path / "x.xlsx"
        write_template(file, ("USD", "EUR"))
        made = openpyxl.load_workbook(file)
        rules = {
            (table.name, made[table.name].cell(1, cells.min_col).value): rule
            for table in TABLES
            for rule in made[table.name].data_validations.dataValidation
            for cells in rule.sqref.ranges
        }
        assert rules["partnerships", "influencer_id"].formula1 == "influencers!$A$2:$A$5000"
        assert rules["tracking_links", "deliverable_id"].formula1 == "deliverables!$A$2:$A$5000"

        def words(table: str, column: str) -> list[object]:
            sheet, _, place = rules[table, column].formula1.partition("!")
            return [cell.value for (cell,) in made[sheet][place.replace("$", "")]]

        assert words("influencers", "tier") == ["nano", "micro", "mid", "macro", "mega"]
        assert "instagram" in words("deliverables", "platform")
        assert words("costs", "currency") == ["USD", "EUR"]
        assert words("promo_codes", "discount_type") == ["percent", "fixed"]
        assert rules["influencers", "tier"].errorStyle == "warning"

    def test_ids_and_codes_are_text_so_that_nothing_becomes_of_them(self, tmp_path: Path) -> None:
        file = tmp_path / "x.xlsx"
        write_template(file)
        made = openpyxl.load_workbook(file)
        assert made["promo_codes"].column_dimensions["A"].number_format == "@"
        assert made["costs"].column_dimensions["F"].number_format == "yyyy-mm-dd"

    def test_what_looks_like_a_formula_is_written_as_text(self, tmp_path: Path) -> None:
        evil = '=HYPERLINK("https://evil.example")'
        quoted = '"' + evil.replace('"', '""') + '"'
        folder = write_registry(tmp_path / "registry", add("influencers", f"inf_3,{quoted},@cy,,,,"))
        made = openpyxl.load_workbook(filled(folder, tmp_path / "x.xlsx"))
        cell = made["influencers"]["B4"]
        assert (cell.value, cell.data_type, cell.quotePrefix) == (evil, "s", True)
        assert made["influencers"]["C4"].data_type == "s"
        assert plan(folder, tmp_path / "x.xlsx").changes == 0

    def test_a_value_that_no_spreadsheet_holds_is_named(self, tmp_path: Path) -> None:
        folder = write_registry(tmp_path / "registry", add("influencers", "inf_3,Bell\x07,,,,,"))
        with pytest.raises(TemplateError, match=r"influencers\.csv, line 4"):
            filled(folder, tmp_path / "x.xlsx")
