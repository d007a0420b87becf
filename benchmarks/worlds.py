"""Generated worlds: with known truth, built as a run would build them; and a plain shop of any size."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.lib.dbt_runner import run_dbt
from orchestration.lib.ingestion import load_landing
from orchestration.lib.sample import write_sample
from orchestration.lib.settings import Settings


def build_world(
    folder: Path, people: int, days: int, seed: int, select: Sequence[str], variables: str = "{}"
) -> Settings:
    """Writes, loads and builds a world below `folder`, which must be empty.

    Args:
        folder: where landing files, registry, truth and warehouse go.
        people: how many people the world has.
        days: how many days it lasts.
        seed: the world's seed.
        select: what dbt builds, in its own selection syntax.
        variables: `ROI_VARS`.

    Raises:
        RuntimeError: dbt failed; the message names what.
    """
    write_sample(folder, people, days, seed, file_format="parquet")
    settings = Settings.from_env({
        "ROI_LANDING": str(folder / "landing"), "ROI_REGISTRY": str(folder / "registry"),
        "ROI_DATA": str(folder / "data"), "ROI_VARS": variables, "ROI_HASH_KEY": "benchmark",
    })  # fmt: skip
    with duckdb.connect(str(settings.warehouse)) as connection:
        load_landing(connection, settings.landing, settings.hash_key, settings.quarantine_dir)
    result = run_dbt(settings, ["build", "--exclude-resource-type", "test", "unit_test", "--select", *select])
    if not result.success:
        raise RuntimeError("; ".join([result.error or "", *(node.message for node in result.failures)]))
    return settings


VISITOR = "substr(md5(concat('visitor', visit // 2)), 1, 12)"
PRODUCT = "concat('https://www.northpine.example/products/item-', hash(visit, view{}) % 500)"
BROWSERS = tuple(
    f"Mozilla/5.0 ({system}) AppleWebKit/{engine} (KHTML, like Gecko) {browser}"
    for system, engine, browser in (
        ("iPhone; CPU iPhone OS 18_3 like Mac OS X", "605.1.15", "Version/18.3 Mobile/15E148 Safari/604.1"),
        ("Windows NT 10.0; Win64; x64", "537.36", "Chrome/133.0.0.0 Safari/537.36"),
        ("Linux; Android 15; Pixel 9", "537.36", "Chrome/133.0.0.0 Mobile Safari/537.36"),
        ("Macintosh; Intel Mac OS X 10_15_7", "605.1.15", "Version/18.3 Safari/605.1.15"),
    )
)
YEAR_MICROSECONDS = 364 * 86_400 * 1_000_000


def write_plain_shop(folder: Path, clicks: int) -> None:
    """A year of a shop of plain visits: 5 views a visit, 2 visits a visitor; every 50th visit buys.

    A tenth of visits comes by a registered link, 15 % by paid search, a third from a search engine; every
    tenth visitor is logged in. Influencers, links and posts are those of a sample of 1 person a 200 clicks,
    100,000 at most. No view is a goal. Clicks are a file a month of visits, each in order of time.
    """
    write_sample(folder, min(clicks // 200, 100_000), 365, 1, file_format="parquet")
    shutil.rmtree(folder / "landing")
    for dataset in ("clicks", "orders"):
        (folder / "landing" / dataset / "standard").mkdir(parents=True)
    browsers = " ".join(f"when {i} then '{browser}'" for i, browser in enumerate(BROWSERS))
    with duckdb.connect(config={"memory_limit": "4GB"}) as connection:
        connection.execute(f"set temp_directory = '{folder}/spill'")
        connection.execute(
            f"""
            create table links as
            select row_number() over (order by link_id) - 1 as link_number, *
            from '{folder}/registry/tracking_links.csv';

            create table visits as
            select
                range as visit,
                timestamp '2025-06-04'
                    + to_microseconds((hash(range, 'at') % {YEAR_MICROSECONDS})::bigint) as started_at,
                hash(range, 'from') % 100 as origin,
                hash(range, 'link') % (select count(*) from links) as link_number,
                hash(range, 'buys') % 50 = 0 as is_buying
            from range({clicks // 5});

            copy (
                select
                    concat('o', visit) as order_id, started_at + interval 5 minute as ordered_at,
                    concat('c', visit // 2) as customer_id, concat('m', visit // 2, '@mail.example') as email,
                    {VISITOR} as visitor_id, 'USD' as currency,
                    (20 + hash(visit) % 20000 / 100.0)::decimal(18, 2) as subtotal
                from visits
                where is_buying
                order by ordered_at, order_id
            ) to '{folder}/landing/orders/standard/orders.parquet';
            """
        )
        months = connection.execute("select distinct strftime(started_at, '%Y-%m') from visits order by 1")
        for (month,) in months.fetchall():
            connection.execute(
                f"""
            copy (
                select
                    substr(md5(concat(visit, '-', view)), 1, 16) as event_id,
                    started_at + to_seconds(view * 60 + hash(visit, view, 'wait') % 50) as event_at,
                    {VISITOR} as visitor_id,
                    'page_view' as event_name,
                    case
                        when view = 0 and origin < 10 then format(
                            '{{}}?utm_source={{}}&utm_medium={{}}&utm_campaign={{}}&utm_content={{}}',
                            destination_url, utm_source, utm_medium, utm_campaign, utm_content
                        )
                        when view = 0 and origin < 25 then concat(
                            'https://www.northpine.example/?utm_source=google&utm_medium=cpc&gclid=',
                            md5(visit::varchar)
                        )
                        else {PRODUCT.format("")}
                    end as page_url,
                    case
                        when view > 0 then {PRODUCT.format(" - 1")}
                        when origin between 25 and 60 then 'https://www.google.com/'
                    end as referrer_url,
                    case (hash(visit // 2) % 4)::int {browsers} end as user_agent,
                    case when hash(visit // 2) % 10 = 0 then concat('c', visit // 2) end as customer_id,
                    case when is_buying and view = 4 then concat('o', visit) end as order_id,
                    (hash(visit, view) % 500) / 10.0 as engagement_seconds
                from visits
                cross join (select range as view from range(5))
                left join links using (link_number)
                where strftime(started_at, '%Y-%m') = '{month}'
                order by event_at, event_id
            ) to '{folder}/landing/clicks/standard/clicks-{month}.parquet' (row_group_size 200000)
            """
            )
