-- New customers' orders that nothing ties to an influencer: no visit, no code, nothing that the CRM knows. What buyers answer
-- is left out of it, because an answer that names an influencer is what a halo looks like.
with traced as (
    select
        conversion_key,
        max(case when influencer_id is not null then 1 else 0 end) as is_influenced,
        max(case when is_last_touch then channel end) as last_channel
    from {{ ref('int_journeys') }}
    group by conversion_key
),

codes as (
    select distinct order_id from {{ ref('int_order_codes') }} where influencer_id is not null
),

orders as (
    select
        {{ reporting_date('conversions.converted_at') }} as reporting_day,
        traced.last_channel
    from {{ ref('int_conversions') }} as conversions
    left join traced on conversions.conversion_key = traced.conversion_key
    left join codes on conversions.order_id = codes.order_id
    where
        conversions.conversion_type = 'purchase'
        and conversions.is_first_purchase
        and codes.order_id is null
        and coalesce(traced.is_influenced, 0) = 0
),

spans as (
    select
        min({{ reporting_date('conversions.converted_at') }}) as first_day,
        -- The last day may not be over.
        {{ dbt.dateadd('day', -1, 'max(' ~ reporting_date('seen.data_until') ~ ')') }} as last_day
    from {{ ref('int_conversions') }} as conversions
    cross join {{ ref('int_data_until') }} as seen
    where conversions.conversion_type = 'purchase'
),

days as (
    select {{ days_between('first_day', 'last_day') }} as reporting_day
    from spans
    where first_day <= last_day
)

select
    days.reporting_day,
    count(case when orders.last_channel = 'direct' then 1 end) as direct,
    count(case when orders.last_channel in ('organic_search', 'paid_search') then 1 end) as brand_search,
    count(orders.reporting_day) as codeless
from days
left join orders on days.reporting_day = orders.reporting_day
group by days.reporting_day
