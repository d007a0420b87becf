-- The journeys of orders with an influencer's code, once under each code policy; other orders are the same under all.
-- The rules are those of int_journeys, and a test holds the two together.
with coded as (
    select * from {{ ref('int_journey_touches') }}
    where conversion_key in (select conversion_key from {{ ref('int_journey_touches') }} where evidence = 'code')
),

visited as (
    select distinct conversion_key, influencer_id
    from coded
    where evidence <> 'code' and influencer_id is not null
),

in_path as (
    select
        policies.code_policy,
        coded.conversion_key,
        coded.touchpoint_id,
        coded.touched_at,
        coded.channel,
        coded.influencer_id,
        coded.campaign_id,
        coded.touch_key,
        policies.code_policy <> 'code_wins' or coalesce(coded.influencer_id = coded.code_owner_id, false) as may_win,
        max(case when coded.channel <> 'direct' then 1 else 0 end) over (
            partition by policies.code_policy, coded.conversion_key
        ) as has_other_than_direct
    from coded
    cross join {{ code_policy_rows() }} as policies
    left join visited on coded.conversion_key = visited.conversion_key and coded.influencer_id = visited.influencer_id
    where
        coded.evidence <> 'code'
        or policies.code_policy = 'touch'
        or (policies.code_policy in ('fill_gap', 'code_wins') and visited.conversion_key is null)
),

eligible as (
    select *
    from in_path
    where
        may_win
        {% if var('direct_touches') == 'drop' %}and (channel <> 'direct' or has_other_than_direct = 0){% endif %}
),

{% if var('collapse_repeats') -%}
marked as (
    select
        *,
        lag(touch_key) over (partition by code_policy, conversion_key order by touched_at, touchpoint_id) as previous_key
    from eligible
),

creditable as (
    select * from marked
    where previous_key is null or touch_key <> previous_key
),
{%- else -%}
creditable as (
    select * from eligible
),
{%- endif %}

positioned as (
    select
        *,
        row_number() over (partition by code_policy, conversion_key order by touched_at, touchpoint_id) as creditable_position,
        count(*) over (partition by code_policy, conversion_key) as creditable_length
    from creditable
)

select
    code_policy,
    conversion_key,
    creditable_position,
    creditable_length,
    channel,
    influencer_id,
    campaign_id,
    cast({{ position_share('creditable_position', *var('position_weights')) }} as decimal(18, 15)) as share_up_to,
    cast({{ position_share('creditable_position - 1', *var('position_weights')) }} as decimal(18, 15)) as share_before
from positioned
