"""The main job as people start it: `roi run` in a process of its own, from files to the published mart."""

import os
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.lib.publish import table_hashes
from tests.support.world import write_batch, write_registry

ROOT = Path(__file__).parents[2]
SHARED_LOG = ROOT.parent / "shared" / "data" / "weblog" / "access_first_5000.log"


def roi_run(
    data: Path, landing: Path, registry: Path, variables: str = "{}"
) -> subprocess.CompletedProcess[str]:
    """`roi run` on those folders."""
    environment = {
        **os.environ,
        "ROI_DATA": str(data),
        "ROI_LANDING": str(landing),
        "ROI_REGISTRY": str(registry),
        "ROI_VARS": variables,
        "ROI_HASH_KEY": "a key of the tests",
    }
    command = [sys.executable, "-m", "orchestration.cli", "run"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def rows(database: Path, query: str) -> list[tuple]:
    """The answer of the published database."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


@dataclass(frozen=True)
class Guide:
    """The example of every guide, $5,000 of cost and 50 new customers of $500 each, after its first run."""

    landing: Path
    registry: Path
    data: Path
    registry_before: dict[str, bytes]
    first: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    folder = tmp_path_factory.mktemp("guide")
    landing, registry, data = folder / "landing", folder / "registry", folder / "data"
    clicks, orders = [], []
    for number in range(50):
        clicks.append(
            {
                "event_id": f"e{number}",
                "event_at": f"2026-02-01T10:{number:02d}:07Z",
                "visitor_id": f"v{number}",
                "event_name": "page_view",
                "page_url": "https://shop.example/?utm_source=creator0",
            }
        )
        orders.append(
            {
                "order_id": f"o{number}",
                "ordered_at": f"2026-02-02T10:{number:02d}:31Z",
                "visitor_id": f"v{number}",
                "customer_id": f"c{number}",
                "currency": "USD",
                "subtotal": "500.00",
            }
        )
    write_batch(landing, "all", {"clicks": clicks, "orders": orders})
    write_registry(registry, influencers=2)
    (registry / "partnerships.csv").write_text(
        "partnership_id,influencer_id,campaign_id,fee,currency,commission_pct,attribution_window_days\n"
        "par_0,inf_0,spring,5000,USD,,\n"
        "par_1,inf_1,spring,100,USD,,\n"
    )
    (registry / "costs.csv").write_text(
        "cost_id,influencer_id,campaign_id,deliverable_id,cost_type,incurred_on,amount,currency\n"
        "fee,inf_0,spring,,fee,2026-01-15,5000,USD\n"
    )
    before = {path.name: path.read_bytes() for path in registry.iterdir()}
    return Guide(landing, registry, data, before, roi_run(data, landing, registry))


@pytest.mark.slow
def test_the_two_formulas_of_every_guide(guide: Guide) -> None:
    """CPA $100, ROI 400 %; who cost something and sold nothing is there, at -100 %."""
    assert guide.first.returncode == 0, guide.first.stdout + guide.first.stderr
    figures = rows(
        guide.data / "roi.duckdb",
        "select distinct influencer_id, total_cost, conversions, new_customers, attributed_revenue, cpa, cac,"
        " roi_pct from marts.mart_influencer_roi where attribution_model <> 'promo_code' order by 1",
    )
    assert figures == [
        ("inf_0", Decimal("5000.00"), 50.0, 50.0, Decimal("25000.00"), 100.0, 100.0, 400.0),
        ("inf_1", Decimal("100.00"), 0.0, 0.0, Decimal("0.00"), None, None, -100.0),
    ]


@pytest.mark.slow
def test_facts_are_published_as_views(guide: Guide) -> None:
    """A view that cannot be made in the published file becomes a table: right, but many times as large."""
    with duckdb.connect(str(guide.data / "roi.duckdb"), read_only=True) as connection:
        kinds = connection.execute(
            "select name, kind from published.tables where starts_with(name, 'fct_') order by name"
        ).fetchall()
    assert len(kinds) > 14
    assert [name for name, kind in kinds if kind == "table"] == ["fct_sessions"]


@pytest.mark.slow
def test_a_second_run_loads_nothing_and_publishes_the_same_content(guide: Guide) -> None:
    assert "Creator 1" in guide.first.stdout and "roi.duckdb" in guide.first.stdout.strip().splitlines()[-1]
    hashes = table_hashes(guide.data / "roi.duckdb")

    second = roi_run(guide.data, guide.landing, guide.registry)
    assert second.returncode == 0, second.stdout + second.stderr
    assert "nothing has changed since" in second.stdout
    assert table_hashes(guide.data / "roi.duckdb") == hashes
    with duckdb.connect(str(guide.data / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from raw.load_log").fetchone() == (2,)
    # dbt would write a seed's SQL over a file that lies outside of its project.
    assert {path.name: path.read_bytes() for path in guide.registry.iterdir()} == guide.registry_before


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ('{"half_life": 24}', "half_life"),
        ("[1]", "ROI_VARS"),
        ('{"direct_touches": "maybe"}', "direct_touches"),
    ],
)
def test_a_wrong_setting_stops_before_anything_is_written(tmp_path: Path, variables: str, says: str) -> None:
    write_registry(tmp_path / "registry")
    (tmp_path / "landing").mkdir()
    result = roi_run(tmp_path / "data", tmp_path / "landing", tmp_path / "registry", variables)
    assert result.returncode != 0
    assert says in result.stderr
    assert not (tmp_path / "data").exists()


def test_overlapping_owners_of_a_code_stop_before_anything_is_written(tmp_path: Path) -> None:
    write_registry(tmp_path / "registry")
    with open(tmp_path / "registry" / "promo_codes.csv", "a") as file:
        file.write("CODE1,inf_0,spring,percent,10,,\n")
    (tmp_path / "landing").mkdir()
    result = roi_run(tmp_path / "data", tmp_path / "landing", tmp_path / "registry")
    assert result.returncode != 0
    assert "CODE1" in result.stderr + result.stdout and "promo_codes.csv" in result.stderr + result.stdout
    assert not (tmp_path / "data" / "roi.duckdb").exists()


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.skipif(not SHARED_LOG.exists(), reason="the public access log is not beside the repository")
def test_a_real_access_log_with_a_shop_export(tmp_path: Path) -> None:
    """Real combined log lines as clicks; the feed's UTM values, in both encodings, as a creator's link."""
    landing, registry, data = tmp_path / "landing", tmp_path / "registry", tmp_path / "data"
    weblog = landing / "clicks" / "weblog"
    weblog.mkdir(parents=True)
    (weblog / "access.log").write_bytes(SHARED_LOG.read_bytes())
    shop = landing / "orders" / "shopify_csv"
    shop.mkdir(parents=True)
    (shop / "orders export.csv").write_text(
        "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,"
        "Discount Code,Discount Amount,"
        "Created at,Lineitem quantity,Lineitem name,Lineitem price,Id\n"
        "#1001,buyer@mail.example,paid,2015-05-18 12:00:00 +0000,USD,80.00,0,0,80.00,FEED20,20.00,"
        "2015-05-18 12:00:00 +0000,1,Book,60.00,5001\n"
        "#1001,,,,,,,,,,,2015-05-18 12:00:00 +0000,2,Pen,20.00,\n"
        "#1002,other@mail.example,paid,2015-05-19 12:00:00 +0000,USD,30.00,0,0,30.00,,0.00,"
        "2015-05-19 12:00:00 +0000,1,Book,30.00,5002\n"
    )
    write_registry(registry, influencers=1)
    header = (registry / "tracking_links.csv").read_text().splitlines()[0]
    campaign = "Feed: semicomplete/main (semicomplete.com - Jordan Sissel)"
    (registry / "tracking_links.csv").write_text(
        f"{header}\nfeed,inf_0,spring,,,http://semicomplete.com/,feedburner,feed,{campaign},,,\n"
    )
    (registry / "promo_codes.csv").write_text(
        "promo_code,influencer_id,campaign_id,discount_type,discount_value,valid_from,valid_to\n"
        "feed20,inf_0,spring,percent,20,,\n"
    )
    (registry / "campaigns.csv").write_text(
        "campaign_id,campaign_name,utm_campaign,starts_on,ends_on,product_category,budget\nspring,Feed,,2015-05-01,,,\n"
    )
    (registry / "costs.csv").write_text(
        "cost_id,influencer_id,campaign_id,deliverable_id,cost_type,incurred_on,amount,currency\n"
        "k,inf_0,spring,,product,2015-05-17,20,USD\n"
    )
    result = roi_run(data, landing, registry)
    assert result.returncode == 0, result.stdout + result.stderr
    published = data / "roi.duckdb"
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        read, accounted = connection.execute(
            "select rows_read, rows_loaded + rows_quarantined + rows_duplicate from raw.load_log"
            " where dataset = 'clicks'"
        ).fetchall()[0]
    assert read == accounted == 5000
    assert rows(published, "select count(*) > 0 from marts.fct_sessions where influencer_id = 'inf_0'") == [
        (True,)
    ]
    # Both encodings of the campaign are one campaign.
    assert rows(
        published, "select distinct campaign from marts.fct_sessions where influencer_id = 'inf_0'"
    ) == [(campaign.lower(),)]
    assert rows(
        published, "select sum(revenue) from marts.fct_conversions where conversion_type = 'purchase'"
    ) == [(Decimal("110.00"),)]
    figures = rows(
        published,
        "select attributed_revenue, code_only_orders, total_cost, roi_pct from marts.mart_influencer_roi"
        " where influencer_id = 'inf_0' and attribution_model = 'promo_code'",
    )
    # Cost: the fee of 100, 20 of product, and a commission of 5 % of the one order that the code brought.
    assert figures == [(Decimal("80.00"), 1, Decimal("124.00"), pytest.approx((80 - 124) / 124 * 100))]
