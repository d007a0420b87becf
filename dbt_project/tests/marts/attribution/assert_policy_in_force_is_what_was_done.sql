{{ config(meta={'dagster': {'ref': {'name': 'mart_code_policy_whatif'}}}) }}

-- Detects influencers whose figures under the policy in force are not those of fct_attribution__position_based, and policies
-- that do not add up to all purchases, or whose changes are not those against the policy in force.
-- A failure means that the what-if table follows other rules than the journeys, so that its other policies are wrong, too.
with done as (
    select
        influencer_id,
        sum(attributed_revenue) as revenue,
        sum(credit) as conversions
    from {{ ref('fct_attribution__position_based') }}
    where conversion_type = 'purchase'
    group by influencer_id
),

totals as (
    select
        code_policy,
        sum(attributed_revenue) as revenue,
        sum(conversions) as conversions,
        (select coalesce(sum(revenue), 0) from done) as expected_revenue,
        (select coalesce(sum(conversions), 0) from done) as expected_conversions
    from {{ ref('mart_code_policy_whatif') }}
    group by code_policy
),

differences as (
    select
        'in force: ' || coalesce(whatif.influencer_id, '(none)') as figure,
        whatif.attributed_revenue as revenue,
        whatif.conversions,
        coalesce(done.revenue, 0) as expected_revenue,
        coalesce(done.conversions, 0) as expected_conversions
    from {{ ref('mart_code_policy_whatif') }} as whatif
    left join done on {{ null_safe_equal('whatif.influencer_id', 'done.influencer_id') }}
    where whatif.is_in_force
    union all
    select 'total under ' || code_policy, revenue, conversions, expected_revenue, expected_conversions
    from totals
    union all
    {% for money in ['attributed_revenue', 'payout'] -%}
    {% set change = 'revenue_change' if money == 'attributed_revenue' else 'payout_change' -%}
    select
        '{{ change }} of ' || coalesce(whatif.influencer_id, '(none)') || ' under ' || whatif.code_policy,
        whatif.{{ change }},
        0,
        whatif.{{ money }} - in_force.{{ money }},
        0
    from {{ ref('mart_code_policy_whatif') }} as whatif
    inner join {{ ref('mart_code_policy_whatif') }} as in_force
        on in_force.is_in_force and {{ null_safe_equal('whatif.influencer_id', 'in_force.influencer_id') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select *
from differences
where revenue <> expected_revenue or abs(conversions - expected_conversions) > 0.000001 * greatest(expected_conversions, 1)
