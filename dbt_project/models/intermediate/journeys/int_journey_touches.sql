{{ config(
    materialized='incremental', incremental_strategy='replace_changed', unique_key='person_key', meta={'day_of': 'converted_at'},
) }}

{%- set policy = var('code_policy') %}

-- Every touch in the window of every conversion, codes included, before anything is said about credit.
with windowed as (
    select
        conversions.conversion_key,
        conversions.person_key,
        conversions.converted_at,
        touches.touchpoint_id,
        touches.touched_at,
        touches.channel,
        touches.influencer_id,
        touches.campaign_id,
        touches.deliverable_id,
        touches.evidence,
        touches.touch_key
    from {{ ref('int_conversions') }} as conversions
    inner join {{ ref('int_touchpoints') }} as touches
        on conversions.person_key = touches.person_key
    where
        {{ changed_only('conversions.person_key', ref('int_changed_people')) }}
        and touches.touched_at <= conversions.converted_at
        and {{ micros('conversions.converted_at') }} - {{ micros('touches.touched_at') }} <= touches.window_hours * 3600000000
        {% if var('restart_after_purchase') %}
        and (conversions.previous_purchased_at is null or touches.touched_at >= conversions.previous_purchased_at)
        {% endif %}
),

codes as (
    select
        conversions.conversion_key,
        conversions.person_key,
        conversions.converted_at,
        {{ keyed_hash(["'code'", 'codes.order_id', 'codes.influencer_id']) }} as touchpoint_id,
        codes.influencer_id,
        codes.campaign_id,
        codes.is_winning_claim
    from {{ ref('int_order_codes') }} as codes
    inner join {{ ref('int_conversions') }} as conversions on codes.order_id = conversions.order_id
    where {{ changed_only('conversions.person_key', ref('int_changed_people')) }}
),

visited as (
    select distinct conversion_key, influencer_id
    from windowed
    where influencer_id is not null
),

-- A code that adds no touch still names its owner: such rows are outside of the path.
code_touches as (
    select
        codes.*,
        {% if policy == 'touch' %}true{% elif policy == 'ignore' %}false{% else %}visited.conversion_key is null{% endif %}
            as is_in_path
    from codes
    left join visited on codes.conversion_key = visited.conversion_key and codes.influencer_id = visited.influencer_id
),

touches as (
    select
        conversion_key, person_key, converted_at, touchpoint_id, touched_at, channel, influencer_id, campaign_id,
        deliverable_id, evidence, touch_key, true as is_in_path
    from windowed
    union all
    select
        conversion_key, person_key, converted_at, touchpoint_id, converted_at, 'influencer', influencer_id, campaign_id,
        cast(null as {{ dbt.type_string() }}), 'code', 'influencer:' || influencer_id, is_in_path
    from code_touches
)

select
    touches.*,
    winners.influencer_id as code_owner_id
from touches
left join codes as winners on touches.conversion_key = winners.conversion_key and winners.is_winning_claim
