"""Worlds of extremes against the plain world that they are made of: no skew may cost more than a little.

    python -m benchmarks.skewed [--people 100000] [--days 365] [--folder DIR] [--memory-limit 6GB]
        [--only TEXT]

Each world has the same rows as the plain one, but for what its name says. A ratio of about 1 is what one
hopes for; a quadratic step shows as a ratio of hundreds.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import duckdb

from benchmarks.pipeline import measure, show

#: Name of a world -> dataset -> what `select * replace (...)` replaces in every file of it.
WORLDS: dict[str, dict[str, str]] = {
    "plain": {},
    # A monitor, a kiosk: two thirds of all views of pages that are no goal, all through the year. Goals and
    # orders stay with their people: each has a row for each visit before it, so many of both are many rows.
    "one visitor, two thirds of all views": {
        "clicks": "case when {monitored} then 'the visitor' else visitor_id end as visitor_id,"
        " case when {monitored} then null else customer_id end as customer_id,"
        " case when {monitored} then null else email end as email"
    },
    # With a visit for each, or the buyer would be all the people whose orders these were.
    "one buyer of 5,000 orders": {
        "clicks": "case when {bought} then 'the browser' else visitor_id end as visitor_id,"
        " case when {bought} then null else customer_id end as customer_id,"
        " case when {bought} then null else email end as email",
        "orders": "case when {bought} then 'the buyer' else customer_id end as customer_id,"
        " case when {bought} then 'buyer@shop.example' else email end as email,"
        " case when {bought} then null else visitor_id end as visitor_id",
    },
    "one influencer, half of all visits": {
        "clicks": "case when hash(visitor_id, event_at::date) % 2 = 0 and (page_url like '%utm_%'"
        " or referrer_url is null or referrer_url not like '%northpine%') then '{link}' else page_url end"
        " as page_url"
    },
    "everything in one second": {"clicks": "'{middle}'::timestamp as event_at"},
    # Exports overlap: the same events in a second file, in another order.
    "every click sent twice": {},
}
SENT_TWICE = "every click sent twice"


#: Two of three views of pages that no rule counts as a goal.
MONITORED = (
    "(hash(event_id) % 3 < 2 and event_name = 'page_view' and order_id is null"
    " and page_url not like '%pricing%' and page_url not like '%compar%')"
)


def facts_of(world: Path) -> dict[str, str]:
    """What the worlds are written with: the number of orders, one link, the middle of the time."""
    with duckdb.connect() as connection:
        row = connection.execute(
            f"""
            select
                (select count(*) from '{world}/landing/orders/standard/*.parquet'),
                (
                    select format(
                        '{{}}?utm_source={{}}&utm_medium={{}}&utm_campaign={{}}&utm_content={{}}',
                        destination_url, utm_source, utm_medium, utm_campaign, utm_content
                    )
                    from '{world}/registry/tracking_links.csv' order by link_id limit 1
                ),
                (select quantile_disc(event_at, 0.5) from '{world}/landing/clicks/standard/*.parquet')
            """
        ).fetchone()
    assert row
    orders, link, middle = map(str, row)
    bought = f"(order_id is not null and hash(order_id) % {orders} < 5000)"
    return {"monitored": MONITORED, "bought": bought, "link": link, "middle": middle}


def write_world(plain: Path, folder: Path, name: str) -> None:
    """A copy of the plain world with values replaced, or its clicks once more."""
    replacements = WORLDS[name]
    facts = facts_of(plain)
    shutil.copytree(plain / "registry", folder / "registry")
    with duckdb.connect() as connection:
        for file in sorted((plain / "landing").glob("*/standard/*.parquet")):
            to = folder / file.relative_to(plain)
            to.parent.mkdir(parents=True, exist_ok=True)
            replacement = replacements.get(file.parent.parent.name, "").format(**facts)
            star = f"* replace ({replacement})" if replacement else "*"
            connection.execute(f"copy (select {star} from '{file}') to '{to}'")
            if name == SENT_TWICE and file.parent.parent.name == "clicks":
                again = to.with_name(f"again-{to.name}")
                connection.execute(f"copy (select * from '{file}' order by hash(event_id)) to '{again}'")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="kept, and used again if it holds a world")
    parser.add_argument("--memory-limit", default="6GB")
    parser.add_argument("--models", type=int, default=0, help="how many of the slowest models to show")
    parser.add_argument("--only", help="only worlds whose name has this text, beside the plain one")
    options = parser.parse_args()
    from orchestration.lib.sample import write_sample

    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        plain = folder / "world"
        if not plain.exists():
            write_sample(plain, options.people, options.days, options.seed, file_format="parquet")
        base = None
        for name in WORLDS:
            if options.only and name != "plain" and options.only not in name:
                continue
            world = folder / "skewed"
            shutil.rmtree(world, ignore_errors=True)
            write_world(plain, world, name)
            figures = measure("pipeline", world, options.memory_limit, options.models)
            show(name, figures, base)
            base = base or figures
            shutil.rmtree(world)


if __name__ == "__main__":
    main()
