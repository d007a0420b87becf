"""Values that are easily taken for one another, found without comparing all pairs."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest

from orchestration.lib.registry.lint.similar import Similar, similar_values
from orchestration.lib.registry.text import squeezed
from tests.support.growth import growth
from tests.support.registry import add, drop, lint, only


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

    def test_work_grows_with_the_names_and_not_with_their_pairs(self) -> None:
        def compare(count: int) -> None:
            dice = random.Random(1)
            values = ["".join(dice.choice("abcdefghijklmnop") for _ in range(14)) for _ in range(count)]
            assert len(list(similar_values([*values, values[0] + "x"]))) >= 1

        assert growth(compare, 2_500) < 9

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
