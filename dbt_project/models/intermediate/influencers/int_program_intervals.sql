{%- set tail = (1 - var('interval_pct') / 100) / 2 %}

-- The intervals of int_influencer_intervals for all influencers together: the same people drawn in the same replicates,
-- so a person who is shared by influencers moves all of them at once.
with costs as (
    select
        cast(coalesce({{ cents('sum(amount)') }}, 0) as double) as cost_cents,
        cast(coalesce({{ cents('sum(case when conversion_key is null then amount else 0 end)') }}, 0) as double) as fixed_cents
    from {{ ref('int_influencer_costs') }}
),

observed as (
    {% for attribution_model in attribution_models() -%}
    select
        '{{ attribution_model }}' as attribution_model,
        count(distinct case when {{ attribution_model }}_millionths > 0 then person_id end) as credited_people,
        sum({{ attribution_model }}_cents) as revenue_cents,
        sum({{ attribution_model }}_millionths) as millionths
    from {{ ref('int_person_credits') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

judged as (
    select
        observed.*,
        costs.cost_cents,
        costs.fixed_cents,
        observed.credited_people >= {{ var('min_sample_people') }} and observed.revenue_cents > 0 as is_sample_enough
    from observed
    cross join costs
),

replicates as (
    {% for attribution_model in attribution_models() -%}
    select
        '{{ attribution_model }}' as attribution_model,
        sum({{ attribution_model }}_cents) as revenue_cents,
        sum({{ attribution_model }}_millionths) as millionths,
        sum(commission_cents) as commission_cents
    from {{ ref('int_bootstrap_totals') }}
    group by replicate
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

figures as (
    select
        judged.attribution_model,
        replicates.revenue_cents,
        replicates.revenue_cents / nullif(judged.fixed_cents + replicates.commission_cents, 0) as roas,
        (judged.fixed_cents + replicates.commission_cents) / nullif(replicates.millionths, 0) as cost_per_credit
    from judged
    inner join replicates on judged.attribution_model = replicates.attribution_model
    where judged.is_sample_enough
),

quantiles as (
    select
        attribution_model,
        {% for figure in ['revenue_cents', 'roas', 'cost_per_credit'] -%}
        percentile_cont({{ tail }}) within group (order by {{ figure }}) as {{ figure }}_below,
        percentile_cont({{ 1 - tail }}) within group (order by {{ figure }}) as {{ figure }}_above{{ ',' if not loop.last }}
        {% endfor %}
    from figures
    group by attribution_model
)

select
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
left join quantiles on judged.attribution_model = quantiles.attribution_model
