"""The truth files agree with the shop's records, to the cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from orchestration.lib.sample import write_sample

from .conftest import DAYS, PEOPLE, SEED, Opened, open_world

CENT = Decimal("0.01")


def test_every_order_has_one_true_cause(world: Opened) -> None:
    orders = world.value("select count(distinct order_id) from orders")
    assert world.value("select count(*) from truth") == orders == world.report.orders
    assert world.rows("select order_id from truth where order_id not in (select order_id from orders)") == []
    causes = {row[0] for row in world.rows("select distinct split_part(cause, ':', 1) from truth")}
    assert causes == {"organic", "channel", "influencer"}
    wrong = (
        "select * from truth where (influencer_id is not null) <> (cause = 'influencer:' || influencer_id)"
    )
    assert world.rows(wrong) == []


def test_net_revenue_is_what_the_orders_say(world: Opened) -> None:
    """Net = subtotal - discounts - refunds for paid and refunded orders, nothing for the others."""
    differing = """
        with refunded as (
            select order_id, sum(cast(amount as decimal(18, 2))) as amount from refunds group by order_id
        ),

        net as (
            select
                order_id,
                case
                    when status in ('paid', 'refunded')
                        then subtotal - discount_amount - coalesce(refunded.amount, 0)
                    else 0
                end as net
            from final_orders
            left join refunded using (order_id)
        )

        select count(*)
        from truth
        inner join net using (order_id)
        where cast(truth.revenue_local as decimal(18, 2)) <> net.net
    """
    assert world.value(differing) == 0
    assert world.value("select count(*) from truth where cast(revenue as decimal(18, 2)) < 0") > 0


def test_dollars_are_local_money_at_the_rate_of_the_day(world: Opened) -> None:
    rates = "read_csv('seeds/reference/fx_rates.csv', header=true)"
    off = f"""
        select max(abs(cast(truth.revenue as double) - cast(revenue_local as double) * fx.usd / case currency
            when 'GBP' then fx.gbp when 'EUR' then 1 else fx.usd end))
        from truth
        asof join {rates} as fx on cast(left(truth.ordered_at, 10) as date) >= fx.rate_date
    """
    assert world.value(off) <= 0.0051
    shares = dict(
        world.rows("select currency, count(*) / sum(count(*)) over () from truth group by currency")
    )
    assert set(shares) == {"USD", "EUR", "GBP"}
    assert 0.7 < shares["USD"] < 0.92


def test_orders_add_up_to_the_cent(world: Opened) -> None:
    lines = (
        "select order_id, sum(cast(amount as decimal(18, 2))) as amount from order_lines group by order_id"
    )
    assert (
        world.value(
            f"select count(*) from final_orders left join ({lines}) as l using (order_id) "
            "where subtotal is distinct from amount"
        )
        == 0
    )
    assert (
        world.value(
            "select count(*) from final_orders "
            "where total_amount <> subtotal - discount_amount + shipping_amount + tax_amount"
        )
        == 0
    )
    assert world.value("select count(*) from final_orders where discount_amount > subtotal") == 0
    assert (
        world.value("select count(*) from order_lines where cast(unit_cost as double) * quantity >= amount")
        == 0
    )


def test_discounts_are_the_terms_of_their_codes(world: Opened) -> None:
    """Each code was valid when it was redeemed, and an order's codes add up to its discount."""
    codes = world.rows(
        "select promo_code, discount_type, discount_value, valid_from, valid_to from promo_codes"
    )
    redeemed = world.rows(
        "select order_id, ordered_at::varchar, subtotal, discount_amount, discount_codes from final_orders "
        "where discount_codes is not null"
    )
    two = 0
    for order_id, ordered_at, subtotal, discount, texts in redeemed:
        expected = Decimal(0)
        two += "|" in texts
        for text in (part.strip().upper() for part in texts.split("|")):
            if text == "FREESHIP":
                continue
            if text == "WELCOME10":
                expected += (subtotal * 10 / 100).quantize(CENT, ROUND_HALF_UP)
                continue
            terms = [row for row in codes if row[0] == text]
            assert terms, (order_id, text)
            at = ordered_at.replace(" ", "T")
            valid = [
                row for row in terms if row[3][:19] <= at[:19] and (row[4] is None or at[:19] < row[4][:19])
            ]
            assert len(valid) == 1, (order_id, text, at)
            value = Decimal(valid[0][2])
            amount = subtotal * value / 100 if valid[0][1] == "percent" else min(value, subtotal)
            expected += amount.quantize(CENT, ROUND_HALF_UP)
        assert min(expected, subtotal) == discount, order_id
    assert len(redeemed) > 100 and two > 0
    assert (
        world.value("select count(*) from final_orders where discount_codes is null and discount_amount > 0")
        == 0
    )


def test_influencer_totals_are_the_sum_of_the_orders(world: Opened) -> None:
    differing = """
        with summed as (
            select
                influencer_id,
                count(*) filter (status in ('paid', 'refunded')) as orders,
                sum(cast(revenue as decimal(18, 2))) as revenue,
                sum(cast(revenue as decimal(18, 2))) filter (mechanism = 'trigger') as triggered,
                sum(cast(revenue as decimal(18, 2))) filter (trace = 'none') as dark
            from truth
            where influencer_id is not null
            group by influencer_id
        )

        select t.influencer_id
        from truth_influencers as t
        left join summed as s using (influencer_id)
        where
            cast(t.incremental_orders as int) <> coalesce(s.orders, 0)
            or cast(t.incremental_revenue as decimal(18, 2)) <> coalesce(s.revenue, 0)
            or cast(t.triggered_revenue as decimal(18, 2)) <> coalesce(s.triggered, 0)
            or cast(t.halo_revenue as decimal(18, 2)) <> coalesce(s.dark, 0)
    """
    assert world.rows(differing) == []
    assert world.value("select count(*) from truth_influencers") == world.report.influencers


def test_the_ledger_is_in_the_truth(world: Opened) -> None:
    """Dollar costs as they are; the currencies of the ledger are those of the partnerships."""
    dollars = """
        select t.influencer_id
        from truth_influencers as t
        inner join (
            select influencer_id, sum(cast(amount as decimal(18, 2))) as amount
            from costs group by influencer_id having max(currency) = 'USD' and min(currency) = 'USD'
        ) as c using (influencer_id)
        where cast(t.ledger_cost as decimal(18, 2)) <> c.amount
    """
    assert world.rows(dollars) == []
    fees = """
        select partnership_id
        from partnerships as p
        left join (
            select d.partnership_id, sum(cast(amount as decimal(18, 2))) as fees
            from costs inner join deliverables as d using (deliverable_id)
            where cost_type = 'fee' group by d.partnership_id
        ) using (partnership_id)
        where cast(fee as decimal(18, 2)) <> coalesce(fees, 0)
    """
    assert world.rows(fees) == []
    kinds = {row[0] for row in world.rows("select distinct cost_type from costs")}
    assert (
        {"fee", "product", "shipping", "agency", "boost", "commission"}
        >= kinds
        >= {"fee", "product", "boost"}
    )


def test_the_planted_influencers_are_what_they_were_planted_as(world: Opened) -> None:
    rows = world.rows(
        "select archetype, sum(exposures::int), sum(incremental_orders::int), sum(ledger_cost::double), "
        "sum(leaked_orders::int), sum(incremental_revenue::double) from truth_influencers group by archetype"
    )
    planted = {row[0]: row[1:] for row in rows}
    wide, small = planted["reach_without_fit"], planted["small_excellent"]
    assert wide[0] > 3 * small[0] and wide[1] < small[1]
    assert wide[4] < wide[2] and small[4] > small[2]
    assert planted["leaker"][3] > 20
    assert all(values[3] == 0 for name, values in planted.items() if name != "leaker")
    assert planted["never_posted"][0] == 0 and planted["never_posted"][1] == 0
    assert planted["never_posted"][2] > 0
    leaked = world.rows("select count(*) from truth where is_leaked_code = 'true' and code_owner is null")
    assert leaked == [(0,)]


def test_without_halo_every_effect_leaves_a_trace(world: Opened, world_without_halo: Opened) -> None:
    dark = "select count(*) from truth where mechanism = 'trigger' and trace = 'none'"
    assert world.value(dark) > 0.1 * world.value("select count(*) from truth where trace is not null")
    assert world_without_halo.value(dark) == 0
    assert world_without_halo.value("select sum(halo_orders::int) from truth_influencers") == 0
    assert world.value("select sum(halo_orders::int) from truth_influencers") > 0


def test_halo_strength_plants_more_halo_and_nothing_else(world: Opened, tmp_path: Path) -> None:
    strong = open_world(write_sample(tmp_path, PEOPLE, DAYS, SEED, halo_strength=5))
    halo = "select sum(halo_orders::int) from truth_influencers"
    seen = "select count(*) from truth where trace in ('link', 'code', 'link_and_code')"
    assert 3 < strong.value(halo) / world.value(halo) < 7
    assert 0.8 < strong.value(seen) / world.value(seen) < 1.25


def test_without_halo_clicked_orders_stay_in_one_browser(world_without_halo: Opened) -> None:
    """An order after a click, with no code, has that click among the visits of the browser that bought."""
    lost = """
        with bought as (
            select t.order_id, t.ordered_at, o.visitor_id, l.utm_source
            from truth as t
            inner join final_orders as o using (order_id)
            inner join (select distinct influencer_id, utm_source from tracking_links) as l
                using (influencer_id)
            where t.trace = 'link' and o.visitor_id is not null
        )

        select
            count(*),
            count(*) filter (
                not exists (
                    select 1 from clicks as c
                    where
                        c.visitor_id = b.visitor_id
                        and replace(replace(lower(c.page_url), '%255f', '_'), '%5f', '_')
                            like '%utm_source=' || b.utm_source || '%'
                )
            )
        from bought as b
    """
    orders, without_click = world_without_halo.rows(lost)[0]
    assert orders > 20
    assert without_click == 0
