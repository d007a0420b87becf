"""Codes as shops import them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.lib.codes.exports import FORMATS, ShopCode, read_codes
from orchestration.lib.registry import Finding, read_registry
from tests.support.registry import Edit, add, write_registry

NOW = datetime(2026, 3, 15, tzinfo=UTC)


def codes(folder: Path, *edits: Edit, **options: str) -> tuple[list[ShopCode], list[Finding]]:
    registry, _ = read_registry(write_registry(folder, *edits))
    return read_codes(registry, NOW, **options)


def exported(name: str, found: list[ShopCode]) -> str:
    return FORMATS[name][1](found)


FIXED = add("promo_codes", "BO-FIX,inf_2,cmp_1,fixed,7.50,2026-03-01T12:00:00+02:00,2026-03-31T12:00:00")


def test_woocommerce(tmp_path: Path) -> None:
    found, problems = codes(tmp_path, FIXED)
    assert problems == []
    rows = list(csv.DictReader(io.StringIO(exported("woocommerce", found))))
    assert rows == [
        {
            "post_title": "ADA10",
            "post_excerpt": "Influencer inf_1",
            "post_status": "publish",
            "post_date": "2026-03-01 00:00:00",
            "discount_type": "percent",
            "coupon_amount": "10",
            "individual_use": "yes",
            # The second owner's time has no end, and to the shop it is one code.
            "date_expires": "",
        },
        {
            "post_title": "BO-FIX",
            "post_excerpt": "Influencer inf_2",
            "post_status": "publish",
            "post_date": "2026-03-01 10:00:00",
            "discount_type": "fixed_cart",
            "coupon_amount": "7.5",
            "individual_use": "yes",
            # It ends at noon, and the shop only knows days.
            "date_expires": "2026-04-01",
        },
    ]


def test_a_code_that_ends_at_midnight_ends_at_that_day(tmp_path: Path) -> None:
    found, _ = codes(tmp_path, add("promo_codes", "ZED10,inf_1,,percent,10,,2026-04-01"))
    rows = list(csv.DictReader(io.StringIO(exported("woocommerce", found))))
    assert rows[-1]["date_expires"] == "2026-04-01"


def test_shopify_csv(tmp_path: Path) -> None:
    found, _ = codes(tmp_path, FIXED)
    rows = list(csv.DictReader(io.StringIO(exported("shopify", found))))
    assert [(row["Code"], row["Discount Type"], row["Discount Value"]) for row in rows] == [
        ("ADA10", "Percentage", "10"),
        ("BO-FIX", "Fixed Amount", "7.5"),
    ]
    assert (rows[1]["Starts At"], rows[1]["Ends At"]) == ("2026-03-01T10:00:00Z", "2026-03-31T12:00:00Z")
    assert {row["Command"] for row in rows} == {"NEW"}


def test_shopify_api(tmp_path: Path) -> None:
    found, _ = codes(tmp_path, FIXED)
    percent, fixed = (
        json.loads(line)["basicCodeDiscount"] for line in exported("shopify-api", found).splitlines()
    )
    assert percent == {
        "title": "ADA10 (inf_1)",
        "code": "ADA10",
        "startsAt": "2026-03-01T00:00:00Z",
        "endsAt": None,
        "context": {"all": "ALL"},
        "customerGets": {"value": {"percentage": 0.1}, "items": {"all": True}},
        "appliesOncePerCustomer": False,
    }
    assert fixed["customerGets"]["value"] == {"discountAmount": {"amount": "7.5", "appliesOnEachItem": False}}


def test_codes_that_are_over_and_other_campaigns_are_left_out(tmp_path: Path) -> None:
    over = add("promo_codes", "OLD10,inf_1,cmp_1,percent,10,2026-01-01,2026-02-01")
    assert [code.code for code in codes(tmp_path, over, FIXED)[0]] == ["ADA10", "BO-FIX"]
    assert [code.code for code in codes(tmp_path, FIXED, campaign_id="cmp_1")[0]] == ["ADA10", "BO-FIX"]
    assert codes(tmp_path, FIXED, campaign_id="cmp_9")[0] == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("NEW10,inf_1,,,,,", "what it gives"),
        ("NEW10,inf_1,,percent,,,", "what it gives"),
        ("NEW10,inf_1,,percent,0,,", "gives nothing"),
        ("NEW10,inf_1,,percent,x,,", "not a number"),
        ("=1+1,inf_1,,percent,10,,", "characters"),
        ("NEW 10,inf_1,,percent,10,,", "characters"),
        ("NËW10,inf_1,,percent,10,,", "characters"),
        ("NEW10,inf_1,,percent,10,someday,", "not a time"),
        ("ada10,inf_2,,percent,15,,", "not 10"),
    ],
)
def test_what_a_shop_cannot_take_is_named_with_its_line(tmp_path: Path, row: str, words: str) -> None:
    found, (problem,) = codes(tmp_path, add("promo_codes", row))
    assert [code.code for code in found] == ["ADA10"]
    assert (problem.file, problem.line) == ("promo_codes.csv", 4)
    assert words in problem.message and problem.mend
