"""Suggested codes are memorable, nobody else's, and not what everybody tries."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.codes.suggest import ALPHABET, Discount, Suggestion, suggest_codes
from orchestration.lib.codes.taken import TakenError, file_codes, registry_codes, shop_codes
from orchestration.lib.registry import check_registry, read_registry
from orchestration.lib.registry.conventions import load_conventions
from orchestration.lib.registry.lint.guessable import weakness
from orchestration.lib.registry.tables import TABLES
from orchestration.lib.registry.writer import append_rows
from tests.support.registry import Edit, add, write_registry

SHARED = Path(__file__).parents[4] / "shared" / "data"
TWENTY = Discount("percent", Decimal("20"))
NEW = (
    add("campaigns", "cmp_2,Autumn Glow,autumn_glow,2026-09-01,2026-09-30,,"),
    add("influencers", "inf_3,Sarah Johnson,@sarah.j,,,,", "inf_4,Sarah Okafor,@okafor,,,,"),
    add("partnerships", "par_3,inf_3,cmp_2,,,,", "par_4,inf_4,cmp_2,,,,"),
)


def first(letters: str) -> str:
    """Always the first letter: what a test can expect."""
    return letters[0]


def suggest(
    folder: Path,
    *edits: Edit,
    taken: tuple[str, ...] = (),
    discount: Discount = TWENTY,
    choose: Callable[[str], str] = first,
    **only: object,
) -> list[Suggestion]:
    registry, _ = read_registry(write_registry(folder, *edits))
    options = {"choose": choose, **only}
    return suggest_codes(registry, load_conventions(folder), taken, discount, **options)  # type: ignore[arg-type]


def test_the_style_is_name_and_discount_and_the_second_sarah_gets_more_of_her_name(tmp_path: Path) -> None:
    sarah, other = suggest(tmp_path, *NEW, campaign_id="cmp_2")
    assert (sarah.code, other.code) == ("SARAH20", "SARAHOKAFOR20")
    assert sarah.row == {
        "promo_code": "SARAH20",
        "influencer_id": "inf_3",
        "campaign_id": "cmp_2",
        "discount_type": "percent",
        "discount_value": "20",
        "valid_from": "2026-09-01",
        "valid_to": "2026-10-01",
    }


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ((), "SARAH20"),
        (("sarah20",), "SARAHJOHNSON20"),
        ((" Sarah20 ", "SARAHJOHNSON20"), "SARAHAUTUMN20"),
        # Easily mixed up with SARAH20.
        (("SARAHH20",), "SARAHJOHNSON20"),
        (("SARAH2O",), "SARAHJOHNSON20"),
        (("SARA20",), "SARAHJOHNSON20"),
        (("SARAH20", "SARAHJOHNSON20", "SARAHAUTUMN20", "SARAHJ20"), "SJOHNSON20"),
    ],
)
def test_a_code_that_the_shop_has_or_that_resembles_one_is_not_suggested(
    tmp_path: Path, taken: tuple[str, ...], expected: str
) -> None:
    assert suggest(tmp_path, *NEW, taken=taken, influencer_id="inf_3")[0].code == expected


def test_when_all_names_are_taken_letters_that_nobody_guesses_are_added(tmp_path: Path) -> None:
    names = ("SARAH20", "SARAHJOHNSON20", "SARAHJ20", "SARAHAUTUMN20", "SJOHNSON20", "SARAHJOHNSONAUTUMN20")
    (sarah,) = suggest(tmp_path, *NEW, taken=names, influencer_id="inf_3")
    assert sarah.code == "SARAH20AAA"
    assert not set("0OIL1S5Z2B8") & set(ALPHABET)


def test_strong_codes_all_end_in_such_letters_and_differ(tmp_path: Path) -> None:
    import secrets

    found = [
        suggest(tmp_path, *NEW, strong=True, influencer_id="inf_3", choose=secrets.choice)[0].code
        for _ in range(5)
    ]
    assert all(re.fullmatch(f"SARAH20[{ALPHABET}]{{3}}", code or "") for code in found)
    assert len(set(found)) > 1


def test_nothing_weak_is_suggested(tmp_path: Path) -> None:
    edits = (
        add("influencers", "inf_3,Summer,@sale,,,,", "inf_4,Bo,,,,,"),
        add("campaigns", "cmp_2,Sale,sale,2026-09-01,2026-09-30,,"),
        add("partnerships", "par_3,inf_3,cmp_2,,,,", "par_4,inf_4,cmp_2,,,,"),
    )
    found = [each.code for each in suggest(tmp_path, *edits, campaign_id="cmp_2")]
    assert found == ["SUMMER20AAA", "BOSALE20"]
    assert all(code and weakness(code, load_conventions()) is None for code in found)


@pytest.mark.parametrize(
    ("name", "handle", "code"),
    [
        ("Søren Ægir", "@x", "SOREN20"),
        ("李小龙", "@bruce.lee", "BRUCELEE20"),
        ("李小龙", "", "INF320"),
        ('"Robert""); drop table"', "", "ROBERT20"),
    ],
)
def test_names_of_any_script(tmp_path: Path, name: str, handle: str, code: str) -> None:
    edits = (add("influencers", f"inf_3,{name},{handle},,,,"), add("partnerships", "par_3,inf_3,cmp_1,,,,"))
    assert suggest(tmp_path, *edits, influencer_id="inf_3")[0].code == code


@pytest.mark.parametrize(
    ("value", "digits"),
    [("20", "20"), ("20.00", "20"), ("7.5", "75"), ("7.50", "75"), ("100", "100"), ("10", "10")],
)
def test_the_number_in_a_code(value: str, digits: str) -> None:
    assert Discount("fixed", Decimal(value)).digits == digits


def test_who_has_a_code_gets_no_other(tmp_path: Path) -> None:
    # inf_1 has one for the campaign, inf_2 one for all campaigns.
    assert suggest(tmp_path) == []


def test_what_is_written_passes_the_checks_and_is_suggested_once(tmp_path: Path) -> None:
    codes = next(table for table in TABLES if table.name == "promo_codes")
    append_rows(tmp_path, codes, [each.row for each in suggest(tmp_path, *NEW)])
    rules = {
        "overlapping_codes",
        "guessable_code",
        "near_duplicates",
        "outside_campaign",
        "discounts",
        "naming",
    }
    assert not rules & {
        finding.rule for finding in check_registry(tmp_path) if finding.file == "promo_codes.csv"
    }
    registry, _ = read_registry(tmp_path)
    assert suggest_codes(registry, load_conventions(tmp_path), (), TWENTY) == []


def test_a_thousand_influencers_of_one_name_get_a_thousand_codes(tmp_path: Path) -> None:
    import random

    people = [f"inf_x{number},Sarah Johnson,@sarah{number},,,," for number in range(1_000)]
    signed = [f"par_x{number},inf_x{number},cmp_1,,,," for number in range(1_000)]
    shop = tuple(f"OLD{number}CODE" for number in range(5_000))
    edits = (add("influencers", *people), add("partnerships", *signed))
    found = suggest(tmp_path, *edits, taken=shop, choose=random.Random(1).choice)
    codes = [each.code for each in found]
    assert len(codes) == 1_000 and None not in codes and len(set(codes)) == 1_000


class TestTaken:
    def orders(self, file: Path) -> Path:
        with duckdb.connect(str(file)) as connection:
            connection.execute("create schema raw")
            connection.execute("create table raw.orders (order_id varchar, discount_codes varchar)")
            connection.execute(
                "insert into raw.orders values ('1', 'SARAH20|mike5'), ('2', ' FREESHIP '), "
                "('3', null), ('4', '|')"
            )
        return file

    def test_codes_in_orders_are_known(self, tmp_path: Path) -> None:
        codes, where = shop_codes(self.orders(tmp_path / "warehouse.duckdb"), tmp_path / "roi.duckdb")
        assert codes == {"SARAH20", "mike5", "FREESHIP"}
        assert "3 codes in the orders of warehouse.duckdb" in where

    def test_published_codes_are_read_when_the_warehouse_cannot_be(self, tmp_path: Path) -> None:
        (tmp_path / "warehouse.duckdb").write_bytes(b"not a database")
        with duckdb.connect(str(tmp_path / "roi.duckdb")) as connection:
            connection.execute("create schema marts")
            connection.execute("create table marts.mart_promo_code_health as select 'ADA10' as promo_code")
        codes, where = shop_codes(tmp_path / "warehouse.duckdb", tmp_path / "roi.duckdb")
        assert codes == {"ADA10"} and "roi.duckdb" in where

    def test_without_any_it_says_so(self, tmp_path: Path) -> None:
        codes, where = shop_codes(tmp_path / "warehouse.duckdb", tmp_path / "roi.duckdb")
        assert codes == set()
        assert "no codes of the shop are known" in where and "not there yet" in where

    def test_the_registrys_own_are_taken_for_ever(self, tmp_path: Path) -> None:
        edit = add("promo_codes", "OLD5,inf_1,,,,2020-01-01,2020-02-01")
        registry, _ = read_registry(write_registry(tmp_path, edit))
        assert registry_codes(registry) == {"ADA10", "OLD5"}

    @pytest.mark.parametrize(
        ("name", "text", "codes"),
        [
            ("a.csv", "Name,Value\nADA10,10\nBO5,5\n", {"ADA10", "BO5"}),
            ("b.csv", '\ufeffpost_title,discount_type\n"ADA10",percent\n', {"ADA10"}),
            ("c.txt", "ADA10\nBO5\n\n", {"ADA10", "BO5"}),
            ("d.json", '[{"code": "10off", "amount": "10"}, {"code": "x"}]', {"10off", "x"}),
            ("e.json", '{"discount_codes": [{"code": "25OFF"}]}', {"25OFF"}),
        ],
    )
    def test_a_shops_own_list(self, tmp_path: Path, name: str, text: str, codes: set[str]) -> None:
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert file_codes(tmp_path / name) == codes

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "[]", "{nonsense"])
    def test_a_list_without_codes_is_refused(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "x.csv").write_text(text)
        with pytest.raises(TakenError, match=r"x\.csv"):
            file_codes(tmp_path / "x.csv")

    @pytest.mark.shared
    @pytest.mark.skipif(not SHARED.is_dir(), reason="the public fixtures are not beside the repository")
    def test_real_exports_of_shops(self) -> None:
        assert file_codes(SHARED / "woocommerce_api" / "coupons_0.json") == {"10off"}
        assert file_codes(SHARED / "shopify_api" / "discount_codes.json") == {"25OFF"}
