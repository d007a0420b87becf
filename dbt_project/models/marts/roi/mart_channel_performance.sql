-- Influencers beside every other channel; a channel's cost is known where the ledger holds its spend.
with credited as (
    select channel, attribution_model, {{ credit_columns() }}
    from {{ ref('int_credits_daily') }}
    group by channel, attribution_model
),

visited as (
    select
        channel,
        count(*) as sessions,
        count(distinct person_key) as visitors,
        count(case when micro_conversions > 0 then 1 end) as micro_converting_sessions,
        count(case when is_bounce then 1 end) as bounces
    from {{ ref('int_sessions') }}
    group by channel
),

spent as (
    select 'influencer' as channel, cast(sum(amount) as decimal(18, 2)) as total_cost
    from {{ ref('int_influencer_costs') }}
    union all
    select
        costs.channel,
        cast(sum({{ money_product('costs.amount', 'rates.rate_to_reporting') }}) as decimal(18, 2)) as total_cost
    from {{ ref('stg_registry__costs') }} as costs
    inner join {{ ref('int_fx_rates') }} as rates
        on
            costs.incurred_on = rates.used_on
            and coalesce(costs.currency, '{{ var("reporting_currency") }}') = rates.currency
    where costs.channel is not null
    group by costs.channel
),

channels as (
    select channel from credited
    union
    select channel from visited
    union
    select channel from spent
),

figures as (
    select
        channels.channel,
        models.attribution_model,
        coalesce(visited.visitors, 0) as visitors,
        coalesce(visited.sessions, 0) as sessions,
        visited.micro_converting_sessions,
        visited.bounces,
        coalesce(credited.conversions, 0) as conversions,
        coalesce(credited.new_customers, 0) as new_customers,
        cast(coalesce(credited.attributed_revenue, 0) as decimal(18, 2)) as attributed_revenue,
        cast(coalesce(credited.new_customer_revenue, 0) as decimal(18, 2)) as new_customer_revenue,
        case when credited.channel is null then cast(0 as decimal(18, 2)) else credited.attributed_contribution end
            as attributed_contribution,
        credited.ltv_per_customer,
        spent.total_cost
    from channels
    cross join {{ attribution_model_rows() }} as models
    left join visited on channels.channel = visited.channel
    left join spent on channels.channel = spent.channel
    left join credited
        on channels.channel = credited.channel and models.attribution_model = credited.attribution_model
)

select
    channel,
    attribution_model,
    visitors,
    sessions,
    {{ ratio('bounces', 'sessions') }} as bounce_rate,
    {{ ratio('micro_converting_sessions', 'sessions') }} as micro_conversion_rate,
    conversions,
    new_customers,
    attributed_revenue,
    new_customer_revenue,
    {{ ratio('attributed_revenue', 'conversions') }} as average_order_value,
    {{ ratio(
        'attributed_revenue', 'sum(attributed_revenue) over (partition by attribution_model)'
    ) }} * 100 as revenue_share_pct,
    total_cost,
    {{ ratio('total_cost', 'conversions') }} as cpa,
    {{ ratio('total_cost', 'new_customers') }} as cac,
    {{ return_pct('attributed_revenue', 'total_cost') }} as roi_pct,
    {{ ratio('attributed_revenue', 'total_cost') }} as roas,
    attributed_contribution,
    {{ return_pct('attributed_contribution', 'total_cost') }} as contribution_roi_pct,
    ltv_per_customer
from figures
