"""Lint: what will cost money later is found, named with file, line and mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.lib.registry import Severity
from orchestration.lib.registry.conventions import load_conventions
from orchestration.lib.registry.lint import LINT_RULES
from tests.support.registry import Edit, add, change, lint, only

LINK = "lnk_3,inf_1,cmp_1,,{slug},https://shop.example/,{source},{medium},{campaign},{content},,"


def link(**values: str) -> str:
    defaults = {"slug": "new-one", "source": "ada", "medium": "tiktok", "campaign": "spring", "content": ""}
    return LINK.format(**{**defaults, **values})


def test_the_good_registry_is_clean(tmp_path: Path) -> None:
    assert lint(tmp_path) == []


def test_every_rule_has_a_severity_in_the_conventions_and_no_other_has() -> None:
    assert {rule.name for rule in LINT_RULES} == set(load_conventions().severity)


@pytest.mark.parametrize(
    ("edit", "rule", "file", "line", "words"),
    [
        # naming
        (
            add("tracking_links", link(medium="Tik Tok")),
            "naming",
            "tracking_links.csv",
            4,
            ["'Tik Tok'", "tik_tok"],
        ),
        (
            add("tracking_links", link(content="a/b")),
            "naming",
            "tracking_links.csv",
            4,
            ["'a/b'", "Write a_b.", "valid_to"],
        ),
        (
            add("tracking_links", link(slug="Ada Spring")),
            "naming",
            "tracking_links.csv",
            4,
            ["Write ada-spring"],
        ),
        (add("promo_codes", "ÄDA MIX,inf_1,,,,,"), "naming", "promo_codes.csv", 4, ["'ÄDA MIX'", "type"]),
        (
            # A cyrillic letter that looks like the Latin one.
            add("promo_codes", "\u0410NNABEL20,inf_1,,,,,"),
            "naming",
            "promo_codes.csv",
            4,
            ["letters a-z"],
        ),
        # meaning
        (
            add("tracking_links", link(source="adah_official")),
            "meaning",
            "tracking_links.csv",
            4,
            ["utm_source 'adah_official'", "lnk_3", "'ada'"],
        ),
        (
            add("tracking_links", link(campaign="sprung_sale")),
            "meaning",
            "tracking_links.csv",
            4,
            ["utm_campaign 'sprung_sale'", "'spring'"],
        ),
        (
            change(
                "tracking_links",
                2,
                "lnk_1,inf_1,cmp_1,del_1,ada-spring,https://shop.example/,ada,youtube,spring,reel1,2026-03-01,",
            ),
            "meaning",
            "tracking_links.csv",
            2,
            ["utm_medium 'youtube'", "'instagram'"],
        ),
        (
            change(
                "tracking_links",
                2,
                "lnk_1,inf_1,cmp_1,del_1,ada-spring,https://shop.example/,ada,instagram,spring,story9,2026-03-01,",
            ),
            "meaning",
            "tracking_links.csv",
            2,
            ["utm_content 'story9'", "'reel1'"],
        ),
        # destinations
        (
            add("tracking_links", link().replace("https://shop.example/", "shop.example/x")),
            "destinations",
            "tracking_links.csv",
            4,
            ["'shop.example/x'", "https://"],
        ),
        (
            add("tracking_links", link().replace("https://", "http://")),
            "destinations",
            "tracking_links.csv",
            4,
            ["is not https"],
        ),
        (
            add("tracking_links", link().replace(".example/", ".example/?UTM_Source=x")),
            "destinations",
            "tracking_links.csv",
            4,
            ["utm_source of its own"],
        ),
        # duplicates
        (add("influencers", "inf_3,Cyra,@ADA,,,,"), "duplicates", "influencers.csv", 4, ["inf_1 in line 2"]),
        (
            add("costs", "cst_2,inf_1,cmp_1,del_1,fee,2026-03-05,500.00,EUR"),
            "duplicates",
            "costs.csv",
            3,
            ["cst_1 in line 2", "500.00"],
        ),
        (
            add("partnerships", "par_3,inf_1,cmp_1,900,EUR,,"),
            "duplicates",
            "partnerships.csv",
            4,
            ["par_1 in line 2"],
        ),
        # near-duplicates
        (
            add("campaigns", "cmp_2,Sprin G,sprin_g,2026-03-01,2026-03-31,,"),
            "near_duplicates",
            "campaigns.csv",
            3,
            ["sprin_g", "spring", "cmp_1", "line 2"],
        ),
        (
            add("promo_codes", "ADAIO,inf_2,,,,,"),
            "near_duplicates",
            "promo_codes.csv",
            4,
            ["ADAIO", "ADA10", "look alike"],
        ),
        # slugs and sources
        (
            add("tracking_links", link(slug="BO-spring").replace("BO-", "bo-")),
            "overlapping_slugs",
            "tracking_links.csv",
            4,
            ["bo-spring", "lnk_3", "lnk_2", "line 3"],
        ),
        # dates
        (
            add("promo_codes", "ADA77,inf_1,cmp_1,,,2026-05-01,"),
            "outside_campaign",
            "promo_codes.csv",
            4,
            ["ADA77", "begins", "after the end", "cmp_1", "2026-03-31"],
        ),
        (
            add("promo_codes", "ADA77,inf_1,cmp_1,,,,2026-02-01"),
            "outside_campaign",
            "promo_codes.csv",
            4,
            ["is over", "before its campaign"],
        ),
        (
            add("promo_codes", "ADA77,inf_1,cmp_1,,,2026-02-01,"),
            "outside_campaign",
            "promo_codes.csv",
            4,
            ["begins (valid_from 2026-02-01) before"],
        ),
        (
            add("promo_codes", "ADA77,inf_1,cmp_1,,,,2026-06-01"),
            "outside_campaign",
            "promo_codes.csv",
            4,
            ["goes on (valid_to 2026-06-01) after the end"],
        ),
        (
            add("promo_codes", "ADA77,inf_1,cmp_1,,,,2026-03-10"),
            "outside_campaign",
            "promo_codes.csv",
            4,
            ["ends (valid_to 2026-03-10) before"],
        ),
        (
            add("tracking_links", link()[:-1] + "2026-07-01,"),
            "outside_campaign",
            "tracking_links.csv",
            4,
            ["lnk_3", "2026-07-01"],
        ),
        (
            add("deliverables", "del_2,par_1,instagram,reel,reel2,2026-06-02,,,"),
            "outside_campaign",
            "deliverables.csv",
            3,
            ["del_2 was posted outside"],
        ),
        (
            change(
                "tracking_links",
                2,
                "lnk_1,inf_1,cmp_1,del_1,ada-spring,https://shop.example/,ada,instagram,spring,reel1,2026-03-03,",
            ),
            "links_cover_posts",
            "tracking_links.csv",
            2,
            ["lnk_1 begins (2026-03-03)", "del_1"],
        ),
        # coverage
        (
            add("influencers", "inf_3,Cyra,@cyra,,,,"),
            "without_link_or_code",
            "influencers.csv",
            4,
            ["inf_3", "neither a link nor a code", "roi links build"],
        ),
        (
            lambda tables: (
                add("campaigns", "cmp_2,Autumn,autumn,2026-09-01,2026-09-30,,")(tables),
                add("partnerships", "par_3,inf_1,cmp_2,,,5,")(tables),
            ),
            "without_link_or_code",
            "partnerships.csv",
            4,
            ["par_3", "cmp_2"],
        ),
        (
            add("deliverables", "del_2,par_2,youtube,video,video1,2026-03-05,,,"),
            "deliverable_without_cost",
            "deliverables.csv",
            3,
            ["del_2", "par_2", "costs.csv"],
        ),
        # owners
        (
            change(
                "tracking_links",
                2,
                "lnk_1,inf_2,cmp_1,del_1,ada-spring,https://shop.example/,bo,instagram,spring,reel1,2026-03-01,",
            ),
            "owners_agree",
            "tracking_links.csv",
            2,
            ["influencer_id inf_2", "del_1", "inf_1", "par_1"],
        ),
        # discounts
        (
            add("promo_codes", "ADA77,inf_1,,percent,120,,"),
            "discounts",
            "promo_codes.csv",
            4,
            ["ADA77", "120 percent"],
        ),
        (add("promo_codes", "ADA77,inf_1,,bogo,1,,"), "discounts", "promo_codes.csv", 4, ["'bogo'"]),
    ],
)
def test_a_weak_spot_is_a_warning_with_file_line_and_mend(
    tmp_path: Path, edit: Edit, rule: str, file: str, line: int, words: list[str]
) -> None:
    found = [finding for finding in lint(tmp_path, edit) if finding.rule == rule]
    finding = only(found)
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, file, line)
    assert finding.mend
    for word in words:
        assert word in str(finding)
