"""Published marts of any size without a run: the tables of dbt's contracts, filled by SQL.

For pages,
tests of readers and benchmarks. A query that asks for a column that its contract has not fails here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.lib.settings import DBT_PROJECT

MODELS = ("first_touch", "last_touch", "linear", "position_based", "time_decay", "markov")
FIRST_DAY = "2025-07-01"
# Weight of the first, second and third touch.
_WEIGHTS = {
    "first_touch": (1, 0, 0),
    "last_touch": (0, 0, 1),
    "linear": (1, 1, 1),
    "position_based": (2, 1, 2),
    "time_decay": (1, 2, 4),
    "markov": (3, 3, 2),
}


@dataclass(frozen=True)
class Size:
    """How much there is. `names` are those of the first influencers, the others get plain ones."""

    influencers: int = 12
    purchases: int = 2000
    days: int = 120
    names: tuple[str, ...] = ()


def write_marts(warehouse: Path, size: Size) -> None:
    """Writes the schema `marts`, and a load log, into a new file that can be published."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts; create schema raw")
        contracts = read_contracts()
        _base(connection, size)
        for table, sql in _FILLED.items():
            _create(connection, table, contracts[table])
            _fill(connection, table, sql)
        for model in MODELS:
            table = f"fct_attribution__{model}"
            _create(connection, table, contracts[table])
            _fill(connection, table, _FACT.replace("$model", f"'{model}'"))
        union = " union all ".join(f"from marts.fct_attribution__{model}" for model in MODELS)
        connection.execute(f"create view marts.fct_attribution as {union}")
        connection.execute(_RAW)
        for table in ("people", "purchases", "touches", "weights", "credits", "daily"):
            connection.execute(f"drop table {table}")
        connection.execute("drop macro h")


def read_contracts() -> dict[str, list[Mapping[str, Any]]]:
    """The columns of every published model, as dbt's yml files declare them."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for file in sorted((DBT_PROJECT / "models").rglob("*.yml")):
        for model in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("models") or []:
            if (model.get("config") or {}).get("access") == "public":
                found[model["name"]] = model["columns"]
    return found


def _create(connection: duckdb.DuckDBPyConnection, table: str, columns: list[Mapping[str, Any]]) -> None:
    def column(about: Mapping[str, Any]) -> str:
        kind = "varchar" if about["data_type"] == "string" else about["data_type"]
        required = any(constraint["type"] == "not_null" for constraint in about.get("constraints") or [])
        return f'"{about["name"]}" {kind}{" not null" if required else ""}'

    connection.execute(f"create table marts.{table} ({', '.join(map(column, columns))})")


def _fill(connection: duckdb.DuckDBPyConnection, table: str, sql: str) -> None:
    """Inserts the columns that the table has; others stay null, which a contract may refuse."""
    columns = {row[0] for row in connection.execute(f"describe marts.{table}").fetchall()}
    filled = [row[0] for row in connection.execute(f"describe {sql}").fetchall() if row[0] in columns]
    names = ", ".join(f'"{name}"' for name in filled)
    connection.execute(f"insert into marts.{table} ({names}) select {names} from ({sql})")


def _base(connection: duckdb.DuckDBPyConnection, size: Size) -> None:
    # The same figures in every run: what looks random is a hash.
    connection.execute("create macro h(x) as (hash(x) >> 1)::bigint")
    connection.execute(
        f"""
        create table people as
            select
                i,
                'inf_' || lpad(i::varchar, 5, '0') as influencer_id,
                coalesce($names[i + 1], 'Creator ' || i) as influencer_name,
                '@creator' || i as handle,
                ['nano', 'micro', 'mid', 'macro', 'mega'][1 + i % 5] as tier,
                ['home', 'beauty', 'outdoor', 'food'][1 + i % 4] as niche,
                'camp_' || (i % 4) as campaign_id,
                (20 + h(i) % 4000)::decimal(18, 2) as cost
            from range({size.influencers}) as numbers (i);
        """,
        {"names": list(size.names)},
    )
    # A few influencers bring most; each purchase has three touches, two in three of them influencers'.
    connection.execute(
        f"""
        create table purchases as
            select
                p,
                'purchase:o' || p as conversion_id,
                'o' || p as order_id,
                md5('person' || (h(p) % {max(size.purchases * 2 // 3, 1)})) as person_id,
                timestamp '{FIRST_DAY}' + to_seconds((h(p + 7) % {size.days * 86400})) as converted_at,
                (10 + (h(p + 3) % 20000) / 100.0)::decimal(18, 2) as revenue
            from range({size.purchases}) as numbers (p);

        create table touches as
            select
                purchases.*,
                t as position,
                md5(p || '-' || t) as touchpoint_id,
                converted_at - to_hours(((3 - t) * 30 + h(p + t) % 20)::bigint) as touched_at,
                case
                    when {size.influencers} > 0 and h(p * 3 + t) % 3 < 2
                    then floor(pow((h(p * 5 + t) % 100000) / 100000.0, 3) * {size.influencers})::bigint
                end as i,
                ['organic_search', 'email', 'direct'][1 + h(p * 11 + t) % 3] as other_channel
            from purchases
            cross join range(1, 4) as numbers (t);
        """
    )
    weights = ", ".join(
        f"('{model}', {position}, {weight / sum(parts)})"
        for model, parts in _WEIGHTS.items()
        for position, weight in enumerate(parts, start=1)
    )
    connection.execute(
        f"""
        create table weights as from (values {weights}) as rows (attribution_model, position, credit);
        create table credits as
            select
                weights.attribution_model, touches.i, touches.converted_at::date as reporting_day,
                sum(weights.credit) as conversions,
                sum(weights.credit) filter (where h(touches.person_id) % 2 = 0) as new_customers,
                sum((touches.revenue * weights.credit::decimal(9, 6))::decimal(18, 2)) as attributed_revenue,
                count(*) as sessions
            from touches
            inner join weights on touches.position = weights.position
            where touches.i is not null and weights.credit > 0
            group by all;
        create table daily as
            select
                people.influencer_id, people.i, days.reporting_day, models.attribution_model,
                coalesce(credits.conversions, 0) as conversions,
                coalesce(credits.new_customers, 0) as new_customers,
                coalesce(credits.attributed_revenue, 0)::decimal(18, 2) as attributed_revenue,
                coalesce(credits.sessions, 0) as sessions,
                case when days.is_first then people.cost else 0 end::decimal(18, 2) as total_cost
            from (
                select i, reporting_day, bool_or(is_first) as is_first
                from (
                    select i, reporting_day, false as is_first from credits
                    union all
                    select i, date '{FIRST_DAY}' + (i % 9)::integer, true from people
                )
                group by i, reporting_day
            ) as days
            cross join (select distinct attribution_model from weights) as models
            inner join people on days.i = people.i
            left join credits
                on days.i = credits.i and days.reporting_day = credits.reporting_day
                and models.attribution_model = credits.attribution_model
        """
    )


_MONEY = """
    coalesce(sum(daily.attributed_revenue), 0)::decimal(18, 2) as attributed_revenue,
    coalesce(sum(daily.attributed_revenue), 0)::decimal(18, 2) as new_customer_revenue,
    coalesce(sum(daily.total_cost), 0)::decimal(18, 2) as fixed_fee,
    0 as commission, 0 as product_cost, 0 as other_cost,
    coalesce(sum(daily.total_cost), 0)::decimal(18, 2) as total_cost,
    coalesce(sum(daily.conversions), 0) as conversions,
    coalesce(sum(daily.new_customers), 0) as new_customers
"""
_RATIOS = """
    attributed_revenue / nullif(conversions, 0) as average_order_value,
    total_cost / nullif(conversions, 0) as cpa,
    total_cost / nullif(new_customers, 0) as cac,
    (attributed_revenue::double / nullif(total_cost, 0) - 1) * 100 as roi_pct,
    attributed_revenue / nullif(total_cost, 0) as roas
"""
# Of one influencer's customers the same every day, so that days and posts add up.
_LTV = "case when new_customers > 0 then 60 + 7 * (substr(influencer_id, 5)::bigint % 20) end"
_FACT = """
    select
        $model as attribution_model, conversion_id, touchpoint_id, 'purchase' as conversion_type,
        converted_at,
        person_id, touched_at, if(i is null, other_channel, 'influencer') as channel,
        'inf_' || lpad(i::varchar, 5, '0') as influencer_id, 'camp_' || (i % 4) as campaign_id,
        if(i is null, null, 'post_' || i) as deliverable_id, 'visit' as evidence, weights.credit,
        (revenue * weights.credit::decimal(9, 6))::decimal(18, 2) as attributed_revenue
    from touches
    inner join weights on touches.position = weights.position and weights.attribution_model = $model
    where weights.credit > 0
"""
_FILLED = {
    "dim_influencers": """
        select influencer_id, influencer_name, handle, tier, niche, 'GB' as country,
            (h(i) % 900000)::bigint as followers
        from people
    """,
    "dim_campaigns": """
        select distinct campaign_id, 'Campaign ' || campaign_id as campaign_name, campaign_id as utm_campaign,
            date '2025-07-01' as starts_on, date '2025-12-31' as ends_on,
            if(campaign_id < 'camp_2', 'home', 'beauty') as product_category, 1000 as budget
        from people
    """,
    "dim_deliverables": """
        select 'post_' || i as deliverable_id, 'par_' || i as partnership_id, influencer_id, campaign_id,
            ['instagram', 'youtube', 'tiktok'][1 + i % 3] as platform,
            ['story', 'video'][1 + i % 2] as content_format, timestamp '2025-07-02' as posted_at,
            10000 as impressions, 500 as engagements
        from people
    """,
    "fct_conversions": """
        select conversion_id, 'purchase' as conversion_type, person_id, converted_at, order_id,
            h(person_id) % 2 = 0 as is_first_purchase, revenue, revenue as gross_revenue,
            0 as discount_amount, 0 as refunded_amount, 'new' as customer_segment, 'low' as value_segment
        from purchases
    """,
    "dim_person_identifiers": """
        select md5('identifier' || person_id) as identifier_hash, 'customer' as identifier_type, person_id
        from (select distinct person_id from purchases)
    """,
    "mart_influencer_roi_daily": f"""
        select *, (attributed_revenue::double / nullif(total_cost, 0) - 1) * 100 as roi_pct,
            sessions // 25 as buyers, buyers / nullif(visitors, 0) as conversion_rate,
            {_LTV} as ltv_per_customer,
            attributed_revenue as revenue_to_date, total_cost as cost_to_date, roi_pct as roi_pct_to_date
        from (
            select influencer_id, reporting_day, attribution_model, max(sessions) as visitors,
                max(sessions) as sessions, {_MONEY}
            from daily
            group by influencer_id, reporting_day, attribution_model
        )
        order by attribution_model, reporting_day, influencer_id
    """,
    "mart_influencer_roi": f"""
        select *, {_RATIOS},
            roi_pct - 20 as roi_pct_low, roi_pct + 30 as roi_pct_high, cpa * 0.8 as cpa_low,
            cpa * 1.2 as cpa_high,
            attributed_revenue * 0.8 as revenue_low, attributed_revenue * 1.2 as revenue_high,
            credited_people >= 20 as is_sample_enough,
            round(visitors * 0.04) / nullif(visitors, 0) as conversion_rate, 0.21 as micro_conversion_rate,
            {_LTV} as ltv_per_customer
        from (
            select people.influencer_id, people.influencer_name, people.tier, people.niche,
            daily.attribution_model,
                coalesce(sum(daily.sessions), 0)::bigint as visitors,
                coalesce(sum(daily.sessions), 0)::bigint as sessions, {_MONEY},
                9 as direct_conversions, 4 as assisted_conversions, 3 as link_only_orders,
                4 as code_only_orders,
                2 as link_and_code_orders, 4 as assist_only_orders, 1 as survey_only_orders,
                0 as discount_given,
                coalesce(sum(daily.sessions), 0)::bigint as credited_people
            from people
            inner join daily on people.i = daily.i
            group by people.influencer_id, people.influencer_name, people.tier, people.niche,
            daily.attribution_model
        )
    """,
    "mart_program_roi": f"""
        select *, {_RATIOS}, roi_pct - 9 as roi_pct_low, roi_pct + 11 as roi_pct_high,
            true as is_sample_enough, attributed_revenue * 0.9 as revenue_low,
            attributed_revenue * 1.1 as revenue_high
        from (
            select attribution_model, count(distinct influencer_id) as influencers,
            0 as influencers_without_revenue,
                sum(sessions)::bigint as visitors, sum(sessions)::bigint as sessions, {_MONEY},
                100 as credited_people
            from daily
            group by attribution_model
        )
    """,
    "mart_campaign_roi": f"""
        select *, {_RATIOS}, total_cost / 10 as budget_used_pct, visitors // 25 as buyers,
            buyers / nullif(visitors, 0) as conversion_rate,
            attributed_revenue / nullif(new_customers, 0) as ltv_per_customer
        from (
            select people.campaign_id, 'Campaign ' || people.campaign_id as campaign_name,
                date '2025-07-01' as starts_on, date '2025-12-31' as ends_on,
                if(people.campaign_id < 'camp_2', 'home', 'beauty') as product_category,
                daily.attribution_model,
                count(distinct people.i) as influencers, sum(daily.sessions)::bigint as visitors,
                sum(daily.sessions)::bigint as sessions, {_MONEY}, 1000 as budget
            from people
            inner join daily on people.i = daily.i
            group by people.campaign_id, daily.attribution_model
        )
    """,
    "mart_deliverable_roi": """
        select 'post_' || substr(influencer_id, 5)::bigint as deliverable_id, roi.influencer_id,
            'camp_' || (substr(influencer_id, 5)::bigint % 4) as campaign_id,
            ['instagram', 'youtube', 'tiktok'][1 + substr(influencer_id, 5)::bigint % 3] as platform,
            ['story', 'video'][1 + substr(influencer_id, 5)::bigint % 2] as content_format,
            timestamp '2025-07-02' as posted_at, attribution_model, 10000 as impressions, 500 as engagements,
            visitors, sessions, visitors // 25 as buyers, buyers / nullif(visitors, 0) as conversion_rate,
            sessions / 10000 as click_through_rate, micro_conversion_rate, conversions,
            new_customers, attributed_revenue, new_customer_revenue, fixed_fee, commission, product_cost,
            other_cost, total_cost, cpa, cac, roi_pct, roas, ltv_per_customer
        from marts.mart_influencer_roi as roi
    """,
    "mart_category_roi": f"""
        select *, {_RATIOS}, visitors // 30 as buyers, buyers / nullif(visitors, 0) as conversion_rate,
            attributed_revenue / nullif(new_customers, 0) as ltv_per_customer
        from (
            select 'influencer:' || influencer_id as touch_key, 'influencer' as channel, influencer_id,
                ['home', 'beauty'][1 + i % 2] as product_category, attribution_model,
                sum(sessions)::bigint as visitors, {_MONEY}
            from daily
            group by influencer_id, i, attribution_model
        )
        union all by name
        select 'email' as touch_key, 'email' as channel, 'home' as product_category, attribution_model,
            5 as conversions, 2 as new_customers, 500 as attributed_revenue
        from (select distinct attribution_model from daily)
    """,
    "mart_post_halo": """
        select 'post_' || i as deliverable_id, influencer_id, campaign_id, 'instagram' as platform,
            'story' as content_format, timestamp '2025-07-02' as posted_at, 'codeless' as series,
            9 as observed_orders, 7 as expected_orders, 0.5 as halo_orders, -1 as halo_orders_low,
            2 as halo_orders_high, 30 as total_halo_orders, 5 as total_halo_orders_low,
            61 as total_halo_orders_high, 'found' as verdict
        from people
    """,
    "mart_promo_code_health": """
        select 'CODE' || i as promo_code, influencer_id, 10 as redemptions, 100 as revenue,
        90 as clean_revenue,
            10 as suspect_revenue, 1 as suspect_redemptions, 0.1 as without_sign_share,
            0.2 as coupon_site_share, 10 as sessions, (i * 7) % 100 as leak_score
        from people
    """,
    "mart_micro_conversions": """
        select 'influencer:' || influencer_id as touch_key, 'influencer' as channel, influencer_id,
            'sign_up' as conversion_type, 'micro' as goal_kind, attribution_model, 3 as conversions,
            5 as goals_reached, 5 as goal_sessions, sessions, 0.1 as goal_rate, 5 as people, 2 as buyers,
            0.4 as goal_to_purchase_rate, 0 as goal_value
        from marts.mart_influencer_roi
    """,
    "mart_journey_summary": """
        select 'purchase' as conversion_type, 'new' as customer_segment, 1 + p % 6 as path_length,
            count(*) as conversions, sum(revenue) as revenue, 2 as average_keys,
            100 as average_hours_from_first_touch, 90 as median_hours_from_first_touch,
            count(*) // 2 as conversions_with_influencer, sum(revenue) / 2 as revenue_with_influencer,
            count(*) // 4 as conversions_with_several_influencers, count(*) as influencer_touches,
            10 as influencer_touches_only, 20 as influencer_touches_first, 30 as influencer_touches_middle,
            40 as influencer_touches_last
        from purchases
        group by path_length
    """,
    "mart_customer_journeys": """
        select person_id, row_number() over (partition by person_id order by event_at,
        event_id) as event_number,
            event_at, event_type, event_id, channel, influencer_id, campaign_id, deliverable_id,
            conversion_type,
            order_id, revenue, 0 as hours_from_first_event, 0 as hours_from_previous_event
        from (
            select person_id, touched_at as event_at, 'visit' as event_type, touchpoint_id as event_id,
                if(i is null, other_channel, 'influencer') as channel,
                'inf_' || lpad(i::varchar, 5, '0') as influencer_id, 'camp_' || (i % 4) as campaign_id,
                if(i is null, null, 'post_' || i) as deliverable_id, null as conversion_type,
                null as order_id,
                null as revenue
            from touches
            union all
            select person_id, converted_at, 'conversion', conversion_id, null, null, null, null, 'purchase',
                order_id, revenue
            from purchases
        )
        order by person_id, event_at
    """,
    "mart_influencer_scorecard": """
        select influencer_id, influencer_name, tier, niche, attribution_model, 3 as campaigns,
        attributed_revenue,
            roi_pct, roi_pct as return_pct, roi_pct_low as return_pct_low, roi_pct_high as return_pct_high,
            cac,
            ltv_per_customer, micro_conversion_rate, 30 as engagement_seconds, 0.3 as bounce_rate,
            10 as leak_score,
            50 as composite_score, row_number() over (order by roi_pct desc, influencer_id) as composite_rank,
            1 as rank_low, 9 as rank_high, 1 as peer_rank, 3 as ranked_peers,
            case when roi_pct > 50 then 'scale' when roi_pct > 0 then 'keep' else 'renegotiate' end
                as recommendation,
            'It earns ' || round(roi_pct) || ' % on its cost.' as reason, 'rule' as rule_id
        from marts.mart_influencer_roi
        where attribution_model = 'position_based'
    """,
    "mart_budget_plan": """
        select influencer_id, influencer_name, tier, niche, attribution_model, 'revenue' as value_basis,
            date '2025-07-01' as period_from, date '2025-09-30' as period_to, total_cost as spend_before,
            cast(total_cost * if(roi_pct > 50, 1.2, 0.9) as decimal(18, 2)) as planned_spend,
            (planned_spend / total_cost - 1) * 100 as change_pct,
            cast(total_cost * 0.5 as decimal(18, 2)) as least_spend,
            cast(total_cost * 1.5 as decimal(18, 2)) as most_spend,
            attributed_revenue as expected_value_before, attributed_revenue * 1.1 as expected_value,
            attributed_revenue * 0.1 as expected_gain, -total_cost * 0.1 as gain_low,
            attributed_revenue * 0.2 as gain_high, attributed_revenue / total_cost * 0.6 as next_unit_value,
            2 as value_per_spend, 0.3 as value_per_spend_sd, 0.6 as elasticity, 0.1 as elasticity_sd_all,
            0.1 as elasticity_sd_tier, 0.1 as elasticity_sd_own, 0.5 as own_weight, 'tier' as curve_basis,
            'The next unit brings ' || round(next_unit_value, 2) || '.' as reason,
            sum(spend_before) over () as budget, 0 as unallocated, false as is_cut,
            sum(expected_gain) over () as plan_gain, sum(gain_low) over () as plan_gain_low,
            sum(gain_high) over () as plan_gain_high
        from marts.mart_influencer_roi
        where attribution_model = 'position_based' and total_cost > 0
    """,
    "mart_cohort_ltv": """
        select date '2025-07-01' as cohort_month, acquired_by, acquisition_channel, null as influencer_id,
            100 as customers, 150 as orders, 9000 as revenue_to_date, 90 as revenue_per_customer,
            30 as repeat_customers, 0.3 as repeat_rate, 100 as customers_seen_30d, 80 as customers_seen_60d,
            60 as customers_seen_90d, 70 as revenue_per_customer_90d, 0 as customers_seen_180d,
            0 as customers_seen_365d,
            if(acquired_by = 'email', null, 120) as predicted_ltv_per_customer
        from (values ('influencer:inf_00000', 'influencer'), ('email', 'email'))
            as rows (acquired_by, acquisition_channel)
        where exists (from people)
    """,
    "mart_silence_alarms": """
        select 'posted_no_visits' as alarm_type, influencer_id, campaign_id, 'post_' || i as deliverable_id,
            timestamp '2025-07-02' as began_at, timestamp '2025-07-03' as raised_at, 0 as visits,
            true as is_open,
            timestamp '2025-10-01' as data_until
        from people
        where i % 5 = 0
    """,
}
_RAW = """
    create table raw.clicks as select timestamp '2025-07-01 10:00' as event_at from range(10);
    create table raw.load_log as
        select
            1 as file_id, 'clicks/standard/a.csv' as path, 'clicks' as dataset, 'standard' as format,
            'loaded' as status, null::varchar as reason, 12 as rows_read, 10 as rows_loaded,
            2 as rows_quarantined,
            0 as rows_duplicate, 900 as bytes, timestamp '2025-10-01' as modified_at,
            timestamp '2025-10-01' as loaded_at;
    create table raw.quarantine as
        select
            'clicks/standard/a.csv' as path, 'clicks' as dataset, 'standard' as format,
            'event_at: not a time' as reason, 'event_at' as column_name, range as line,
            null::timestamp as cleared_at
        from range(2);
"""
