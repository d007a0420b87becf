{%- set tail = (1 - var('interval_pct') / 100) / 2 %}

-- Intervals from the replicates, reflected on the log scale: by the factor that a replicate may be off from what was seen,
-- what was seen may be off from the truth, the other way round. Skewed money needs it (docs/uncertainty.md).
with observed as (
    {% for attribution_model in attribution_models() -%}
    select
        influencer_id,
        '{{ attribution_model }}' as attribution_model,
        count(case when {{ attribution_model }}_millionths > 0 then 1 end) as credited_people,
        sum({{ attribution_model }}_cents) as revenue_cents,
        sum({{ attribution_model }}_millionths) as millionths,
        sum(commission_cents) as commission_cents
    from {{ ref('int_person_credits') }}
    group by influencer_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

costs as (
    select
        influencer_id,
        cast({{ cents('sum(amount)') }} as double) as cost_cents,
        cast({{ cents('sum(case when conversion_key is null then amount else 0 end)') }} as double) as fixed_cents
    from {{ ref('int_influencer_costs') }}
    group by influencer_id
),

judged as (
    select
        observed.*,
        coalesce(costs.cost_cents, 0) as cost_cents,
        coalesce(costs.fixed_cents, 0) as fixed_cents,
        observed.credited_people >= {{ var('min_sample_people') }} and observed.revenue_cents > 0 as is_sample_enough
    from observed
    left join costs on observed.influencer_id = costs.influencer_id
),

replicates as (
    {% for attribution_model in attribution_models() -%}
    select
        influencer_id,
        '{{ attribution_model }}' as attribution_model,
        {{ attribution_model }}_cents as revenue_cents,
        {{ attribution_model }}_millionths as millionths,
        commission_cents
    from {{ ref('int_bootstrap_totals') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A replicate's commission moves with its orders; fees do not.
figures as (
    select
        judged.influencer_id,
        judged.attribution_model,
        replicates.revenue_cents,
        replicates.revenue_cents / nullif(judged.fixed_cents + replicates.commission_cents, 0) as roas,
        (judged.fixed_cents + replicates.commission_cents) / nullif(replicates.millionths, 0) as cost_per_credit
    from judged
    inner join replicates
        on judged.influencer_id = replicates.influencer_id and judged.attribution_model = replicates.attribution_model
    where judged.is_sample_enough
),

quantiles as (
    select
        influencer_id,
        attribution_model,
        {% for figure in ['revenue_cents', 'roas', 'cost_per_credit'] -%}
        percentile_cont({{ tail }}) within group (order by {{ figure }}) as {{ figure }}_below,
        percentile_cont({{ 1 - tail }}) within group (order by {{ figure }}) as {{ figure }}_above{{ ',' if not loop.last }}
        {% endfor %}
    from figures
    group by influencer_id, attribution_model
)

select
    judged.influencer_id,
    judged.attribution_model,
    judged.credited_people,
    judged.is_sample_enough,
    power(judged.revenue_cents, 2) / nullif(quantiles.revenue_cents_above, 0) / 100 as revenue_low,
    power(judged.revenue_cents, 2) / nullif(quantiles.revenue_cents_below, 0) / 100 as revenue_high,
    (power(judged.revenue_cents / nullif(judged.cost_cents, 0), 2) / nullif(quantiles.roas_above, 0) - 1) * 100 as roi_pct_low,
    (power(judged.revenue_cents / nullif(judged.cost_cents, 0), 2) / nullif(quantiles.roas_below, 0) - 1) * 100 as roi_pct_high,
    power(judged.cost_cents / nullif(judged.millionths, 0), 2) / nullif(quantiles.cost_per_credit_above, 0) * 10000 as cpa_low,
    power(judged.cost_cents / nullif(judged.millionths, 0), 2) / nullif(quantiles.cost_per_credit_below, 0) * 10000 as cpa_high
from judged
left join quantiles
    on judged.influencer_id = quantiles.influencer_id and judged.attribution_model = quantiles.attribution_model
