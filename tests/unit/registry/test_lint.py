"""Lint: what will cost money later is found, named with file, line and mend."""

from __future__ import annotations

import itertools
import random
import time
from datetime import date
from pathlib import Path

import pytest

from orchestration.lib.registry import Finding, Severity, check_registry
from orchestration.lib.registry.conventions import ConventionsError, load_conventions
from orchestration.lib.registry.lint import LINT_RULES, LintContext
from orchestration.lib.registry.lint.context import Rates, read_rates
from orchestration.lib.registry.lint.guessable import weakness
from orchestration.lib.registry.lint.similar import Similar, similar_values
from orchestration.lib.registry.text import squeezed
from tests.support.registry import Edit, add, change, drop, write_registry

RATES = Rates({"EUR": tuple(date(2026, 1, day) for day in range(1, 32)), "GBP": (date(2026, 3, 2),)})


def lint(folder: Path, *edits: Edit, own: str = "") -> list[Finding]:
    """The lint findings of the good registry with some edits, without the errors that stop a run."""
    write_registry(folder, *edits)
    if own:
        (folder / "conventions.toml").write_text(own, encoding="utf-8")
    return check_registry(folder, rules=())


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def test_the_good_registry_is_clean(tmp_path: Path) -> None:
    assert lint(tmp_path) == []


def test_every_rule_has_a_severity_in_the_conventions_and_no_other_has() -> None:
    assert {rule.name for rule in LINT_RULES} == set(load_conventions().severity)


LINK = "lnk_3,inf_1,cmp_1,,{slug},https://shop.example/,{source},{medium},{campaign},{content},,"


def link(**values: str) -> str:
    defaults = {"slug": "new-one", "source": "ada", "medium": "tiktok", "campaign": "spring", "content": ""}
    return LINK.format(**{**defaults, **values})


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


def test_what_a_link_inherits_from_its_campaign_is_told_once_where_it_comes_from(tmp_path: Path) -> None:
    edits = (
        change("campaigns", 2, "cmp_1,Spring,Spring Sale,2026-03-01,2026-03-31,,"),
        lambda tables: tables.update(
            tracking_links=[each.replace(",spring,", ",Spring Sale,") for each in tables["tracking_links"]]
        ),
    )
    finding = only(lint(tmp_path, *edits))
    assert (finding.rule, finding.file) == ("naming", "campaigns.csv")


def test_one_source_for_two_influencers_is_told_once_an_influencer(tmp_path: Path) -> None:
    rows = [f"lnk_{n},inf_2,cmp_1,,s-{n},https://shop.example/,ada,tiktok,spring,c{n},," for n in (3, 4, 5)]
    found = [f for f in lint(tmp_path, add("tracking_links", *rows)) if f.rule == "shared_sources"]
    finding = only(found)
    assert finding.line == 4
    assert "inf_1" in finding.message and "inf_2" in finding.message


def test_a_code_that_ends_a_day_late_is_a_time_zone_and_not_a_mistake(tmp_path: Path) -> None:
    assert lint(tmp_path, add("promo_codes", "ADA77,inf_1,cmp_1,,,2026-02-28,2026-04-02")) == []


def test_a_fee_of_zero_says_that_the_post_was_free(tmp_path: Path) -> None:
    edits = (
        change("partnerships", 3, "par_2,inf_2,cmp_1,0,USD,,"),
        add("deliverables", "del_2,par_2,youtube,video,video1,2026-03-05,,,"),
    )
    assert lint(tmp_path, *edits) == []


class TestMoney:
    def context(self) -> LintContext:
        return LintContext(load_conventions(), RATES, "USD")

    def found(self, folder: Path, *edits: Edit) -> list[Finding]:
        write_registry(folder, *edits)
        return [
            finding
            for finding in check_registry(folder, rules=(), context=self.context())
            if finding.rule in ("currency_without_rates", "rate_missing_on_day")
            # The good registry's euros are from March, after this test's last euro rate.
            and " in EUR" not in finding.message
        ]

    def test_a_fee_in_a_currency_without_rates_is_an_error(self, tmp_path: Path) -> None:
        finding = only(self.found(tmp_path, change("partnerships", 3, "par_2,inf_2,cmp_1,10,XTS,,")))
        assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "partnerships.csv", 3)
        for word in ("par_2", "XTS", "fx_rates.csv"):
            assert word in str(finding)

    def test_so_is_a_cost(self, tmp_path: Path) -> None:
        finding = only(self.found(tmp_path, add("costs", "cst_2,inf_1,,,fee,2026-01-01,5,xts")))
        assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "costs.csv", 3)

    def test_the_reporting_currency_and_nothing_need_no_rate(self, tmp_path: Path) -> None:
        edits = (
            add("costs", "cst_2,inf_1,,,fee,1999-01-01,5,USD"),
            change("partnerships", 3, "par_2,inf_2,cmp_1,0,XTS,,"),
        )
        assert self.found(tmp_path, *edits) == []

    @pytest.mark.parametrize(
        ("day", "known"), [("2026-03-02", True), ("2026-03-09", True), ("2026-03-10", False)]
    )
    def test_a_rate_lasts_a_week(self, tmp_path: Path, day: str, known: bool) -> None:
        found = self.found(tmp_path, add("costs", f"cst_2,inf_1,,,fee,{day},5,GBP"))
        assert [finding.rule for finding in found] == ([] if known else ["rate_missing_on_day"])

    def test_a_fee_without_a_day_is_a_warning(self, tmp_path: Path) -> None:
        edits = (
            change("campaigns", 2, "cmp_1,Spring,spring,,,,"),
            change("partnerships", 3, "par_2,inf_2,cmp_1,10,GBP,,"),
        )
        assert "no day" in only(self.found(tmp_path, *edits)).message

    def test_the_projects_rates_are_read(self) -> None:
        rates = read_rates()
        assert rates is not None
        assert rates.knows("EUR") and rates.knows("USD") and rates.knows("JPY") and not rates.knows("XTS")
        assert rates.covers("USD", date(2026, 3, 1))
        assert not rates.covers("USD", date(1990, 1, 1))


class TestCodes:
    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("SUMMER", "common word"),
            ("summer25", "common word"),
            ("SAVE-20", "only says the discount"),
            ("SUMMERSALE", "common words"),
            ("BLACKFRIDAY30", "common word"),
            ("HAPPYBIRTHDAY", "common words"),
            ("20OFF", "only says the discount"),
            ("OFF20", "only says the discount"),
            ("ADA1", "fewer than 5"),
            ("12345", "only a number"),
            ("774411", "only a number"),
            ("AAAAAA", "one character"),
            ("QWERTY", "keyboard"),
            ("LKJHG", "keyboard"),
            ("NORTHPINE20", "of the shop"),
            ("GLOWFEST26", "name of a campaign"),
            ("A" + "BCADEFGH" * 4, "more than 20"),
        ],
    )
    def test_what_anybody_would_try(self, code: str, reason: str) -> None:
        why = weakness(code, load_conventions(), {"northpine", "glowfest2026"})
        assert why is not None and reason in why

    @pytest.mark.parametrize(
        "code", ["SARAH20", "ADA10", "DIEGOM15", "MIKAFIT10", "OKAFOR_HOME", "SARAH20XK"]
    )
    def test_what_only_followers_know(self, code: str) -> None:
        assert weakness(code, load_conventions(), {"northpine"}) is None

    def test_the_rule_names_the_row_and_tells_a_code_once(self, tmp_path: Path) -> None:
        rows = ["SUMMER20,inf_1,,,,,2026-01-01", "summer20,inf_1,,,,2026-01-01,"]
        finding = only(lint(tmp_path, add("promo_codes", *rows)))
        assert (finding.rule, finding.file, finding.line) == ("guessable_code", "promo_codes.csv", 4)

    def test_a_campaigns_name_is_guessable(self, tmp_path: Path) -> None:
        edits = (
            change("campaigns", 2, "cmp_1,Glowfest,spring,2026-03-01,2026-03-31,,"),
            add("promo_codes", "GLOWFEST25,inf_1,,,,,"),
        )
        assert "name of a campaign" in only(lint(tmp_path, *edits)).message


class TestNearDuplicates:
    @pytest.mark.parametrize(
        ("earlier", "later", "how"),
        [
            ("sarah_johnson", "sarahjohnson", "separators"),
            ("Sarah Johnson", "sarah-johnson", "separators"),
            ("Søren Ægir", "soren aegir", "accents"),
            ("sarah_johnson", "sarah_jonson", "one letter"),
            ("sarah_jonson", "sarah_johnson", "one letter"),
            ("sarah_johnson", "sarah_johmson", "one letter"),
            ("sarah_johnson", "sarah_jhonson", "swapped"),
        ],
    )
    def test_what_is_easily_mixed_up(self, earlier: str, later: str, how: str) -> None:
        similar = only_similar(earlier, later)
        assert similar is not None
        assert (similar.value, similar.earlier) == (later, earlier)
        assert how in similar.how

    @pytest.mark.parametrize(
        ("earlier", "later"),
        [
            ("spring_2025", "spring_2026"),
            ("reel_1", "reel_2"),
            ("variant_a", "variant_b"),
            ("anna", "anne"),
            ("sarah_johnson", "sarah_johnston_fit"),
            ("sarah_johnson", "mikael_okafor"),
        ],
    )
    def test_what_is_meant_to_differ(self, earlier: str, later: str) -> None:
        assert only_similar(earlier, later) is None

    def test_lookalike_characters_count_only_where_asked(self) -> None:
        assert [each.value for each in similar_values(["LOLA10", "L0LA1O"], lookalikes=True)] == ["L0LA1O"]
        assert list(similar_values(["LOLA10", "L0LA1O"])) == []

    def test_the_index_finds_what_comparing_all_pairs_finds(self) -> None:
        for seed in range(200):
            dice = random.Random(seed)
            values = list({"".join(dice.choice("abc") for _ in range(dice.randint(5, 7))) for _ in range(25)})
            found = {each.value for each in similar_values(values)}
            expected = {
                later
                for earlier, later in itertools.combinations(values, 2)
                if squeezed(earlier) == squeezed(later) or distance_is_one(earlier, later)
            }
            assert found == expected, seed

    def test_ten_thousand_names_take_seconds(self) -> None:
        dice = random.Random(1)
        values = ["".join(dice.choice("abcdefghijklmnop") for _ in range(14)) for _ in range(10_000)]
        started = time.perf_counter()
        assert len(list(similar_values([*values, values[0] + "x"]))) >= 1
        # All pairs would be 50 million comparisons.
        assert time.perf_counter() - started < 15

    def test_the_rule_names_both_rows(self, tmp_path: Path) -> None:
        edits = (
            add("influencers", "inf_3,Ada Exmaple,@cyra,,,,"),
            add("promo_codes", "CYRA20,inf_3,,,,,"),
        )
        finding = only(lint(tmp_path, *edits))
        assert (finding.rule, finding.file, finding.line) == ("near_duplicates", "influencers.csv", 4)
        for word in ("Ada Exmaple", "inf_3", "Ada Example", "inf_1", "line 2"):
            assert word in finding.message

    def test_codes_of_one_owner_may_resemble_each_other(self, tmp_path: Path) -> None:
        assert lint(tmp_path, add("promo_codes", "ADA1O,inf_2,,,,,", "ADAL0,inf_2,,,,,")) != []
        own = (drop("promo_codes", 3), add("promo_codes", "ADAL0,inf_1,,,,,"))
        assert lint(tmp_path, *own) == []


def only_similar(earlier: str, later: str) -> Similar | None:
    found = list(similar_values([earlier, later]))
    assert len(found) <= 1
    return found[0] if found else None


def distance_is_one(one: str, two: str) -> bool:
    """One letter added, left out or replaced, or two neighbours swapped."""
    if len(one) > len(two):
        one, two = two, one
    if len(two) == len(one) + 1:
        return any(two[:place] + two[place + 1 :] == one for place in range(len(two)))
    if len(one) != len(two):
        return False
    differing = [place for place in range(len(one)) if one[place] != two[place]]
    if len(differing) == 1:
        return True
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and (one[differing[0]], one[differing[1]]) == (two[differing[1]], two[differing[0]])
    )


class TestConventions:
    """`conventions.toml` beside the CSVs replaces single keys."""

    def test_a_rule_may_be_an_error_or_off(self, tmp_path: Path) -> None:
        edit = add("promo_codes", "SUMMER20,inf_1,,,,,")
        own = '[severity]\nguessable_code = "error"\n'
        assert only(lint(tmp_path, edit, own=own)).severity is Severity.ERROR
        assert lint(tmp_path, edit, own='[severity]\nguessable_code = "off"\n') == []

    def test_names_may_be_written_otherwise(self, tmp_path: Path) -> None:
        own = """
        [[naming]]
        columns = ["tracking_links.utm_content"]
        pattern = "[a-z0-9-]+"
        says = "lower case and hyphens"
        suggest = "slug"
        """
        assert lint(tmp_path, add("tracking_links", link(content="reel-2")), own=own) == []
        finding = only(lint(tmp_path, add("tracking_links", link(content="reel_2")), own=own))
        assert "Write reel-2." in finding.mend

    def test_own_words_and_a_longer_code(self, tmp_path: Path) -> None:
        own = '[codes]\nwords = ["ADA"]\n'
        assert {f.line for f in lint(tmp_path, own=own)} == {2}

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("severity = 3", ["severity", "table"]),
            ("[severity]\nguessable = 'off'", ["severity.guessable", "guessable_code"]),
            ("[severity]\nnaming = 'loud'", ["severity.naming", "'loud'", "'warning'"]),
            ("[sevrity]\nnaming = 'off'", ["sevrity", "severity"]),
            ("[dates]\nbefore_days = -1", ["dates.before_days", "-1", "whole number"]),
            ("[[naming]]\ncolumns=['links.x']\npattern='a'", ["naming.columns", "links.x"]),
            ("[[naming]]\ncolumns=['campaigns.utm_campaign']\npattern='('", ["naming.pattern", "regular"]),
            ("[[naming]]\ncolumn='x'", ["naming.column", "columns"]),
            ("[[duplicate]]\ntable='costs'\ncolumns=['nope']", ["costs.nope"]),
            ("[codes]\nwords = 'A'", ["codes.words", "list"]),
            ("= nonsense", ["cannot be read"]),
        ],
    )
    def test_a_mistake_in_the_file_is_named_with_what_is_allowed(
        self, tmp_path: Path, text: str, words: list[str]
    ) -> None:
        (tmp_path / "conventions.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ConventionsError) as raised:
            load_conventions(tmp_path)
        for word in ["conventions.toml", *words]:
            assert word in str(raised.value)

    def test_it_stops_a_run_like_any_error_of_the_registry(self, tmp_path: Path) -> None:
        finding = only(lint(tmp_path, own="[sevrity]\n"))
        assert (finding.severity, finding.file) == (Severity.ERROR, "conventions.toml")


def test_a_registry_of_five_thousand_links_is_linted_in_seconds(tmp_path: Path) -> None:
    links = [
        f"lnk_x{n},inf_1,cmp_1,,s-{n},https://shop.example/,ada,tiktok,spring,content{n},2026-03-01,"
        for n in range(5_000)
    ]
    started = time.perf_counter()
    assert lint(tmp_path, add("tracking_links", *links)) == []
    assert time.perf_counter() - started < 15
