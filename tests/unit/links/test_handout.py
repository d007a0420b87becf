"""What influencers are given: complete, self-contained, and harmless whatever the registry says."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from orchestration.lib.links.briefs import brief_html
from orchestration.lib.links.files import file_name, write_handouts, write_redirects
from orchestration.lib.links.handout import Handout, gather, links_csv
from orchestration.lib.links.model import read_links
from orchestration.lib.links.qr import qr_svg
from orchestration.lib.links.redirects import ExportError
from orchestration.lib.registry import read_registry
from orchestration.lib.registry.ownership import BEGINNING
from tests.support.registry import Edit, add, change, write_registry

SHORT = "https://go.shop.example"


def handouts(folder: Path, *edits: Edit, short_url: str = SHORT, at: datetime = BEGINNING) -> list[Handout]:
    registry, _ = read_registry(write_registry(folder, *edits))
    return gather(registry, read_links(registry)[0], short_url, at)


class Page(HTMLParser):
    """Elements, texts and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src", "xlink:href"):
                self.addresses.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_brief_has_links_codes_dates_and_posts(tmp_path: Path) -> None:
    ada, bo = handouts(tmp_path)
    text = brief_html(ada)
    for word in (
        "Ada Example",
        "@ada",
        "Spring",
        "2026-03-01 to 2026-03-31",
        "ADA10",
        "10 %",
        "instagram reel",
    ):
        assert word in text
    page = Page(text)
    assert page.addresses == ["https://go.shop.example/ada-spring"]
    assert page.tags.count("svg") == 1
    assert "&quot;great&quot;" in brief_html(bo)


def test_without_a_short_address_the_tracked_one_is_given(tmp_path: Path) -> None:
    (ada, _) = handouts(tmp_path, short_url="")
    assert Page(brief_html(ada)).addresses == [
        "https://shop.example/?utm_source=ada&utm_medium=instagram&utm_campaign=spring&utm_content=reel1"
    ]


def test_what_is_over_is_left_out(tmp_path: Path) -> None:
    april = datetime(2026, 4, 2, tzinfo=UTC)
    (bo,) = handouts(tmp_path, at=april)
    assert [(each.campaign_id, [code.code for code in each.codes]) for each in bo.campaigns] == [
        ("", ["ADA10"])
    ]


HOSTILE = "<script>alert(1)</script>\"' onload=x {{7*7}} ${x} </style>"


def test_hostile_texts_are_shown_and_never_run(tmp_path: Path) -> None:
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    edits = (
        change("influencers", 2, f"inf_1,{quoted},{quoted},,,,"),
        change("campaigns", 2, f"cmp_1,{quoted},spring,2026-03-01,2026-03-31,,"),
        change("deliverables", 2, f"del_1,par_1,{quoted},{quoted},reel1,2026-03-02,,,"),
        change("promo_codes", 2, f"{quoted},inf_1,cmp_1,percent,10,,"),
        add(
            "tracking_links",
            f"lnk_3,inf_1,cmp_1,,{quoted},https://shop.example/,ada,tiktok,spring,{quoted},,",
        ),
    )
    text = brief_html(handouts(tmp_path, *edits)[0])
    page = Page(text)
    assert "script" not in page.tags and page.handlers == []
    assert page.tags.count("style") == 1 and text.count("</style>") == 1
    assert "".join(page.texts).count(HOSTILE) >= 5
    assert all(address.startswith("https://") for address in page.addresses)
    assert "default-src 'none'" in text


def test_a_page_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    text = brief_html(handouts(tmp_path)[0])
    assert not {"link", "script", "img", "iframe", "object"} & set(Page(text).tags)
    assert "@import" not in text and "url(" not in text


def test_the_table_is_safe_to_open_in_a_spreadsheet(tmp_path: Path) -> None:
    edits = (
        change("campaigns", 2, 'cmp_1,"=HYPERLINK(""https://evil.example"")",spring,2026-03-01,,,'),
        change("deliverables", 2, "del_1,par_1,@SUM(A1),+1,reel1,2026-03-02,,,"),
    )
    rows = list(csv.DictReader(io.StringIO(links_csv(handouts(tmp_path, *edits)[0]))))
    assert rows[0]["campaign"].startswith("'=HYPERLINK")
    assert (rows[0]["platform"], rows[0]["content_format"]) == ("'@SUM(A1)", "'+1")
    assert rows[0]["link"] == "https://go.shop.example/ada-spring"
    assert [row["promo_code"] for row in rows] == ["", "ADA10"]


def test_a_qr_code_is_a_picture_and_the_same_every_time() -> None:
    address = "https://go.shop.example/ada-spring?<&>\"'"
    svg = qr_svg(address)
    assert svg is not None and svg == qr_svg(address) != qr_svg(address + "x")
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert "script" not in svg


def test_an_address_that_no_qr_code_holds_has_none() -> None:
    assert qr_svg("https://shop.example/" + "a" * 4000) is None


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "..", "", ".htaccess", "a/b", "inf\x00", "CON", "Ä", "x" * 300]
)
def test_no_value_names_a_file_elsewhere(text: str) -> None:
    name = file_name(text)
    assert name.replace("-", "").isalnum() and not name.startswith("-") and len(name) <= 70
    assert name != file_name(text + "x")


def test_ids_that_look_alike_get_files_of_their_own() -> None:
    assert len({file_name(each) for each in ("inf_1", "inf-1", "INF_1", "inf 1")}) == 4


def test_every_influencer_gets_a_folder(tmp_path: Path) -> None:
    given = handouts(tmp_path / "registry", change("influencers", 2, "inf_1,Ada,@ada,,,,"))
    files = write_handouts(tmp_path / "out", given)
    names = sorted(str(file.relative_to(tmp_path / "out" / "influencers")) for file in files)
    ada, bo = file_name("inf_1"), file_name("inf_2")
    assert names == [
        f"{ada}/brief.html", f"{ada}/links.csv", f"{ada}/qr/ada-spring.svg",
        f"{bo}/brief.html", f"{bo}/links.csv", f"{bo}/qr/bo-spring.svg",
    ]  # fmt: skip
    before = {file: file.read_bytes() for file in files}
    assert write_handouts(tmp_path / "out", given) == files
    assert {file: file.read_bytes() for file in files} == before


def test_redirects_are_written_for_all_servers_or_none(tmp_path: Path) -> None:
    registry, _ = read_registry(write_registry(tmp_path / "registry"))
    links = read_links(registry)[0]
    at = datetime(2026, 3, 15, tzinfo=UTC)
    files = write_redirects(tmp_path / "out", links, ("nginx", "netlify", "cloudflare"), SHORT, at)
    assert [file.name for file in files] == ["roi-links.conf", "_redirects", "cloudflare-bulk-redirects.csv"]
    assert "/ada-spring  https://shop.example/?utm_source=ada" in files[1].read_text()
    with pytest.raises(ExportError):
        write_redirects(tmp_path / "none", links, ("nginx", "cloudflare"), "", at)
    assert not (tmp_path / "none").exists()
