"""Machines are caught, people are not, and the patterns mean the same in every engine."""

import re

import crawleruseragents
import duckdb
import pytest

from orchestration.lib.reference.bots import (
    BATCH,
    OVERRIDES,
    compile_bot_patterns,
    operator_page,
    plain_name,
    portable,
)
from orchestration.lib.reference.seed import ReferenceError

from .conftest import ROOT

PEOPLE = (ROOT / "tests/unit/reference/people_user_agents.txt").read_text(encoding="utf-8").splitlines()
LOG = ROOT.parent / "shared" / "data" / "weblog" / "access_first_5000.log"

# Instances of the package that belong to people: see OVERRIDES.
PEOPLE_IN_PACKAGE = {
    instance
    for record in crawleruseragents.CRAWLER_USER_AGENTS_DATA
    if record["pattern"] in OVERRIDES and OVERRIDES[record["pattern"]] is None
    for instance in record["instances"]
}
MACHINES = [
    "curl/8.5.0",
    "Wget/1.21.4",
    "python-requests/2.32.3",
    "Python/3.11 aiohttp/3.9.5",
    "Go-http-client/2.0",
    "Java/17.0.9",
    "node",
    "axios/1.7.2",
    "okhttp/4.12.0",
    "PostmanRuntime/7.39.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "StatusCake",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; BrandNewCrawler/0.1)",
    "SomethingNeverSeenBot 3",
    "tool/1.0 (ops@shop.example)",
    "WhatsApp/2.24.11.79 A",
    "TelegramBot (like TwitterBot)",
    "Viber",
]


@pytest.fixture(scope="module")
def patterns(rows):
    return [row["pattern"] for row in rows("bot_patterns")]


@pytest.fixture(scope="module")
def batches(rows):
    joined: dict[str, list[str]] = {}
    for row in rows("bot_patterns"):
        joined.setdefault(row["batch"], []).append(row["pattern"])
    return ["|".join(batch) for batch in joined.values()]


def missed(batches, texts):
    """The texts that DuckDB finds no pattern in."""
    con = duckdb.connect()
    con.execute("create table agents as select unnest(?) as agent", [list(texts)])
    some = " or ".join("regexp_matches(agent, '{}')".format(batch.replace("'", "''")) for batch in batches)
    return {agent for (agent,) in con.execute(f"select agent from agents where not ({some})").fetchall()}


@pytest.fixture(scope="module")
def instances():
    return {i for record in crawleruseragents.CRAWLER_USER_AGENTS_DATA for i in record["instances"]}


def test_each_pattern_compiles_in_duckdb_by_itself(patterns):
    con = duckdb.connect()
    for pattern in patterns:
        con.execute("select regexp_matches('x', ?)", [pattern])


def test_duckdb_finds_every_instance_of_the_package(batches, instances):
    assert missed(batches, instances - PEOPLE_IN_PACKAGE) == set()


def test_python_finds_every_instance_of_the_package(batches, instances):
    compiled = [re.compile(batch) for batch in batches]
    found = {i for i in instances if any(pattern.search(i) for pattern in compiled)}
    assert instances - found == PEOPLE_IN_PACKAGE


def test_machines_outside_of_the_package_are_found(batches):
    assert missed(batches, MACHINES) == set()


def test_people_are_not_machines_in_duckdb(batches):
    assert set(PEOPLE) - missed(batches, PEOPLE) == set()


def test_people_are_not_machines_in_python(patterns):
    hits = {(p, agent) for p in patterns for agent in PEOPLE if re.search(p, agent)}
    assert hits == set()


def test_the_people_include_every_in_app_browser_that_influencers_send():
    meta = ("Instagram", "Barcelona", "FBAN/FBIOS", "FB_IAB/FB4A", "MetaIAB")
    others = ("BytedanceWebview", "trill_", "Snapchat", "Twitter for iPhone", "Pinterest/iOS", "LinkedInApp")
    marks = (*meta, *others, "Reddit/", "MicroMessenger")
    assert [mark for mark in marks if not any(mark in agent for agent in PEOPLE)] == []
    assert len(PEOPLE) > 60


def test_an_override_is_of_a_pattern_that_the_package_has():
    assert set(OVERRIDES) <= {record["pattern"] for record in crawleruseragents.CRAWLER_USER_AGENTS_DATA}


def test_a_batch_is_small_enough_for_the_engine(rows):
    sizes: dict[str, int] = {}
    for row in rows("bot_patterns"):
        sizes[row["batch"]] = sizes.get(row["batch"], 0) + 1
    assert max(sizes.values()) <= BATCH


@pytest.mark.parametrize(
    "pattern", ["(?<!x)bot", "a(?=b)", r"(a)\1", "a++b", "(?>a)", "(?P<n>a)", r"a\Z", r"\bbot", "a\\[b"]
)
def test_what_an_engine_cannot_do_is_refused(pattern):
    with pytest.raises(ReferenceError, match="pattern .*: RE2, Java or a SQL literal"):
        portable(pattern)


def test_a_broken_pattern_is_refused():
    with pytest.raises(ReferenceError, match="does not compile"):
        portable("bot(")


def test_text_is_made_plain():
    assert portable(r"Bot\/1\.\d+ \(x\+y\!\)") == "Bot/1[.][0-9]+ [(]x[+]y![)]"
    assert portable(r"Reader[\s\S]*RSS") == "Reader.*RSS"
    assert portable("webmon ") == "webmon[ ]"
    assert plain_name("S[eE][mM]rushBot") == "SemrushBot"
    assert plain_name("(^| )sentry\\/") == "sentry"
    assert plain_name("Ahrefs(Bot|SiteAudit)") == "AhrefsBot"


def test_compile_takes_the_records_that_it_is_given():
    record = {"pattern": "OurBot\\/", "url": "https://bot.example", "tags": ["seo"], "instances": []}
    seed = compile_bot_patterns([record, record])
    assert seed.rows[0] == ("OurBot/", "OurBot", "seo", "https://bot.example", "1")
    assert sum(row[0] == "OurBot/" for row in seed.rows) == 1


@pytest.mark.parametrize("place", ["project", "package", "gems", "crates", "pod"])
def test_a_page_of_a_package_in_an_index_is_left_out(place):
    record = {"pattern": "OurLib", "url": f"https://index.example/{place}/ourlib", "instances": []}
    assert compile_bot_patterns([record]).rows[0] == ("OurLib", "OurLib", "", "", "1")
    for page in (f"{place}.html", f"{place}/", f"{place}/ourlib/bot.html", f"about/{place}/ourlib"):
        assert operator_page(f"https://bot.example/{page}") == f"https://bot.example/{page}"


@pytest.mark.shared
@pytest.mark.skipif(not LOG.exists(), reason="the public web log is not on this machine")
def test_a_real_log_holds_machines_and_people(batches):
    agents = {m.group(1) for m in re.finditer(r'"([^"]*)"$', LOG.read_text(errors="replace"), re.MULTILINE)}
    people = missed(batches, agents)
    assert not {agent for agent in people if re.search("(?i:bot[/;) ]|crawl|spider)", agent)}
    browsers = re.compile(
        r"Mozilla/5[.]0 [(](Windows NT|Macintosh|X11|iPhone|iPad).*(Chrome|Firefox|Safari)/[0-9.]+$"
    )
    taken = {agent for agent in agents - people if browsers.fullmatch(agent)}
    assert {agent for agent in taken if not re.search("robot|Google Web Preview", agent)} == set()
