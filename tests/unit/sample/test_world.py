"""The world is as messy as it says: shares, rhythms, and the noise of real logs."""

from __future__ import annotations

import numpy as np

from orchestration.lib.sample import config, people

from .conftest import PEOPLE, Opened

TAGGED = (
    "replace(replace(lower(page_url), '%255f', '_'), '%5f', '_') like '%utm_source=' || utm_source || '%'"
)


def share(world: Opened, table: str, condition: str) -> float:
    return float(world.value(f"select avg(({condition})::int) from {table}"))


def test_denied_consent(world: Opened) -> None:
    # A visitor is a browser of a person, so the share of visitors varies around that of people.
    denied = "select visitor_id, bool_or(consent = 'denied') as denied from clicks group by visitor_id"
    assert 0.05 < share(world, f"({denied})", "coalesce(denied, false)") < 0.11
    assert share(world, "clicks", "consent is null") > 0.08
    assert (
        share(world, "clicks", "consent = 'denied' and (customer_id is not null or email is not null)") == 0
    )


def test_guests_and_accounts(world: Opened) -> None:
    assert 0.28 < share(world, "final_orders", "customer_id is null") < 0.42
    assert 0.005 < share(world, "final_orders", "customer_id is null and email is null") < 0.04
    unknown = share(world, "final_orders", "customer_id is null and email is null and visitor_id is null")
    assert unknown < 0.02
    assert 0.02 < share(world, "final_orders", "visitor_id is null") < 0.25


def test_people_use_several_browsers(world: Opened) -> None:
    """Clicked orders are often placed in another browser, and then only a login or an address ties them."""
    query = f"""
        with bought as (
            select t.order_id, o.visitor_id, l.utm_source
            from truth as t
            inner join final_orders as o using (order_id)
            inner join (select distinct influencer_id, utm_source from tracking_links) as l
                using (influencer_id)
            where t.trace in ('link', 'link_and_code') and o.visitor_id is not null
        )

        select count(*), avg(exists (
            select 1 from clicks as c where c.visitor_id = b.visitor_id and {TAGGED}
        )::int)
        from bought as b
    """
    orders, same_browser = world.rows(query)[0]
    assert orders > 60
    assert 0.3 < same_browser < 0.75


def test_purchases_tie_devices_together(world: Opened) -> None:
    tied = """
        select count(*) from (
            select customer_id from clicks where customer_id is not null
            group by customer_id having count(distinct visitor_id) > 1
        )
    """
    assert world.value(tied) > 40
    assert 0.93 < world.value("select count(distinct order_id) from clicks") / world.report.orders < 0.975
    assert share(world, "(from clicks where event_name = 'purchase')", "order_id is not null") == 1


def test_codes_without_clicks_and_leaks(world: Opened) -> None:
    traces = dict(world.rows("select trace, count(*) from truth where trace is not null group by trace"))
    total = sum(traces.values())
    assert set(traces) == {"link", "code", "link_and_code", "none"}
    assert 0.10 < traces["code"] / total < 0.35
    assert 0.12 < traces["none"] / total < 0.35
    coupon_visits = "referrer_url similar to '.*(retailmenot|couponfollow|wethrift).*'"
    assert world.value(f"select count(*) from clicks where {coupon_visits}") > 50
    leaked = """
        select count(*) from truth
        where is_leaked_code = 'true' and influencer_id is distinct from code_owner
    """
    assert world.value(leaked) > 20


def test_other_channels_take_the_last_click(world: Opened) -> None:
    """The last visit before an influencer's order is often not the influencer's."""
    query = """
        with last_visit as (
            select t.order_id, max_by(c.page_url || coalesce(c.referrer_url, ''), c.event_at) as entry
            from truth as t
            inner join final_orders as o using (order_id)
            inner join clicks as c on c.visitor_id = o.visitor_id and c.event_at <= t.ordered_at
            where
                t.mechanism = 'trigger' and t.influencer_id is not null
                and coalesce(c.referrer_url, '') not like '%northpine%'
                and coalesce(c.referrer_url, '')
                    not similar to '.*(paypal|stripe|retailmenot|couponfollow|wethrift).*'
            group by t.order_id
        )

        select avg((
            entry not like '%utm_source%' or entry similar to '.*(cpc|paid_social|email|display).*'
        )::int)
        from last_visit
    """
    assert 0.3 < world.value(query) < 0.85


def test_boosted_clicks_carry_the_platforms_click_id(world: Opened) -> None:
    boosted = "page_url like '%utm_content=%' and page_url similar to '.*(fbclid|ttclid|gclid)=.*'"
    of_influencers = "(select * from clicks where page_url like '%utm_content=%')"
    assert 0.01 < share(world, of_influencers, boosted) < 0.35
    for click_id in ("gclid", "fbclid", "ttclid", "msclkid", "wbraid", "gbraid"):
        assert world.value(f"select count(*) from clicks where page_url like '%{click_id}=%'") > 0, click_id


def test_times_are_not_round_and_have_a_rhythm(world: Opened) -> None:
    for table, column in (("clicks", "event_at"), ("final_orders", "ordered_at"), ("refunds", "refunded_at")):
        assert share(world, table, f"right(strftime({column}::timestamp, '%f'), 6) = '000000'") < 0.01, (
            table,
            column,
        )
        assert share(world, table, f"second({column}::timestamp) = 0") < 0.05, (table, column)
    milliseconds = share(world, "clicks", "right(strftime(event_at::timestamp, '%f'), 3) = '000'")
    assert 0.3 < milliseconds < 0.7
    human = "select hour(ordered_at::timestamp) as h, count(*) as n from final_orders group by h"
    assert world.value(f"select max(n) / min(n) from ({human})") > 2.5


def test_visits_follow_the_week_and_the_day() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    sample = config.World(1_000, 364, 1)
    at = people.random_times(rng, people.day_edges(sample), np.full(200_000, -6 * config.HOUR))
    assert at.min() >= 0 and at.max() < sample.seconds
    weekday = (np.floor(at / config.DAY) + sample.start.weekday()) % 7
    shares = np.bincount(weekday.astype(int), minlength=7) / len(at)
    assert np.allclose(shares, people.WEEKDAYS / people.WEEKDAYS.sum(), atol=0.006)
    local = np.floor((at / config.HOUR - 6) % 24).astype(int)
    hours = np.bincount(local, minlength=24) / len(at)
    assert np.allclose(hours, people.HOURS / people.HOURS.sum(), atol=0.004)


def test_noise_of_real_logs(world: Opened) -> None:
    assert 0.008 < share(world, "clicks", "user_agent similar to '.*([Bb]ot|facebookexternalhit).*'") < 0.02
    clicks = world.value("select count(*) from clicks")
    distinct = world.value("select count(*) from (select distinct * from clicks)")
    assert 0.003 < 1 - distinct / clicks < 0.01
    resent = """
        select event_id from (select distinct * from clicks)
        where event_id is not null group by event_id having count(*) > 1
    """
    assert 0.0015 < world.value(f"select count(*) from ({resent})") / clicks < 0.006
    assert 0.001 < share(world, "clicks", "event_id is null") < 0.01
    scraper = """
        select max(n) from (
            select count(*) as n from clicks where user_agent not like '%bot%'
            group by visitor_id, date_trunc('hour', event_at::timestamp)
        )
    """
    assert world.value(scraper) > 60
    assert world.value("select count(*) from clicks where page_url like '%utm_campaign=Weekly+Letter%'") > 0
    assert world.value("select count(*) from clicks where page_url like '%back%20in%20stock%'") > 0


def test_goals_and_engagement(world: Opened) -> None:
    events = {row[0] for row in world.rows("select distinct event_name from clicks")}
    assert events == {
        "page_view", "sign_up", "demo_request", "download", "video_view", "add_to_cart", "begin_checkout",
        "purchase", "account_created",
    }  # fmt: skip
    for path in ("/pricing", "/compare"):
        assert 0.01 < share(world, "clicks", f"page_url like '%example{path}'") < 0.08
    assert 15 < world.value("select avg(engagement_seconds::double) from clicks") < 60


def test_orders_change_and_the_newest_version_is_the_truth(world: Opened) -> None:
    statuses = dict(world.rows("select status, count(*) from final_orders group by status"))
    assert set(statuses) == {"paid", "pending", "cancelled", "refunded"}
    versions = world.value("select count(*) from orders") / world.report.orders
    assert 1.04 < versions < 1.2
    stale = """
        select count(*) from truth inner join final_orders as o using (order_id)
        where truth.status <> o.status
    """
    assert world.value(stale) == 0
    late = """
        select avg((refunded_at::timestamp > ordered_at::timestamp + interval 3 day)::int)
        from refunds inner join final_orders using (order_id)
    """
    assert world.value(late) == 1
    assert 0.02 < world.value("select count(distinct order_id) from refunds") / world.report.orders < 0.1


def test_the_crm(world: Opened) -> None:
    final = """(
        select * from contacts
        qualify row_number() over (partition by contact_id order by updated_at desc) = 1
    )"""
    merged = share(world, final, "merged_into_contact_id is not null")
    assert 0.02 < merged < 0.06
    stages = {row[0] for row in world.rows("select distinct lifecycle_stage from contacts")}
    assert stages == {"subscriber", "lead", "customer"}
    assert share(world, final, "became_customer_at < created_at and lifecycle_stage <> 'customer'") == 0
    named = "select influencer_name from influencers union all select handle from influencers"
    assert world.value(f"select count(*) from contacts where lead_source in ({named})") > 20
    assert 0.4 * PEOPLE > world.value(f"select count(*) from {final}") > 0.15 * PEOPLE
    early = "select count(*) from contacts where updated_at < created_at or became_customer_at > updated_at"
    assert world.value(early) == 0


def test_people_buy_again_and_spend_differently(world: Opened) -> None:
    per_customer = """
        select count(*) as n, avg(subtotal) as spend
        from final_orders where customer_id is not null group by customer_id
    """
    assert 0.12 < share(world, f"({per_customer})", "n > 1") < 0.5
    assert world.value(f"select stddev(spend) / avg(spend) from ({per_customer})") > 0.4
    assert 40 < world.value("select avg(subtotal)::double from final_orders") < 160


def test_some_buyers_say_what_brought_them(world: Opened) -> None:
    asked = share(world, "final_orders", "survey_answer is not null")
    assert 0.09 < asked < 0.18
    named = """
        select avg((
            lower(o.survey_answer) like '%' || lower(i.influencer_name) || '%'
            or lower(o.survey_answer) like '%' || replace(i.handle, '@', '') || '%'
        )::int)
        from truth as t
        inner join final_orders as o using (order_id)
        inner join influencers as i using (influencer_id)
        where o.survey_answer is not null
    """
    assert 0.35 < world.value(named) < 0.85
