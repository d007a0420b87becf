"""`roi registry`, `roi links` and `roi codes` as an influencer manager types them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.lib import run_lock
from tests.support.registry import add, change, write_registry
from tests.support.web import Site

POST = "del_2,par_1,tiktok,video,video_2,2026-03-09,,,"


class Desk:
    """A registry and a data folder of their own, and the command line."""

    def __init__(self, folder: Path) -> None:
        self.registry = write_registry(folder / "registry")
        self.data = folder / "data"
        self.folder = folder

    def roi(self, *words: str, code: int = 0, answer: str | None = None) -> str:
        result: Result = CliRunner().invoke(app, list(words), input=answer)
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.output

    def file(self, name: str) -> str:
        return (self.registry / name).read_text(encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(tmp_path)
    for name, value in {
        "ROI_REGISTRY": str(made.registry),
        "ROI_DATA": str(made.data),
        "ROI_LANDING": str(made.registry),
        "ROI_HASH_KEY": "k",
        "ROI_VARS": "",
        "ROI_TARGET": "",
        "COLUMNS": "200",
    }.items():
        monkeypatch.setenv(name, value)
    yield made
    run_lock.release(made.data)


class TestRegistryCheck:
    def test_a_good_registry(self, desk: Desk) -> None:
        assert "0 errors, 0 warnings" in desk.roi("registry", "check")
        assert not desk.data.exists()

    def test_warnings_are_listed_and_exit_with_0(self, desk: Desk) -> None:
        write_registry(desk.registry, add("promo_codes", "SUMMER20,inf_1,,,,,"))
        output = desk.roi("registry", "check")
        assert "warning: promo_codes.csv, line 4: the code SUMMER20 of inf_1 is a common word" in output
        assert "0 errors, 1 warnings" in output

    def test_errors_exit_with_1(self, desk: Desk) -> None:
        write_registry(desk.registry, change("partnerships", 3, "par_2,inf_2,cmp_1,10,XTS,,"))
        output = desk.roi("registry", "check", code=1)
        assert "error: partnerships.csv, line 3: partnership_id par_2 is in XTS" in output

    def test_only_the_first_of_many_unless_all_are_asked_for(self, desk: Desk) -> None:
        write_registry(desk.registry, add("promo_codes", *(f"A{number},inf_1,,,,," for number in range(30))))
        assert "and 10 more" in desk.roi("registry", "check")
        assert desk.roi("registry", "check", "--all").count("fewer than 5") == 30

    def test_the_reporting_currency_of_the_settings_needs_no_rate(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_registry(desk.registry, change("partnerships", 3, "par_2,inf_2,cmp_1,10,XTS,,"))
        monkeypatch.setenv("ROI_VARS", '{"reporting_currency": "XTS"}')
        desk.roi("registry", "check")

    def test_control_characters_of_a_registry_do_not_reach_the_terminal(self, desk: Desk) -> None:
        write_registry(desk.registry, add("promo_codes", "A\x1b[31mB,inf_1,,,,,"))
        assert "\x1b" not in desk.roi("registry", "check")


class TestSpreadsheet:
    def test_out_edited_and_in_again(self, desk: Desk) -> None:
        file = desk.folder / "registry.xlsx"
        desk.roi("registry", "template", str(file), "--with-data")
        book = openpyxl.load_workbook(file)
        book["influencers"].append(["inf_3", "Cy", "@cy", "nano"])
        book.save(file)
        before = desk.file("influencers.csv")

        assert "added inf_3: inf_3, Cy, @cy, nano" in desk.roi("registry", "import", str(file), "--dry-run")
        assert desk.file("influencers.csv") == before
        assert "Nothing was written" in desk.roi("registry", "import", str(file), answer="n\n")
        assert desk.file("influencers.csv") == before
        assert "Written: influencers.csv" in desk.roi("registry", "import", str(file), answer="y\n")
        assert desk.file("influencers.csv") == before + "inf_3,Cy,@cy,nano,,,\n"
        assert "says the same already" in desk.roi("registry", "import", str(file), "--yes")

    def test_what_would_be_wrong_is_not_written(self, desk: Desk) -> None:
        file = desk.folder / "registry.xlsx"
        desk.roi("registry", "template", str(file), "--with-data")
        book = openpyxl.load_workbook(file)
        book["costs"].append(["cst_2", "inf_9", None, None, "fee", "2026-01-01", 1, "USD"])
        book.save(file)
        before = desk.file("costs.csv")
        output = desk.roi("registry", "import", str(file), "--yes", code=1)
        assert "inf_9" in output and "Nothing was written" in output
        assert desk.file("costs.csv") == before

    def test_a_file_that_is_there_is_not_overwritten(self, desk: Desk) -> None:
        file = desk.folder / "registry.xlsx"
        desk.roi("registry", "template", str(file))
        assert "is there already" in desk.roi("registry", "template", str(file), code=1)
        desk.roi("registry", "template", str(file), "--force")

    def test_no_such_file(self, desk: Desk) -> None:
        assert "There is no file" in desk.roi("registry", "import", "nowhere.xlsx", code=1)


class TestLinks:
    def test_built_once_and_checked(self, desk: Desk) -> None:
        write_registry(desk.registry, add("deliverables", POST))
        dry = desk.roi("links", "build", "--destination", "https://shop.example/new", "--dry-run")
        assert "lnk_del_2: ada-spring-video-2 https://shop.example/new?utm_source=ada" in dry
        assert "lnk_del_2" not in desk.file("tracking_links.csv")
        assert "1 links added" in desk.roi("links", "build", "--destination", "https://shop.example/new")
        after = desk.file("tracking_links.csv")
        assert after.splitlines()[-1].startswith("lnk_del_2,inf_1,cmp_1,del_2,ada-spring-video-2,")
        assert "0 links added" in desk.roi("links", "build", "--destination", "https://elsewhere.example/")
        assert desk.file("tracking_links.csv") == after
        assert "0 errors, 0 warnings" in desk.roi("registry", "check")

    def test_without_a_destination_it_says_what_to_do(self, desk: Desk) -> None:
        write_registry(desk.registry, add("deliverables", POST))
        assert "--destination" in desk.roi("links", "build", code=1)

    def test_nothing_is_built_on_a_registry_with_errors(self, desk: Desk) -> None:
        write_registry(desk.registry, add("deliverables", POST, "del_3,par_9,,,,,,,"))
        output = desk.roi("links", "build", "--destination", "https://shop.example/", code=1)
        assert "par_9" in output and "mend them first" in output
        assert "lnk_del_2" not in desk.file("tracking_links.csv")

    def test_nothing_is_changed_during_a_run(self, desk: Desk) -> None:
        import subprocess
        import sys

        desk.data.mkdir()
        hold = "import sys; from pathlib import Path; from orchestration.lib import run_lock\n"
        hold += "run_lock.take(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
        with subprocess.Popen(
            [sys.executable, "-c", hold, str(desk.data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as other:
            assert other.stdout is not None and other.stdout.readline() == "held\n"
            write_registry(desk.registry, add("deliverables", POST))
            output = desk.roi("links", "build", "--destination", "https://shop.example/", code=1)
            other.communicate("")
        assert "A run is in progress" in output
        assert "lnk_del_2" not in desk.file("tracking_links.csv")

    def test_exports(self, desk: Desk) -> None:
        desk.roi("links", "export")
        folder = desk.data / "links" / "redirects"
        assert sorted(file.name for file in folder.iterdir()) == [
            "_redirects",
            "roi-links.caddy",
            "roi-links.conf",
        ]
        assert "links.short_url" in desk.roi("links", "export", "--server", "cloudflare", code=1)
        (desk.registry / "conventions.toml").write_text('[links]\nshort_url = "https://go.shop.example"\n')
        desk.roi("links", "export")
        assert "go.shop.example/ada-spring," in (folder / "cloudflare-bulk-redirects.csv").read_text()
        assert "known are nginx" in desk.roi("links", "export", "--server", "apache", code=1)

    def test_briefs_and_qr_codes(self, desk: Desk) -> None:
        out = desk.folder / "out"
        assert "6 files for 2 influencers" in desk.roi("links", "briefs", "--all", "--out", str(out))
        assert "Ada Example" in (out / "influencers" / "inf_1" / "brief.html").read_text()
        assert "2 files" in desk.roi("links", "qr", "--all", "--out", str(desk.folder / "qr"))

    def test_a_check_is_kept_and_shown_again(self, desk: Desk) -> None:
        with Site() as site:
            site.page("/p", lambda visit: visit.answer(200, "x"))
            links = [
                f"lnk_1,inf_1,cmp_1,,a-b,{site.url('/p')},ada,instagram,spring,reel1,,",
                f"lnk_2,inf_2,cmp_1,,b-b,{site.url('/gone')},bo,youtube,spring,,,",
            ]
            write_registry(
                desk.registry, change("tracking_links", 2, links[0]), change("tracking_links", 3, links[1])
            )
            assert "not on the open internet" in desk.roi("links", "check", "--agent", "desktop", code=1)
            words = ("links", "check", "--agent", "desktop", "--agent", "instagram", "--allow-private")
            output = desk.roi(*words, code=1)
        assert "error: lnk_2 as instagram" in output and "answers 404 instead of 200" in output
        assert "2 links as 2 browsers: 0 well, 0 with warnings, 4 with errors" in output
        shown = desk.roi("links", "history")
        assert len(re.findall(r"error: lnk_\d as", shown)) == 4
        assert desk.roi("links", "history", "--link", "lnk_2").count("lnk_2 as desktop") == 2

    def test_before_the_first_check(self, desk: Desk) -> None:
        assert "No link has been checked yet" in desk.roi("links", "history")

    def test_unknown_links_and_browsers_are_named(self, desk: Desk) -> None:
        assert "no link lnk_9" in desk.roi("links", "check", "--link", "lnk_9", code=1)
        assert "no browser 'netscape'" in desk.roi("links", "check", "--agent", "netscape", code=1)


class TestCodes:
    def test_suggested_then_written_once_then_exported(self, desk: Desk) -> None:
        write_registry(
            desk.registry,
            add("influencers", "inf_3,Sarah Johnson,@sarah,,,,"),
            add("campaigns", "cmp_2,Autumn,autumn,2026-09-01,2099-09-30,,"),
            add("partnerships", "par_3,inf_3,cmp_2,,,5,"),
        )
        output = desk.roi("codes", "suggest", "--discount", "20%", "--campaign", "cmp_2")
        assert "no codes of the shop are known" in output and "inf_3 in cmp_2: SARAH20" in output
        assert "SARAH20" not in desk.file("promo_codes.csv")
        shop = desk.folder / "shop.csv"
        shop.write_text("Code\nSARAH20\n")
        output = desk.roi("codes", "suggest", "--discount", "20%", "--shop-list", str(shop), "--write")
        assert "inf_3 in cmp_2: SARAHJOHNSON20" in output
        assert desk.file("promo_codes.csv").endswith(
            "SARAHJOHNSON20,inf_3,cmp_2,percent,20,2026-09-01,2099-10-01\n"
        )
        assert "0 codes added" in desk.roi("codes", "suggest", "--discount", "20%", "--write")
        assert "codes." in desk.roi("codes", "export")
        names = sorted(file.name for file in (desk.data / "codes").iterdir())
        assert names == ["shopify-discounts.csv", "shopify-discounts.jsonl", "woocommerce-coupons.csv"]
        assert "SARAHJOHNSON20" in (desk.data / "codes" / "woocommerce-coupons.csv").read_text()

    @pytest.mark.parametrize("discount", ["", "x", "0", "-5", "120%", "NaN", "Infinity"])
    def test_a_discount_that_is_none(self, desk: Desk, discount: str) -> None:
        assert "20%" in desk.roi("codes", "suggest", f"--discount={discount}", code=1)

    def test_an_unknown_shop_and_a_list_that_is_none(self, desk: Desk) -> None:
        assert "known are woocommerce" in desk.roi("codes", "export", "--shop", "magento", code=1)
        (desk.folder / "x.csv").write_text("a,b\n1,2\n")
        words = ("codes", "suggest", "--discount", "20%", "--shop-list", str(desk.folder / "x.csv"))
        assert "has no codes" in desk.roi(*words, code=1)
