"""The link builder writes what is missing, once, and leaves what is there alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.lib.links.builder import LinkPlan, plan_links
from orchestration.lib.links.model import read_links
from orchestration.lib.registry import check_registry, read_registry
from orchestration.lib.registry.conventions import load_conventions
from orchestration.lib.registry.tables import TABLES
from orchestration.lib.registry.writer import RegistryFileError, append_rows
from tests.support.registry import Edit, add, change, write_registry

LINKS = next(table for table in TABLES if table.name == "tracking_links")
SHOP = "https://shop.example/new?ref=1#top"


def plan(folder: Path, destination: str | None = SHOP) -> LinkPlan:
    return plan_links(read_registry(folder)[0], load_conventions(folder), destination)


def build(folder: Path, *edits: Edit, destination: str | None = SHOP) -> LinkPlan:
    """Writes the good registry with edits, plans its links and writes them."""
    write_registry(folder, *edits)
    planned = plan(folder, destination)
    append_rows(folder, LINKS, planned.rows)
    return planned


POST = "del_2,par_1,TikTok,video,video_2,2026-03-09,,,"


def test_a_complete_registry_gets_nothing(tmp_path: Path) -> None:
    assert build(tmp_path) == LinkPlan((), ())


def test_a_post_without_a_link_gets_one(tmp_path: Path) -> None:
    (row,) = build(tmp_path, add("deliverables", POST)).rows
    assert row == {
        "link_id": "lnk_del_2",
        "influencer_id": "inf_1",
        "campaign_id": "cmp_1",
        "deliverable_id": "del_2",
        "slug": "ada-spring-video-2",
        "destination_url": SHOP,
        "utm_source": "ada",
        "utm_medium": "tiktok",
        "utm_campaign": "spring",
        "utm_content": "video_2",
        "valid_from": "",
        "valid_to": "",
    }


def test_what_is_built_passes_the_checks_and_is_built_once(tmp_path: Path) -> None:
    edits = (
        add("influencers", "inf_3,Çağrı Öztürk,,,,,", "inf_4,李小龙,,,,,", "inf_5,Ada Twin,@ada,,,,"),
        add("campaigns", "cmp_2,Autumn Glow 2026,,2026-09-01,2026-09-30,,"),
        add(
            "partnerships",
            "par_3,inf_3,cmp_2,1,USD,,",
            "par_4,inf_4,cmp_2,1,USD,,",
            "par_5,inf_1,cmp_2,1,USD,,",
            "par_6,inf_5,cmp_1,1,USD,,",
        ),
        add("deliverables", POST, "del_3,par_3,youtube,,,,,,", "del_4,par_3,youtube,,,,,,"),
    )
    planned = build(tmp_path, *edits)
    assert not planned.problems
    assert [(row["link_id"], row["slug"], row["utm_source"]) for row in planned.rows] == [
        ("lnk_del_2", "ada-spring-video-2", "ada"),
        ("lnk_del_3", "cagri-autumn-glow", "cagri_ozturk"),
        ("lnk_del_4", "cagri-autumn-glow-post-2", "cagri_ozturk"),
        ("lnk_par_4", "inf-4-autumn-glow", "inf_4"),
        ("lnk_par_5", "ada-autumn-glow", "ada"),
        # Another one's handle is the same word: the source must differ, or visits could not be told apart.
        ("lnk_par_6", "ada-twin-spring", "ada_2"),
    ]
    rules = {
        "overlapping_links",
        "overlapping_slugs",
        "naming",
        "shared_sources",
        "destinations",
        "unique_ids",
    }
    assert not rules & {finding.rule for finding in check_registry(tmp_path)}
    assert plan(tmp_path) == LinkPlan((), ())


def test_the_same_registry_gives_the_same_links(tmp_path: Path) -> None:
    first = build(tmp_path / "a", add("deliverables", POST, "del_3,par_2,youtube,,,,,,"))
    assert build(tmp_path / "b", add("deliverables", POST, "del_3,par_2,youtube,,,,,,")) == first


def test_existing_rows_stay_byte_for_byte(tmp_path: Path) -> None:
    write_registry(tmp_path, add("deliverables", POST))
    file = tmp_path / "tracking_links.csv"
    # As a spreadsheet program saves it: byte-order mark, CRLF, a column of its own, no last line end.
    lines = file.read_text(encoding="utf-8").splitlines()
    text = "\r\n".join([f"Note,{lines[0]}", *(f'"a, ""b""",{line}' for line in lines[1:])])
    before = b"\xef\xbb\xbf" + text.encode()
    file.write_bytes(before)
    append_rows(tmp_path, LINKS, plan(tmp_path).rows)
    after = file.read_bytes()
    assert after.startswith(before + b"\r\n")
    assert after.count(b"\r\n") == len(lines) + 1
    assert after.endswith(b",,\r\n")
    assert plan(tmp_path) == LinkPlan((), ())


def test_a_live_link_is_not_changed_when_the_registry_changes_under_it(tmp_path: Path) -> None:
    edits = (
        change("campaigns", 2, "cmp_1,Summer,summer,2026-03-01,2026-03-31,,"),
        change("influencers", 2, "inf_1,Ada Married,@ada_married,micro,,,"),
    )
    before = (write_registry(tmp_path) / "tracking_links.csv").read_bytes()
    assert build(tmp_path, *edits) == LinkPlan((), ())
    assert (tmp_path / "tracking_links.csv").read_bytes() == before


def test_a_new_link_uses_the_source_that_the_influencer_has(tmp_path: Path) -> None:
    edits = (change("influencers", 2, "inf_1,Ada Married,@ada_married,,,,"), add("deliverables", POST))
    (row,) = build(tmp_path, *edits).rows
    assert row["utm_source"] == "ada"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            lambda t: t.update(
                campaigns=[t["campaigns"][0] + ",destination_url", t["campaigns"][1] + ",https://c.example/"]
            ),
            "https://c.example/",
        ),
        (
            lambda t: t.update(
                partnerships=[
                    t["partnerships"][0] + ",destination_url",
                    t["partnerships"][1] + ",https://p.example/",
                    t["partnerships"][2] + ",",
                ]
            ),
            "https://p.example/",
        ),
        (lambda t: None, SHOP),
    ],
)
def test_where_a_link_leads(tmp_path: Path, edit: Edit, expected: str) -> None:
    (row,) = build(tmp_path, add("deliverables", POST), edit).rows
    assert row["destination_url"] == expected


def test_without_a_destination_the_post_is_named_and_no_link_is_made(tmp_path: Path) -> None:
    planned = build(tmp_path, add("deliverables", POST), destination=None)
    assert planned.rows == ()
    (problem,) = planned.problems
    assert (problem.file, problem.line) == ("deliverables.csv", 3)
    assert "del_2" in problem.message and "--destination" in problem.mend


def test_the_conventions_destination_is_the_last_resort(tmp_path: Path) -> None:
    write_registry(tmp_path, add("deliverables", POST))
    (tmp_path / "conventions.toml").write_text('[links]\ndestination_url = "https://d.example/"\n')
    assert plan(tmp_path, None).rows[0]["destination_url"] == "https://d.example/"
    assert plan(tmp_path, SHOP).rows[0]["destination_url"] == SHOP


def test_a_destination_that_is_no_address_is_refused(tmp_path: Path) -> None:
    planned = build(tmp_path, add("deliverables", POST), destination="javascript:alert(1)")
    assert planned.rows == () and "javascript" in planned.problems[0].message


def test_own_conventions_shape_new_values(tmp_path: Path) -> None:
    write_registry(tmp_path, add("deliverables", "del_2,par_1,tiktok,Video,Video 2,2026-03-09,,,"))
    assert plan(tmp_path).rows[0]["utm_content"] == "video_2"
    (tmp_path / "conventions.toml").write_text(
        '[[naming]]\ncolumns = ["tracking_links.utm_content"]\npattern = "[a-z0-9-]+"\nsuggest = "slug"\n'
    )
    assert plan(tmp_path).rows[0]["utm_content"] == "video-2"


def test_hostile_names_end_as_plain_words(tmp_path: Path) -> None:
    edits = (
        add("influencers", 'inf_3,"../../etc; rm -rf $HOME"" <script>",,,,,'),
        add("partnerships", "par_3,inf_3,cmp_1,1,USD,,"),
    )
    (row,) = build(tmp_path, *edits).rows
    assert row["slug"] == "etc-spring"
    assert row["utm_source"] == "etc_rm_rf_home_script"


def test_a_column_that_a_row_needs_and_the_file_lacks_is_named(tmp_path: Path) -> None:
    write_registry(tmp_path)
    with pytest.raises(RegistryFileError, match="has no column nonsense"):
        append_rows(tmp_path, LINKS, [{"link_id": "x", "nonsense": "1"}])


def test_links_are_read_as_addresses(tmp_path: Path) -> None:
    build(tmp_path, add("deliverables", POST))
    links, findings = read_links(read_registry(tmp_path)[0])
    assert findings == []
    assert links[-1].url == (
        "https://shop.example/new?ref=1&utm_source=ada&utm_medium=tiktok&utm_campaign=spring"
        "&utm_content=video_2#top"
    )


def test_a_link_that_leads_nowhere_is_named_and_left_out(tmp_path: Path) -> None:
    row = "lnk_3,inf_1,cmp_1,,x-y,shop.example,ada,tiktok,spring,z,,"
    write_registry(tmp_path, add("tracking_links", row))
    links, (finding,) = read_links(read_registry(tmp_path)[0])
    assert len(links) == 2
    assert (finding.line, "lnk_3" in finding.message) == (4, True)
