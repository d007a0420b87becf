-- Who was on the way, apart from who gets credit: each conversion counts in full for each key of its journey.
with keys_of_journeys as (
    select
        conversion_key,
        touch_key,
        min(channel) as channel,
        min(influencer_id) as influencer_id,
        min(creditable_position) = 1 as is_first,
        max(creditable_position) = max(creditable_length) as is_last
    from {{ ref('int_journeys') }}
    where is_creditable
    group by conversion_key, touch_key
),

counted as (
    select
        keys.touch_key,
        min(keys.channel) as channel,
        min(keys.influencer_id) as influencer_id,
        conversions.conversion_type,
        count(*) as in_path_conversions,
        sum(conversions.revenue) as in_path_revenue,
        count(case when not keys.is_last then 1 end) as in_path_not_last_conversions,
        sum(case when not keys.is_last then conversions.revenue else 0 end) as in_path_not_last_revenue,
        count(case when keys.is_first then 1 end) as introduced_conversions,
        sum(case when keys.is_first then conversions.revenue else 0 end) as introduced_revenue,
        count(case when keys.is_last then 1 end) as closed_conversions,
        sum(case when keys.is_last then conversions.revenue else 0 end) as closed_revenue,
        count(case when keys.is_first and conversions.customer_segment = 'new' then 1 end) as introduced_new_customers
    from keys_of_journeys as keys
    inner join {{ ref('int_conversions') }} as conversions on keys.conversion_key = conversions.conversion_key
    group by keys.touch_key, conversions.conversion_type
),

-- Every influencer of the registry has a row for purchases.
grid as (
    select touch_key, channel, influencer_id, conversion_type from counted
    union
    select 'influencer:' || influencer_id, 'influencer', influencer_id, 'purchase' from {{ ref('dim_influencers') }}
)

select
    grid.touch_key,
    grid.channel,
    grid.influencer_id,
    grid.conversion_type,
    coalesce(counted.in_path_conversions, 0) as in_path_conversions,
    cast(coalesce(counted.in_path_revenue, 0) as decimal(18, 2)) as in_path_revenue,
    coalesce(counted.in_path_not_last_conversions, 0) as in_path_not_last_conversions,
    cast(coalesce(counted.in_path_not_last_revenue, 0) as decimal(18, 2)) as in_path_not_last_revenue,
    coalesce(counted.introduced_conversions, 0) as introduced_conversions,
    cast(coalesce(counted.introduced_revenue, 0) as decimal(18, 2)) as introduced_revenue,
    coalesce(counted.introduced_new_customers, 0) as introduced_new_customers,
    coalesce(counted.closed_conversions, 0) as closed_conversions,
    cast(coalesce(counted.closed_revenue, 0) as decimal(18, 2)) as closed_revenue,
    {{ ratio('counted.in_path_not_last_conversions', 'counted.closed_conversions') }} as assist_ratio
from grid
left join counted on grid.touch_key = counted.touch_key and grid.conversion_type = counted.conversion_type
